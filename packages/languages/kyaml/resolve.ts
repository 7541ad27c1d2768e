/**
 * What a plain scalar means, as go-yaml v3 (below kustomize's kyaml) resolves it and JSON then holds it: of YAML 1.1's words
 * only `true`, `false` and `null` are left, old octals and `_` in numbers are still read, and a date becomes the text that
 * Go prints for it.
 */

/** `.nan` and `.inf` are YAML but no JSON. */
export class NoJsonNumber extends Error {}

const words = new Map<string, boolean | null>([
  ...['~', 'null', 'Null', 'NULL'].map((word): [string, null] => [word, null]),
  ...['true', 'True', 'TRUE'].map((word): [string, boolean] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, boolean] => [word, false]),
]);
/** The longest of them. */
const wordLengthMax = 5;

const decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const prefixed = /^([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))$/;
const infinite = /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;
const timestamp =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d{2}:\d{2})?)?$/;

const int64Max = 2n ** 63n - 1n;
const uint64Max = 2n ** 64n - 1n;

/** The value of a plain scalar: integers that a `number` cannot hold exactly are `bigint`. */
export function resolveScalar(text: string): string | number | bigint | boolean | null {
  const first = text.charCodeAt(0);
  if (first > 57) {
    if (text.length > wordLengthMax) return text;
    const word = words.get(text);
    return word === undefined ? text : word;
  }
  if (text === '') return null;
  if (first === 46) return resolveFloat(text, text);
  if ((first < 48 || first > 57) && first !== 43 && first !== 45) return text;
  return resolveNumber(text);
}

function resolveNumber(text: string): string | number | bigint {
  if (text.charCodeAt(4) === 45) {
    const moment = resolveTimestamp(text);
    if (moment !== undefined) return moment;
  }
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const whole = resolveInteger(plain);
  return whole ?? resolveFloat(text, plain);
}

function resolveInteger(plain: string): number | bigint | undefined {
  if (decimal.test(plain)) {
    const value = Number(plain);
    return Number.isSafeInteger(value) ? value + 0 : fitting(BigInt(plain.replace('+', '')));
  }
  const match = prefixed.exec(plain);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal] = match;
  const digits = hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : `0o${octal ?? ''}`;
  const value = BigInt(digits);
  return fitting(sign === '-' ? -value : value);
}

/** Go's integers end at 64 bits; what is longer is a float, if it looks like one. */
function fitting(value: bigint): number | bigint | undefined {
  if (value > uint64Max || value < -int64Max - 1n) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function resolveFloat(text: string, plain: string): string | number {
  if (infinite.test(text)) throw new NoJsonNumber(text);
  if (!float.test(plain)) return text;
  const value = Number(plain);
  return Number.isFinite(value) ? value : text;
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A date or a moment as Go's JSON prints it (RFC 3339, in its own zone); undefined for anything else. */
function resolveTimestamp(text: string): string | undefined {
  const match = timestamp.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', between, hour = '0', minute = '0', second = '0', fraction, zone] =
    match;
  // With a blank between date and time Go takes no zone, with a `T` it wants one.
  if (between !== undefined && (between === ' ') === (zone !== undefined)) return undefined;
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = month === '2' || month === '02' ? (leap ? 29 : 28) : monthDays[Number(month) - 1];
  if (days === undefined || Number(day) < 1 || Number(day) > days) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const two = (part: string): string => part.padStart(2, '0');
  const rest = (fraction ?? '').slice(0, 9).replace(/0+$/, '');
  const suffix = zone === undefined || /^[-+]00:00$/.test(zone) ? 'Z' : zone;
  const time = `${two(hour)}:${two(minute)}:${two(second)}${rest === '' ? '' : `.${rest}`}`;
  return `${year}-${two(month)}-${two(day)}T${time}${suffix}`;
}
