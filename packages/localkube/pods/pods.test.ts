import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { startTestCluster } from '../controllers/test-cluster.ts';
import { podStatus } from '../kinds/pod-columns.ts';
import { record, records, text } from '../kinds/fields.ts';

const container = { name: 'main', image: 'example.org/app:1' };

function pod(name: string, spec: Record<string, unknown> = {}, scenario?: string): unknown {
  const annotations = scenario === undefined ? {} : { annotations: { 'plumbline.dev/simulate': scenario } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...annotations },
    spec: { containers: [container], ...spec },
  };
}

const ready = (object: KubeObject | undefined): unknown =>
  records(record(object?.['status'])['conditions']).find((c) => c['type'] === 'Ready')?.['status'];
const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { key: 'value' },
};

describe('a simulated pod', () => {
  it('goes through its stages while time passes', async () => {
    const cluster = await startTestCluster();
    const seen: string[] = [];
    cluster.access.subscribe('', 'Pod', ({ object }) => {
      const state = `${podStatus(object)} ${text(record(object['spec'])['nodeName']) || '-'} ${text(ready(object)) || '-'}`;
      if (seen.at(-1) !== state) seen.push(state);
    });
    cluster.apply(pod('p', { initContainers: [{ name: 'setup', image: 'setup:1' }] }));
    cluster.pass(1000);
    expect(seen).toEqual([
      'Pending - -',
      'Init:0/1 embedded False',
      'PodInitializing embedded False',
      'Running embedded True',
    ]);
  });

  it.each([
    ['image-pull-error', {}, 'ImagePullBackOff', 'False'],
    ['crash-loop', {}, 'CrashLoopBackOff', 'False'],
    ['oom', {}, 'CrashLoopBackOff', 'False'],
    ['fail', { restartPolicy: 'Never' }, 'Error', 'False'],
    ['oom', { restartPolicy: 'Never' }, 'OOMKilled', 'False'],
    ['never-ready', {}, 'Running', 'False'],
    ['slow-start', {}, 'Running', 'False'],
    [undefined, { restartPolicy: 'Never' }, 'Completed', 'False'],
    [undefined, { restartPolicy: 'OnFailure' }, 'Completed', 'False'],
    [
      undefined,
      { containers: [{ ...container, readinessProbe: { httpGet: { port: 80 } } }] },
      'Running',
      'True',
    ],
    [undefined, { nodeSelector: { disk: 'fast' } }, 'Pending', undefined],
    [undefined, { schedulingGates: [{ name: 'example.org/hold' }] }, 'SchedulingGated', undefined],
  ])('plays %s with %j', async (scenario, spec, status, isReady) => {
    const cluster = await startTestCluster();
    cluster.apply(pod('p', spec, scenario));
    cluster.pass(3000);
    const object = cluster.get('', 'Pod', 'p')!;
    expect([podStatus(object), ready(object)]).toEqual([status, isReady]);
  });

  it('is ready late when it starts slowly', async () => {
    const cluster = await startTestCluster();
    cluster.apply(pod('p', {}, 'slow-start'));
    cluster.pass(15_000);
    expect(ready(cluster.get('', 'Pod', 'p'))).toBe('True');
  });

  it('restarts a crashing container ever more slowly', async () => {
    const cluster = await startTestCluster();
    cluster.apply(pod('p', {}, 'crash-loop'));
    const restarts = (): unknown =>
      records(record(cluster.get('', 'Pod', 'p')?.['status'])['containerStatuses'])[0]?.['restartCount'];
    cluster.pass(5000);
    expect(restarts()).toBe(1);
    cluster.pass(40_000);
    expect(restarts()).toBe(3);
  });

  it.each([
    [
      'a volume',
      { volumes: [{ name: 'v', configMap: { name: 'settings' } }] },
      'ContainerCreating',
      'FailedMount',
      'MountVolume.SetUp failed for volume "v" : configmap "settings" not found',
    ],
    [
      'a variable',
      {
        containers: [
          {
            ...container,
            env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'key' } } }],
          },
        ],
      },
      'CreateContainerConfigError',
      'Failed',
      'Error: configmap "settings" not found',
    ],
  ])(
    'waits for a ConfigMap that %s needs and goes on when it comes',
    async (_, spec, status, reason, message) => {
      const cluster = await startTestCluster();
      cluster.apply(pod('p', spec));
      cluster.pass(5000);
      expect(podStatus(cluster.get('', 'Pod', 'p')!)).toBe(status);
      expect(cluster.list('', 'Event').find((event) => event['reason'] === reason)?.['message']).toBe(
        message,
      );
      cluster.apply(configMap);
      cluster.pass(1000);
      expect(podStatus(cluster.get('', 'Pod', 'p')!)).toBe('Running');
    },
  );

  it('waits for its claim', async () => {
    const cluster = await startTestCluster();
    cluster.apply(pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] }));
    cluster.pass(1000);
    expect(podStatus(cluster.get('', 'Pod', 'p')!)).toBe('Pending');
    cluster.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    cluster.pass(1000);
    expect(podStatus(cluster.get('', 'Pod', 'p')!)).toBe('Running');
  });

  it('stops before it is gone, and finalizers hold only the object', async () => {
    const cluster = await startTestCluster();
    cluster.apply(pod('p'));
    cluster.pass(1000);
    const live = cluster.get('', 'Pod', 'p')!;
    cluster.access.update(
      { ...live, metadata: { ...live.metadata, finalizers: ['example.org/hold'] } },
      'user',
    );
    cluster.access.delete('', 'Pod', 'default', 'p');
    expect(podStatus(cluster.get('', 'Pod', 'p')!)).toBe('Terminating');
    cluster.pass(1000);
    const held = cluster.get('', 'Pod', 'p')!;
    expect(held.metadata.deletionGracePeriodSeconds).toBe(0);
    cluster.access.update({ ...held, metadata: { ...held.metadata, finalizers: [] } }, 'user');
    expect(cluster.get('', 'Pod', 'p')).toBeUndefined();
  });

  it('says in its log that nothing runs', async () => {
    const cluster = await startTestCluster();
    cluster.apply(pod('p'));
    expect(cluster.pods?.log('default', 'p', 'main')).toBeUndefined();
    cluster.pass(1000);
    expect(cluster.pods?.log('default', 'p', 'main')).toContain(
      'This container is simulated: no image was pulled and no process runs (image example.org/app:1).',
    );
    expect(cluster.pods?.log('default', 'p', 'other')).toBeUndefined();
  });
});
