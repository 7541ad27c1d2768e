import { silentLogger, virtualClock } from '@plumbline/base';
import { systemRandom } from '@plumbline/base/node';
import type { KubeObject } from '@plumbline/api';
import { expect, it } from 'vitest';
import { startLocalKube } from '../start.ts';

const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject =>
  ({ apiVersion, kind, metadata: { name, namespace: 'default' }, ...more }) as unknown as KubeObject;

it('adds what it lets in to the counts that a controller elsewhere has made, and makes none itself', async () => {
  const clock = virtualClock();
  const kube = await startLocalKube({
    clock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  const { access } = kube;
  const hard = { configmaps: '3' };
  const status = (): unknown => access.get('', 'ResourceQuota', 'default', 'q')?.['status'];
  const made = access.create(object('v1', 'ResourceQuota', 'q', { spec: { hard } }), 'user');
  access.create(object('v1', 'ConfigMap', 'a'), 'user');
  clock.advance(1_000);
  expect(status()).toEqual({});
  access.update(
    { ...made, metadata: { name: 'q', namespace: 'default' }, status: { hard, used: { configmaps: '1' } } },
    'controller',
    'status',
  );
  access.create(object('v1', 'ConfigMap', 'b'), 'user');
  clock.advance(1_000);
  expect(status()).toEqual({ hard, used: { configmaps: '2' } });
  access.delete('', 'ConfigMap', 'default', 'b');
  clock.advance(1_000);
  expect(status()).toEqual({ hard, used: { configmaps: '2' } });
  await kube.stop();
});

it('has what an API server keeps for the controller that cleans up old tokens', async () => {
  const kube = await startLocalKube({
    clock: virtualClock(Date.UTC(2026, 4, 6)),
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  const name = 'kube-apiserver-legacy-service-account-token-tracking';
  expect(kube.access.get('', 'ConfigMap', 'kube-system', name)?.['data']).toEqual({ since: '2026-05-06' });
  await kube.stop();
});
