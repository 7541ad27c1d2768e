import { describe, expect, it } from 'vitest';
import { fieldFilter } from './fields.ts';
import { applicationFilter, isNewer } from './store.ts';

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

describe('the filter of lists', () => {
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd', labels: { app: 'web', tier: 'front' } },
    spec: { project: 'team', source: { repoURL: 'https://host/shop.git' } },
  };
  it.each([
    ['', true],
    ['name=shop', true],
    ['name=other', false],
    ['appNamespace=argocd', true],
    ['appNamespace=other', false],
    ['projects=team', true],
    ['project=default&projects=other', false],
    ['repo=https://host/shop.git', true],
    ['repo=https://host/other.git', false],
    ['selector=app=web,tier!=back', true],
    ['selector=app in (api),tier', false],
  ])('%s', (query, expected) => {
    expect(applicationFilter(new URLSearchParams(query))(application)).toBe(expected);
  });

  it.each([['a b'], ['=x'], ['a in'], ['(a)'], ['a in (b']])('refuses the selector %s', (selector) => {
    expect(() => applicationFilter(new URLSearchParams({ selector }))).toThrow(/^selector: .*(found|parse)/);
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
