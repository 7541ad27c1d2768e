import { describe, expect, it } from 'vitest';
import { isTimeZone, nextTime, parseCron } from '@plumbline/languages';

/** The first time after `after` that the line names. */
function next(line: string, after: string, zone?: string): string | undefined {
  const schedule = parseCron(line);
  if (!schedule.ok) throw new Error(schedule.error.message);
  const at = nextTime(schedule.value, Date.parse(after), zone);
  return at === undefined ? undefined : new Date(at).toISOString().replace(':00.000Z', 'Z');
}

describe('a schedule', () => {
  it.each([
    ['* * * * *', '2026-03-04T05:06:00Z', '2026-03-04T05:07Z'],
    ['0 22 * * *', '2026-03-04T22:00:00Z', '2026-03-05T22:00Z'],
    ['*/15 8-17 * * mon-fri', '2026-03-06T17:45:00Z', '2026-03-09T08:00Z'],
    ['5/20 * * * *', '2026-03-04T05:26:00Z', '2026-03-04T05:45Z'],
    ['0 0 1 jan,JUL *', '2026-03-04T00:00:00Z', '2026-07-01T00:00Z'],
    ['0 0 29 2 *', '2026-03-04T00:00:00Z', '2028-02-29T00:00Z'],
    ['@daily', '2026-07-01T00:00:00Z', '2026-07-02T00:00Z'],
    ['@every 1h30m', '2026-07-01T00:00:00Z', '2026-07-01T01:30Z'],
  ])('%s after %s comes at %s', (line, after, expected) => {
    expect(next(line, after)).toBe(expected);
  });

  it.each([
    ['with both days named takes either', '0 0 2 * sun', '2026-03-02T00:00Z'],
    ['with a star for one of them takes the other', '0 0 * * sun', '2026-03-08T00:00Z'],
    ['takes a star with a step for a restriction', '0 0 */10 * wed', '2026-03-04T00:00Z'],
  ])('%s', (_, line, expected) => {
    expect(next(line, '2026-03-01T00:00:00Z')).toBe(expected);
  });

  it('never comes on the 30th of February', () => {
    expect(next('0 0 30 2 *', '2026-03-04T00:00:00Z')).toBeUndefined();
  });

  it('follows the clocks of its zone when they change', () => {
    expect(next('30 12 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T10:30Z');
    expect(next('30 12 * * *', '2026-03-27T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-28T11:30Z');
  });

  it.each([
    ['', 'expected exactly 5 fields, found 0: []'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['@never', 'unrecognized descriptor: @never'],
    ['@every 0s', 'failed to parse duration @every 0s: invalid duration'],
  ])('is not %j', (line, message) => {
    expect(parseCron(line)).toMatchObject({ ok: false, error: { code: 'cron', message } });
  });
});

it.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Nowhere/City', false],
])('%s is a time zone: %s', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});
