import { RE2JS } from 're2js';
import { global, member, type Overload } from '../functions.ts';
import { formatDouble } from '../numbers.ts';
import {
  checkTimestamp,
  clockParts,
  formatSeconds,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
} from '../time.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  nullType,
  paramType,
  stringType,
  timestampType,
  typeType,
  uintType,
  type CelType,
} from '../types.ts';
import { CelError, Duration, TypeValue, Uint, typeNameOf, type Timestamp, type Value } from '../values.ts';

type Table = Record<string, readonly Overload[]>;

const A = paramType('A');
const same = <T>(value: T): T => value;

function impossible(from: string, to: string): CelError {
  return new CelError(`type conversion error from '${from}' to '${to}'`);
}

function orFail<T>(value: T | undefined, to: string): T {
  if (value === undefined) throw impossible('string', to);
  return value;
}

function toInt(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new CelError('integer overflow');
  return value;
}

function toUint(value: bigint): Uint {
  if (BigInt.asUintN(64, value) !== value) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

function whole(value: number, overflow: string): bigint {
  if (!Number.isFinite(value)) throw new CelError(overflow);
  return BigInt(Math.trunc(value));
}

function parseInteger(text: string, to: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw impossible('string', to);
  return BigInt(text.replace(/^\+/, ''));
}

function parseBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw impossible('string', 'bool');
}

function parseDouble(text: string): number {
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) throw impossible('string', 'double');
  const value = Number(text);
  if (!Number.isFinite(value)) throw impossible('string', 'double');
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

const nanosPerSecond = 1_000_000_000n;

export const conversions: Table = {
  bool: [
    global('bool_to_bool', [boolType], boolType, same),
    global('string_to_bool', [stringType], boolType, parseBool),
  ],
  bytes: [
    global('bytes_to_bytes', [bytesType], bytesType, same),
    global('string_to_bytes', [stringType], bytesType, (text: string) => new TextEncoder().encode(text)),
  ],
  double: [
    global('double_to_double', [doubleType], doubleType, same),
    global('int64_to_double', [intType], doubleType, Number),
    global('string_to_double', [stringType], doubleType, parseDouble),
    global('uint64_to_double', [uintType], doubleType, (value: Uint) => Number(value.value)),
  ],
  duration: [
    global('duration_to_duration', [durationType], durationType, same),
    global('int64_to_duration', [intType], durationType, (nanos: bigint) => new Duration(nanos)),
    global('string_to_duration', [stringType], durationType, (text: string) =>
      orFail(parseDuration(text), 'google.protobuf.Duration'),
    ),
  ],
  dyn: [global('to_dyn', [A], dynType, same)],
  int: [
    global('int64_to_int64', [intType], intType, same),
    global('double_to_int64', [doubleType], intType, (value: number) =>
      toInt(whole(value, 'integer overflow')),
    ),
    global('duration_to_int64', [durationType], intType, (value: Duration) => value.nanos),
    global('string_to_int64', [stringType], intType, (text: string) => {
      const value = parseInteger(text, 'int');
      if (BigInt.asIntN(64, value) !== value) throw impossible('string', 'int');
      return value;
    }),
    global('timestamp_to_int64', [timestampType], intType, (at: Timestamp) => at.nanos / nanosPerSecond),
    global('uint64_to_int64', [uintType], intType, (value: Uint) => toInt(value.value)),
  ],
  string: [
    global('string_to_string', [stringType], stringType, same),
    global('bool_to_string', [boolType], stringType, String),
    global('bytes_to_string', [bytesType], stringType, decodeUtf8),
    global('double_to_string', [doubleType], stringType, formatDouble),
    global('duration_to_string', [durationType], stringType, (value: Duration) => formatSeconds(value.nanos)),
    global('int64_to_string', [intType], stringType, String),
    global('timestamp_to_string', [timestampType], stringType, formatTimestamp),
    global('uint64_to_string', [uintType], stringType, (value: Uint) => String(value.value)),
  ],
  timestamp: [
    global('timestamp_to_timestamp', [timestampType], timestampType, same),
    global('int64_to_timestamp', [intType], timestampType, (seconds: bigint) =>
      checkTimestamp(seconds * nanosPerSecond),
    ),
    global('string_to_timestamp', [stringType], timestampType, (text: string) =>
      orFail(parseTimestamp(text), 'google.protobuf.Timestamp'),
    ),
  ],
  type: [global('type', [A], typeType(A), (value: Value) => new TypeValue(typeNameOf(value)))],
  uint: [
    global('uint64_to_uint64', [uintType], uintType, same),
    global('double_to_uint64', [doubleType], uintType, (value: number) =>
      toUint(whole(value, 'unsigned integer overflow')),
    ),
    global('int64_to_uint64', [intType], uintType, toUint),
    global('string_to_uint64', [stringType], uintType, (text: string) => {
      const value = parseInteger(text, 'uint');
      if (BigInt.asUintN(64, value) !== value) throw impossible('string', 'uint');
      return new Uint(value);
    }),
  ],
};

