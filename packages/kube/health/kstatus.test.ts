import { describe, expect, it } from 'vitest';
import type { KubeObject } from '@plumbline/api';
import { kstatus } from '@plumbline/kube';

const NOW = Date.parse('2026-01-01T00:01:00Z');

function object(
  apiVersion: string,
  kind: string,
  spec: object,
  status: object,
  metadata: object = {},
): KubeObject {
  const complete = { name: 'x', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata };
  return { apiVersion, kind, metadata: complete, spec, status };
}

const rolledOut = {
  observedGeneration: 1,
  replicas: 2,
  updatedReplicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
  conditions: [
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    { type: 'Available', status: 'True' },
  ],
};
const two = { replicas: 2, progressDeadlineSeconds: 600 };

describe('kstatus', () => {
  it.each([
    [
      'an object that is being deleted',
      object('v1', 'ConfigMap', {}, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      'Terminating',
      'Resource scheduled for deletion',
    ],
    [
      'an old generation',
      object('x/v1', 'Y', {}, { observedGeneration: 0 }),
      'InProgress',
      'Y generation is 1, but latest observed generation is 0',
    ],
    [
      'Reconciling',
      object('x/v1', 'Y', {}, { conditions: [{ type: 'Reconciling', status: 'True', message: 'm' }] }),
      'InProgress',
      'm',
    ],
    [
      'Stalled',
      object('x/v1', 'Y', {}, { conditions: [{ type: 'Stalled', status: 'True', message: 'm' }] }),
      'Failed',
      'm',
    ],
    [
      'Ready',
      object('x/v1', 'Y', {}, { conditions: [{ type: 'Ready', status: 'True' }] }),
      'Current',
      'Resource is Ready',
    ],
    [
      'not Ready',
      object('x/v1', 'Y', {}, { conditions: [{ type: 'Ready', status: 'Unknown', message: 'm' }] }),
      'InProgress',
      'm',
    ],
    ['no conditions', object('x/v1', 'Y', {}, {}), 'Current', 'Resource is current'],
    [
      'a Deployment that is there',
      object('apps/v1', 'Deployment', two, rolledOut),
      'Current',
      'Deployment is available. Replicas: 2',
    ],
    [
      'a Deployment that begins',
      object('apps/v1', 'Deployment', two, { observedGeneration: 1 }),
      'InProgress',
      'Replicas: 0/2',
    ],
    [
      'a Deployment with an old pod',
      object('apps/v1', 'Deployment', two, { ...rolledOut, replicas: 3 }),
      'InProgress',
      'Pending termination: 1',
    ],
    [
      'a Deployment that is late',
      object('apps/v1', 'Deployment', two, {
        conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }],
      }),
      'Failed',
      'Progress deadline exceeded',
    ],
    [
      'a Deployment not yet rolled out',
      object('apps/v1', 'Deployment', two, {
        ...rolledOut,
        conditions: [{ type: 'Available', status: 'True' }],
      }),
      'InProgress',
      'ReplicaSet not Available',
    ],
    [
      'a Job that failed',
      object(
        'batch/v1',
        'Job',
        { completions: 3 },
        { failed: 1, conditions: [{ type: 'Failed', status: 'True' }] },
      ),
      'Failed',
      'Job Failed. failed: 1/3',
    ],
    [
      'a Job that runs',
      object('batch/v1', 'Job', {}, { startTime: 't', active: 1 }),
      'Current',
      'Job in progress. success:0, active: 1, failed: 0',
    ],
    [
      'a Pod that waits for a node',
      object(
        'v1',
        'Pod',
        {},
        {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
        },
      ),
      'Failed',
      'Pod could not be scheduled',
    ],
    [
      'a Pod that keeps crashing',
      object(
        'v1',
        'Pod',
        {},
        {
          phase: 'Running',
          containerStatuses: [{ name: 'c', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
        },
      ),
      'Failed',
      'Containers in CrashLoop state: c',
    ],
    [
      'a PVC that waits',
      object('v1', 'PersistentVolumeClaim', {}, {}),
      'InProgress',
      'PVC is not Bound. phase: unknown',
    ],
    [
      'a StatefulSet with a partition',
      object(
        'apps/v1',
        'StatefulSet',
        { replicas: 2, updateStrategy: { rollingUpdate: { partition: 0 } } },
        { replicas: 2, readyReplicas: 2, updatedReplicas: 1 },
      ),
      'InProgress',
      'updated: 1/2',
    ],
    [
      'a DaemonSet that nobody saw',
      object('apps/v1', 'DaemonSet', {}, {}),
      'InProgress',
      'DaemonSet status.observedGeneration not found',
    ],
  ] as const)('of %s', (_what, given, status, message) => {
    expect(kstatus(given, NOW)).toEqual({ status, message });
  });

  it('gives a fresh pod time to find a node', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }];
    const pod = object(
      'v1',
      'Pod',
      {},
      { phase: 'Pending', conditions },
      { creationTimestamp: '2026-01-01T00:00:50Z' },
    );
    expect(kstatus(pod, NOW)).toEqual({ status: 'InProgress', message: 'Pod has not been scheduled' });
  });
});
