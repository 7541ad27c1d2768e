import { err, ok, problem, type Result } from '@plumbline/base';

/** A parsed cron line: which minutes, hours, days and months it names. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Both day fields are restricted: then either of them is enough. */
  readonly eitherDay: boolean;
  /** `@every 5m`: a fixed span instead of the calendar. */
  readonly everyMs?: number;
}

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Reads a cron line of five fields (or `@daily`, `@every 5m`), with the texts of robfig/cron, which all upstreams use. */
export function parseCron(line: string): Result<CronSchedule> {
  const parsed = readLine(line.trim());
  return typeof parsed === 'string' ? err(problem('cron', parsed)) : ok(parsed);
}

function readLine(line: string): CronSchedule | string {
  if (line.startsWith('@every ')) return parseEvery(line);
  if (line.startsWith('@') && MACROS[line] === undefined) return `unrecognized descriptor: ${line}`;
  const fields = (MACROS[line] ?? line).split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const minutes = parseField(minute, 0, 59);
  if (typeof minutes === 'string') return minutes;
  const hours = parseField(hour, 0, 23);
  if (typeof hours === 'string') return hours;
  const days = parseField(day, 1, 31);
  if (typeof days === 'string') return days;
  const months = parseField(month, 1, 12, MONTHS, 1);
  if (typeof months === 'string') return months;
  const weekdays = parseField(weekday, 0, 6, WEEKDAYS, 0);
  if (typeof weekdays === 'string') return weekdays;
  return { minutes, hours, days, months, weekdays, eitherDay: !isStar(day) && !isStar(weekday) };
}

// A star restricts nothing; with a step of two or more it does.
function isStar(field: string): boolean {
  return field.split(',').some((part) => /^[*?](?:-[^/]*)?(?:\/0*1)?$/.test(part));
}

function parseEvery(line: string): CronSchedule | string {
  const match = /^@every (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(line);
  const ms =
    match === null
      ? 0
      : (Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)) * 1000;
  if (ms <= 0) return `failed to parse duration ${line}: invalid duration`;
  const none = new Set<number>();
  return {
    minutes: none,
    hours: none,
    days: none,
    months: none,
    weekdays: none,
    eitherDay: false,
    everyMs: ms,
  };
}

function parseField(
  field: string,
  low: number,
  high: number,
  names: readonly string[] = [],
  firstName = 0,
): Set<number> | string {
  const numberOf = (part: string): number => {
    const named = names.indexOf(part.toLowerCase());
    if (named >= 0) return named + firstName;
    return /^\d+$/.test(part) ? Number(part) : Number.NaN;
  };
  const chosen = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', stepText, ...more] = part.split('/');
    if (more.length > 0) return `too many slashes: ${part}`;
    const step = stepText === undefined ? 1 : Number(stepText);
    if (!Number.isInteger(step) || step < 1) return `step of range should be a positive number: ${part}`;
    const [first = '', last, ...others] = range.split('-');
    if (others.length > 0) return `too many hyphens: ${part}`;
    const open = first === '*' || first === '?';
    const from = open ? low : numberOf(first);
    if (Number.isNaN(from))
      return `failed to parse int from ${first}: strconv.Atoi: parsing "${first}": invalid syntax`;
    const to = open ? high : last === undefined ? (stepText === undefined ? from : high) : numberOf(last);
    if (Number.isNaN(to))
      return `failed to parse int from ${last}: strconv.Atoi: parsing "${last}": invalid syntax`;
    if (from < low) return `beginning of range (${from}) below minimum (${low}): ${part}`;
    if (to > high) return `end of range (${to}) above maximum (${high}): ${part}`;
    if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${part}`;
    for (let value = from; value <= to; value += step) chosen.add(value);
  }
  return chosen;
}

/** Wall-clock parts of an instant in a time zone. */
function partsIn(
  zone: Intl.DateTimeFormat | undefined,
  at: number,
): readonly [month: number, day: number, weekday: number, hour: number, minute: number] {
  if (zone === undefined) {
    const date = new Date(at);
    return [
      date.getUTCMonth() + 1,
      date.getUTCDate(),
      date.getUTCDay(),
      date.getUTCHours(),
      date.getUTCMinutes(),
    ];
  }
  const parts = new Map(zone.formatToParts(at).map((part) => [part.type, part.value]));
  const weekday = WEEKDAYS.indexOf((parts.get('weekday') ?? '').toLowerCase());
  return [
    Number(parts.get('month')),
    Number(parts.get('day')),
    weekday,
    Number(parts.get('hour')) % 24,
    Number(parts.get('minute')),
  ];
}

/** True if the platform knows this time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The first time after `after` that the schedule names; undefined if none comes within five years. */
export function nextTime(schedule: CronSchedule, after: number, timeZone?: string): number | undefined {
  if (schedule.everyMs !== undefined) return Math.floor(after / 1000) * 1000 + schedule.everyMs;
  const zone =
    timeZone === undefined || timeZone === 'UTC' || timeZone === 'Etc/UTC'
      ? undefined
      : new Intl.DateTimeFormat('en-US', {
          timeZone,
          month: 'numeric',
          day: 'numeric',
          weekday: 'short',
          hour: 'numeric',
          minute: 'numeric',
          hourCycle: 'h23',
        });
  const end = after + 5 * 366 * 24 * HOUR;
  let at = (Math.floor(after / MINUTE) + 1) * MINUTE;
  while (at <= end) {
    const [month, day, weekday, hour, minute] = partsIn(zone, at);
    const dayFits = schedule.eitherDay
      ? schedule.days.has(day) || schedule.weekdays.has(weekday)
      : schedule.days.has(day) && schedule.weekdays.has(weekday);
    // Skip by whole hours, never more: days are not all 24 hours long.
    if (!schedule.months.has(month) || !dayFits || !schedule.hours.has(hour)) at += HOUR - minute * MINUTE;
    else if (!schedule.minutes.has(minute)) at += MINUTE;
    else return at;
  }
  return undefined;
}
