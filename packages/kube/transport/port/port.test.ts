import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { KubeObject, Transport, WatchEvent } from '@plumbline/api';
import { startLocalKube } from '@plumbline/localkube';
import type { LocalKube } from '@plumbline/localkube';
import { portTransport, serveTransport } from '@plumbline/kube';
import type { Port } from '@plumbline/kube';

const maps = '/api/v1/namespaces/default/configmaps';

let kube: LocalKube;
let theirs: Port;
let transport: Transport;
let posted: string[];

function configMap(name: string, more: Partial<KubeObject> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { greeting: 'hellö' }, ...more };
}

function create(name: string, manager = 'test'): Promise<unknown> {
  return transport.request({
    method: 'POST',
    path: `${maps}?fieldManager=${manager}`,
    body: configMap(name),
  });
}

/** A watch that collects, and waits for a number of events. */
async function follow(query = '') {
  const events: WatchEvent[] = [];
  const stop = new AbortController();
  let heard: () => void = () => {};
  let ended: (error?: Error) => void = () => {};
  const end = new Promise<Error | undefined>((resolve) => {
    ended = resolve;
  });
  await transport.watch(
    { method: 'GET', path: `${maps}?watch=1${query}`, signal: stop.signal },
    {
      onEvents(some) {
        events.push(...some);
        heard();
      },
      onEnd: (error) => ended(error),
    },
  );
  const until = async (count: number): Promise<readonly WatchEvent[]> => {
    while (events.length < count)
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    return events;
  };
  return { events, until, stop: () => stop.abort(), end };
}

beforeEach(async () => {
  kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: true,
    pods: 'simulated',
  });
  const { port1, port2 } = new MessageChannel();
  const server = port1 as unknown as Port;
  theirs = server;
  posted = [];
  const spied: Port = {
    postMessage(text) {
      posted.push(text);
      server.postMessage(text);
    },
    on: (event: never, listener: never) => server.on(event, listener),
    close: () => server.close(),
  };
  serveTransport(kube.transport, spied);
  transport = portTransport(port2 as unknown as Port);
});

afterEach(async () => {
  theirs.close();
  await kube.stop();
});

