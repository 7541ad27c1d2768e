import { GoError, GoInt, kindName, parseDuration, typeName } from '@plumbline/languages';
import type { TemplateFunction, Value } from '@plumbline/languages';

const second = 1_000_000_000n;
const int64Max = 2n ** 63n - 1n;
const secondsMax = int64Max / second;

/** Helm 4's helpers for durations: texts like `1h2m`, or numbers of seconds. What is no duration counts as 0. */
export const durationFunctions: Readonly<Record<string, TemplateFunction>> = {
  mustToDuration: {
    params: ['any'],
    result: 'duration',
    call: ([value]) =>
      duration(durationOf(value ?? null, (message) => new GoError(message, { panic: true }))),
  },
  durationSeconds: float(1e9),
  durationMilliseconds: whole(1_000_000n),
  durationMicroseconds: whole(1000n),
  durationNanoseconds: whole(1n),
  durationMinutes: float(60e9),
  durationHours: float(3600e9),
  durationDays: float(3600e9, 24),
  durationWeeks: float(3600e9, 24, 7),
  durationRoundTo: toMultiple(round),
  durationTruncateTo: toMultiple((value, step) => (step <= 0n ? value : value - (value % step))),
};

function duration(n: bigint): GoInt {
  return new GoInt('duration', n);
}

/** As Go's `d.Hours()`: whole units and the rest apart, so that nothing is lost to rounding. */
function float(unit: number, ...divisors: readonly number[]): TemplateFunction {
  return {
    params: ['any'],
    result: 'float64',
    call: ([value]) => {
      const n = tolerant(value);
      const size = BigInt(unit);
      const parts = Number(n / size) + Number(n % size) / unit;
      return divisors.reduce((left, divisor) => left / divisor, parts);
    },
  };
}

function whole(unit: bigint): TemplateFunction {
  return { params: ['any'], result: 'int64', call: ([value]) => new GoInt('int64', tolerant(value) / unit) };
}

function toMultiple(run: (value: bigint, step: bigint) => bigint): TemplateFunction {
  return {
    params: ['any', 'any'],
    result: 'duration',
    call: ([value, multiple]) => {
      let n: bigint;
      try {
        n = durationOf(value ?? null, (message) => new GoError(message));
      } catch {
        return duration(0n);
      }
      try {
        return duration(
          run(
            n,
            durationOf(multiple ?? null, (message) => new GoError(message)),
          ),
        );
      } catch {
        return duration(n);
      }
    },
  };
}

function round(value: bigint, step: bigint): bigint {
  if (step <= 0n) return value;
  const rest = value % step;
  const size = rest < 0n ? -rest : rest;
  const down = value - rest;
  if (size + size < step) return down;
  const up = value < 0n ? down - step : down + step;
  if (up > int64Max) return int64Max;
  return up < -int64Max - 1n ? -int64Max - 1n : up;
}

function tolerant(value: Value | undefined): bigint {
  try {
    return durationOf(value ?? null, (message) => new GoError(message));
  } catch {
    return 0n;
  }
}

function durationOf(value: Value, fail: (message: string) => GoError): bigint {
  if (value instanceof GoInt) {
    if (value.kind === 'duration') return value.n;
    if (value.n > secondsMax || value.n < -secondsMax) throw fail(`duration seconds overflow: ${value.n}`);
    return value.n * second;
  }
  if (typeof value === 'number') return ofSeconds(value, fail);
  if (value === null) throw fail('invalid duration');
  if (typeof value !== 'string') {
    throw fail(`unsupported duration type ${typeName(value) || kindName(value)}`);
  }
  const trimmed = value.trim();
  if (trimmed === '') throw fail('empty duration');
  const parsed = parseDuration(trimmed);
  if (typeof parsed === 'bigint') return parsed;
  if (!/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(trimmed)) {
    throw fail(`could not parse duration ${JSON.stringify(value)}`);
  }
  return ofSeconds(Number(trimmed), fail);
}

function ofSeconds(seconds: number, fail: (message: string) => GoError): bigint {
  if (!Number.isFinite(seconds)) throw fail(`invalid duration seconds: ${seconds}`);
  const limit = Number(int64Max) / 1e9;
  if (seconds > limit || seconds < -limit) throw fail(`duration seconds overflow: ${seconds}`);
  return BigInt(Math.trunc(seconds * 1e9));
}