const compiled = new Map<string, RE2JS>();
const compiledMax = 500;

/** Patterns are few and used again and again. Throws a `CelError`. */
export function regexOf(pattern: string, prefix = ''): RE2JS {
  let found = compiled.get(pattern);
  if (found !== undefined) return found;
  try {
    found = RE2JS.compile(pattern);
  } catch (thrown) {
    throw new CelError(`${prefix}${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (compiled.size >= compiledMax) compiled.clear();
  compiled.set(pattern, found);
  return found;
}

const matches = (text: string, pattern: string): boolean => regexOf(pattern).matcher(text).find();
const twoTexts = [stringType, stringType];

export const texts: Table = {
  contains: [
    member('contains_string', twoTexts, boolType, (text: string, part: string) => text.includes(part)),
  ],
  startsWith: [
    member('starts_with_string', twoTexts, boolType, (text: string, part: string) => text.startsWith(part)),
  ],
  endsWith: [
    member('ends_with_string', twoTexts, boolType, (text: string, part: string) => text.endsWith(part)),
  ],
  matches: [
    global('matches', twoTexts, boolType, matches),
    member('matches_string', twoTexts, boolType, matches),
  ],
};

function part(name: string, read: (at: Date) => number): Record<string, readonly Overload[]> {
  const id = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^get_/, '');
  return {
    [name]: [
      member(`timestamp_to_${id}`, [timestampType], intType, (at: Timestamp) =>
        BigInt(read(clockParts(at, undefined))),
      ),
      member(
        `timestamp_to_${id}_with_tz`,
        [timestampType, stringType],
        intType,
        (at: Timestamp, zone: string) => BigInt(read(clockParts(at, zone))),
      ),
    ],
  };
}

function span(name: string, unit: bigint, atMost?: bigint): Record<string, readonly Overload[]> {
  const id = name.slice(3).toLowerCase();
  const run = ({ nanos }: Duration): bigint =>
    atMost === undefined ? nanos / unit : (nanos % atMost) / unit;
  return { [name]: [member(`duration_to_${id}`, [durationType], intType, run)] };
}

const dayMs = 86_400_000;

/** One of several tables of clock parts. */
export const clocks: readonly Table[] = [
  part('getFullYear', (at) => at.getUTCFullYear()),
  part('getMonth', (at) => at.getUTCMonth()),
  part('getDayOfYear', (at) => Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / dayMs)),
  part('getDayOfMonth', (at) => at.getUTCDate() - 1),
  part('getDate', (at) => at.getUTCDate()),
  part('getDayOfWeek', (at) => at.getUTCDay()),
  part('getHours', (at) => at.getUTCHours()),
  part('getMinutes', (at) => at.getUTCMinutes()),
  part('getSeconds', (at) => at.getUTCSeconds()),
  part('getMilliseconds', (at) => at.getUTCMilliseconds()),
  span('getHours', 3_600_000_000_000n),
  span('getMinutes', 60_000_000_000n),
  span('getSeconds', nanosPerSecond),
  span('getMilliseconds', 1_000_000n, nanosPerSecond),
];

/** Names of types, which are values too. */
export const typeNames: ReadonlyMap<string, readonly [type: CelType, name: string]> = new Map([
  ['bool', [boolType, 'bool']],
  ['int', [intType, 'int']],
  ['uint', [uintType, 'uint']],
  ['double', [doubleType, 'double']],
  ['string', [stringType, 'string']],
  ['bytes', [bytesType, 'bytes']],
  ['null_type', [nullType, 'null_type']],
  ['list', [{ kind: 'list', name: 'list', params: [dynType] }, 'list']],
  ['map', [{ kind: 'map', name: 'map', params: [dynType, dynType] }, 'map']],
  ['type', [typeType(), 'type']],
  ['dyn', [dynType, 'dyn']],
  ['optional_type', [{ kind: 'opaque', name: 'optional_type', params: [dynType] }, 'optional_type']],
  ['google.protobuf.Duration', [durationType, 'google.protobuf.Duration']],
  ['google.protobuf.Timestamp', [timestampType, 'google.protobuf.Timestamp']],
]);
