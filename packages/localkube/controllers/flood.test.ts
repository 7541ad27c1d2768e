import { expect, it } from 'vitest';
import { record } from '../kinds/fields.ts';
import { startTestCluster, workload } from './test-cluster.ts';

const service = (name: string, selector: unknown): unknown => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector, ports: [{ port: 80 }] },
});

/** Starts a Deployment with its Service right after so many others, and tells how often each of its objects was written. */
async function startAfter(others: number): Promise<Record<string, number>> {
  const cluster = await startTestCluster();
  const start = (name: string): void =>
    cluster.apply(service(name, { app: name }), workload('apps/v1', 'Deployment', name));
  for (let i = 0; i < others; i++) start(`other-${i}`);
  cluster.pass(50);
  const writes: Record<string, number> = {};
  for (const [group, kind] of [
    ['apps', 'Deployment'],
    ['apps', 'ReplicaSet'],
    ['', 'Endpoints'],
    ['discovery.k8s.io', 'EndpointSlice'],
  ] as const) {
    cluster.access.subscribe(group, kind, ({ object }) => {
      if (object.metadata.name.startsWith('web')) writes[kind] = (writes[kind] ?? 0) + 1;
    });
  }
  start('web');
  cluster.pass(2_000);
  for (const kind of ['Deployment', 'ReplicaSet'])
    for (const object of cluster.list('apps', kind))
      expect(record(object['status'])).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
  return writes;
}

it('writes every step of one application that starts, and fewer where many start at once', async () => {
  expect(await startAfter(0)).toEqual({ Deployment: 4, ReplicaSet: 3, Endpoints: 2, EndpointSlice: 2 });
  expect(await startAfter(70)).toEqual({ Deployment: 3, ReplicaSet: 2, Endpoints: 1, EndpointSlice: 1 });
});
