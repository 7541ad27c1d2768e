import { isNumeric } from '../equality.ts';
import { formatDouble } from '../numbers.ts';
import { formatSeconds, formatTimestamp } from '../time.ts';
import {
  CelError,
  CelList,
  CelMap,
  Duration,
  Timestamp,
  TypeValue,
  Uint,
  typeNameOf,
  type Value,
} from '../values.ts';

const defaultPrecision = 6;

/** `'%s is %d'.format([a, b])`. */
export function formatText(format: string, args: CelList): string {
  let next = 0;
  let result = '';
  for (let at = 0; at < format.length; at++) {
    const character = format[at]!;
    if (character !== '%') {
      result += character;
      continue;
    }
    if (format[at + 1] === '%') {
      result += '%';
      at++;
      continue;
    }
    const clause = /^%(?:\.(\d+))?([a-zA-Z])?/.exec(format.slice(at))!;
    const verb = clause[2];
    if (verb === undefined) throw new CelError('unexpected end of string');
    if (next >= args.length) throw new CelError(`index ${next} out of range`);
    result += formatOne(verb, clause[1] === undefined ? undefined : Number(clause[1]), args.at(next++));
    at += clause[0].length - 1;
  }
  return result;
}

function formatOne(verb: string, precision: number | undefined, value: Value): string {
  switch (verb) {
    case 's':
      return textOf(value);
    case 'd':
      if (typeof value === 'bigint') return String(value);
      if (value instanceof Uint) return String(value.value);
      if (typeof value === 'number' && !Number.isFinite(value)) return special(value);
      throw wrong('decimal clause can only be used on integers', value);
    case 'f':
      return fixed(value, precision ?? defaultPrecision);
    case 'e':
      return scientific(value, precision ?? defaultPrecision);
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return radix(value, 2, 'only integers and bools can be formatted as binary');
    case 'x':
    case 'X': {
      const text = hexadecimal(value);
      return verb === 'X' ? text.toUpperCase() : text;
    }
    case 'o':
      return radix(value, 8, 'octal clause can only be used on integers');
    default:
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

function wrong(why: string, value: Value): CelError {
  return new CelError(`error during formatting: ${why}, was given ${typeNameOf(value)}`);
}

function special(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function doubleOf(value: Value, why: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Infinity;
  if (value === '-Infinity') return -Infinity;
  if (isNumeric(value)) return Number(value instanceof Uint ? value.value : value);
  throw wrong(why, value);
}

function fixed(value: Value, precision: number): string {
  const number = doubleOf(value, 'fixed-point clause can only be used on doubles');
  return Number.isFinite(number) ? number.toFixed(Math.min(precision, 100)) : special(number);
}

function scientific(value: Value, precision: number): string {
  const number = doubleOf(value, 'scientific clause can only be used on doubles');
  if (!Number.isFinite(number)) return special(number);
  return number
    .toExponential(Math.min(precision, 100))
    .replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);
}

function radix(value: Value, base: number, why: string): string {
  if (typeof value === 'bigint') return value.toString(base);
  if (value instanceof Uint) return value.value.toString(base);
  throw wrong(why, value);
}

function hexadecimal(value: Value): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (bytes instanceof Uint8Array)
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return radix(bytes as Value, 16, 'only integers, byte buffers, and strings can be formatted as hex');
}

function textOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? formatDouble(value) : special(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Duration) return formatSeconds(value.nanos);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof TypeValue) return value.typeName;
  if (value instanceof CelList) return `[${Array.from(value, textOf).join(', ')}]`;
  if (value instanceof CelMap) return mapText(value);
  throw new CelError(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeNameOf(value)}`,
  );
}

function mapText(map: CelMap): string {
  const entries = Array.from(map.keys(), (key) => [textOf(key), textOf(map.get(key)!)] as const);
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}}`;
}
