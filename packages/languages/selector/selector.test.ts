import { describe, expect, it } from 'vitest';
import { matchesFields, parseFieldSelector, parseLabelSelector, readLabelSelector } from './index.ts';

describe('label selectors', () => {
  const labels = { app: 'web', tier: 'front', n: '5', empty: '' };
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app=db', false],
    ['app!=db', true],
    ['other!=db', true],
    ['app in (db,web)', true],
    ['app in (db, cache)', false],
    ['app notin (db)', true],
    ['other notin (db)', true],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['n>4', true],
    ['n<5', false],
    ['app>4', false],
    ['empty=', true],
    ['empty in (,a)', true],
    [' app = web , tier in ( front ) ', true],
    ['app=web,tier=back', false],
    ['toString', false],
  ])('%j: %s', (text, expected) => {
    const selector = parseLabelSelector(text);
    expect(selector.ok && selector.value.matches(labels)).toBe(expected);
  });

  it.each([
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in 1', "unable to parse requirement: found '1' expected: '('"],
    [
      'a>z',
      `unable to parse requirement: values[0]: Invalid value: "z": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      `x=${'v'.repeat(64)}`,
      `unable to parse requirement: values[0][x]: Invalid value: "${'v'.repeat(64)}": must be no more than 63 bytes`,
    ],
    ['a,', "found '', expected: identifier after ','"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ])('refuses %j', (text, message) => {
    expect(parseLabelSelector(text)).toMatchObject({ ok: false, error: { message } });
  });

  it('are printed by key', () => {
    const selector = parseLabelSelector('z in (b,a), !y ,x!=1,w');
    expect(selector.ok && String(selector.value)).toBe('w,x!=1,!y,z in (a,b)');
  });

  it('come as objects too: none selects nothing, an empty one everything', () => {
    const matches = (selector: Parameters<typeof readLabelSelector>[0]): boolean => {
      const read = readLabelSelector(selector);
      return read.ok && read.value.matches(labels);
    };
    expect(matches(undefined)).toBe(false);
    expect(matches({})).toBe(true);
    expect(
      matches({
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }],
      }),
    ).toBe(true);
    expect(matches({ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] })).toBe(false);
    expect(readLabelSelector({ matchExpressions: [{ key: 'a', operator: 'X' }] })).toMatchObject({
      error: { message: '"X" is not a valid label selector operator' },
    });
    expect(readLabelSelector({ matchExpressions: [{ key: 'a', operator: 'In' }] }).ok).toBe(false);
  });
});

describe('field selectors', () => {
  const read = (field: string): string => ({ 'metadata.name': 'a', x: 'b,c' })[field] ?? '';
  it.each([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==a,x!=y', true],
    ['metadata.name!=a', false],
    ['x=b\\,c', true],
  ])('%j: %s', (text, expected) => {
    const terms = parseFieldSelector(text);
    expect(terms.ok && matchesFields(terms.value, read)).toBe(expected);
  });

  it.each([
    ['bad', "invalid selector: 'bad'; can't understand 'bad'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: ='],
    ['a=\\b', 'invalid field selector: invalid escape sequence: \\b'],
  ])('refuses %j', (text, message) => {
    expect(parseFieldSelector(text)).toMatchObject({ ok: false, error: { message } });
  });
});
