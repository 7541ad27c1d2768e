import { describe, expect, it } from 'vitest';
import { isDrifted, parseManifest } from './manifest.ts';

describe('parseManifest', () => {
  it('leaves book-keeping out and puts the status last', () => {
    const text = JSON.stringify({
      status: { ready: true },
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        managedFields: [{}],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'x' },
      },
      data: { a: '1' },
      apiVersion: 'v1',
    });
    expect(JSON.stringify(parseManifest(text))).toBe(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","annotations":{"note":"x"}},"data":{"a":"1"},"status":{"ready":true}}',
    );
  });

  it.each([undefined, '', 'null'])('takes %j for nothing', (text) => {
    expect(parseManifest(text)).toBeUndefined();
  });
});

describe('isDrifted', () => {
  const same = { targetState: '{}', liveState: '{}', modified: false, hook: false };
  it.each([
    ['what is as Git says', same, false],
    ['what was changed', { ...same, modified: true }, true],
    ['what is missing', { ...same, liveState: '' }, true],
    ['what Git no longer has', { ...same, targetState: 'null' }, true],
    ['a hook that has not run', { ...same, liveState: '', hook: true }, false],
  ])('judges %s', (_, resource, expected) => {
    expect(isDrifted(resource)).toBe(expected);
  });
});
