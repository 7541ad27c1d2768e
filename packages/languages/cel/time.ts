import { CelError, Duration, Timestamp } from './values.ts';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const durationMax = 2n ** 63n - 1n;

/** Go's `time.ParseDuration`; undefined where that is no duration. */
export function parseDuration(text: string): Duration | undefined {
  const sign = /^[+-]/.exec(text)?.[0];
  const rest = sign === undefined ? text : text.slice(1);
  if (rest === '0') return new Duration(0n);
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let nanos = 0n;
  for (const [, amount = '', unit = ''] of rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [whole = '', fraction = ''] = amount.split('.');
    const scale = units[unit]!;
    nanos += BigInt(whole === '' ? '0' : whole) * scale;
    if (fraction !== '') nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  if (nanos > durationMax + (sign === '-' ? 1n : 0n)) return undefined;
  return new Duration(sign === '-' ? -nanos : nanos);
}

function decimal(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  return fraction === '' ? text.slice(0, -digits) : `${text.slice(0, -digits)}.${fraction}`;
}

/** CEL's `string(duration)`: seconds. */
export function formatSeconds(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  return `${sign}${decimal(nanos < 0n ? -nanos : nanos, 9)}s`;
}

const firstSecond = -62_135_596_800n;
const lastSecond = 253_402_300_799n;

/** RFC 3339; undefined where that is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, date = '', time = '', fraction = '', zone = 'Z'] = match;
  const ms = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(ms) || !isDay(date)) return undefined;
  const offset = zoneSeconds(zone);
  if (offset === undefined) return undefined;
  const seconds = BigInt(ms / 1000) - BigInt(offset);
  if (seconds < firstSecond || seconds > lastSecond) return undefined;
  return new Timestamp(seconds * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0')));
}

/** JavaScript accepts the 31st of every month. */
export function isDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return day >= 1 && month >= 1 && month <= 12 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function zoneSeconds(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

export function formatTimestamp({ nanos }: Timestamp): string {
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = (nanos - rest) / 1_000_000_000n;
  const text = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '');
  const fraction = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${text}${fraction}Z`;
}

export function checkTimestamp(nanos: bigint): Timestamp {
  const seconds = nanos / 1_000_000_000n;
  if (seconds < firstSecond || seconds > lastSecond) throw new CelError('timestamp overflow');
  return new Timestamp(nanos);
}

export function checkDuration(nanos: bigint): Duration {
  if (nanos > durationMax || nanos < -durationMax - 1n) throw new CelError('integer overflow');
  return new Duration(nanos);
}

/** The parts of a moment as a clock in the zone shows them. */
export function clockParts(at: Timestamp, zone: string | undefined): Date {
  const ms = Number((at.nanos - (((at.nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n);
  if (zone === undefined || zone === 'UTC' || zone === '') return new Date(ms);
  const offset = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (offset !== null) {
    const seconds = Number(offset[2]) * 3600 + Number(offset[3]) * 60;
    return new Date(ms + (offset[1] === '-' ? -1 : 1) * seconds * 1000);
  }
  try {
    return inNamedZone(ms, zone);
  } catch {
    throw new CelError(`unknown time zone ${zone}`);
  }
}

function inNamedZone(ms: number, zone: string): Date {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(ms));
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return new Date(
    Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
      ((ms % 1000) + 1000) % 1000,
    ),
  );
}
