import type { Civil } from './calendar.ts';
import { monthNames, parseLayout, weekdayNames } from './layout.ts';
import type { Field } from './layout.ts';
import type { ZoneAt } from './zones.ts';

/** A moment written by one of Go's layouts. */
export function formatTime(layout: string, civil: Civil, zone: ZoneAt): string {
  return parseLayout(layout)
    .map(({ kind, text }) => (kind === 'text' ? text : fieldText(kind, text, civil, zone)))
    .join('');
}

const padded = (n: number, width: number, fill = '0'): string =>
  (n < 0 ? '-' : '') + String(Math.abs(n)).padStart(width, fill);

function fieldText(field: Field, text: string, civil: Civil, zone: ZoneAt): string {
  const month = monthNames[civil.month - 1] ?? '';
  const weekday = weekdayNames[civil.weekday] ?? '';
  const hour12 = civil.hour % 12 === 0 ? 12 : civil.hour % 12;
  switch (field) {
    case 'longMonth':
      return month;
    case 'month':
      return month.slice(0, 3);
    case 'numberMonth':
      return String(civil.month);
    case 'zeroMonth':
      return padded(civil.month, 2);
    case 'longWeekday':
      return weekday;
    case 'weekday':
      return weekday.slice(0, 3);
    case 'day':
      return String(civil.day);
    case 'spaceDay':
      return padded(civil.day, 2, ' ');
    case 'zeroDay':
      return padded(civil.day, 2);
    case 'spaceYearDay':
      return padded(civil.yearDay, 3, ' ');
    case 'zeroYearDay':
      return padded(civil.yearDay, 3);
    case 'hour':
      return padded(civil.hour, 2);
    case 'hour12':
      return String(hour12);
    case 'zeroHour12':
      return padded(hour12, 2);
    case 'minute':
      return String(civil.minute);
    case 'zeroMinute':
      return padded(civil.minute, 2);
    case 'second':
      return String(civil.second);
    case 'zeroSecond':
      return padded(civil.second, 2);
    case 'longYear':
      return padded(civil.year, 4);
    case 'year':
      return padded(((civil.year % 100) + 100) % 100, 2);
    case 'PM':
      return civil.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return civil.hour >= 12 ? 'pm' : 'am';
    case 'zone':
      return zone.name === '' ? offsetText('-0700', zone.offset) : zone.name;
    case 'offset':
      return offsetText(text, zone.offset);
    case 'fraction':
    case 'shortFraction':
      return fractionText(text, civil.nanosecond, field === 'shortFraction');
  }
}

/** `Z07:00` is `Z` for no offset; colons and seconds as the layout has them. */
function offsetText(layout: string, offset: number): string {
  if (layout.startsWith('Z') && offset === 0) return 'Z';
  const size = Math.abs(offset);
  const colon = layout.includes(':') ? ':' : '';
  const digits = layout.replace(/\D/g, '').length;
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60].slice(0, digits / 2);
  // The sign is that of whole minutes.
  return `${Math.trunc(offset / 60) < 0 ? '-' : '+'}${parts.map((part) => padded(part, 2)).join(colon)}`;
}

function fractionText(layout: string, nanosecond: number, short: boolean): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .padEnd(layout.length - 1, '0')
    .slice(0, layout.length - 1);
  const shown = short ? digits.replace(/0+$/, '') : digits;
  return shown === '' ? '' : (layout[0] ?? '') + shown;
}
