/** What a clock in a place shows at a moment. */
export interface ZoneAt {
  /** Seconds east of Greenwich. */
  readonly offset: number;
  /** `UTC`, `EST`, `+03`, or nothing for an offset without a name. */
  readonly name: string;
}

/** A place, or an offset. */
export interface Location {
  /** `UTC`, `America/New_York`; as Go's `Location` prints it. */
  readonly name: string;
  at(seconds: bigint): ZoneAt;
}

export const utc: Location = { name: 'UTC', at: () => ({ offset: 0, name: 'UTC' }) };

/** An offset that was read from a text. */
export function fixedZone(name: string, offset: number): Location {
  return { name, at: () => ({ offset, name }) };
}

/** Locales whose zone names together cover most of the tz database; each writes `GMT+3` for what it has no name for. */
const localesOfNames = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'en-CA'];
/** The abbreviations of the tz database; locales know more. */
const abbreviations = new Set(
  (
    'ACDT ACST ADT AEDT AEST AKDT AKST AST AWST BST CAT CDT CEST CET CST EAT EDT EEST EET EST GMT HDT HKT HST IDT IST ' +
    'JST KST MDT MSK MST NDT NST NZDT NZST PDT PKT PST SAST SST UTC WAT WEST WET WIB WIT WITA ChST'
  ).split(' '),
);
/** What no locale abbreviates: the name by the hours east of Greenwich. */
const ownNames: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'Asia/Tokyo': { 9: 'JST' },
  Japan: { 9: 'JST' },
  'Asia/Seoul': { 9: 'KST' },
  'Asia/Shanghai': { 8: 'CST' },
  PRC: { 8: 'CST' },
  'Asia/Taipei': { 8: 'CST' },
  'Asia/Hong_Kong': { 8: 'HKT' },
  'Asia/Macau': { 8: 'CST' },
  'Asia/Manila': { 8: 'PST' },
  'Asia/Jakarta': { 7: 'WIB' },
  'Asia/Makassar': { 8: 'WITA' },
  'Asia/Jayapura': { 9: 'WIT' },
  'Asia/Karachi': { 5: 'PKT' },
  'Asia/Jerusalem': { 2: 'IST', 3: 'IDT' },
  'Asia/Tel_Aviv': { 2: 'IST', 3: 'IDT' },
  'Europe/Moscow': { 3: 'MSK' },
  'Europe/Simferopol': { 3: 'MSK' },
  'Europe/Dublin': { 0: 'GMT', 1: 'IST' },
  'Pacific/Guam': { 10: 'ChST' },
  'Pacific/Pago_Pago': { [-11]: 'SST' },
  'America/Havana': { [-5]: 'CST', [-4]: 'CDT' },
  GMT: { 0: 'GMT' },
  'Etc/GMT': { 0: 'GMT' },
  GMT0: { 0: 'GMT' },
};
/** Files of the database are named with capitals, which a Linux disk insists on. */
const zoneName = /^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z][A-Za-z0-9_+-]*){0,2}$/;
/** Beyond these, JavaScript has no dates. */
const secondsMax = 8_640_000_000_000n;

/** Loads zones of the tz database and remembers them; undefined for a name that is none. */
export function createZoneLoader(): (name: string) => Location | undefined {
  const known = new Map<string, Location | undefined>();
  return (name) => {
    if (name === '' || name === 'UTC') return utc;
    if (known.has(name)) return known.get(name);
    const location = loadZone(name);
    if (known.size < 1000) known.set(name, location);
    return location;
  };
}

function loadZone(name: string): Location | undefined {
  if (!zoneName.test(name)) return undefined;
  try {
    const formats = localesOfNames.map(
      (locale) => new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short', year: 'numeric' }),
    );
    const clock = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    const changes = new Map<number, ZoneAt>();
    return {
      name,
      at: (seconds) => {
        const moment =
          Number(seconds > secondsMax ? secondsMax : seconds < -secondsMax ? -secondsMax : seconds) * 1000;
        // No zone changes its clock within a quarter of an hour.
        const quarter = Math.floor(moment / 900_000);
        const remembered = changes.get(quarter);
        if (remembered !== undefined) return remembered;
        const found = zoneAt(name, new Date(moment), clock, formats);
        if (changes.size < 1000) changes.set(quarter, found);
        return found;
      },
    };
  } catch {
    return undefined;
  }
}

function zoneAt(
  place: string,
  moment: Date,
  clock: Intl.DateTimeFormat,
  formats: readonly Intl.DateTimeFormat[],
): ZoneAt {
  const [sign, hours, minutes, seconds] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(partOf(clock, moment))?.slice(1) ?? [];
  const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  const offset = sign === '-' ? -size : size;
  const own = ownNames[place]?.[offset / 3600];
  if (own !== undefined) return { offset, name: own };
  for (const format of formats) {
    const name = partOf(format, moment);
    if (abbreviations.has(name)) return { offset, name };
  }
  return { offset, name: numericName(offset) };
}

function partOf(format: Intl.DateTimeFormat, moment: Date): string {
  return format.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** The tz database names zones without an abbreviation by their offset. */
function numericName(offset: number): string {
  const size = Math.floor(Math.abs(offset) / 60);
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = size % 60 === 0 ? '' : two(size % 60);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${minutes}`;
}
