import { GoInt, parseDuration, printFloat, quoteString, typeName } from '../go/index.ts';
import type { GoFunction, Value } from '../go/index.ts';
import { parseGoFloat } from './cast.ts';
import { fn, int64, panic } from './define.ts';
import { trimSpace } from './text.ts';

/** Helm 4's functions for durations: texts are durations or seconds, numbers are seconds. */
export const durationFunctions: Readonly<Record<string, GoFunction>> = {
  mustToDuration: fn(['any'], 'duration', (value) => {
    const nanos = read(value);
    return typeof nanos === 'string' ? panic(nanos) : duration(nanos);
  }),
  durationNanoseconds: count(1n),
  durationMicroseconds: count(1_000n),
  durationMilliseconds: count(1_000_000n),
  durationSeconds: measure((nanos) => wholeAndRest(nanos, second, 1e9)),
  durationMinutes: measure((nanos) => wholeAndRest(nanos, 60n * second, 60e9)),
  durationHours: measure(hours),
  durationDays: measure((nanos) => hours(nanos) / 24),
  durationWeeks: measure((nanos) => hours(nanos) / 24 / 7),
  durationRoundTo: fit(roundTo),
  durationTruncateTo: fit((nanos, unit) => nanos - (nanos % unit)),
};

const second = 1_000_000_000n;
const durationMax = (1n << 63n) - 1n;
const durationMin = -(1n << 63n);

function duration(nanos: bigint): GoInt {
  return new GoInt('duration', BigInt.asIntN(64, nanos));
}

function count(unit: bigint): GoFunction {
  return fn(['any'], 'int64', (value) => int64(orZero(read(value)) / unit));
}

function measure(of: (nanos: bigint) => number): GoFunction {
  return fn(['any'], 'float64', (value) => of(orZero(read(value))));
}

function fit(to: (nanos: bigint, unit: bigint) => bigint): GoFunction {
  return fn(['any', 'any'], 'duration', (value, multiple) => {
    const nanos = orZero(read(value));
    const unit = orZero(read(multiple));
    return duration(unit <= 0n ? nanos : to(nanos, unit));
  });
}

function orZero(nanos: bigint | string): bigint {
  return typeof nanos === 'string' ? 0n : nanos;
}

function hours(nanos: bigint): number {
  return wholeAndRest(nanos, 3600n * second, 3600e9);
}

/** Go divides in two steps, which decides the last digit. */
function wholeAndRest(nanos: bigint, unit: bigint, size: number): number {
  return Number(nanos / unit) + Number(nanos % unit) / size;
}

/** Half is rounded away from zero; what would overflow stays at the end of the range. */
function roundTo(nanos: bigint, unit: bigint): bigint {
  const size = nanos < 0n ? -nanos : nanos;
  const rest = size % unit;
  const rounded = rest * 2n < unit ? size - rest : size - rest + unit;
  const signed = nanos < 0n ? -rounded : rounded;
  return signed > durationMax ? durationMax : signed < durationMin ? durationMin : signed;
}

/** Nanoseconds, or why a value is no duration. */
function read(value: Value): bigint | string {
  if (typeof value === 'string') return readText(value);
  if (typeof value === 'number') return ofSeconds(value);
  if (value === null) return 'invalid duration';
  if (!(value instanceof GoInt)) return `unsupported duration type ${typeName(value)}`;
  if (value.kind === 'duration') return value.n;
  const isTooLarge = value.n > durationMax / second || value.n < durationMin / second;
  return isTooLarge ? `duration seconds overflow: ${value.n}` : value.n * second;
}

function readText(text: string): bigint | string {
  const trimmed = trimSpace(text);
  if (trimmed === '') return 'empty duration';
  const parsed = parseDuration(trimmed);
  if (typeof parsed === 'bigint') return parsed;
  const seconds = parseGoFloat(trimmed);
  return seconds === undefined ? `could not parse duration ${quoteString(text)}` : ofSeconds(seconds);
}

function ofSeconds(seconds: number): bigint | string {
  if (!Number.isFinite(seconds)) return `invalid duration seconds: ${printFloat(seconds)}`;
  if (Math.abs(seconds) > 9_223_372_036.854776) return `duration seconds overflow: ${printFloat(seconds)}`;
  const nanos = seconds * 1e9;
  return Math.abs(nanos) > 2 ** 63
    ? `duration nanoseconds overflow: ${printFloat(nanos)}`
    : BigInt.asIntN(64, BigInt(Math.trunc(nanos)));
}
