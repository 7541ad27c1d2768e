import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { record, records } from '../kinds/fields.ts';
import type { TestCluster } from './test-cluster.ts';
import { startTestCluster, workload } from './test-cluster.ts';

const status = (object: KubeObject | undefined): Record<string, unknown> => record(object?.['status']);
const condition = (object: KubeObject | undefined, type: string): Record<string, unknown> =>
  records(status(object)['conditions']).find((c) => c['type'] === type) ?? {};
const reasons = (cluster: TestCluster): readonly unknown[] =>
  cluster.list('', 'Event').map((event) => event['reason']);

function setImage(cluster: TestCluster, name: string, image: string): void {
  const deployment = cluster.get('apps', 'Deployment', name)!;
  const spec = record(deployment['spec']);
  const template = record(spec['template']);
  const changed = {
    ...template,
    spec: { ...record(template['spec']), containers: [{ name: 'main', image }] },
  };
  cluster.access.update({ ...deployment, spec: { ...spec, template: changed } }, 'user');
}

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

describe('a Deployment', () => {
  it('starts its pods and becomes available', async () => {
    const cluster = await startTestCluster();
    const told: unknown[] = [];
    cluster.access.subscribe('apps', 'Deployment', ({ object }) =>
      told.push(condition(object, 'Progressing')['reason']),
    );
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { replicas: 2 }));
    cluster.pass(0);
    const early = cluster.get('apps', 'Deployment', 'web');
    expect(told).toEqual([undefined, 'NewReplicaSetCreated', 'ReplicaSetUpdated']);
    expect(condition(early, 'Available')).toMatchObject({
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
    });
    expect(early?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
    cluster.pass(1000);
    const late = cluster.get('apps', 'Deployment', 'web');
    expect(status(late)).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
    });
    expect(condition(late, 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
    });
    expect(condition(late, 'Available')).toMatchObject({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
    });
    expect(reasons(cluster)).toEqual(
      expect.arrayContaining(['ScalingReplicaSet', 'SuccessfulCreate', 'Scheduled', 'Started']),
    );
    expect(cluster.list('', 'Pod').map((pod) => status(pod)['phase'])).toEqual(['Running', 'Running']);
  });

  it('writes nothing when nothing changes', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { replicas: 3 }));
    cluster.pass(2000);
    let writes = 0;
    cluster.access.subscribe('', '*', () => writes++);
    cluster.pass(30 * 60_000);
    expect(writes).toBe(0);
  });

  it('rolls from the old template to the new and never goes below what must be available', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { replicas: 4 }));
    cluster.pass(1000);
    let least = 4;
    let most = 0;
    cluster.access.subscribe('apps', 'Deployment', ({ object }) => {
      least = Math.min(least, Number(status(object)['availableReplicas'] ?? 0));
      most = Math.max(most, Number(status(object)['replicas'] ?? 0));
    });
    setImage(cluster, 'web', 'example.org/app:2');
    cluster.pass(5000);
    const sets = cluster.list('apps', 'ReplicaSet');
    expect(
      sets
        .map((set) => [
          record(set['spec'])['replicas'],
          set.metadata.annotations?.['deployment.kubernetes.io/revision'],
        ])
        .toSorted(byText),
    ).toEqual([
      [0, '1'],
      [4, '2'],
    ]);
    expect(least).toBe(3);
    expect(most).toBe(5);
    expect(status(cluster.get('apps', 'Deployment', 'web'))).toMatchObject({
      updatedReplicas: 4,
      replicas: 4,
      availableReplicas: 4,
      observedGeneration: 2,
    });
  });

  it('goes back to an earlier template under a new revision', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web'));
    cluster.pass(1000);
    setImage(cluster, 'web', 'example.org/app:2');
    cluster.pass(2000);
    setImage(cluster, 'web', 'example.org/app:1');
    cluster.pass(2000);
    const revisions = cluster
      .list('apps', 'ReplicaSet')
      .map((set) => [
        record(set['spec'])['replicas'],
        set.metadata.annotations?.['deployment.kubernetes.io/revision'],
      ]);
    expect(revisions.toSorted(byText)).toEqual([
      [0, '2'],
      [1, '3'],
    ]);
    expect(
      cluster.get('apps', 'Deployment', 'web')?.metadata.annotations?.['deployment.kubernetes.io/revision'],
    ).toBe('3');
  });

  it('reports a rollout that misses its deadline', async () => {
    const cluster = await startTestCluster();
    cluster.apply(
      workload(
        'apps/v1',
        'Deployment',
        'web',
        { progressDeadlineSeconds: 5 },
        { 'plumbline.dev/simulate': 'image-pull-error' },
      ),
    );
    cluster.pass(3000);
    expect(condition(cluster.get('apps', 'Deployment', 'web'), 'Progressing')['status']).toBe('True');
    cluster.pass(10_000);
    expect(condition(cluster.get('apps', 'Deployment', 'web'), 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
    });
  });

  it('starts no pods while it is paused, and says so', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { paused: true }));
    cluster.pass(1000);
    expect(cluster.list('', 'Pod')).toEqual([]);
    expect(condition(cluster.get('apps', 'Deployment', 'web'), 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
    });
  });

  it('stops the old pods before it starts the new ones when it recreates', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { replicas: 2, strategy: { type: 'Recreate' } }));
    cluster.pass(1000);
    let most = 0;
    cluster.access.subscribe('', 'Pod', () => (most = Math.max(most, cluster.list('', 'Pod').length)));
    setImage(cluster, 'web', 'example.org/app:2');
    cluster.pass(3000);
    expect(most).toBe(2);
    expect(status(cluster.get('apps', 'Deployment', 'web'))).toMatchObject({
      updatedReplicas: 2,
      availableReplicas: 2,
    });
  });

  it('follows a change of its size', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { replicas: 1 }));
    cluster.pass(1000);
    for (const replicas of [3, 0]) {
      const deployment = cluster.get('apps', 'Deployment', 'web')!;
      cluster.access.update({ ...deployment, spec: { ...record(deployment['spec']), replicas } }, 'user');
      cluster.pass(2000);
      expect(cluster.list('', 'Pod')).toHaveLength(replicas);
    }
  });

  it('takes its sets and pods with it when it is deleted', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { replicas: 2 }));
    cluster.pass(1000);
    cluster.access.delete('apps', 'Deployment', 'default', 'web', { propagationPolicy: 'Foreground' });
    cluster.pass(2000);
    expect([
      ...cluster.list('apps', 'Deployment'),
      ...cluster.list('apps', 'ReplicaSet'),
      ...cluster.list('', 'Pod'),
    ]).toEqual([]);
  });

  it('leaves its set behind when it is orphaned, and adopts it when it comes back', async () => {
    const cluster = await startTestCluster();
    const web = workload('apps/v1', 'Deployment', 'web');
    cluster.apply(web);
    cluster.pass(1000);
    cluster.access.delete('apps', 'Deployment', 'default', 'web', { propagationPolicy: 'Orphan' });
    cluster.pass(1000);
    const [left] = cluster.list('apps', 'ReplicaSet');
    expect(left?.metadata.ownerReferences ?? []).toEqual([]);
    cluster.apply(web);
    cluster.pass(1000);
    const sets = cluster.list('apps', 'ReplicaSet');
    expect(sets).toHaveLength(1);
    expect(sets[0]?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Deployment', name: 'web' });
    expect(cluster.list('', 'Pod')).toHaveLength(1);
  });
});
