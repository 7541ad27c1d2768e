import { GoError, GoInt, formatDuration, parseDuration } from '../../go/index.ts';
import type { GoFunction, Value } from '../../go/index.ts';
import { fn } from '../define.ts';
import { parseTime } from './parse.ts';
import { GoTime, durationOf, zeroTime } from './value.ts';
import { createZoneLoader, utc } from './zones.ts';
import type { Location } from './zones.ts';

const nanosPerSecond = 1_000_000_000n;
const dayLayout = '2006-01-02';

/** Dates and durations. `Local` is the zone that the caller says, UTC by default, so that machines agree. */
export function timeFunctions(
  now: () => number,
  timeZone: string | undefined,
): Readonly<Record<string, GoFunction>> {
  const load = createZoneLoader();
  const local = (timeZone === undefined ? undefined : load(timeZone)) ?? utc;
  const zoneOf = (name: string): Location => (name === 'Local' ? local : (load(name) ?? utc));
  const moment = (seconds: bigint): GoTime => new GoTime(seconds, 0, local, local);
  const current = (): GoTime => {
    const milliseconds = Math.floor(now());
    return moment(0n).add(BigInt(milliseconds) * 1_000_000n);
  };
  const timeOf = (value: Value, kinds: readonly string[]): GoTime => {
    if (value instanceof GoTime) return value;
    return value instanceof GoInt && kinds.includes(value.kind) ? moment(value.n) : current();
  };
  const write = (layout: string, date: Value, zone: string): string =>
    timeOf(date, ['int', 'int32', 'int64']).in(zoneOf(zone)).format(layout);
  const read = (layout: string, text: string): GoTime => {
    const parsed = parseTime(layout, text, local);
    if (!parsed.ok) throw new GoError(parsed.error);
    return new GoTime(parsed.seconds, parsed.nanosecond, parsed.location, local);
  };
  const given = (date: Value): GoTime => (date instanceof GoTime ? date : zeroTime(local));

  const date = fn(['string', 'any'], 'string', (layout, value) => write(layout, value, 'Local'));
  const dateInZone = fn(['string', 'any', 'string'], 'string', write);
  const dateModify = fn(['string', 'time'], 'time', (text, value) => {
    const duration = parseDuration(text);
    return typeof duration === 'bigint' ? given(value).add(duration) : value;
  });
  const mustDateModify = fn(['string', 'time'], 'time', (text, value) => given(value).add(durationOf(text)));

  return {
    now: fn([], 'time', current),
    date,
    dateInZone,
    date_in_zone: dateInZone,
    dateModify,
    date_modify: dateModify,
    mustDateModify,
    must_date_modify: mustDateModify,
    htmlDate: fn(['any'], 'string', (value) => write(dayLayout, value, 'Local')),
    htmlDateInZone: fn(['any', 'string'], 'string', (value, zone) => write(dayLayout, value, zone)),
    toDate: fn(['string', 'string'], 'time', (layout, text) => {
      const parsed = parseTime(layout, text, local);
      return parsed.ok
        ? new GoTime(parsed.seconds, parsed.nanosecond, parsed.location, local)
        : zeroTime(local);
    }),
    mustToDate: fn(['string', 'string'], 'time', read),
    unixEpoch: fn(['time'], 'string', (value) => given(value).seconds.toString()),
    ago: fn(['any'], 'string', (value) => {
      const passed = current().since(timeOf(value, ['int', 'int64']));
      return formatDuration(roundToSecond(passed));
    }),
    duration: fn(['any'], 'string', (value) =>
      formatDuration(BigInt.asIntN(64, secondsOf(value) * nanosPerSecond)),
    ),
    durationRound: fn(['any'], 'string', (value) => {
      if (value instanceof GoTime) return largestUnit(current().since(value));
      if (value instanceof GoInt) return largestUnit(value.kind === 'int64' ? value.n : 0n);
      const parsed = typeof value === 'string' ? parseDuration(value) : 0n;
      return largestUnit(typeof parsed === 'bigint' ? parsed : 0n);
    }),
  };
}

/** Only texts and int64 count; strconv clamps what is too large. */
function secondsOf(value: Value): bigint {
  if (value instanceof GoInt) return value.kind === 'int64' ? value.n : 0n;
  if (typeof value !== 'string' || !/^[+-]?\d+$/.test(value)) return 0n;
  const seconds = BigInt(value.replace(/^\+/, ''));
  const max = (1n << 63n) - 1n;
  return seconds > max ? max : seconds < -max - 1n ? -max - 1n : seconds;
}

/** Half a second is rounded away from zero. */
function roundToSecond(nanos: bigint): bigint {
  const half = nanosPerSecond / 2n;
  return ((nanos < 0n ? nanos - half : nanos + half) / nanosPerSecond) * nanosPerSecond;
}

const units: readonly (readonly [string, bigint])[] = [
  ['y', 31_536_000n],
  ['mo', 2_592_000n],
  ['d', 86_400n],
  ['h', 3_600n],
  ['m', 60n],
  ['s', 1n],
];

/** The largest unit of which there is more than one whole, and how often. */
function largestUnit(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  for (const [name, seconds] of units)
    if (size > seconds * nanosPerSecond) return `${size / (seconds * nanosPerSecond)}${name}`;
  return '0s';
}
