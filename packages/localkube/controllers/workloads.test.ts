import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { record, records, text } from '../kinds/fields.ts';
import type { TestCluster } from './test-cluster.ts';
import { startTestCluster, workload } from './test-cluster.ts';

const status = (object: KubeObject | undefined): Record<string, unknown> => record(object?.['status']);
const spec = (object: KubeObject | undefined): Record<string, unknown> => record(object?.['spec']);
const conditions = (object: KubeObject | undefined): readonly string[] =>
  records(status(object)['conditions'])
    .filter((c) => c['status'] === 'True')
    .map((c) => `${text(c['type'])}: ${text(c['reason'])}: ${text(c['message'])}`);
const names = (objects: readonly KubeObject[]): readonly string[] =>
  objects.map((object) => object.metadata.name);

function change(cluster: TestCluster, kind: string, name: string, changes: Record<string, unknown>): void {
  const object = cluster.get('apps', kind, name)!;
  cluster.access.update({ ...object, spec: { ...spec(object), ...changes } }, 'user');
}

function job(
  name: string,
  more: Record<string, unknown> = {},
  annotations?: Record<string, string>,
): unknown {
  const template = {
    ...(annotations === undefined ? {} : { metadata: { annotations } }),
    spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'job:1' }] },
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default' },
    spec: { template, ...more },
  };
}

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

describe('a Job', () => {
  it('is complete when enough of its pods have succeeded', async () => {
    const cluster = await startTestCluster();
    cluster.apply(job('import', { completions: 3, parallelism: 2 }));
    cluster.pass(100);
    expect(status(cluster.get('batch', 'Job', 'import'))).toMatchObject({ active: 2 });
    cluster.pass(5000);
    const done = cluster.get('batch', 'Job', 'import');
    expect(status(done)).toMatchObject({ succeeded: 3, ready: 0, terminating: 0 });
    expect(conditions(done)).toEqual([
      'SuccessCriteriaMet: CompletionsReached: Reached expected number of succeeded pods',
      'Complete: CompletionsReached: Reached expected number of succeeded pods',
    ]);
  });

  it.each([
    [
      'with nothing to complete is complete at once',
      { completions: 0 },
      {},
      0,
      'Complete: CompletionsReached: Reached expected number of succeeded pods',
    ],
    [
      'fails after too many failed pods',
      { backoffLimit: 1 },
      { 'plumbline.dev/simulate': 'fail' },
      60_000,
      'Failed: BackoffLimitExceeded: Job has reached the specified backoff limit',
    ],
    [
      'fails at its deadline',
      { activeDeadlineSeconds: 1 },
      { 'plumbline.dev/simulate': 'hang' },
      5000,
      'Failed: DeadlineExceeded: Job was active longer than specified deadline',
    ],
    ['waits while it is suspended', { suspend: true }, {}, 5000, 'Suspended: JobSuspended: Job suspended'],
  ])('%s', async (_, more, annotations, ms, last) => {
    const cluster = await startTestCluster();
    cluster.apply(job('one', more, annotations));
    cluster.pass(ms);
    expect(conditions(cluster.get('batch', 'Job', 'one')).at(-1)).toBe(last);
  });

  it('gives each pod its index when it is indexed', async () => {
    const cluster = await startTestCluster();
    cluster.apply(job('shards', { completions: 3, parallelism: 3, completionMode: 'Indexed' }));
    cluster.pass(3000);
    expect(status(cluster.get('batch', 'Job', 'shards'))).toMatchObject({
      completedIndexes: '0-2',
      succeeded: 3,
    });
    expect(
      cluster
        .list('', 'Pod')
        .map((pod) => spec(pod)['hostname'])
        .toSorted(byText),
    ).toEqual(['shards-0', 'shards-1', 'shards-2']);
  });

  it('goes when its time to live is over', async () => {
    const cluster = await startTestCluster();
    cluster.apply(job('short', { ttlSecondsAfterFinished: 60 }));
    cluster.pass(30_000);
    expect(cluster.get('batch', 'Job', 'short')).toBeDefined();
    cluster.pass(60_000);
    expect([...cluster.list('batch', 'Job'), ...cluster.list('', 'Pod')]).toEqual([]);
  });
});

