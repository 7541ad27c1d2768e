import { quoteForTime } from '../../go/index.ts';
import { daysFromCivil, daysInMonth, isLeapYear } from './calendar.ts';
import { monthNames, parseLayout, weekdayNames } from './layout.ts';
import type { Field, LayoutPiece } from './layout.ts';
import { fixedZone, utc } from './zones.ts';
import type { Location } from './zones.ts';

/** A moment that was read, or what time.Parse says is wrong. */
export type ParsedTime =
  | { readonly ok: true; readonly seconds: bigint; readonly nanosecond: number; readonly location: Location }
  | { readonly ok: false; readonly error: string };

interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half: 'am' | 'pm' | undefined;
  isUtc: boolean;
  offset: number | undefined;
  zone: string;
}

/** The text that a field leaves, or undefined when it does not fit; `outOfRange` names a number that is too large. */
interface Step {
  readonly rest: string;
  readonly outOfRange?: string;
}

/** Reads a moment by a layout as time.ParseInLocation does. */
export function parseTime(layout: string, value: string, local: Location): ParsedTime {
  const fields: Fields = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    isUtc: false,
    offset: undefined,
    zone: '',
  };
  const failure = (message: string): ParsedTime => ({
    ok: false,
    error: `parsing time ${quoteForTime(value)}${message}`,
  });
  const mismatch = (at: string, piece: string): ParsedTime =>
    failure(` as ${quoteForTime(layout)}: cannot parse ${quoteForTime(at)} as ${quoteForTime(piece)}`);

  let rest = value;
  const pieces = parseLayout(layout);
  for (const [i, piece] of pieces.entries()) {
    if (piece.kind === 'text') {
      const left = skip(rest, piece.text);
      if ('failed' in left) return mismatch(left.failed, piece.text);
      rest = left.rest;
      continue;
    }
    const step = readField(piece.kind, piece.text, rest, fields, pieces[i + 1]);
    if (step?.outOfRange !== undefined) return failure(`: ${step.outOfRange} out of range`);
    if (step === undefined) return mismatch(rest, piece.text);
    rest = step.rest;
  }
  if (rest !== '') return failure(`: extra text: ${quoteForTime(rest)}`);
  const wrong = settleDate(fields);
  return wrong === undefined ? locate(fields, local) : failure(`: ${wrong}`);
}

/** A space in the layout stands for any number of them. */
function skip(value: string, text: string): { readonly rest: string } | { readonly failed: string } {
  let rest = value;
  for (let at = 0; at < text.length;) {
    if (text[at] === ' ') {
      if (rest !== '' && rest[0] !== ' ') return { failed: rest };
      while (text[at] === ' ') at += 1;
      rest = rest.replace(/^ +/, '');
      continue;
    }
    if (rest[0] !== text[at]) return { failed: rest };
    rest = rest.slice(1);
    at += 1;
  }
  return { rest };
}

