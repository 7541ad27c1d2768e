import type { Application } from '@plumbline/api';
import { describe, expect, it } from 'vitest';
import { applyEvents, stateOf } from './cache.ts';

function app(name: string, resourceVersion: string, uid = `uid-${name}`): Application {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', resourceVersion, uid },
    spec: {},
  };
}

describe('applyEvents', () => {
  const state = stateOf([app('a', '5'), app('b', '7')], '7');

  it('adds, changes and removes in one batch and leaves the old state alone', () => {
    const next = applyEvents(state, [
      { type: 'ADDED', application: app('c', '8') },
      { type: 'MODIFIED', application: app('a', '9') },
      { type: 'DELETED', application: app('b', '10') },
    ]);
    expect([...next.byKey.keys()]).toEqual(['argocd/a', 'argocd/c']);
    expect(next.byKey.get('argocd/a')?.metadata.resourceVersion).toBe('9');
    expect([...state.byKey.keys()]).toEqual(['argocd/a', 'argocd/b']);
  });

  it('returns the same state when nothing changed, so that nothing renders', () => {
    expect(applyEvents(state, [{ type: 'ADDED', application: app('a', '5') }])).toBe(state);
    expect(applyEvents(state, [{ type: 'DELETED', application: app('z', '1') }])).toBe(state);
  });

  it('ignores an event that is older than the list', () => {
    expect(applyEvents(state, [{ type: 'MODIFIED', application: app('b', '6') }])).toBe(state);
  });

  it('takes an object that was made anew, whatever its version', () => {
    const next = applyEvents(state, [{ type: 'ADDED', application: app('b', '3', 'uid-new') }]);
    expect(next.byKey.get('argocd/b')?.metadata.uid).toBe('uid-new');
  });
});
