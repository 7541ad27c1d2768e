import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { KubeObject, Transport } from '@plumbline/api';
import { startLocalKube } from '@plumbline/localkube';
import type { LocalKube } from '@plumbline/localkube';
import {
  connect,
  httpsTransport,
  isStatusError,
  portTransport,
  retryOnConflict,
  serveTransport,
} from '@plumbline/kube';
import type { Cluster, Port } from '@plumbline/kube';

const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

let kube: LocalKube;
let cluster: Cluster;

function configMap(name: string, more: Partial<KubeObject> = {}, owner?: string): KubeObject {
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner ?? '' }];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', ...(owner === undefined ? {} : { ownerReferences }) },
    data: { n: name },
    ...more,
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition(); round++) {
    if (round > 3_000) throw new Error('this never came true');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function names(objects: Iterable<KubeObject>): string[] {
  return [...objects].map(({ metadata }) => metadata.name).toSorted();
}

function throughPort(transport: Transport): Transport {
  const { port1, port2 } = new MessageChannel();
  serveTransport(transport, port1 as unknown as Port);
  return portTransport(port2 as unknown as Port);
}

describe.each(['in process', 'through a port', 'over HTTP'])('a cluster %s', (way) => {
  beforeEach(async () => {
    kube = await startLocalKube({ ...ports, controllers: false, pods: 'none' });
    const listener = way === 'over HTTP' ? await kube.listen({ host: '127.0.0.1', port: 0 }) : undefined;
    const transport =
      listener !== undefined
        ? httpsTransport({ server: listener.url })
        : way === 'through a port'
          ? throughPort(kube.transport)
          : kube.transport;
    const index = (object: KubeObject): string | undefined => object.metadata.labels?.['file'];
    cluster = connect({
      ...ports,
      transport,
      name: 'embedded',
      server: 'https://kubernetes.default.svc',
      index,
    });
  });

  afterEach(async () => {
    await cluster.close();
    await kube.stop();
  });

  it('creates, reads, changes and deletes', async () => {
    const created = await cluster.create(configMap('a'), { fieldManager: 'test' });
    expect(created.metadata.uid).toBeDefined();
    const ref = { ...CONFIG_MAP, namespace: 'default', name: 'a' };
    const patched = await cluster.patch(ref, 'application/merge-patch+json', { data: { m: '1' } });
    expect(patched['data']).toEqual({ n: 'a', m: '1' });
    await expect(cluster.update(created)).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
    const again = await retryOnConflict(systemClock, async () => {
      const current = await cluster.get(ref);
      return cluster.update({ ...current!, data: { only: 'this' } });
    });
    expect(again['data']).toEqual({ only: 'this' });
    await expect(cluster.create(configMap('a'))).rejects.toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
    });
    await expect(cluster.delete(ref, { uid: 'another' })).rejects.toMatchObject({ code: 409 });
    await cluster.delete(ref, { uid: created.metadata.uid ?? '', propagation: 'Background' });
    expect(await cluster.get(ref)).toBeUndefined();
    const thrown: unknown = await cluster.delete(ref).catch((error: unknown) => error);
    expect(isStatusError(thrown, 404)).toBe(true);
  });

  it('asks for metadata alone where nobody reads the rest', async () => {
    const created = await cluster.create(configMap('a'), { answer: 'metadata' });
    expect(created).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
    expect(created['data']).toBeUndefined();
    expect(await cluster.get({ ...CONFIG_MAP, namespace: 'default', name: 'a' })).toMatchObject({
      data: { n: 'a' },
    });
  });

  it('applies on the server, and dry runs leave nothing behind', async () => {
    const ref = { ...CONFIG_MAP, namespace: 'default', name: 'applied' };
    const apply = { fieldManager: 'test', force: true };
    const dry = await cluster.patch(ref, 'application/apply-patch+yaml', configMap('applied'), {
      ...apply,
      dryRun: true,
    });
    expect(dry['data']).toEqual({ n: 'applied' });
    expect(await cluster.get(ref)).toBeUndefined();
    await cluster.patch(ref, 'application/apply-patch+yaml', configMap('applied'), apply);
    expect((await cluster.get(ref))?.metadata.managedFields?.[0]?.manager).toBe('test');
  });

  it('lists by label, and in pages', async () => {
    for (let i = 0; i < 12; i++) {
      const metadata = { name: `m-${i}`, namespace: 'default', labels: { even: String(i % 2 === 0) } };
      await cluster.create(configMap(`m-${i}`, { metadata }));
    }
    const { items } = await cluster.list(CONFIG_MAP, { namespace: 'default', labelSelector: 'even=true' });
    expect(items).toHaveLength(6);
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  it('keeps a live view with its indexes', async () => {
    const owner = await cluster.create(configMap('owner'));
    const uid = owner.metadata.uid ?? '';
    await cluster.live.require([CONFIG_MAP]);
    expect(cluster.live.synced(CONFIG_MAP)).toBe(true);
    expect(cluster.live.get({ ...CONFIG_MAP, namespace: 'default', name: 'owner' })?.metadata.uid).toBe(uid);
    const changes: string[] = [];
    cluster.live.listen(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
    await cluster.create(configMap('child', {}, uid));
    await until(() => names(cluster.live.children(uid)).length === 1);
    const ref = { ...CONFIG_MAP, namespace: 'default', name: 'child' };
    await cluster.patch(ref, 'application/merge-patch+json', {
      metadata: { labels: { file: 'a.yaml' }, ownerReferences: null },
    });
    await until(() => names(cluster.live.indexed('a.yaml')).length === 1);
    expect(names(cluster.live.children(uid))).toEqual([]);
    await cluster.delete(ref);
    await until(() => changes.includes('deleted child'));
    expect(changes).toEqual(['added child', 'modified child', 'deleted child']);
    expect(names(cluster.live.indexed('a.yaml'))).toEqual([]);
  });

  it('watches everything but what is excluded', async () => {
    await cluster.live.everything(({ kind }) => kind === 'Namespace');
    expect(cluster.live.synced({ group: '', kind: 'ConfigMap' })).toBe(true);
    expect(cluster.live.synced({ group: 'apps', kind: 'Deployment' })).toBe(true);
    expect(cluster.live.synced({ group: '', kind: 'Namespace' })).toBe(false);
    expect([...cluster.live.all({ group: '', kind: 'Namespace' })]).toEqual([]);
  });

  it('follows definitions as they come, change and go', async () => {
    const widget = { group: 'example.org', kind: 'Widget' };
    await cluster.live.require([widget]);
    expect(cluster.live.synced(widget)).toBe(false);
    await cluster.live.everything(() => false);
    await cluster.create(definition('v1'));
    await until(() => cluster.live.synced(widget));
    const object = {
      apiVersion: 'example.org/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'default' },
      spec: {},
    };
    await cluster.create(object);
    await until(() => names(cluster.live.all(widget)).length === 1);
    const changes: string[] = [];
    cluster.live.listen((change) => {
      if (change.object.kind === 'Widget') changes.push(`${change.type} ${change.object.apiVersion}`);
    });
    const name = {
      group: 'apiextensions.k8s.io',
      version: 'v1',
      kind: 'CustomResourceDefinition',
      name: 'widgets.example.org',
    };
    await cluster.delete(name);
    await until(() => changes.includes('deleted example.org/v1'));
    await until(() => cluster.knownResource(widget) === undefined);
    expect(cluster.live.synced(widget)).toBe(false);
    await cluster.create(definition('v2'));
    await until(() => cluster.live.synced(widget));
    expect(cluster.knownResource(widget)?.version).toBe('v2');
    await cluster.create({ ...object, apiVersion: 'example.org/v2' });
    await until(() => changes.includes('added example.org/v2'));
  });
});

function definition(version: string): KubeObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}
