import { silentLogger } from '@plumbline/base';
import { systemRandom } from '@plumbline/base/node';
import type { KubeObject, KubeRequest, Transport } from '@plumbline/api';
import { afterEach, describe, expect, it } from 'vitest';
import { importCluster, startSandbox } from './index.ts';
import type { Sandbox, SandboxOptions } from './index.ts';

const running: Sandbox[] = [];

async function start(more: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ random: systemRandom, logger: silentLogger, ...more });
  running.push(sandbox);
  return sandbox;
}

afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop();
});

const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject =>
  ({ apiVersion, kind, metadata: { name, namespace: 'default' }, ...more }) as unknown as KubeObject;

const web = object('apps/v1', 'Deployment', 'web', {
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x:1' }] } },
  },
});

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.x.io' },
  spec: {
    group: 'x.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: ['v1', 'v2'].map((name) => ({
      name,
      served: true,
      storage: name === 'v2',
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', properties: { a: { type: 'integer' } } } },
        },
      },
    })),
  },
} as unknown as KubeObject;

/** A cluster with something of everything, and a way to it that writes down what is asked. */
async function full(): Promise<{
  readonly sandbox: Sandbox;
  readonly source: Transport;
  readonly asked: string[];
}> {
  const sandbox = await start();
  const { access } = sandbox;
  access.create(definition, 'user');
  access.create(web, 'user');
  for (let i = 0; i < 1_200; i++) access.create(object('v1', 'ConfigMap', `c-${i}`), 'user');
  const applied = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"c2VjcmV0"}}' };
  const secret = object('v1', 'Secret', 's', { data: { password: 'c2VjcmV0' } });
  access.create({ ...secret, metadata: { ...secret.metadata, annotations: { ...applied, a: 'b' } } }, 'user');
  await sandbox.settle();
  access.create(object('x.io/v1', 'Widget', 'w', { spec: { a: 1 } }), 'user');
  await sandbox.settle();
  const asked: string[] = [];
  const source: Transport = {
    ...sandbox.transport,
    request(request: KubeRequest) {
      asked.push(`${request.method} ${request.path}`);
      return sandbox.transport.request(request);
    },
  };
  return { sandbox, source, asked };
}

describe('a copy of a cluster', () => {
  it('holds what the cluster holds, and goes on from there by itself', async () => {
    const { sandbox, source, asked } = await full();
    const { state, objects, left } = await importCluster(source);
    expect(asked.every((line) => line.startsWith('GET '))).toBe(true);
    expect(asked.filter((line) => line.includes('/configmaps?')).length).toBe(3);
    expect(left).toEqual([]);
    expect(objects).toBe(state.objects.length);
    const copy = await start({ from: { state, now: sandbox.clock.now() } });
    const one = (where: Sandbox, group: string, kind: string, name: string) =>
      where.access.get(group, kind, 'default', name);
    for (const [group, kind, name] of [
      ['apps', 'Deployment', 'web'],
      ['', 'ConfigMap', 'c-777'],
      ['x.io', 'Widget', 'w'],
    ] as const)
      expect(one(copy, group, kind, name)).toEqual(one(sandbox, group, kind, name));
    expect(Array.from(copy.access.list('', 'Pod', 'default'))).toHaveLength(2);
    copy.access.update(
      { ...one(copy, 'apps', 'Deployment', 'web')!, spec: { ...(web['spec'] as object), replicas: 4 } },
      'user',
    );
    await copy.settle();
    expect(one(copy, 'apps', 'Deployment', 'web')?.['status']).toMatchObject({ availableReplicas: 4 });
    expect(one(sandbox, 'apps', 'Deployment', 'web')?.['status']).toMatchObject({ availableReplicas: 2 });
  });

  it('holds no value of a Secret, or no Secret at all', async () => {
    const { source, asked } = await full();
    const { state } = await importCluster(source);
    expect(JSON.stringify(state)).not.toContain('c2VjcmV0');
    expect(state.objects.find(({ kind }) => kind === 'Secret')).toMatchObject({
      metadata: { name: 's', annotations: { a: 'b' } },
      data: { password: 'bWFza2Vk' },
    });
    asked.length = 0;
    const without = await importCluster(source, { secrets: 'without' });
    expect(without.state.objects.some(({ kind }) => kind === 'Secret')).toBe(false);
    expect(asked.some((line) => line.includes('/secrets'))).toBe(false);
    expect(without.left).toEqual([{ what: 'secrets', why: 'Secrets were not asked for' }]);
  });

  it('leaves out what may not be read, and says so', async () => {
    const { sandbox, source } = await full();
    const shy: Transport = {
      ...source,
      request: (request) =>
        request.path.includes('/widgets')
          ? Promise.resolve({ status: 403, headers: {}, body: { message: 'widgets.x.io is forbidden' } })
          : sandbox.transport.request(request),
    };
    const { state, left } = await importCluster(shy);
    expect(left).toEqual([{ what: 'widgets.x.io', why: 'widgets.x.io is forbidden' }]);
    expect(state.objects.some(({ kind }) => kind === 'Deployment')).toBe(true);
  });

  it('can be of some namespaces alone, and not larger than wanted', async () => {
    const { source } = await full();
    const { state } = await importCluster(source, { namespaces: ['kube-system'] });
    const spaces = new Set(state.objects.map(({ metadata }) => metadata.namespace));
    expect(spaces).toEqual(new Set(['kube-system', undefined]));
    expect(
      state.objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
    ).toEqual(['kube-system']);
    await expect(importCluster(source, { objectsMax: 1_000 })).rejects.toThrow('more than 1000 objects');
  });
});

describe('several clusters in one process', () => {
  it('share nothing: objects, kinds, clocks', async () => {
    const clusters = await Promise.all(Array.from({ length: 5 }, () => start()));
    const [first, second] = clusters as [Sandbox, Sandbox];
    first.access.create(definition, 'user');
    await first.settle();
    for (const [i, { access }] of clusters.entries())
      access.create({ ...web, metadata: { ...web.metadata, name: `web-${i}` } }, 'user');
    await second.advance(60_000);
    await Promise.all(clusters.map((cluster) => cluster.settle()));
    for (const [i, { access }] of clusters.entries()) {
      const found = Array.from(access.list('apps', 'Deployment'), ({ metadata, status }) => [
        metadata.name,
        (status as { readonly availableReplicas?: number }).availableReplicas,
      ]);
      expect(found).toEqual([[`web-${i}`, 2]]);
      expect(access.resources().some(({ group }) => group === 'x.io')).toBe(i === 0);
    }
    expect(second.clock.now() - first.clock.now()).toBeGreaterThan(50_000);
    await first.stop();
    expect((await second.transport.request({ method: 'GET', path: '/readyz' })).status).toBe(200);
  });
});
