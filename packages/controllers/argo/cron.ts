/** A schedule of five fields, as a test of minutes. Undefined where it cannot be read. */
export type Schedule = (time: Date) => boolean;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const NAMED: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

interface Field {
  readonly values: ReadonlySet<number>;
  readonly any: boolean;
}

/** Where both a day of the month and a day of the week are named, either will do: that is cron's rule. */
export function parseSchedule(text: string): Schedule | undefined {
  const parts = (NAMED[text.trim().toLowerCase()] ?? text).trim().split(/\s+/);
  if (parts.length !== 5) return undefined;
  const [minutes, hours, days, months, weekdays] = [
    parseField(parts[0] ?? '', 0, 59),
    parseField(parts[1] ?? '', 0, 23),
    parseField(parts[2] ?? '', 1, 31),
    parseField(parts[3] ?? '', 1, 12, MONTHS, 1),
    parseField(parts[4] ?? '', 0, 7, DAYS, 0),
  ];
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return (time) => {
    if (!minutes.values.has(time.getUTCMinutes()) || !hours.values.has(time.getUTCHours())) return false;
    if (!months.values.has(time.getUTCMonth() + 1)) return false;
    const weekday = time.getUTCDay();
    const ofMonth = days.values.has(time.getUTCDate());
    const ofWeek = weekdays.values.has(weekday) || (weekday === 0 && weekdays.values.has(7));
    return days.any || weekdays.any ? ofMonth && ofWeek : ofMonth || ofWeek;
  };
}

function parseField(
  text: string,
  least: number,
  most: number,
  names: readonly string[] = [],
  first = 0,
): Field | undefined {
  const values = new Set<number>();
  let any = false;
  for (const part of text.toLowerCase().split(',')) {
    const match = /^(\*|\?|[\w]+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part);
    if (match === null) return undefined;
    const [, from = '', to, every] = match;
    const star = from === '*' || from === '?';
    const low = star ? least : numberOf(from, names, first);
    const high = star
      ? most
      : to === undefined
        ? every === undefined
          ? low
          : most
        : numberOf(to, names, first);
    const step = every === undefined ? 1 : Number(every);
    if (low === undefined || high === undefined || low < least || high > most || low > high || step < 1)
      return undefined;
    if (star && step === 1) any = true;
    for (let value = low; value <= high; value += step) values.add(value);
  }
  return { values, any };
}

function numberOf(text: string, names: readonly string[], first: number): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const at = names.indexOf(text);
  return at < 0 ? undefined : at + first;
}
