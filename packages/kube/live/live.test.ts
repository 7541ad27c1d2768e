import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, virtualClock } from '@plumbline/base';
import { connect, httpsTransport } from '@plumbline/kube';
import type { Cluster, ConnectOptions, LiveChange } from '@plumbline/kube';
import { startFaultyServer, status } from '../test/faulty-server.ts';
import type { FaultyServer } from '../test/faulty-server.ts';

const CONFIG_MAP = { group: '', kind: 'ConfigMap' };

let server: FaultyServer;
let cluster: Cluster;
const clock = virtualClock();

function open(more: Partial<ConnectOptions> = {}): Cluster {
  const transport = httpsTransport({ server: server.url });
  cluster = connect({ transport, name: 'test', server: server.url, clock, logger: silentLogger, ...more });
  return cluster;
}

/** Lets input and output happen, and time pass where somebody waits for it, until the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition(); round++) {
    if (round > 2_000) throw new Error('this never came true');
    await new Promise((resolve) => setTimeout(resolve, 1));
    const due = clock.next();
    if (round % 20 === 19 && due !== undefined && due - clock.now() < 25_000)
      clock.advance(due - clock.now());
  }
}

function names(): string[] {
  return [...cluster.live.all(CONFIG_MAP)].map((object) => object.metadata.name).sort();
}

function recorded(): string[] {
  const changes: string[] = [];
  cluster.live.listen((change: LiveChange) => changes.push(`${change.type} ${change.object.metadata.name}`));
  return changes;
}

beforeEach(async () => {
  server = await startFaultyServer();
  for (const name of ['a', 'b', 'c', 'd', 'e']) server.put(name, { n: name });
});

afterEach(async () => {
  await cluster.close();
  await server.close();
});

describe.each([['initial events'], ['pages of a list']] as const)('the live view, filled by %s', (way) => {
  beforeEach(() => {
    server.streams = way === 'initial events';
  });

  it('knows what is there and follows changes in order', async () => {
    open();
    const changes = recorded();
    await cluster.live.require([CONFIG_MAP]);
    expect(names()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(cluster.live.synced(CONFIG_MAP)).toBe(true);
    const a = cluster.live.get({ ...CONFIG_MAP, namespace: 'default', name: 'a' });
    expect(a).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { n: 'a' } });
    await until(() => server.requests.at(-1)?.includes('watch=1') === true);
    await until(() => {
      server.put('probe', {});
      return names().includes('probe');
    });
    changes.length = 0;
    server.put('a', { n: 'changed' });
    server.remove('b');
    server.put('f', {});
    await until(() => changes.length >= 3 && changes.includes('added f'));
    expect(changes.filter((change) => !change.endsWith('probe'))).toEqual([
      'modified a',
      'deleted b',
      'added f',
    ]);
  });

  it('finds what it missed when history is gone', async () => {
    open();
    await cluster.live.require([CONFIG_MAP]);
    await until(() => server.requests.some((request) => request.includes('watch=1')));
    const changes = recorded();
    server.silently(() => {
      server.put('a', { n: 'changed' });
      server.remove('b');
      server.put('f', {});
    });
    server.fault = (request, response) => {
      if (request.url?.includes('resourceVersion=1') !== true) return false;
      status(response, 410, 'Expired', 'too old resource version');
      server.fault = () => false;
      return true;
    };
    server.cut();
    await until(() => changes.length === 3);
    expect(changes.toSorted()).toEqual(['added f', 'deleted b', 'modified a']);
  });
});

describe('the live view of a bad server', () => {
  it('is not synced while its watch is broken, and recovers', async () => {
    open();
    await cluster.live.require([CONFIG_MAP]);
    let refusing = true;
    server.fault = (_request, response) => {
      if (refusing) response.destroy();
      return refusing;
    };
    server.cut();
    await until(() => !cluster.live.synced(CONFIG_MAP));
    expect(names()).toEqual(['a', 'b', 'c', 'd', 'e']);
    refusing = false;
    await until(() => cluster.live.synced(CONFIG_MAP));
  });

  it.each([
    ['a line that is not JSON', '{"type":"ADDED"\n'],
    ['a line that is no event', '{"hello":1}\n'],
    [
      'an expired version',
      `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`,
    ],
    ['an internal error', `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 500 } })}\n`],
  ])('opens its watch again after %s', async (_name, line) => {
    open();
    await cluster.live.require([CONFIG_MAP]);
    const before = server.requests.length;
    server.write(line);
    await until(() => server.requests.length > before);
    await until(() => {
      server.put('after', {});
      return names().includes('after') && cluster.live.synced(CONFIG_MAP);
    });
  });

  it('resolves though a kind may not be read, and says that it is not synced', async () => {
    server.fault = (request, response) => {
      if (request.url?.startsWith('/api/v1/configmaps') !== true) return false;
      status(response, 403, 'Forbidden', 'configmaps is forbidden');
      return true;
    };
    open();
    await cluster.live.require([CONFIG_MAP]);
    expect(cluster.live.synced(CONFIG_MAP)).toBe(false);
  });

  it('takes lists where the server ignores the wish for initial events', async () => {
    server.fault = (request, response) => {
      if (request.url?.includes('sendInitialEvents') !== true) return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      return true;
    };
    open();
    let ready = false;
    void cluster.live.require([CONFIG_MAP]).then(() => {
      ready = true;
    });
    await until(() => server.requests.some((request) => request.includes('sendInitialEvents')));
    clock.advance(30_000);
    await until(() => ready);
    expect(names()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('what the live view keeps', () => {
  it('is frozen, filed by the index function, and stripped where asked', async () => {
    open({
      index: (object) => String((object['data'] as { n?: string }).n),
      live: { stripManagedFields: true },
    });
    await cluster.live.require([CONFIG_MAP]);
    const [found] = cluster.live.indexed('c');
    expect(found?.metadata.name).toBe('c');
    expect(found?.metadata.managedFields).toBeUndefined();
    expect(Object.isFrozen(found?.metadata)).toBe(true);
    await until(() => {
      server.put('c', { n: 'elsewhere' });
      return [...cluster.live.indexed('elsewhere')].length === 1;
    });
    expect([...cluster.live.indexed('c')]).toEqual([]);
  });

  it('is told to all listeners in the same order, whatever they do meanwhile', async () => {
    open();
    const first: string[] = [];
    const second: string[] = [];
    cluster.live.listen((change) => {
      first.push(change.object.metadata.name);
      throw new Error('a bad listener');
    });
    cluster.live.listen((change) => second.push(change.object.metadata.name));
    await cluster.live.require([CONFIG_MAP]);
    expect(first).toHaveLength(5);
    expect(second).toEqual(first);
  });

  it('skips kinds that the server does not serve', async () => {
    open();
    await cluster.live.require([{ group: 'example.org', kind: 'Widget' }, CONFIG_MAP]);
    expect(cluster.live.synced({ group: 'example.org', kind: 'Widget' })).toBe(false);
    expect(names()).toHaveLength(5);
  });
});
