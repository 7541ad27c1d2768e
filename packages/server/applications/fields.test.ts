import { describe, expect, it } from 'vitest';
import { fieldFilter } from './fields.ts';
import { labelSelector } from './selector.ts';
import { isNewer } from './store.ts';

const list = {
  metadata: { resourceVersion: '7' },
  items: [
    {
      metadata: { name: 'a', labels: { x: '1' } },
      status: { sync: { status: 'Synced' }, resources: [1, 2] },
    },
    { metadata: { name: 'b' }, spec: {} },
  ],
};

describe('fields', () => {
  it.each([
    ['items.metadata.name', { items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] }],
    [
      'metadata,items.status.sync',
      { metadata: { resourceVersion: '7' }, items: [{ status: { sync: { status: 'Synced' } } }, {}] },
    ],
    ['-items', { metadata: { resourceVersion: '7' } }],
    [
      '-metadata,items.status,items.spec',
      { items: [{ metadata: { name: 'a', labels: { x: '1' } } }, { metadata: { name: 'b' } }] },
    ],
    ['items.constructor', { items: [{}, {}] }],
  ])('%s', (fields, expected) => {
    expect(fieldFilter(fields)?.apply(list)).toEqual(expected);
  });

  it('are all where none are named', () => {
    expect(fieldFilter(null)).toBeUndefined();
    expect(fieldFilter('')).toBeUndefined();
  });
});

describe('a label selector', () => {
  const labels = { app: 'web', tier: 'front', 'example.org/team': 'a' };
  it.each([
    ['app=web', true],
    ['app==web,tier!=back', true],
    ['app!=web', false],
    ['missing!=x', true],
    ['app in (web, api),tier notin (back)', true],
    ['tier in (back)', false],
    ['example.org/team,!missing', true],
    ['missing', false],
    ['', true],
  ])('%s', (text, expected) => {
    expect(labelSelector(text)(labels)).toBe(expected);
  });

  it.each([['a b'], ['=x'], ['a in'], ['(a)'], ['a in (b']])('that is none is refused: %s', (text) => {
    expect(() => labelSelector(text)).toThrow('selector: cannot be understood');
  });
});

it.each([
  ['10', '9', true],
  ['9', '10', false],
  ['10', '10', false],
  ['1', '', true],
])('version %s is newer than %s: %s', (a, b, expected) => {
  expect(isNewer(a, b)).toBe(expected);
});
