import { formatDouble } from '../numbers.ts';
import { formatSeconds, formatTimestamp } from '../time.ts';
import { formatType, type CelType } from '../types.ts';
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
import { quote } from './quote.ts';

/** A part of a format: text as it is, or a place for an argument. */
type Clause = { readonly text: string } | { readonly verb: string; readonly precision: number | undefined };

const precisionDefault = 6;

/** Splits a format. Throws a `CelError` where it is none. */
export function readFormat(format: string): readonly Clause[] {
  const clauses: Clause[] = [];
  for (const [whole, text, precision, verb] of format.matchAll(/([^%]+)|%(?:\.(\d+))?([a-zA-Z%])?/g)) {
    if (text !== undefined) clauses.push({ text });
    else if (verb === '%') clauses.push({ text: '%' });
    else if (verb === undefined) throw new CelError('unexpected end of string');
    else if (!'sdfebxXo'.includes(verb))
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    else clauses.push({ verb, precision: precision === undefined ? undefined : Number(precision) });
    if (whole === '') break;
  }
  return clauses;
}

/** `'%s is %d'.format([a, b])`. */
export function formatText(format: string, args: CelList): string {
  let next = 0;
  let result = '';
  for (const clause of readFormat(format)) {
    if ('text' in clause) {
      result += clause.text;
      continue;
    }
    if (next >= args.length) throw new CelError(`index ${next} out of range`);
    result += formatOne(clause.verb, clause.precision, args.at(next++));
  }
  return result;
}

const rules: Readonly<Record<string, { readonly kinds: readonly string[]; readonly why: string }>> = {
  s: {
    kinds: 'string bool bytes int uint double map list type duration timestamp null'.split(' '),
    why: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  },
  d: { kinds: ['int', 'uint'], why: 'decimal clause can only be used on integers' },
  f: { kinds: ['double'], why: 'fixed-point clause can only be used on doubles' },
  e: { kinds: ['double'], why: 'scientific clause can only be used on doubles' },
  b: { kinds: ['int', 'uint', 'bool'], why: 'only integers and bools can be formatted as binary' },
  x: {
    kinds: ['int', 'uint', 'string', 'bytes'],
    why: 'only integers, byte buffers, and strings can be formatted as hex',
  },
  o: { kinds: ['int', 'uint'], why: 'octal clause can only be used on integers' },
};

/** Why an argument of a type does not fit a clause; undefined when it may. */
export function formatMistake(verb: string, type: CelType): string | undefined {
  const rule = rules[verb.toLowerCase()]!;
  if (type.kind === 'dyn' || type.kind === 'param' || rule.kinds.includes(type.kind)) return undefined;
  const shown = type.kind === 'opaque' ? type.name : formatType(type);
  return `error during formatting: ${rule.why}, was given ${shown}`;
}

function wrong(verb: string, value: Value): CelError {
  return new CelError(
    `error during formatting: ${rules[verb.toLowerCase()]!.why}, was given ${typeNameOf(value)}`,
  );
}

function formatOne(verb: string, precision: number | undefined, value: Value): string {
  switch (verb) {
    case 's':
      return textOf(value);
    case 'd':
      return radix(verb, value, 10);
    case 'f':
      return typeof value === 'number' ? fixed(value, precision ?? precisionDefault) : misfit(verb, value);
    case 'e':
      return typeof value === 'number' ? scientific(value) : misfit(verb, value);
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return radix(verb, value, 2);
    case 'o':
      return radix(verb, value, 8);
    default: {
      const text = hexadecimal(verb, value);
      return verb === 'X' ? text.toUpperCase() : text;
    }
  }
}

function misfit(verb: string, value: Value): never {
  throw wrong(verb, value);
}

function radix(verb: string, value: Value, base: number): string {
  if (typeof value === 'bigint') return value.toString(base);
  if (value instanceof Uint) return value.value.toString(base);
  throw wrong(verb, value);
}

function hexadecimal(verb: string, value: Value): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) return radix(verb, bytes, 16);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function special(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
}

/** As English writes numbers; what lies in the middle goes to the even side. */
function fixed(value: number, precision: number): string {
  if (!Number.isFinite(value)) return special(value);
  const [whole = '', fraction] = roundEven(value, Math.min(precision, 100)).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function roundEven(value: number, precision: number): string {
  const rounded = value.toFixed(precision);
  const scaled = Math.abs(value) * 10 ** precision;
  if (scaled - Math.floor(scaled) !== 0.5 || Math.floor(scaled) % 2 === 1) return rounded;
  const sign = value < 0 ? '-' : '';
  return `${sign}${(Math.floor(scaled) / 10 ** precision).toFixed(precision)}`;
}

const raised: Readonly<Record<string, string>> = {
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
  '-': '⁻',
};

/** Upstream's version of this library does not look at the precision here. */
function scientific(value: number): string {
  if (!Number.isFinite(value)) return special(value);
  const [digits = '', exponent = '0'] = value.toExponential(precisionDefault).split('e');
  const power = Number(exponent);
  const shown = `${power < 0 ? '-' : ''}${String(Math.abs(power)).padStart(2, '0')}`;
  return `${digits}×10${Array.from(shown, (one) => raised[one] ?? one).join('')}`;
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
  if (value instanceof CelList) return `[${Array.from(value, innerText).join(', ')}]`;
  if (value instanceof CelMap) return mapText(value);
  throw wrong('s', value);
}

/** Inside lists and maps, values look as they would be written. */
function innerText(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return Number.isFinite(value) ? plainFixed(value) : special(value);
  if (value instanceof Uint8Array) return `b${quote(textOf(value))}`;
  if (value instanceof Duration) return `duration(${quote(textOf(value))})`;
  if (value instanceof Timestamp) return `timestamp(${quote(textOf(value))})`;
  return textOf(value);
}

/** JavaScript changes to an exponent for large numbers; all their digits are whole. */
function plainFixed(value: number): string {
  if (Math.abs(value) < 1e21) return value.toFixed(precisionDefault);
  return `${BigInt(value)}.${'0'.repeat(precisionDefault)}`;
}

function mapText(map: CelMap): string {
  const entries = Array.from(map.keys(), (key) => [innerText(key), innerText(map.get(key)!)] as const);
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}:${value}`)
    .join(', ')}}`;
}
