import type { Application, KubeObject, Manifest } from '@plumbline/api';
import { describe, expect, it } from 'vitest';
import type { DesiredRequest } from './desired.ts';
import { createWhy } from './why.ts';

const application = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    project: 'default',
    source: { repoURL: 'https://git.example/a.git', path: '.', targetRevision: 'main' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'prod' },
  },
  status: {
    sync: { status: 'Synced', revision: 'new' },
    history: [{ id: 0, revision: 'deployed', deployedAt: '' }],
  },
} as unknown as Application;

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    template: {
      spec: {
        containers: [
          { name: 'a', image: 'x:1' },
          { name: 'b', image: 'y:1' },
        ],
      },
    },
  },
} as unknown as KubeObject;

const owners = (manager: string, time: string, fieldsV1: unknown) => ({
  manager,
  operation: 'Update',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1,
});

const containers = (name: string) => ({
  'f:spec': {
    'f:template': { 'f:spec': { 'f:containers': { [`k:{"name":"${name}"}`]: { '.': {}, 'f:image': {} } } } },
  },
});

function house(manifests: readonly Manifest[], live?: KubeObject) {
  const asked: { requests: DesiredRequest[]; keys: unknown[]; blames: string[] } = {
    requests: [],
    keys: [],
    blames: [],
  };
  const why = createWhy({
    live(key) {
      asked.keys.push(key);
      return live;
    },
    load(request) {
      asked.requests.push(request);
      const rendering = { manifests, reads: [], warnings: [] };
      return Promise.resolve({
        ok: true,
        value: {
          manifests,
          revisions: ['commit'],
          types: ['Kustomize'],
          renderings: [{ type: 'Kustomize', rendering }],
        },
      });
    },
    blame(repoURL, revision, file, line) {
      asked.blames.push(`${repoURL} ${revision} ${file}:${line}`);
      return Promise.resolve({ revision: 'c', author: 'Ada', email: '', date: '', message: 'more' });
    },
  });
  return { why, asked };
}

const replicas: Manifest = {
  object: deployment,
  origin: { file: 'base/web.yaml', line: 1, document: 0 },
  origins: new Map([
    [
      '/spec/replicas',
      [
        { act: 'file', file: 'base/web.yaml', line: 6 },
        { act: 'transformer', file: 'kustomization.yaml', line: 3, detail: 'replicas[0]' },
      ],
    ],
  ]),
};

describe('why', () => {
  it('renders what was deployed and names the commit of each line', async () => {
    const { why, asked } = house([replicas]);
    const told = await why(application, { kind: 'deployment', name: 'web', field: 'spec.replicas' });
    expect(told).toMatchObject({
      ok: true,
      value: {
        pointer: '/spec/replicas',
        desired: 2,
        revision: 'commit',
        steps: [
          { act: 'file', commit: { author: 'Ada' } },
          { act: 'transformer', commit: { author: 'Ada' } },
        ],
        managers: [],
      },
    });
    expect(asked.requests[0]).toMatchObject({ revisions: ['deployed'], refresh: false });
    expect(asked.keys).toEqual([{ group: 'apps', kind: 'Deployment', namespace: 'prod', name: 'web' }]);
    expect(asked.blames).toEqual([
      'https://git.example/a.git commit base/web.yaml:6',
      'https://git.example/a.git commit kustomization.yaml:3',
    ]);
  });

  it('finds who owns a field of an item, and of a part that is owned as one', async () => {
    const live = {
      ...deployment,
      metadata: {
        ...deployment.metadata,
        managedFields: [
          owners('kubectl-edit', '2026-01-02T00:00:00Z', containers('b')),
          owners('argocd-controller', '2026-01-01T00:00:00Z', { 'f:spec': { 'f:template': {} } }),
          owners('someone', '2026-01-03T00:00:00Z', containers('a')),
        ],
      },
    } as unknown as KubeObject;
    const { why } = house([replicas], live);
    const told = await why(application, {
      kind: 'Deployment',
      name: 'web',
      field: 'spec.template.spec.containers[1].image',
    });
    expect(told.ok && told.value.managers.map(({ manager }) => manager)).toEqual([
      'argocd-controller',
      'kubectl-edit',
    ]);
  });

  it('shows no value of a Secret', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { password: 'aHVudGVyMg==' },
    } as unknown as KubeObject;
    const live = { ...secret, data: { password: 'b3RoZXI=' } } as unknown as KubeObject;
    const { why } = house([{ object: secret, origin: replicas.origin }], live);
    const told = await why(application, { kind: 'Secret', name: 's', field: 'data.password' });
    expect(told.ok && String(told.value.desired)).toMatch(/^\++$/);
    expect(JSON.stringify(told)).not.toMatch(/aHVudGVyMg|b3RoZXI/);
  });

  it.each([
    ['Deployment', 'none', 'spec', 'no-such-object'],
    ['Deployment', 'web', 'spec.nope', 'no-such-field'],
  ])('says that %s %s %s is not there', async (kind, name, field, code) => {
    const { why } = house([replicas]);
    expect(await why(application, { kind, name, field })).toMatchObject({ ok: false, error: { code } });
  });

  it('asks which one is meant', async () => {
    const { why } = house([replicas, replicas]);
    expect(await why(application, { kind: 'Deployment', name: 'web', field: 'spec' })).toMatchObject({
      error: { code: 'ambiguous' },
    });
  });
});
