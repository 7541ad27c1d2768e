import { describe, expect, it } from 'vitest';
import type { AppProject, Application, ApplicationSpec } from '@plumbline/api';
import { defaultProject, destinationPermitted, kindPermitted, sourcePermitted } from './project.ts';
import { checkSpec } from './spec.ts';

const server = 'https://kubernetes.default.svc';
const good: ApplicationSpec = {
  project: 'default',
  source: { repoURL: 'https://git.example.com/app.git', path: 'deploy' },
  destination: { server, namespace: 'n' },
};

function application(spec: ApplicationSpec): Application {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'app', namespace: 'argocd' },
    spec,
  };
}

function messageOf(
  spec: ApplicationSpec,
  project: AppProject | undefined = defaultProject('argocd'),
): string {
  const check = checkSpec(application(spec), { project, server, namespace: 'argocd' });
  return check.ok ? 'ok' : check.condition.message;
}

describe('specs', () => {
  it.each<[string, ApplicationSpec, string]>([
    ['a plain one', good, 'ok'],
    [
      'a trailing slash in the server',
      { ...good, destination: { server: `${server}/`, namespace: 'n' } },
      'ok',
    ],
    ['the name of this cluster', { ...good, destination: { name: 'in-cluster', namespace: 'n' } }, 'ok'],
    [
      'name and server',
      { ...good, destination: { name: 'in-cluster', server } },
      `application destination can't have both name and server defined: in-cluster ${server}`,
    ],
    [
      'an unknown server',
      { ...good, destination: { server: 'https://cluster.example.com' } },
      'error getting cluster by server "https://cluster.example.com": rpc error: code = NotFound desc = cluster "https://cluster.example.com" not found',
    ],
    [
      'no path',
      { ...good, source: { repoURL: 'https://git.example.com/app.git' } },
      'spec.source.repoURL and either spec.source.path or spec.source.chart are required',
    ],
    [
      'a source that only lends files',
      { ...good, sources: [{ repoURL: 'https://g/a.git', ref: 'values' }] },
      'ok',
    ],
  ])('%s', (_name, spec, expected) => {
    expect(messageOf(spec)).toBe(expected);
  });

  it('need their project', () => {
    const check = checkSpec(application(good), { project: undefined, server, namespace: 'argocd' });
    expect(check).toMatchObject({
      ok: false,
      projectMissing: 'default',
      condition: { message: 'Application referencing project default which does not exist' },
    });
  });

  it('must go where their project lets them', () => {
    const project: AppProject = {
      ...defaultProject('argocd'),
      spec: { sourceRepos: ['*'], destinations: [{ namespace: 'other', server: '*' }] },
    };
    expect(messageOf(good, project)).toBe(
      `application destination server '${server}' and namespace 'n' do not match any of the allowed destinations in project 'default'`,
    );
  });
});

describe('projects', () => {
  it.each<[readonly string[], string, boolean]>([
    [['*'], 'https://git.example.com/a.git', true],
    [['https://git.example.com/*'], 'https://git.example.com/team/a', true],
    [['https://git.example.com/a'], 'https://git.example.com/a.git', true],
    [['*', '!https://git.example.com/secret'], 'https://git.example.com/secret.git', false],
    [[], 'https://git.example.com/a', false],
  ])('of sources %j permit %s: %s', (sourceRepos, url, expected) => {
    expect(sourcePermitted({ sourceRepos }, url)).toBe(expected);
  });

  it.each([
    ['*', '*', true],
    ['*', '!n', false],
    ['!https://kubernetes.default.svc', '*', false],
    ['*', 'team-*', false],
  ])('of destination %s in %s permit n: %s', (where, namespace, expected) => {
    const rules = [
      { server: '*', namespace: 'n' },
      { server: where, namespace },
    ];
    const veto = where.startsWith('!') || namespace.startsWith('!');
    const destinations = veto ? rules : rules.slice(1);
    expect(destinationPermitted({ destinations }, { server, namespace: 'n' })).toBe(expected);
  });

  it('deny cluster-scoped kinds and permit namespaced ones where nothing is said', () => {
    const key = { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', namespace: '', name: 'r' };
    expect(kindPermitted({}, key, false)).toBe(false);
    expect(
      kindPermitted({ clusterResourceWhitelist: [{ group: '*', kind: 'ClusterRole' }] }, key, false),
    ).toBe(true);
    const map = { group: '', kind: 'ConfigMap', namespace: 'n', name: 'a' };
    expect(kindPermitted({}, map, true)).toBe(true);
    expect(kindPermitted({ namespaceResourceWhitelist: [] }, map, true)).toBe(false);
    expect(kindPermitted({ namespaceResourceBlacklist: [{ group: '', kind: 'Config*' }] }, map, true)).toBe(
      false,
    );
  });
});