describe('the API through a port', () => {
  it('answers as the API itself does, refusals and texts too', async () => {
    for (const path of ['/version', `${maps}/none`, '/healthz', '/api/v1/pods?limit=1', '/nowhere'])
      expect(await transport.request({ method: 'GET', path }), path).toEqual(
        JSON.parse(JSON.stringify(await kube.transport.request({ method: 'GET', path }))),
      );
  });

  it('tells watches what happens, whole and in order', async () => {
    const watch = await follow();
    await Promise.all(['a', 'b', 'c'].map((name) => create(name)));
    const events = (await watch.until(4)).filter(({ object }) => object.metadata.name.length === 1);
    expect(events.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['ADDED', 'a'],
      ['ADDED', 'b'],
      ['ADDED', 'c'],
    ]);
    const { body } = await transport.request({ method: 'GET', path: `${maps}/c` });
    expect(events[2]!.object).toEqual(body);
  });

  it('sends a set of managed fields once, and shares it', async () => {
    const watch = await follow();
    for (const name of ['a', 'b', 'c']) await create(name, 'alike');
    const events = (await watch.until(4)).filter(({ object }) => object.metadata.name.length === 1);
    const sets = events.map(({ object }) => object.metadata.managedFields?.[0]?.fieldsV1);
    expect(sets[0]).toEqual({ 'f:data': { '.': {}, 'f:greeting': {} } });
    expect(sets[1]).toBe(sets[0]);
    expect(sets[2]).toBe(sets[0]);
    expect(posted.join('').split('f:greeting').length - 1).toBe(1);
  });

  it('sends an object once to the writer and all watches, which then hold the same', async () => {
    const [first, second] = [await follow(), await follow()];
    const { body } = (await create('a')) as { body: KubeObject };
    const isIt = ({ object }: WatchEvent): boolean => object.metadata.name === 'a';
    const heard = [await first.until(2), await second.until(2)].map((events) => events.find(isIt)!.object);
    expect(heard[0]).toBe(body);
    expect(heard[1]).toBe(body);
    expect(posted.join('').split('hellö').length - 1).toBe(1);
    const { body: read } = await transport.request({ method: 'GET', path: `${maps}/a` });
    expect(read).toBe(body);
  });

  it('remembers no object of a long text', async () => {
    const watch = await follow();
    const body = configMap('long', { data: { text: 'ö'.repeat(70_000) } });
    const created = (await transport.request({ method: 'POST', path: maps, body })) as { body: KubeObject };
    await create('short');
    const objects = (await watch.until(3)).map(({ object }) => object);
    const long = objects.find(({ metadata }) => metadata.name === 'long');
    expect(long).toEqual(created.body);
    expect(long).not.toBe(created.body);
    expect(objects.some(({ metadata }) => metadata.name === 'short')).toBe(true);
  });

  it('keeps count when nobody waits for an answer or an event any more', async () => {
    const watch = await follow();
    const created = create('a');
    watch.stop();
    await created;
    const late = await follow();
    await create('b');
    expect((await late.until(3)).map(({ object }) => object.metadata.name).sort()).toEqual([
      'a',
      'b',
      'kube-root-ca.crt',
    ]);
  });

  it('goes on sharing after both sides had to forget', async () => {
    const many = 4_100;
    const body = (name: string): KubeObject => configMap(name, { data: { [`key-${name}`]: '' } });
    await Promise.all(
      Array.from({ length: many }, (_, at) =>
        transport.request({ method: 'POST', path: maps, body: body(String(at)) }),
      ),
    );
    for (const name of ['0', '4090', String(many - 1)]) {
      const { body: read } = await transport.request({ method: 'GET', path: `${maps}/${name}` });
      expect((read as KubeObject).metadata.managedFields?.[0]?.fieldsV1).toEqual({
        'f:data': { '.': {}, [`f:key-${name}`]: {} },
      });
    }
  });

  it('ends a watch when asked to, and hears no more of it', async () => {
    const watch = await follow();
    await watch.until(1);
    const before = watch.events.length;
    watch.stop();
    expect(await watch.end).toBeUndefined();
    await create('late');
    expect(watch.events.length).toBe(before);
  });

  it('passes on the end that the server makes, and its refusal of a watch', async () => {
    const watch = await follow('&timeoutSeconds=1');
    expect(await watch.end).toBeUndefined();
    await expect(follow('&resourceVersion=x')).rejects.toThrow('Invalid value');
  });

  it('streams logs', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'registry.example/c:1' }] },
    };
    await transport.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: pod });
    const refused = transport.stream({ method: 'GET', path: '/api/v1/namespaces/default/pods/none/log' });
    await expect(refused).rejects.toThrow('pods "none" not found');
    const ready = async (): Promise<boolean> => {
      const { body } = await transport.request({
        method: 'GET',
        path: '/api/v1/namespaces/default/pods/p',
      });
      return ((body as KubeObject)['status'] as { phase?: string }).phase === 'Running';
    };
    while (!(await ready()));
    const path = '/api/v1/namespaces/default/pods/p/log';
    const read = async (from: Transport): Promise<string> => {
      let text = '';
      for await (const chunk of await from.stream({ method: 'GET', path }))
        text += Buffer.from(chunk).toString('utf8');
      return text;
    };
    expect(await read(transport)).toBe(await read(kube.transport));
  });

  it('fails what waits, and all that is asked later, when the other side is gone', async () => {
    const watch = await follow();
    theirs.close();
    expect((await watch.end)?.message).toBe('the embedded API server has ended');
    await expect(create('a')).rejects.toThrow('the embedded API server has ended');
    await expect(follow()).rejects.toThrow('the embedded API server has ended');
  });
});