describe('a CronJob', () => {
  it('starts a job at each of its times and keeps the latest of them', async () => {
    const cluster = await startTestCluster();
    const jobTemplate = {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'job:1' }] } } },
    };
    const metadata = { name: 'tick', namespace: 'default' };
    cluster.apply({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: { schedule: '*/10 * * * *', successfulJobsHistoryLimit: 2, jobTemplate },
    });
    cluster.pass(10 * 60_000 + 5000);
    expect(cluster.list('batch', 'Job')).toHaveLength(1);
    expect(status(cluster.get('batch', 'CronJob', 'tick'))).toMatchObject({
      lastScheduleTime: '2026-01-01T00:10:00Z',
    });
    cluster.pass(60 * 60_000);
    expect(cluster.list('batch', 'Job')).toHaveLength(2);
  });
});

describe('a StatefulSet', () => {
  const spec3 = {
    replicas: 3,
    serviceName: 'db',
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  };

  it('starts its pods one after the other with claims of their own', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'StatefulSet', 'db', spec3));
    cluster.pass(100);
    expect(names(cluster.list('', 'Pod'))).toEqual(['db-0']);
    cluster.pass(3000);
    expect(names(cluster.list('', 'Pod'))).toEqual(['db-0', 'db-1', 'db-2']);
    expect(
      cluster.list('', 'PersistentVolumeClaim').map((claim) => [claim.metadata.name, status(claim)['phase']]),
    ).toEqual([
      ['data-db-0', 'Bound'],
      ['data-db-1', 'Bound'],
      ['data-db-2', 'Bound'],
    ]);
    const set = cluster.get('apps', 'StatefulSet', 'db');
    expect(status(set)).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
    });
    expect(status(set)['currentRevision']).toBe(status(set)['updateRevision']);
  });

  it('starts all at once in parallel', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'StatefulSet', 'db', { replicas: 3, podManagementPolicy: 'Parallel' }));
    cluster.pass(1);
    expect(cluster.list('', 'Pod')).toHaveLength(3);
  });

  it('replaces its pods from the highest down to the partition', async () => {
    const cluster = await startTestCluster();
    cluster.apply(
      workload('apps/v1', 'StatefulSet', 'db', {
        replicas: 3,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
      }),
    );
    cluster.pass(5000);
    const removed: string[] = [];
    cluster.access.subscribe('', 'Pod', ({ type, object }) => {
      if (type === 'deleted') removed.push(object.metadata.name);
    });
    const template = record(spec(cluster.get('apps', 'StatefulSet', 'db'))['template']);
    change(cluster, 'StatefulSet', 'db', {
      template: { ...template, spec: { containers: [{ name: 'main', image: 'example.org/app:2' }] } },
    });
    cluster.pass(10_000);
    expect(removed).toEqual(['db-2', 'db-1']);
    const images = cluster.list('', 'Pod').map((pod) => records(spec(pod)['containers'])[0]?.['image']);
    expect(images).toEqual(['example.org/app:1', 'example.org/app:2', 'example.org/app:2']);
    expect(status(cluster.get('apps', 'StatefulSet', 'db'))).toMatchObject({
      updatedReplicas: 2,
      currentReplicas: 1,
    });
    expect(cluster.list('apps', 'ControllerRevision')).toHaveLength(2);
  });

  it('shrinks from the highest', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'StatefulSet', 'db', { replicas: 3 }));
    cluster.pass(5000);
    change(cluster, 'StatefulSet', 'db', { replicas: 1 });
    cluster.pass(2000);
    expect(names(cluster.list('', 'Pod'))).toEqual(['db-0']);
  });
});

