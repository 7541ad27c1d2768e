import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { directivesOf, hookOf, hookTypes, isHook, waveOf } from './directives.ts';
import { isSelfReference, parseTracking, trackingId, trackingIndex } from './tracking.ts';

function object(annotations: Readonly<Record<string, string>>, more: Partial<KubeObject> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'n', annotations },
    ...more,
  };
}

const hook = 'argocd.argoproj.io/hook';

describe('hook annotations', () => {
  it.each([
    [{}, false, []],
    [{ [hook]: 'PreSync' }, true, ['PreSync']],
    [{ [hook]: ' PreSync, PostSync ,PreSync' }, true, ['PreSync', 'PostSync']],
    [{ [hook]: 'Nonsense' }, false, []],
    [{ 'helm.sh/hook': 'pre-install,pre-upgrade' }, true, ['PreSync']],
    [{ 'helm.sh/hook': 'test' }, true, []],
    [{ 'helm.sh/hook': 'crd-install' }, false, []],
    [{ 'helm.sh/hook': 'pre-install', [hook]: 'PostSync' }, true, ['PostSync']],
  ])('%j: hook %s of %j', (annotations, yes, types) => {
    expect([isHook(object(annotations)), hookTypes(object(annotations))]).toEqual([yes, types]);
  });

  it('adds Helm delete policies to Argo CD ones, and replaces before creation where none is named', () => {
    const both = object({
      'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded',
      'helm.sh/hook-delete-policy': 'hook-failed',
    });
    expect(hookOf(both, 'before').delete).toEqual(['succeeded', 'failed']);
    expect(hookOf(object({}), 'before').delete).toEqual(['beforeCreation']);
  });
});

describe('waves', () => {
  const wave = 'argocd.argoproj.io/sync-wave';
  it.each([
    [{}, 0],
    [{ [wave]: '-3' }, -3],
    [{ [wave]: 'soon' }, 0],
    [{ 'helm.sh/hook-weight': '5' }, 5],
    [{ [wave]: '1', 'helm.sh/hook-weight': '5' }, 1],
  ])('%j is wave %d', (annotations, expected) => {
    expect(waveOf(object(annotations))).toBe(expected);
  });
});

describe('sync options', () => {
  const own = (options: string) => object({ 'argocd.argoproj.io/sync-options': options });
  it.each<[KubeObject, readonly string[], string]>([
    [object({}), [], 'client'],
    [object({}), ['ServerSideApply=true'], 'server'],
    [own('ServerSideApply=false'), ['ServerSideApply=true'], 'client'],
    [own('Replace=true'), ['ServerSideApply=true'], 'replace'],
  ])('choose the way to apply (%#)', (given, options, mode) => {
    expect(directivesOf(given, options).apply.mode).toBe(mode);
  });

  it.each([
    ['Prune=false', 'no'],
    ['Prune=confirm', 'confirm'],
    ['Force=true, Prune=false', 'no'],
    ['', 'yes'],
  ])('%j prunes: %s', (options, prune) => {
    expect(directivesOf(own(options), []).prune).toBe(prune);
  });
});

describe('tracking ids', () => {
  it('name application, kind and place, and are read back', () => {
    const id = trackingId('app', object({}, { apiVersion: 'apps/v1', kind: 'Deployment' }), 'other');
    expect(id).toBe('app:apps/Deployment:n/a');
    const marked = object({ 'argocd.argoproj.io/tracking-id': id });
    expect(parseTracking(marked)).toEqual({
      instance: 'app',
      group: 'apps',
      kind: 'Deployment',
      namespace: 'n',
      name: 'a',
    });
    expect(trackingIndex(marked)).toBe('app');
  });

  it.each(['', 'app', 'app:x', 'app:a/b/c:n/m', ':a/b:n/m', 'app:/ConfigMap:a'])(
    '%j belongs to nobody',
    (id) => {
      expect(parseTracking(object({ 'argocd.argoproj.io/tracking-id': id }))).toBeUndefined();
    },
  );

  it.each([
    ['app:/ConfigMap:n/a', true],
    ['app:/ConfigMap:n/b', false],
    ['app:/ConfigMap:other/a', false],
    ['app:apps/Deployment:n/a', false],
  ])('%s is about the object that carries it: %s', (id, own) => {
    const marked = object({ 'argocd.argoproj.io/tracking-id': id });
    const tracking = parseTracking(marked);
    expect(tracking !== undefined && isSelfReference(marked, tracking)).toBe(own);
  });
});
