import type { KubeObject } from '@plumbline/api';
import { expect, it } from 'vitest';
import { factsOf } from './facts.ts';

const pod = (status: object, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...more },
  spec: { containers: [{ name: 'a' }, { name: 'b' }] },
  status,
});

it.each([
  [
    'runs',
    pod({ phase: 'Running', containerStatuses: [{ ready: true, state: { running: {} } }, { ready: true }] }),
    'Running 2/2',
  ],
  [
    'waits for its image',
    pod({
      phase: 'Pending',
      containerStatuses: [{ ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }],
    }),
    'ImagePullBackOff 0/2',
  ],
  [
    'crashes',
    pod({
      phase: 'Running',
      containerStatuses: [
        { ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } },
      ],
    }),
    'CrashLoopBackOff 0/2 3',
  ],
  ['was evicted', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted 0/2'],
  ['goes', pod({ phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'Terminating 0/2'],
])('tells that a pod %s', (_, object, text) => {
  expect(
    factsOf(object)
      .map(({ value }) => value)
      .join(' '),
  ).toBe(text);
});

it('tells the revision of a ReplicaSet and nothing of others', () => {
  const metadata = { name: 'r', annotations: { 'deployment.kubernetes.io/revision': '4' } };
  expect(factsOf({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata })).toEqual([
    { name: 'Revision', value: 'Rev:4' },
  ]);
  expect(factsOf({ apiVersion: 'v1', kind: 'Service', metadata })).toEqual([]);
});