function readField(
  field: Field,
  text: string,
  value: string,
  fields: Fields,
  next: LayoutPiece | undefined,
): Step | undefined {
  const number = (
    fixed: boolean,
    name: keyof Fields & ('month' | 'day' | 'hour' | 'minute' | 'second'),
    valid: (n: number) => boolean,
    from = value,
  ): Step | undefined => {
    const digits = (fixed ? /^\d\d/ : /^\d\d?/).exec(from)?.[0];
    if (digits === undefined) return undefined;
    fields[name] = Number(digits);
    const rest = from.slice(digits.length);
    return valid(fields[name]) ? { rest } : { rest, outOfRange: name };
  };
  switch (field) {
    case 'longMonth':
    case 'month':
      return readName(field === 'month', monthNames, value, (i) => (fields.month = i + 1));
    case 'longWeekday':
    case 'weekday':
      return readName(field === 'weekday', weekdayNames, value, () => 0);
    case 'numberMonth':
    case 'zeroMonth':
      return number(field === 'zeroMonth', 'month', (n) => n >= 1 && n <= 12);
    case 'day':
    case 'zeroDay':
      return number(field === 'zeroDay', 'day', () => true);
    case 'spaceDay':
      return number(false, 'day', () => true, value.replace(/^ /, ''));
    case 'spaceYearDay':
    case 'zeroYearDay':
      return readYearDay(field === 'spaceYearDay' ? value.replace(/^ {1,2}/, '') : value, field, fields);
    case 'hour':
      return number(false, 'hour', (n) => n < 24);
    case 'hour12':
    case 'zeroHour12':
      return number(field === 'zeroHour12', 'hour', (n) => n <= 12);
    case 'minute':
    case 'zeroMinute':
      return number(field === 'zeroMinute', 'minute', (n) => n < 60);
    case 'second':
    case 'zeroSecond': {
      const step = number(field === 'zeroSecond', 'second', (n) => n < 60);
      if (step === undefined || step.outOfRange !== undefined) return step;
      const layoutHasFraction = next?.kind === 'fraction' || next?.kind === 'shortFraction';
      return layoutHasFraction ? step : readFraction(step.rest, undefined, fields);
    }
    case 'longYear':
    case 'year':
      return readYear(field, value, fields);
    case 'PM':
    case 'pm': {
      const half = value.slice(0, 2);
      if (half !== (field === 'PM' ? half.toUpperCase() : half.toLowerCase()) || !/^[ap]m$/i.test(half))
        return undefined;
      fields.half = half.toLowerCase() === 'pm' ? 'pm' : 'am';
      return { rest: value.slice(2) };
    }
    case 'zone':
      return readZone(value, fields);
    case 'offset':
      return readOffset(text, value, fields);
    case 'fraction':
      return readFraction(value, text.length - 1, fields);
    case 'shortFraction':
      return readFraction(value, undefined, fields);
  }
}

function readName(
  short: boolean,
  names: readonly string[],
  value: string,
  found: (index: number) => number,
): Step | undefined {
  const lower = value.toLowerCase();
  for (const [i, name] of names.entries()) {
    const wanted = (short ? name.slice(0, 3) : name).toLowerCase();
    if (!lower.startsWith(wanted)) continue;
    found(i);
    return { rest: value.slice(wanted.length) };
  }
  return undefined;
}

function readYear(field: 'longYear' | 'year', value: string, fields: Fields): Step | undefined {
  const digits = (field === 'longYear' ? /^\d{4}/ : /^\d\d/).exec(value)?.[0];
  if (digits === undefined) return undefined;
  const year = Number(digits);
  fields.year = field === 'longYear' ? year : year >= 69 ? year + 1900 : year + 2000;
  return { rest: value.slice(digits.length) };
}

function readYearDay(value: string, field: Field, fields: Fields): Step | undefined {
  const digits = (field === 'zeroYearDay' ? /^\d{3}/ : /^\d{1,3}/).exec(value)?.[0];
  if (digits === undefined) return undefined;
  fields.yearDay = Number(digits);
  return { rest: value.slice(digits.length) };
}

/** Digits behind a point: as many as said, or as there are, which may be none. */
function readFraction(value: string, count: number | undefined, fields: Fields): Step | undefined {
  const digits = /^[.,](\d+)/.exec(value)?.[1];
  if (digits === undefined || (count !== undefined && digits.length < count))
    return count === undefined ? { rest: value } : undefined;
  const used = digits.slice(0, count ?? digits.length);
  fields.nanosecond = Number(used.slice(0, 9).padEnd(9, '0'));
  return { rest: value.slice(1 + used.length) };
}

function readOffset(layout: string, value: string, fields: Fields): Step | undefined {
  if (layout.startsWith('Z') && value.startsWith('Z')) {
    fields.isUtc = true;
    return { rest: value.slice(1) };
  }
  const shape = layout.replace(/^./, '').replace(/\d\d/g, String.raw`(\d\d)`);
  const match = new RegExp(`^([+-])${shape}`).exec(value);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [match[2], match[3], match[4]].map((part) => Number(part ?? 0));
  const rest = value.slice(match[0].length);
  if ((hours ?? 0) > 24) return { rest, outOfRange: 'time zone offset hour' };
  if ((minutes ?? 0) > 60) return { rest, outOfRange: 'time zone offset minute' };
  if ((seconds ?? 0) > 60) return { rest, outOfRange: 'time zone offset second' };
  const size = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  fields.offset = match[1] === '-' ? -size : size;
  return { rest };
}

