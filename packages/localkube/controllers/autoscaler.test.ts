import { describe, expect, it } from 'vitest';
import { record, records } from '../kinds/fields.ts';
import { startTestCluster, workload } from './test-cluster.ts';
import type { TestCluster } from './test-cluster.ts';

const requests = {
  template: { containers: [{ name: 'main', image: 'i:1', resources: { requests: { cpu: '100m' } } }] },
};

function scaler(more: object = {}, annotations?: Record<string, string>): unknown {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default', ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      minReplicas: 2,
      maxReplicas: 5,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      ...more,
    },
  };
}

const replicas = (cluster: TestCluster): unknown =>
  record(cluster.get('apps', 'Deployment', 'web')?.['spec'])['replicas'];
const found = (cluster: TestCluster) => cluster.get('autoscaling', 'HorizontalPodAutoscaler', 'web')!;
const conditions = (cluster: TestCluster): readonly string[] =>
  records(record(found(cluster)['status'])['conditions']).map((one) =>
    [one['type'], one['status'], one['reason']].join(' '),
  );
const setUsage = (cluster: TestCluster, usage: string): void => {
  const live = found(cluster);
  cluster.access.update(
    { ...live, metadata: { ...live.metadata, annotations: { 'plumbline.dev/usage': usage } } },
    'user',
  );
};

describe('an autoscaler', () => {
  it('brings its target within its bounds and rests there', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { replicas: 1, ...requests }), scaler());
    cluster.pass(5_000);
    expect(replicas(cluster)).toBe(2);
    expect(conditions(cluster)).toEqual([
      'AbleToScale True ReadyForNewScale',
      'ScalingActive True ValidMetricFound',
      'ScalingLimited False DesiredWithinRange',
    ]);
    expect(found(cluster)['status']).toMatchObject({ currentReplicas: 2, desiredReplicas: 2 });
    const version = found(cluster).metadata.resourceVersion;
    cluster.pass(3_600_000);
    expect(found(cluster).metadata.resourceVersion).toBe(version);
  });

  it('follows the usage that is set: up at once, down when it has been less for five minutes', async () => {
    const cluster = await startTestCluster();
    cluster.apply(workload('apps/v1', 'Deployment', 'web', { replicas: 2, ...requests }), scaler());
    cluster.pass(5_000);
    setUsage(cluster, 'cpu=150');
    cluster.pass(100);
    expect(replicas(cluster)).toBe(3);
    setUsage(cluster, 'cpu=1000');
    cluster.pass(100);
    expect(replicas(cluster)).toBe(5);
    expect(conditions(cluster)).toContain('ScalingLimited True TooManyReplicas');
    setUsage(cluster, 'cpu=20');
    cluster.pass(290_000);
    expect(replicas(cluster)).toBe(5);
    cluster.pass(20_000);
    expect(replicas(cluster)).toBe(2);
  });

  it.each<readonly [string, unknown[], readonly string[]]>([
    ['its target is missing', [scaler()], ['AbleToScale False FailedGetScale']],
    [
      'containers request nothing',
      [workload('apps/v1', 'Deployment', 'web', { replicas: 2 }), scaler()],
      ['AbleToScale True SucceededGetScale', 'ScalingActive False FailedGetResourceMetric'],
    ],
    [
      'its target is switched off',
      [workload('apps/v1', 'Deployment', 'web', { replicas: 0, ...requests }), scaler()],
      ['AbleToScale True SucceededGetScale', 'ScalingActive False ScalingDisabled'],
    ],
  ])('says why it cannot scale: %s', async (_, objects, expected) => {
    const cluster = await startTestCluster();
    cluster.apply(...objects);
    cluster.pass(5_000);
    expect(conditions(cluster)).toEqual(expected);
  });
});
