import { silentLogger } from '@plumbline/base';
import { systemRandom } from '@plumbline/base/node';
import type { KubeObject } from '@plumbline/api';
import { afterEach, describe, expect, it } from 'vitest';
import { startSandbox } from './index.ts';
import type { Sandbox } from './index.ts';

const running: Sandbox[] = [];

async function start(): Promise<Sandbox> {
  const sandbox = await startSandbox({ random: systemRandom, logger: silentLogger });
  running.push(sandbox);
  return sandbox;
}

afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop();
});

function deployment(name: string, annotations: Record<string, string> = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: { containers: [{ name: 'c', image: 'x:1' }] },
      },
    },
  };
}

const deployments = '/apis/apps/v1/namespaces/default/deployments';

async function create(sandbox: Sandbox, body: object): Promise<void> {
  const { status } = await sandbox.transport.request({ method: 'POST', path: deployments, body });
  expect(status).toBe(201);
}

function available(sandbox: Sandbox, name: string): unknown {
  const found = sandbox.access.get('apps', 'Deployment', 'default', name);
  return (found?.['status'] as { readonly availableReplicas?: number } | undefined)?.availableReplicas;
}

const versionOf = (object: KubeObject | undefined): string | undefined => object?.metadata.resourceVersion;

describe('a sandbox', () => {
  it('settles when a rollout is over, on its own time', async () => {
    const sandbox = await start();
    await create(sandbox, deployment('web'));
    const { quiet, ms } = await sandbox.settle();
    expect(quiet).toBe(true);
    expect(ms).toBeLessThan(5000);
    expect(available(sandbox, 'web')).toBe(2);
  });

  it('says so when a cluster does not rest', async () => {
    const sandbox = await start();
    await create(sandbox, deployment('web', { 'plumbline.dev/simulate': 'crash-loop' }));
    expect(await sandbox.settle({ quietMs: 400_000, atMostMs: 60_000 })).toMatchObject({ quiet: false });
  });

  it('lets exactly the time pass that it is told', async () => {
    const sandbox = await start();
    const before = sandbox.clock.now();
    await create(sandbox, deployment('web'));
    await sandbox.advance(30);
    expect(available(sandbox, 'web')).toBeUndefined();
    await sandbox.advance(970);
    expect(available(sandbox, 'web')).toBe(2);
    expect(sandbox.clock.now() - before).toBe(1000);
  });

  it('forks: neither sees what the other does, and both go on', async () => {
    const sandbox = await start();
    await create(sandbox, deployment('web'));
    await sandbox.settle();
    const other = await sandbox.fork();
    running.push(other);
    expect(versionOf(other.access.get('apps', 'Deployment', 'default', 'web'))).toBe(
      versionOf(sandbox.access.get('apps', 'Deployment', 'default', 'web')),
    );
    await create(other, deployment('new'));
    await other.settle();
    expect(available(other, 'new')).toBe(2);
    expect(sandbox.access.get('apps', 'Deployment', 'default', 'new')).toBeUndefined();
    await sandbox.transport.request({ method: 'DELETE', path: `${deployments}/web` });
    await sandbox.settle();
    expect(Array.from(sandbox.access.list('', 'Pod', 'default'))).toEqual([]);
    expect(available(other, 'web')).toBe(2);
  });

  it('goes back to a snapshot taken half-way, and on from there', async () => {
    const sandbox = await start();
    await create(sandbox, deployment('web'));
    await sandbox.advance(30);
    const halfWay = sandbox.snapshot();
    await sandbox.settle();
    await sandbox.transport.request({ method: 'DELETE', path: `${deployments}/web` });
    await sandbox.settle();
    await sandbox.restore(halfWay);
    expect(available(sandbox, 'web')).toBeUndefined();
    await sandbox.settle();
    expect(available(sandbox, 'web')).toBe(2);
  });

  it('keeps definitions and their objects over a fork', async () => {
    const sandbox = await start();
    sandbox.access.create(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'widgets.x.io' },
        spec: {
          group: 'x.io',
          scope: 'Namespaced',
          names: { plural: 'widgets', kind: 'Widget' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      } as KubeObject,
      'test',
    );
    await sandbox.settle();
    const widget = { apiVersion: 'x.io/v1', kind: 'Widget', metadata: { name: 'a' } };
    const path = '/apis/x.io/v1/namespaces/default/widgets';
    expect((await sandbox.transport.request({ method: 'POST', path, body: widget })).status).toBe(201);
    const other = await sandbox.fork();
    running.push(other);
    expect((await other.transport.request({ method: 'GET', path: `${path}/a` })).status).toBe(200);
  });
});
