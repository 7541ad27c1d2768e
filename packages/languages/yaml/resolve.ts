/**
 * What a plain scalar means, as go-yaml v2 (below sigs.k8s.io/yaml) resolves it: YAML 1.1 booleans, old octals and
 * `_` in numbers, but neither base-60 numbers nor dates.
 */

/** `.nan` and `.inf` are YAML but no JSON; Go refuses them when it turns YAML into JSON. */
export class NotJsonNumber extends Error {}

const words = new Map<string, boolean | null>([
  ...['~', 'null', 'Null', 'NULL'].map((word): [string, null] => [word, null]),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word): [string, boolean] => [word, true],
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word): [string, boolean] => [word, false],
  ),
]);

/** Longest word of the table above. */
const wordLengthMax = 5;

const decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const dotFloat = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const prefixed = /^([-+]?)0(?:([xX])([0-9a-fA-F]+)|([bB])([01]+)|[oO]?([0-7]+))$/;
const notJson = /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;
/** Base-60 numbers are read as text but quoted when written, for the sake of other readers. */
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const timestamp =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2}))|(?: ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?))?$/;

/** The value of a plain scalar. Throws `NotJsonNumber` for infinities and NaN. */
export function resolvePlain(text: string): string | number | boolean | null {
  const first = text.charCodeAt(0);
  // Letters first: nearly every plain scalar of a manifest starts with one and is text.
  if (first > 57) {
    if (text.length > wordLengthMax) return text;
    const word = words.get(text);
    return word === undefined ? text : word;
  }
  if (text === '') return null;
  if (first >= 48 || first === 43 || first === 45) return resolveNumber(text);
  if (first === 46) {
    if (notJson.test(text)) throw new NotJsonNumber(text);
    return dotFloat.test(text) ? Number(text) : text;
  }
  return text;
}

function resolveNumber(text: string): string | number {
  // Adding zero makes `-0` the whole number that it is in Go.
  if (decimal.test(text)) return Number(text) + 0;
  if (notJson.test(text)) throw new NotJsonNumber(text);
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  if (decimal.test(plain)) return Number(plain) + 0;
  const match = prefixed.exec(plain);
  if (match !== null) {
    const [, sign, , hex, , binary, octal] = match;
    const value =
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : binary !== undefined
          ? Number.parseInt(binary, 2)
          : Number.parseInt(octal ?? '', 8);
    // Go's integers end at 64 bits; what is longer stays text.
    if (value >= 2 ** 63 && (sign === '-' ? value > 2 ** 63 : value >= 2 ** 64)) return text;
    return sign === '-' ? -value + 0 : value;
  }
  return float.test(plain) ? finite(plain) : text;
}

/** Go's ParseFloat refuses what does not fit, and the scalar stays text. */
function finite(plain: string): string | number {
  const value = Number(plain);
  return Number.isFinite(value) ? value : plain;
}

/** Whether this text, written plain, would be read (or could be misread by others) as something that is no text. */
export function needsQuotes(text: string): boolean {
  const first = text.charCodeAt(0);
  // Only words, numbers and what looks like one can mean something else.
  if (first > 57) return text.length <= wordLengthMax && words.has(text);
  if (text === '') return true;
  if (first < 43 || first === 44 || first === 47) return false;
  if (base60.test(text) || notJson.test(text) || isTimestamp(text)) return true;
  return typeof resolvePlain(text) !== 'string';
}

/** YAML 1.1's words for true and false, which goyaml v3 no longer reads as such but still quotes. */
export function isOldBoolean(text: string): boolean {
  return text.length <= wordLengthMax && typeof words.get(text) === 'boolean';
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A date, or a date and time, that Go's time.Parse takes: also its numbers have to be possible. */
function isTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 45) return false;
  const match = timestamp.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0] = match.slice(1, 4).map(Number);
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  if (month < 1 || month > 12 || day < 1 || day > (monthDays[month - 1] ?? 0) + leap) return false;
  const [hour, minute, second] = match
    .slice(4)
    .filter((part) => part !== undefined)
    .map(Number);
  return (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
}
