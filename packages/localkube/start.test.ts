import { request as httpRequest } from 'node:http';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { KubeObject, KubeResponse, Transport, WatchEvent } from '@plumbline/api';
import { afterEach, describe, expect, it } from 'vitest';
import { startLocalKube } from './index.ts';
import type { LocalKube } from './index.ts';

const running: LocalKube[] = [];

async function start(): Promise<LocalKube> {
  const kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  running.push(kube);
  return kube;
}

afterEach(async () => {
  for (const kube of running.splice(0)) await kube.stop();
});

const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

function post(transport: Transport, path: string, body: unknown): Promise<KubeResponse> {
  return transport.request({ method: 'POST', path, body });
}

function configMap(name: string, data: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

function patch(transport: Transport, path: string, type: string, body: unknown): Promise<KubeResponse> {
  return transport.request({ method: 'PATCH', path, contentType: `application/${type}`, body });
}

const bodyOf = (response: KubeResponse): KubeObject => response.body as KubeObject;

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'nginx', resources: { limits: { cpu: '1000m' } } }] },
    },
  },
};

describe('the API in process', () => {
  it('begins with the namespaces and objects of a fresh cluster', async () => {
    const { transport } = await start();
    const { body } = await transport.request({ method: 'GET', path: '/api/v1/namespaces' });
    const names = (body as { items: KubeObject[] }).items.map(({ metadata }) => metadata.name);
    expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    const service = await transport.request({
      method: 'GET',
      path: '/api/v1/namespaces/default/services/kubernetes',
    });
    expect(service.status).toBe(200);
  });

  it('hands out the stored object itself', async () => {
    const { transport, access } = await start();
    await post(transport, maps, configMap('a', { k: 'v' }));
    const { body } = await transport.request({ method: 'GET', path: `${maps}/a` });
    expect(body).toBe(access.get('', 'ConfigMap', 'default', 'a'));
    expect(Object.isFrozen(body)).toBe(true);
  });

  it('defaults and canonicalises what is written, and keeps status apart', async () => {
    const { transport } = await start();
    const created = bodyOf(await post(transport, deployments, { ...deployment, status: { replicas: 9 } }));
    expect(created).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        replicas: 1,
        strategy: { type: 'RollingUpdate' },
        template: { spec: { containers: [{ resources: { limits: { cpu: '1' } } }] } },
      },
      status: {},
    });
    const status = await patch(transport, `${deployments}/web/status`, 'merge-patch+json', {
      spec: { replicas: 5 },
      status: { replicas: 1 },
    });
    expect(bodyOf(status)).toMatchObject({
      spec: { replicas: 1 },
      status: { replicas: 1 },
      metadata: { generation: 1 },
    });
    const scaled = await patch(transport, `${deployments}/web/scale`, 'merge-patch+json', {
      spec: { replicas: 3 },
    });
    expect(bodyOf(scaled)).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 3 },
      status: { selector: 'app=web' },
    });
    expect(bodyOf(await transport.request({ method: 'GET', path: `${deployments}/web` }))).toMatchObject({
      metadata: { generation: 2 },
      status: { replicas: 1 },
    });
  });

  it('writes nothing when nothing changes', async () => {
    const { transport } = await start();
    const first = bodyOf(await post(transport, maps, configMap('a', { k: 'v' })));
    const second = bodyOf(await patch(transport, `${maps}/a`, 'merge-patch+json', { data: { k: 'v' } }));
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it.each([
    ['a missing object', 'GET', `${maps}/none`, undefined, 404, 'NotFound', 'configmaps "none" not found'],
    [
      'a name without an object',
      'POST',
      maps,
      { metadata: {} },
      422,
      'Invalid',
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      'a missing namespace',
      'POST',
      '/api/v1/namespaces/none/configmaps',
      configMap('a'),
      404,
      'NotFound',
      'namespaces "none" not found',
    ],
    [
      'another kind',
      'POST',
      maps,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
      400,
      'BadRequest',
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      'a wrong type',
      'POST',
      deployments,
      { metadata: { name: 'a' }, spec: { replicas: 'x' } },
      400,
      'BadRequest',
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'an unknown field',
      'POST',
      `${maps}?fieldValidation=Strict`,
      { metadata: { name: 'a' }, x: 1 },
      400,
      'BadRequest',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "x"',
    ],
    [
      'an unknown resource',
      'GET',
      '/api/v1/nope',
      undefined,
      404,
      'NotFound',
      'the server could not find the requested resource',
    ],
    [
      'a bad selector',
      'GET',
      `${maps}?labelSelector=a%20b`,
      undefined,
      400,
      'BadRequest',
      "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    ],
  ] as const)('refuses %s as the real server does', async (_, method, path, body, code, reason, message) => {
    const { transport } = await start();
    const { status, body: answer } = await transport.request({
      method,
      path,
      ...(body !== undefined && { body }),
    });
    expect({ status, answer }).toMatchObject({
      status: code,
      answer: { kind: 'Status', code, reason, message },
    });
  });

  it('refuses a write that is based on an older version', async () => {
    const { transport } = await start();
    const first = bodyOf(await post(transport, maps, configMap('a')));
    await patch(transport, `${maps}/a`, 'merge-patch+json', { data: { x: '1' } });
    const { status } = await transport.request({
      method: 'PUT',
      path: `${maps}/a`,
      body: { ...first, data: { y: '1' } },
    });
    expect(status).toBe(409);
  });

  it('keeps an object with a finalizer until that is gone', async () => {
    const { transport } = await start();
    await post(transport, maps, { ...configMap('a'), metadata: { name: 'a', finalizers: ['t.io/x'] } });
    const marked = bodyOf(await transport.request({ method: 'DELETE', path: `${maps}/a` }));
    expect(marked.metadata.deletionTimestamp).toBeDefined();
    await patch(transport, `${maps}/a`, 'merge-patch+json', { metadata: { finalizers: null } });
    expect((await transport.request({ method: 'GET', path: `${maps}/a` })).status).toBe(404);
  });

  it('pages through the state that the first page saw', async () => {
    const { transport } = await start();
    for (const name of ['a', 'b', 'c']) await post(transport, maps, configMap(name));
    const page = async (
      query: string,
    ): Promise<{ names: string[]; metadata: { continue?: string; remainingItemCount?: number } }> => {
      const { body } = await transport.request({ method: 'GET', path: `${maps}?limit=2${query}` });
      const list = body as {
        items: KubeObject[];
        metadata: { continue?: string; remainingItemCount?: number };
      };
      return { names: list.items.map(({ metadata }) => metadata.name), metadata: list.metadata };
    };
    const first = await page('');
    expect(first).toMatchObject({ names: ['a', 'b'], metadata: { remainingItemCount: 1 } });
    await transport.request({ method: 'DELETE', path: `${maps}/c` });
    await post(transport, maps, configMap('d'));
    expect(await page(`&continue=${first.metadata.continue}`)).toMatchObject({ names: ['c'] });
  });
});

interface Seen {
  readonly events: WatchEvent[];
  until(count: number): Promise<readonly string[]>;
}

function recorder(): Seen & { onEvents(events: readonly WatchEvent[]): void; onEnd(): void } {
  const events: WatchEvent[] = [];
  let wake: () => void = () => {};
  return {
    events,
    onEvents(batch) {
      events.push(...batch);
      wake();
    },
    onEnd: () => {},
    async until(count) {
      while (events.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`);
    },
  };
}

describe('watches', () => {
  it('show what is there, then every change, by a selector as it comes and goes', async () => {
    const { transport } = await start();
    await post(transport, maps, { ...configMap('a'), metadata: { name: 'a', labels: { x: '1' } } });
    const seen = recorder();
    await transport.watch({ method: 'GET', path: `${maps}?watch=true&labelSelector=x%3D1` }, seen);
    await post(transport, maps, configMap('b'));
    await patch(transport, `${maps}/b`, 'merge-patch+json', { metadata: { labels: { x: '1' } } });
    await patch(transport, `${maps}/a`, 'merge-patch+json', { metadata: { labels: { x: '2' } } });
    await transport.request({ method: 'DELETE', path: `${maps}/b` });
    expect(await seen.until(4)).toEqual(['ADDED a', 'ADDED b', 'DELETED a', 'DELETED b']);
  });

  it('go on from a version without a gap', async () => {
    const { transport } = await start();
    const { metadata } = bodyOf(await post(transport, maps, configMap('a')));
    await transport.request({ method: 'DELETE', path: `${maps}/a` });
    const seen = recorder();
    await transport.watch(
      { method: 'GET', path: `${maps}?watch=true&resourceVersion=${metadata.resourceVersion}` },
      seen,
    );
    expect(await seen.until(1)).toEqual(['DELETED a']);
  });

  it('end the first events with a bookmark when they are asked for', async () => {
    const { transport } = await start();
    await post(transport, maps, configMap('a'));
    const seen = recorder();
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    await transport.watch({ method: 'GET', path: `${maps}?${query}` }, seen);
    await seen.until(2);
    expect(seen.events[1]).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
  });
});

function fetchText(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; text: string; type: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, type: response.headers['content-type'] ?? '' }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

describe('the API over HTTP', () => {
  it('answers tables, discovery and typed lists in their wire form', async () => {
    const kube = await start();
    await post(kube.transport, maps, configMap('a', { k: 'v' }));
    const { port } = await kube.listen({ host: '127.0.0.1', port: 0 });
    const list = JSON.parse((await fetchText(port, maps, {})).text) as { items: object[] };
    expect(list.items[0]).not.toHaveProperty('kind');
    const table = JSON.parse(
      (await fetchText(port, maps, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })).text,
    ) as object;
    expect(table).toMatchObject({ kind: 'Table', rows: [{ cells: ['a', 1, expect.any(String)] }] });
    const groups = await fetchText(port, '/apis', {
      accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    });
    expect(groups.type).toContain('as=APIGroupDiscoveryList');
  });

  it.each([
    ['a foreign host', { host: 'evil.example' }],
    ['a foreign page', { origin: 'https://evil.example' }],
  ])('refuses %s while nobody has to sign in', async (_, headers) => {
    const kube = await start();
    const { port } = await kube.listen({ host: '127.0.0.1', port: 0 });
    expect((await fetchText(port, '/api/v1/namespaces', headers)).status).toBe(403);
  });
});
