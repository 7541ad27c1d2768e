import { describe, expect, it } from 'vitest';
import { record, records } from '../kinds/fields.ts';
import type { TestCluster } from './test-cluster.ts';
import { startTestCluster } from './test-cluster.ts';

const configMap = (name: string, more: Record<string, unknown> = {}): unknown => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...more },
});

function ownedBy(
  cluster: TestCluster,
  owner: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const uid = cluster.get('', 'ConfigMap', owner)?.metadata.uid ?? '00000000-0000-4000-8000-000000000000';
  return { apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid, ...more };
}

const there = (cluster: TestCluster): readonly string[] =>
  cluster
    .list('', 'ConfigMap')
    .map((object) => object.metadata.name)
    .filter((name) => name !== 'kube-root-ca.crt');

describe('garbage collection', () => {
  it('deletes dependents when the last of their owners is gone', async () => {
    const cluster = await startTestCluster({ pods: false });
    cluster.apply(configMap('a'), configMap('b'));
    cluster.apply(configMap('child', { ownerReferences: [ownedBy(cluster, 'a'), ownedBy(cluster, 'b')] }));
    cluster.access.delete('', 'ConfigMap', 'default', 'a');
    cluster.pass(10);
    expect(there(cluster)).toEqual(['b', 'child']);
    expect(cluster.get('', 'ConfigMap', 'child')?.metadata.ownerReferences).toHaveLength(1);
    cluster.access.delete('', 'ConfigMap', 'default', 'b');
    cluster.pass(10);
    expect(there(cluster)).toEqual([]);
  });

  it('deletes what names an owner that is not there', async () => {
    const cluster = await startTestCluster({ pods: false });
    cluster.apply(configMap('stray', { ownerReferences: [ownedBy(cluster, 'nobody')] }));
    cluster.pass(10);
    expect(there(cluster)).toEqual([]);
  });

  it('keeps an owner in foreground deletion until what blocks it is gone', async () => {
    const cluster = await startTestCluster({ pods: false });
    cluster.apply(configMap('owner'));
    cluster.apply(
      configMap('child', {
        ownerReferences: [ownedBy(cluster, 'owner', { blockOwnerDeletion: true })],
        finalizers: ['example.org/hold'],
      }),
    );
    cluster.access.delete('', 'ConfigMap', 'default', 'owner', { propagationPolicy: 'Foreground' });
    cluster.pass(10);
    expect(there(cluster)).toEqual(['child', 'owner']);
    const child = cluster.get('', 'ConfigMap', 'child')!;
    cluster.access.update({ ...child, metadata: { ...child.metadata, finalizers: [] } }, 'user');
    cluster.pass(10);
    expect(there(cluster)).toEqual([]);
  });

  it('lets dependents stay without owner when they are orphaned', async () => {
    const cluster = await startTestCluster({ pods: false });
    cluster.apply(configMap('owner'));
    cluster.apply(configMap('child', { ownerReferences: [ownedBy(cluster, 'owner')] }));
    cluster.access.delete('', 'ConfigMap', 'default', 'owner', { propagationPolicy: 'Orphan' });
    cluster.pass(10);
    expect(there(cluster)).toEqual(['child']);
    expect(cluster.get('', 'ConfigMap', 'child')?.metadata.ownerReferences ?? []).toEqual([]);
  });
});

describe('a namespace', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
  const inTeam = (name: string, more: Record<string, unknown> = {}): unknown => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'team', ...more },
  });

  it('has its account and its root certificate, and gets them back', async () => {
    const cluster = await startTestCluster({ pods: false });
    cluster.apply(namespace);
    cluster.pass(10);
    const both = (): readonly unknown[] => [
      cluster.get('', 'ServiceAccount', 'default', 'team')?.metadata.name,
      cluster.get('', 'ConfigMap', 'kube-root-ca.crt', 'team')?.metadata.name,
    ];
    expect(both()).toEqual(['default', 'kube-root-ca.crt']);
    cluster.access.delete('', 'ServiceAccount', 'team', 'default');
    cluster.access.delete('', 'ConfigMap', 'team', 'kube-root-ca.crt');
    cluster.pass(10);
    expect(both()).toEqual(['default', 'kube-root-ca.crt']);
  });

  it('is emptied before it goes, and says what it waits for', async () => {
    const cluster = await startTestCluster();
    cluster.apply(namespace);
    cluster.pass(10);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'team' },
      spec: { containers: [{ name: 'c', image: 'i:1' }] },
    };
    cluster.apply(inTeam('held', { finalizers: ['example.org/hold'] }), inTeam('plain'), pod);
    cluster.pass(1000);
    cluster.access.delete('', 'Namespace', '', 'team');
    cluster.pass(1000);
    const terminating = cluster.get('', 'Namespace', 'team', '');
    expect(cluster.list('', 'ConfigMap', 'team').map((object) => object.metadata.name)).toEqual(['held']);
    expect(record(terminating?.['status'])['phase']).toBe('Terminating');
    const messages = records(record(terminating?.['status'])['conditions'])
      .filter((c) => c['status'] === 'True')
      .map((c) => c['message']);
    expect(messages).toEqual([
      'Some resources are remaining: configmaps. has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.org/hold in 1 resource instances',
    ]);
    const held = cluster.get('', 'ConfigMap', 'held', 'team')!;
    cluster.access.update({ ...held, metadata: { ...held.metadata, finalizers: [] } }, 'user');
    cluster.pass(1000);
    expect(cluster.get('', 'Namespace', 'team', '')).toBeUndefined();
  });
});

describe('storage', () => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };

  it('binds a claim to a volume of the default class and drops the volume with the claim', async () => {
    const cluster = await startTestCluster();
    cluster.apply(claim);
    cluster.pass(100);
    const bound = cluster.get('', 'PersistentVolumeClaim', 'data');
    expect([record(bound?.['spec'])['storageClassName'], record(bound?.['status'])['phase']]).toEqual([
      'standard',
      'Bound',
    ]);
    cluster.access.delete('', 'PersistentVolumeClaim', 'default', 'data');
    cluster.pass(100);
    expect([
      ...cluster.list('', 'PersistentVolumeClaim'),
      ...cluster.list('', 'PersistentVolume', ''),
    ]).toEqual([]);
  });

  it('leaves a claim pending where nobody provides volumes', async () => {
    const cluster = await startTestCluster({ pods: false });
    cluster.apply(claim);
    cluster.pass(10_000);
    expect(record(cluster.get('', 'PersistentVolumeClaim', 'data')?.['status'])['phase']).toBe('Pending');
  });
});

describe('events', () => {
  it('go an hour after they were written', async () => {
    const cluster = await startTestCluster();
    cluster.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i:1' }] },
    });
    cluster.pass(1000);
    expect(cluster.list('', 'Event').length).toBeGreaterThan(0);
    cluster.pass(70 * 60_000);
    expect(cluster.list('', 'Event')).toEqual([]);
  });
});