describe('a DaemonSet', () => {
  it('runs a pod on the node, and another one after a change', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'DaemonSet', 'agent'));
    cluster.pass(2000);
    expect(status(cluster.get('apps', 'DaemonSet', 'agent'))).toMatchObject({
      desiredNumberScheduled: 1,
      currentNumberScheduled: 1,
      numberReady: 1,
      numberAvailable: 1,
      updatedNumberScheduled: 1,
    });
    const [before] = cluster.list('', 'Pod');
    const template = record(spec(cluster.get('apps', 'DaemonSet', 'agent'))['template']);
    change(cluster, 'DaemonSet', 'agent', {
      template: { ...template, spec: { containers: [{ name: 'main', image: 'example.org/app:2' }] } },
    });
    cluster.pass(3000);
    const after = cluster.list('', 'Pod');
    expect(after).toHaveLength(1);
    expect(after[0]?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(status(cluster.get('apps', 'DaemonSet', 'agent'))).toMatchObject({
      updatedNumberScheduled: 1,
      numberReady: 1,
      observedGeneration: 2,
    });
  });

  it('wants nothing where no node fits', async () => {
    const cluster = await startTestCluster({ pods: false });
    cluster.apply(workload('apps/v1', 'DaemonSet', 'agent'));
    cluster.pass(1000);
    expect(status(cluster.get('apps', 'DaemonSet', 'agent'))).toEqual({
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
      observedGeneration: 1,
    });
  });
});

describe('a Service', () => {
  const service = (more: Record<string, unknown> = {}): unknown => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...more },
  });

  it('names its ready pods in Endpoints and an EndpointSlice, and no others', async () => {
    const cluster = await startTestCluster();
    cluster.apply(
      service(),
      workload('apps/v1', 'Deployment', 'web', { replicas: 2 }),
      workload('apps/v1', 'Deployment', 'other'),
    );
    cluster.pass(2000);
    const ips = cluster
      .list('', 'Pod')
      .filter((pod) => pod.metadata.labels?.['app'] === 'web')
      .map((pod) => status(pod)['podIP']);
    const subsets = records(cluster.get('', 'Endpoints', 'web')?.['subsets']);
    expect(
      records(subsets[0]?.['addresses'])
        .map((address) => address['ip'])
        .toSorted(byText),
    ).toEqual(ips.toSorted(byText));
    const [slice] = cluster.list('discovery.k8s.io', 'EndpointSlice');
    expect(
      records(slice?.['endpoints']).map((endpoint) => [record(endpoint['conditions'])['ready']]),
    ).toEqual([[true], [true]]);
    change(cluster, 'Deployment', 'web', { replicas: 0 });
    cluster.pass(2000);
    expect(cluster.get('', 'Endpoints', 'web')?.['subsets']).toBeUndefined();
    cluster.access.delete('', 'Service', 'default', 'web');
    cluster.pass(1000);
    expect([
      ...cluster.list('discovery.k8s.io', 'EndpointSlice'),
      cluster.get('', 'Endpoints', 'web'),
    ]).toEqual([undefined]);
  });

  it.each([
    ['gets an address where pods are simulated', true, { ingress: [{ ip: '127.0.0.2', ipMode: 'VIP' }] }],
    ['waits for one on a bare server', false, {}],
  ])('of type LoadBalancer %s', async (_, pods, balancer) => {
    const cluster = await startTestCluster({ pods });
    cluster.apply(service({ type: 'LoadBalancer' }));
    cluster.pass(1000);
    expect(status(cluster.get('', 'Service', 'web'))['loadBalancer']).toEqual(balancer);
  });
});

describe('a PodDisruptionBudget', () => {
  it('counts healthy pods', async () => {
    const cluster = await startTestCluster();
    cluster.apply(
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web', namespace: 'default' },
        spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
      },
      workload('apps/v1', 'Deployment', 'web', { replicas: 3 }),
    );
    cluster.pass(3000);
    expect(status(cluster.get('policy', 'PodDisruptionBudget', 'web'))).toMatchObject({
      expectedPods: 3,
      currentHealthy: 3,
      desiredHealthy: 2,
      disruptionsAllowed: 1,
    });
  });
});
