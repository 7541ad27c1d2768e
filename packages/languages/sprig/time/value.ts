import { GoError, GoInt, GoObject, parseDuration } from '../../go/index.ts';
import type { GoFunction, GoType, Member, Value } from '../../go/index.ts';
import { fn, int, int64 } from '../define.ts';
import { civilOf, daysFromCivil, floorDivide } from './calendar.ts';
import type { Civil } from './calendar.ts';
import { formatTime } from './format.ts';
import { monthNames, weekdayNames } from './layout.ts';
import { inZone, parseTime } from './parse.ts';
import { GoNamedNumber } from './named-number.ts';
import { fixedZone, utc } from './zones.ts';
import type { Location } from './zones.ts';

const nanosPerSecond = 1_000_000_000n;
/** The first of January of the year 1, which is Go's zero time. */
const zeroSeconds = -62_135_596_800n;
const durationMax = (1n << 63n) - 1n;

/** Go's time.Time: a moment and the place whose clocks tell it. */
export class GoTime extends GoObject {
  override readonly typeName = 'time.Time';
  readonly seconds: bigint;
  readonly nanosecond: number;
  readonly location: Location;
  /** Where `.Local` leads. */
  private readonly local: Location;

  constructor(seconds: bigint, nanosecond: number, location: Location, local: Location) {
    super();
    this.seconds = seconds;
    this.nanosecond = nanosecond;
    this.location = location;
    this.local = local;
  }

  /** Nanoseconds since the epoch. */
  get nanos(): bigint {
    return this.seconds * nanosPerSecond + BigInt(this.nanosecond);
  }

  civil(): Civil {
    return civilOf(this.seconds + BigInt(this.location.at(this.seconds).offset), this.nanosecond);
  }

  format(layout: string): string {
    return formatTime(layout, this.civil(), this.location.at(this.seconds));
  }

  in(location: Location): GoTime {
    return new GoTime(this.seconds, this.nanosecond, location, this.local);
  }

  add(nanos: bigint): GoTime {
    const sum = this.nanos + nanos;
    const seconds = floorDivide(sum, nanosPerSecond);
    return new GoTime(seconds, Number(sum - seconds * nanosPerSecond), this.location, this.local);
  }

  /** What lies between, as a duration that stays in its range. */
  since(other: GoTime): bigint {
    const difference = this.nanos - other.nanos;
    return difference > durationMax
      ? durationMax
      : difference < -durationMax - 1n
        ? -durationMax - 1n
        : difference;
  }

  override print(): string {
    return this.format('2006-01-02 15:04:05.999999999 -0700 MST');
  }

  override asJson(): Value {
    return this.format('2006-01-02T15:04:05.999999999Z07:00');
  }

  override member(name: string): Member | undefined {
    const make = methods[name];
    return make === undefined ? undefined : { method: make(this) };
  }

  addDate(years: number, months: number, days: number): GoTime {
    const { year, month, day, hour, minute, second } = this.civil();
    const midnight = daysFromCivil(year + years, month + months, day + days) * 86_400n;
    const clock = midnight + BigInt(hour * 3600 + minute * 60 + second);
    return new GoTime(inZone(clock, this.location), this.nanosecond, this.location, this.local);
  }

  toLocal(): GoTime {
    return this.in(this.local);
  }
}

/** The zero time. */
export function zeroTime(local: Location): GoTime {
  return new GoTime(zeroSeconds, 0, utc, local);
}

type MethodOf = (time: GoTime) => GoFunction;
const getter =
  (result: GoType, get: (time: GoTime) => Value): MethodOf =>
  (time) =>
    fn([], result, () => get(time));
const relation =
  (holds: (difference: bigint) => boolean): MethodOf =>
  (time) =>
    fn(['time'], 'bool', (other) => other instanceof GoTime && holds(time.nanos - other.nanos));

/** Rounds to a multiple since the zero time; `half` of the unit is added before. */
const toMultiple =
  (half: (unit: bigint) => bigint): MethodOf =>
  (time) =>
    fn(['duration'], 'time', ({ n: unit }) => {
      if (unit <= 0n) return time;
      const sinceZero = time.nanos - zeroSeconds * nanosPerSecond;
      const rest = ((sinceZero % unit) + unit) % unit;
      return half(unit) > 0n && rest * 2n >= unit ? time.add(unit - rest) : time.add(-rest);
    });

/** The methods that templates reach; those with several results cannot be called from one. */
const methods: Readonly<Record<string, MethodOf>> = {
  Format: (time) => fn(['string'], 'string', (layout) => time.format(layout)),
  String: getter('string', (time) => time.print()),
  Unix: getter('int64', (time) => int64(time.seconds)),
  UnixMilli: getter('int64', (time) => int64(floorDivide(time.nanos, 1_000_000n))),
  UnixMicro: getter('int64', (time) => int64(floorDivide(time.nanos, 1_000n))),
  UnixNano: getter('int64', (time) => int64(time.nanos)),
  Year: getter('int', (time) => int(time.civil().year)),
  Month: getter('any', (time) => {
    const { month } = time.civil();
    return new GoNamedNumber('time.Month', month, monthNames[month - 1] ?? '');
  }),
  Day: getter('int', (time) => int(time.civil().day)),
  YearDay: getter('int', (time) => int(time.civil().yearDay)),
  Weekday: getter('any', (time) => {
    const { weekday } = time.civil();
    return new GoNamedNumber('time.Weekday', weekday, weekdayNames[weekday] ?? '');
  }),
  Hour: getter('int', (time) => int(time.civil().hour)),
  Minute: getter('int', (time) => int(time.civil().minute)),
  Second: getter('int', (time) => int(time.civil().second)),
  Nanosecond: getter('int', (time) => int(time.nanosecond)),
  IsZero: getter('bool', (time) => time.seconds === zeroSeconds && time.nanosecond === 0),
  UTC: getter('time', (time) => time.in(utc)),
  Local: getter('time', (time) => time.toLocal()),
  Add: (time) => fn(['duration'], 'time', ({ n }) => time.add(n)),
  AddDate: (time) =>
    fn(['int', 'int', 'int'], 'time', (years, months, days) =>
      time.addDate(Number(years.n), Number(months.n), Number(days.n)),
    ),
  Sub: (time) =>
    fn(
      ['time'],
      'duration',
      (other) => new GoInt('duration', other instanceof GoTime ? time.since(other) : 0n),
    ),
  Before: relation((difference) => difference < 0n),
  After: relation((difference) => difference > 0n),
  Equal: relation((difference) => difference === 0n),
  Truncate: toMultiple(() => 0n),
  Round: toMultiple((unit) => unit),
};

/** The nanoseconds of a duration, or its error thrown. */
export function durationOf(text: string): bigint {
  const parsed = parseDuration(text);
  if (typeof parsed === 'bigint') return parsed;
  throw new GoError(parsed.error);
}

/** A time that another language has read: in a place without a zone of its own, or as the text says. */
export function parseGoTime(text: string, layout: string, place?: string): GoTime {
  const parsed = parseTime(layout, text, place === undefined ? utc : fixedZone(place, 0));
  if (!parsed.ok) throw new GoError(parsed.error);
  return new GoTime(parsed.seconds, parsed.nanosecond, parsed.location, utc);
}
