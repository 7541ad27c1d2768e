import { describe, expect, it } from 'vitest';
import {
  Secret,
  canonicalJson,
  deepFreeze,
  equalData,
  numberAt,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
} from '@plumbline/base';

describe('canonical JSON', () => {
  it.each([
    ['sorts keys at every depth', { b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
    ['sorts keys that look like numbers as texts', { 9: 1, 10: 2 }, '{"10":2,"9":1}'],
    ['leaves undefined members out', { a: undefined, b: null }, '{"b":null}'],
    ['keeps the places of a list', [3, undefined, 1], '[3,null,1]'],
  ])('%s', (_, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });
});

describe('equality of data', () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [null, {}, false],
    ['1', 1, false],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(equalData(a, b)).toBe(expected);
    expect(equalData(b, a)).toBe(expected);
  });
});

describe('fields of unknown objects', () => {
  const object = {
    name: 'a',
    count: 2,
    inner: { name: 'b' },
    list: [{ x: 1 }, 'y', null],
    texts: ['p', 1, 'q'],
  };

  it('are read where they have the type', () => {
    expect(textAt(object, 'name')).toBe('a');
    expect(numberAt(object, 'count')).toBe(2);
    expect(recordAt(object, 'inner')).toBe(object.inner);
    expect(recordsAt(object, 'list')).toEqual([{ x: 1 }]);
    expect(textsAt(object, 'texts')).toEqual(['p', 'q']);
  });

  it('are the zero value where they have not', () => {
    expect(textAt(object, 'count')).toBe('');
    expect(numberAt(object, 'name')).toBe(0);
    expect(recordAt(object, 'list')).toEqual({});
    expect(recordAt(undefined, 'inner')).toEqual({});
    expect(recordsAt(object, 'inner')).toEqual([]);
    expect(textsAt(object, 'name')).toEqual([]);
  });
});

it('freezing reaches every depth', () => {
  const data = deepFreeze({ a: [{ b: { c: 1 } }] });
  expect(() => Object.assign(data.a[0]?.b ?? {}, { c: 2 })).toThrow(TypeError);
  expect(() => data.a.push({ b: { c: 2 } })).toThrow(TypeError);
});

it('a secret shows itself to nobody who does not ask', () => {
  const secret = new Secret('s3cret');
  const shown = [String(secret), JSON.stringify({ secret }), JSON.stringify(Object.entries(secret))];
  expect(shown.join()).not.toContain('s3cret');
  expect(secret.reveal()).toBe('s3cret');
});
