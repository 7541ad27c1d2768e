import { GoInt } from '../go/index.ts';
import type { Value } from '../go/index.ts';
import { GoNamedNumber } from './time/named-number.ts';

/** Numbers from anything, as spf13/cast reads them; what is no number is 0. */
const anyBase =
  /^([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]((?:_?[0-7])+)|0((?:_?[0-7])+)|(0|[1-9](?:_?[0-9])*))$/;
const decimalText = /^([-+]?\d*)\.\d*$/;
const floatText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Underscores may stand between digits, and behind `0x`. */
const misplacedUnderscore = /(?:^|[^0-9])_|_(?![0-9])/;
const misplacedInHex = /(?:^|[^0-9a-fA-FxX])_|_(?![0-9a-fA-F])/;
const hexFloatText = /^([+-]?)0[xX]([0-9a-fA-F_]*)\.?([0-9a-fA-F_]*)[pP]([+-]?\d+)$/;
const infinityText = /^([+-]?)inf(?:inity)?$/i;
const int64Max = (1n << 63n) - 1n;
const int64Min = -(1n << 63n);

/** `int64` and `int` (the same on every machine that matters). */
export function toInt64(value: Value): bigint {
  if (value instanceof GoInt) return BigInt.asIntN(64, value.n);
  if (typeof value === 'number') return truncate(value);
  if (typeof value === 'string') return parseInt64(value);
  if (value instanceof GoNamedNumber) return value.n;
  return value === true ? 1n : 0n;
}

/** What amd64 makes of a float that does not fit is the smallest int64. */
function truncate(value: number): bigint {
  if (!(Math.abs(value) < 2 ** 63)) return int64Min;
  return BigInt(Math.trunc(value));
}

function parseInt64(text: string): bigint {
  return parseGoInteger(wholePart(text)) ?? 0n;
}

/** `1.9` is read as `1`; what is no plain decimal stays, and is then no integer. */
function wholePart(text: string): string {
  const match = decimalText.exec(text);
  if (match === null) return text;
  const whole = match[1] ?? '';
  return whole === '' || whole === '-' || whole === '+' ? `${whole}0` : whole;
}

/** strconv.ParseInt with base 0; undefined where it fails. */
function parseGoInteger(text: string): bigint | undefined {
  const match = anyBase.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, oldOctal, decimal] = match;
  const digits =
    hex !== undefined
      ? `0x${hex}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined || oldOctal !== undefined
          ? `0o${octal ?? oldOctal}`
          : (decimal ?? '');
  if (digits.length > 100) return undefined;
  const size = BigInt(digits.replaceAll('_', ''));
  const value = sign === '-' ? -size : size;
  return value > int64Max || value < int64Min ? undefined : value;
}

/** `float64`. */
export function toFloat64(value: Value): number {
  if (typeof value === 'number') return value;
  if (value instanceof GoInt) return Number(value.n);
  if (typeof value === 'string') return parseGoFloat(value) ?? 0;
  if (value instanceof GoNamedNumber) return Number(value.n);
  return value === true ? 1 : 0;
}

/** strconv.ParseFloat; undefined where it fails, also when the number is too large. */
export function parseGoFloat(text: string): number | undefined {
  if (text.includes('_') && (/0x/i.test(text) ? misplacedInHex : misplacedUnderscore).test(text))
    return undefined;
  const digitsOnly = text.replaceAll('_', '');
  if (floatText.test(digitsOnly)) {
    const value = Number(digitsOnly);
    return Number.isFinite(value) ? value : undefined;
  }
  const infinity = infinityText.exec(text);
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const hex = hexFloatText.exec(text);
  if (hex === null || (hex[2] === '' && hex[3] === '')) return undefined;
  const fraction = (hex[3] ?? '').replaceAll('_', '');
  const digits = `0x${(hex[2] ?? '').replaceAll('_', '')}${fraction}`;
  const value = Number(BigInt(digits)) * 2 ** (Number(hex[4]) - 4 * fraction.length);
  if (!Number.isFinite(value)) return undefined;
  return hex[1] === '-' ? -value : value;
}

/** strconv.Atoi whose error is ignored: 0 for nonsense, the nearest int for what is too large. */
export function atoi(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) return 0n;
  const value = BigInt(text.replace(/^\+/, ''));
  return value > int64Max ? int64Max : value < int64Min ? int64Min : value;
}

/** strconv.ParseInt with base 8, 0 where it fails. */
export function parseOctal(text: string): bigint {
  const match = /^([+-]?)([0-7]+)$/.exec(text);
  if (match === null || text.length > 100) return 0n;
  const size = BigInt(`0o${match[2]}`);
  const value = match[1] === '-' ? -size : size;
  return value > int64Max || value < int64Min ? 0n : value;
}
