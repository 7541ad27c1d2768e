/** A moment in parts, in some zone. */
export interface Civil {
  readonly year: number;
  /** 1 is January. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 is the first of January. */
  readonly yearDay: number;
}

const secondsPerDay = 86_400n;

/** Seconds since the epoch of a date at midnight UTC, in the Gregorian calendar of all times; months may overflow. */
export function daysFromCivil(year: number, month: number, day: number): bigint {
  const months = BigInt(month) - 1n;
  const wholeYears = floorDivide(months, 12n);
  const y = BigInt(year) + wholeYears;
  const m = Number(months - wholeYears * 12n) + 1;
  const shifted = m > 2 ? y : y - 1n;
  const era = floorDivide(shifted, 400n);
  const ofEra = Number(shifted - era * 400n);
  const ofYear = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5);
  const dayOfEra = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return era * 146_097n + BigInt(dayOfEra) - 719_468n + BigInt(day) - 1n;
}

/** The parts of a moment that is given in seconds of the zone's own clock. */
export function civilOf(seconds: bigint, nanosecond: number): Civil {
  const days = floorDivide(seconds, secondsPerDay);
  const rest = Number(seconds - days * secondsPerDay);
  const shifted = days + 719_468n;
  const era = floorDivide(shifted, 146_097n);
  const dayOfEra = Number(shifted - era * 146_097n);
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = Number(era) * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nanosecond,
    weekday: Number((((days + 4n) % 7n) + 7n) % 7n),
    yearDay: Number(days - daysFromCivil(year, 1, 1)) + 1,
  };
}

export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(month: number, year: number): number {
  return month === 2 && isLeapYear(year)
    ? 29
    : ([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0);
}
