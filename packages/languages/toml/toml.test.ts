import { describe, expect, it } from 'vitest';
import { GoInt, nilList, printValue } from '../go/index.ts';
import type { GoMap, Value } from '../go/index.ts';
import { readToml, writeToml } from './index.ts';

const table = (entries: Readonly<Record<string, Value>>): GoMap => new Map(Object.entries(entries));
const int = (n: number): GoInt => new GoInt('int64', BigInt(n));

describe('writing TOML', () => {
  it.each<[string, Value, string]>([
    [
      'plain keys before tables, floats with a point, nil left out',
      table({ b: 1, a: table({ z: [1, 2, table({ q: null })] }), c: null }),
      'b = 1.0\n\n[a]\n  z = [1.0, 2.0, {}]\n',
    ],
    [
      'sub-tables',
      table({ a: table({ b: table({ c: int(1) }), x: true }), d: 'e' }),
      'd = "e"\n\n[a]\n  x = true\n  [a.b]\n    c = 1\n',
    ],
    [
      'lists of tables',
      table({ l: [table({ a: int(1) }), table({ b: table({ c: 'd' }) })] }),
      '\n[[l]]\n  a = 1\n\n[[l]]\n  [l.b]\n    c = "d"\n'.slice(1),
    ],
    ['only a table', table({ a: table({}) }), '[a]\n'],
    ['nothing', table({}), ''],
    ['lists', table({ a: [], b: [[int(1)], ['x']], c: nilList() }), 'a = []\nb = [[1], ["x"]]\n'],
    ['a mixed list', table({ a: [int(1), table({ b: int(2), c: null })] }), 'a = [1, {b = 2, }]\n'],
    [
      'keys that need quotes',
      table({ 'a b': int(1), '': int(2), 'c.d': table({ é: 'x' }) }),
      '"" = 2\n"a b" = 1\n\n["c.d"]\n  "é" = "x"\n',
    ],
    ['strings', table({ s: 'a"b\\c\n\t\u0001\u007f' }), 's = "a\\"b\\\\c\\n\\t\\u0001\\u007f"\n'],
    [
      'large numbers',
      table({ a: 1e6, b: 1.5e-7, c: int(1_000_000) }),
      'a = 1e+06\nb = 1.5e-07\nc = 1000000\n',
    ],
    ['numbers that are none', table({ a: Number.NaN, b: -Infinity }), 'a = nan\nb = -inf\n'],
    ['a value alone', 'x', '"x"'],
  ])('%s', (_, value, text) => {
    expect(writeToml(value)).toBe(text);
  });

  it.each<[string, Value, string]>([
    ['nil in a list', table({ a: [null] }), 'toml: cannot encode array with nil element'],
    ['a list of tables alone', [table({})], 'toml: top-level values must be Go maps or structs'],
  ])('refuses %s', (_, value, message) => {
    expect(() => writeToml(value)).toThrow(message);
  });

  it('refuses what contains itself', () => {
    const own = table({});
    own.set('a', own);
    expect(() => writeToml(own)).toThrow('toml: the value contains itself');
  });
});

describe('reading TOML', () => {
  it.each([
    ['a = 1\n[b]\nc = 2.5', 'map[a:1 b:map[c:2.5]]'],
    ['a = [1, "x", true]\n[[l]]\nx = 1\n[[l]]', 'map[a:[1 x true] l:[map[x:1] map[]]]'],
    ['a.b.c = 9223372036854775807', 'map[a:map[b:map[c:9223372036854775807]]]'],
    ['d = 1979-05-27T07:32:00Z', 'map[d:1979-05-27 07:32:00 +0000 UTC]'],
    ['d = 1979-05-27T07:32:00.5-07:00', 'map[d:1979-05-27 07:32:00.5 -0700 -0700]'],
    ['d = 1979-05-27', 'map[d:1979-05-27 00:00:00 +0000 date-local]'],
    ['d = 07:32:00', 'map[d:0000-01-01 07:32:00 +0000 time-local]'],
    ['x = inf', 'map[x:+Inf]'],
  ])('%s', (text, printed) => {
    expect(printValue(readToml(text))).toBe(printed);
  });

  it('reads what it has written', () => {
    const value = table({ a: 'x"y', b: [int(1)], c: table({ 'd e': 1.5, l: [table({ k: int(1) })] }) });
    expect(printValue(readToml(writeToml(value)))).toBe(printValue(value));
  });

  it('names the line that is wrong', () => {
    expect(() => readToml('a = 1\nb')).toThrow(/^toml: line 2: /);
  });
});