/** A zone's name is three to five capitals, where four and five end in T; `GMT+3`; or a signed number. */
function readZone(value: string, fields: Fields): Step | undefined {
  if (value.startsWith('UTC')) {
    fields.isUtc = true;
    return { rest: value.slice(3) };
  }
  const name = zoneNameAt(value);
  if (name === undefined) return undefined;
  fields.zone = name;
  return { rest: value.slice(name.length) };
}

function zoneNameAt(value: string): string | undefined {
  const special = /^(?:ChST|MeST)/.exec(value)?.[0];
  if (special !== undefined) return special;
  if (value.startsWith('GMT')) return `GMT${signedOffsetAt(value.slice(3)) ?? ''}`;
  if (/^[+-]/.test(value)) return signedOffsetAt(value);
  const capitals = /^[A-Z]{0,6}/.exec(value)?.[0] ?? '';
  if (capitals.length === 3) return capitals;
  if (capitals.length === 4) return capitals.endsWith('T') || capitals === 'WITA' ? capitals : undefined;
  return capitals.length === 5 && capitals.endsWith('T') ? capitals : undefined;
}

function signedOffsetAt(value: string): string | undefined {
  const text = /^[+-]\d+/.exec(value)?.[0];
  return text !== undefined && Math.abs(Number(text)) < 24 ? text : undefined;
}

/** Fills in what the layout did not say; the answer is what is wrong. */
function settleDate(fields: Fields): string | undefined {
  if (fields.half === 'pm' && fields.hour < 12) fields.hour += 12;
  else if (fields.half === 'am' && fields.hour === 12) fields.hour = 0;
  if (fields.yearDay >= 0) {
    const wrong = settleYearDay(fields);
    if (wrong !== undefined) return wrong;
  }
  if (fields.month < 0) fields.month = 1;
  if (fields.day < 0) fields.day = 1;
  return fields.day < 1 || fields.day > daysInMonth(fields.month, fields.year)
    ? 'day out of range'
    : undefined;
}

function settleYearDay(fields: Fields): string | undefined {
  if (fields.yearDay < 1 || fields.yearDay > (isLeapYear(fields.year) ? 366 : 365))
    return 'day-of-year out of range';
  let month = 1;
  let day = fields.yearDay;
  for (; day > daysInMonth(month, fields.year); month++) day -= daysInMonth(month, fields.year);
  if (fields.month >= 0 && fields.month !== month) return 'day-of-year does not match month';
  if (fields.day >= 0 && fields.day !== day) return 'day-of-year does not match day';
  fields.month = month;
  fields.day = day;
  return undefined;
}

function locate(fields: Fields, local: Location): ParsedTime {
  const { year, month, day, hour, minute, second, nanosecond } = fields;
  const clock = daysFromCivil(year, month, day) * 86_400n + BigInt(hour * 3600 + minute * 60 + second);
  const at = (seconds: bigint, location: Location): ParsedTime => ({
    ok: true,
    seconds,
    nanosecond,
    location,
  });
  if (fields.isUtc) return at(clock, utc);
  if (fields.offset !== undefined) {
    const seconds = clock - BigInt(fields.offset);
    const zone = local.at(seconds);
    const isLocal = zone.offset === fields.offset && (fields.zone === '' || zone.name === fields.zone);
    return at(seconds, isLocal ? local : fixedZone(fields.zone, fields.offset));
  }
  if (fields.zone === '') return at(inZone(clock, local), local);
  const seconds = inZone(clock, local);
  const zone = local.at(seconds);
  if (zone.name === fields.zone) return at(seconds, local);
  const offset =
    fields.zone.startsWith('GMT') && fields.zone.length > 3 ? Number(fields.zone.slice(3)) * 3600 : 0;
  return at(clock, fixedZone(fields.zone, offset));
}

/** The moment when clocks in a place show this; in a gap or an overlap the one that Go chooses. */
export function inZone(clock: bigint, location: Location): bigint {
  const before = location.at(clock).offset;
  const guess = clock - BigInt(before);
  const there = location.at(guess).offset;
  if (there === before) return guess;
  const second = clock - BigInt(there);
  return location.at(second).offset === there ? second : guess;
}
