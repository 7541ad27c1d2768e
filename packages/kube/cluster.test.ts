import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, virtualClock } from '@plumbline/base';
import { connect, httpsTransport, isStatusError, retryOnConflict, StatusError } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import { json, startFaultyServer, status } from './test/faulty-server.ts';
import type { FaultyServer } from './test/faulty-server.ts';

const clock = virtualClock();
const a = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' };

let server: FaultyServer;
let cluster: Cluster;

beforeEach(async () => {
  server = await startFaultyServer();
  server.put('a', { n: '1' });
  const transport = httpsTransport({ server: server.url });
  cluster = connect({ transport, name: 'test', server: server.url, clock, logger: silentLogger });
});

afterEach(async () => {
  await cluster.close();
  await server.close();
});

async function failure(promise: Promise<unknown>): Promise<StatusError> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof StatusError) return thrown;
  throw new Error(`not a StatusError: ${String(thrown)}`);
}

describe('a cluster', () => {
  it.each([[true], [false]])('reads objects after discovery (aggregated: %s)', async (aggregated) => {
    server.aggregated = aggregated;
    expect(await cluster.get(a)).toMatchObject({ data: { n: '1' } });
    expect(await cluster.get({ ...a, version: '', name: 'missing' })).toBeUndefined();
    expect(cluster.knownResource({ group: '', kind: 'ConfigMap' })).toMatchObject({
      plural: 'configmaps',
      namespaced: true,
      version: 'v1',
    });
  });

  it('lists all pages and says what the items are', async () => {
    for (const name of ['b', 'c', 'd']) server.put(name, {});
    const { items, resourceVersion } = await cluster.list(a);
    expect(items.map((item) => `${item.kind} ${item.metadata.name}`)).toEqual(
      ['a', 'b', 'c', 'd'].map((n) => `ConfigMap ${n}`),
    );
    expect(resourceVersion).toBe('104');
  });

  it('sends options as the API wants them', async () => {
    let seen = '';
    let type: string | undefined;
    server.fault = (request, response) => {
      if (request.method !== 'PATCH') return false;
      seen = request.url ?? '';
      type = request.headers['content-type'];
      json(response, 200, { kind: 'ConfigMap' });
      return true;
    };
    await cluster.patch(
      a,
      'application/apply-patch+yaml',
      {},
      { fieldManager: 'me', force: true, dryRun: true },
    );
    expect(seen).toBe('/api/v1/namespaces/default/configmaps/a?fieldManager=me&force=true&dryRun=All');
    expect(type).toBe('application/apply-patch+yaml');
  });

  it.each([
    ['a Status', 409, 'Conflict', 'the object has been modified'],
    ['a Status', 403, 'Forbidden', 'no'],
  ])('rejects with what %s of code %i says', async (_what, code, reason, message) => {
    await cluster.get(a);
    server.fault = (_request, response) => {
      status(response, code, reason, message);
      return true;
    };
    expect(await failure(cluster.get(a))).toMatchObject({ code, reason, message });
  });

  it('rejects with the start of the text that a proxy sends', async () => {
    await cluster.get(a);
    server.fault = (_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<h1>Bad gateway</h1>');
      return true;
    };
    expect(await failure(cluster.get(a))).toMatchObject({ code: 502, message: '<h1>Bad gateway</h1>' });
  });

  it('comes back when a busy server says when', async () => {
    await cluster.get(a);
    let refusals = 2;
    server.fault = (_request, response) => {
      if (refusals-- <= 0) return false;
      status(response, 429, 'TooManyRequests', 'slow down', { 'retry-after': '3' });
      return true;
    };
    const started = clock.now();
    const answer = cluster.get(a);
    let done = false;
    void answer.finally(() => {
      done = true;
    });
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const due = clock.next();
      if (due !== undefined) clock.advance(due - clock.now());
    }
    expect(await answer).toMatchObject({ data: { n: '1' } });
    expect(clock.now() - started).toBe(6_000);
  });

  it('refuses JSON that is none, and a server that is not there', async () => {
    await cluster.get(a);
    server.fault = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"kind":');
      return true;
    };
    await expect(cluster.get(a)).rejects.toThrow('sends JSON but did not');
    server.fault = (_request, response) => {
      response.destroy();
      return true;
    };
    await expect(cluster.get(a)).rejects.toThrow('cannot reach the API server');
  });

  it('asks discovery again for an unknown kind, but not all the time', async () => {
    const widget = { group: 'example.org', version: 'v1', kind: 'Widget', name: 'w' };
    expect((await failure(cluster.get(widget))).message).toBe(
      'no matches for kind "Widget" in version "example.org/v1"',
    );
    const asked = server.requests.length;
    await failure(cluster.get(widget));
    expect(server.requests.length).toBe(asked);
    clock.advance(2_000);
    await failure(cluster.get(widget));
    expect(server.requests.length).toBe(asked + 2);
  });

  it('refuses to write a namespaced object without a namespace', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
    expect(await failure(cluster.create(object))).toMatchObject({
      code: 400,
      message: 'ConfigMap "x" needs a namespace',
    });
  });
});

describe('retryOnConflict', () => {
  it('tries again while another writer was faster, and gives up in the end', async () => {
    const live = virtualClock();
    let tries = 0;
    const attempt = (): Promise<string> =>
      ++tries < 3 ? Promise.reject(new StatusError(409, 'Conflict', 'modified')) : Promise.resolve('written');
    const result = retryOnConflict(live, attempt);
    while (tries < 3) {
      await Promise.resolve();
      live.advance(1_000);
    }
    expect(await result).toBe('written');
    const other = retryOnConflict(live, () => Promise.reject(new StatusError(409, 'AlreadyExists', 'there')));
    expect(isStatusError(await failure(other), 409)).toBe(true);
  });
});
