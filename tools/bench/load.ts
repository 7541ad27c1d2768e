import { fork } from 'node:child_process';
import { connect, type TLSSocket } from 'node:tls';

/** A server to load. */
export interface Target {
  readonly port: number;
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}

export type Job =
  | { readonly kind: 'ready' | 'prepare' }
  | { readonly kind: 'fill'; readonly count: number }
  | {
      readonly kind:
        | 'create'
        | 'get'
        | 'apply-new'
        | 'apply-same'
        | 'apply-change'
        | 'patch'
        | 'list'
        | 'watch';
      readonly seconds: number;
    };

/** A process that makes load, so that the one that measures is not in its way. */
export interface Load {
  /** Answers what was reached per second. */
  run(target: Target, job: Job): Promise<number>;
  stop(): void;
}

export function createLoad(): Promise<Load> {
  const child = fork(import.meta.filename, ['load'], {
    execArgv: ['--import', 'tsx'],
    serialization: 'json',
  });
  let waiting: ((value: { readonly rate?: number; readonly error?: string }) => void) | undefined;
  const ready = new Promise<void>((resolve) => child.once('message', () => resolve()));
  return ready.then(() => {
    child.on('message', (message) => waiting?.(message as { readonly rate?: number }));
    return {
      run: (target, job) =>
        new Promise((resolve, reject) => {
          waiting = ({ rate, error }) => (rate === undefined ? reject(new Error(error)) : resolve(rate));
          child.send({ target, job });
        }),
      stop: () => void child.kill(),
    };
  });
}

/** More would make queues, not load. One request at a time on each: Node closes TLS connections that have a queue of them. */
const connections = 32;
const watchers = 100;
const writesPerSecondOfWatch = 2_000;

/** A kept connection; answers come in the order of the requests, and no more is read of them than where they end. */
interface Wire {
  send(request: Buffer): Promise<number>;
  close(): void;
}

function openWire(target: Target): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      {
        host: '127.0.0.1',
        port: target.port,
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        ...(target.cert === undefined ? {} : { cert: target.cert, key: target.key }),
      },
      () => resolve(wire),
    );
    socket.setNoDelay(true);
    const pending: ((status: number) => void)[] = [];
    let buffer: Buffer = Buffer.alloc(0);
    /** What is still to come of a long answer: nobody looks into it. */
    let rest: { bytes: number; readonly status: number } | undefined;
    const take = (): boolean => {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return false;
      const head = buffer.subarray(0, end).toString('latin1');
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      const status = Number(head.slice(9, 12));
      let after = end + 4;
      if (length !== undefined) {
        after += Number(length);
        if (buffer.length < after) {
          rest = { bytes: after - buffer.length, status };
          buffer = Buffer.alloc(0);
          return false;
        }
      } else if (/transfer-encoding: chunked/i.test(head)) {
        const last = chunksEnd(buffer, after);
        if (last === undefined) return false;
        after = last;
      }
      buffer = buffer.subarray(after);
      pending.shift()?.(status);
      return true;
    };
    socket.on('data', (given: Buffer) => {
      let chunk = given;
      if (rest !== undefined) {
        if (chunk.length < rest.bytes) {
          rest.bytes -= chunk.length;
          return;
        }
        chunk = chunk.subarray(rest.bytes);
        pending.shift()?.(rest.status);
        rest = undefined;
      }
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      while (take());
    });
    socket.on('error', reject);
    socket.on('close', () => {
      for (const done of pending.splice(0)) done(0);
    });
    const wire: Wire = {
      send: (request) =>
        new Promise((done) => {
          pending.push(done);
          socket.write(request);
        }),
      close: () => void socket.destroy(),
    };
  });
}

/** Where a chunked body ends; undefined: there is more to come. */
function chunksEnd(buffer: Buffer, from: number): number | undefined {
  for (let at = from; ;) {
    const line = buffer.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(buffer.subarray(at, line).toString('latin1'), 16);
    at = line + 2 + size + 2;
    if (at > buffer.length) return undefined;
    if (size === 0) return at;
  }
}

function request(
  target: Target,
  method: string,
  path: string,
  body?: string,
  type = 'application/json',
): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: kubernetes',
    'accept: application/json',
    ...(target.token === undefined ? [] : [`authorization: Bearer ${target.token}`]),
    ...(body === undefined ? [] : [`content-type: ${type}`, `content-length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const filler = 'x'.repeat(1_000);
const map = (name: string, text = filler): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text } });

function deployment(name: string, image: string): string {
  const labels = { app: name };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            { name: 'main', image, ports: [{ containerPort: 8080 }], env: [{ name: 'A', value: 'b' }] },
          ],
        },
      },
    },
  });
}

const apply = 'application/apply-patch+yaml';
/** Names differ from run to run. */
const state = { serial: 0 };

function requestFor(target: Target, kind: string, i: number): Buffer {
  switch (kind) {
    case 'create':
      return request(target, 'POST', maps, map(`c-${state.serial}-${i}`));
    case 'get':
      return request(target, 'GET', `${maps}/kept-${i % 1_000}`);
    case 'apply-new':
    case 'apply-same':
    case 'apply-change': {
      const name = kind === 'apply-new' ? `a-${state.serial}-${i}` : `kept-${i % 200}`;
      const image = kind === 'apply-change' ? `image:${state.serial}-${i}` : 'image:1';
      return request(
        target,
        'PATCH',
        `${deployments}/${name}?fieldManager=bench&force=true`,
        deployment(name, image),
        apply,
      );
    }
    case 'patch':
      return request(
        target,
        'PATCH',
        `${maps}/kept-${i % 1_000}`,
        JSON.stringify({ data: { n: `${state.serial}-${i}` } }),
        'application/merge-patch+json',
      );
    case 'list':
      return request(target, 'GET', `${maps}?limit=500`);
    default:
      throw new Error(`unknown work ${kind}`);
  }
}

/** As many requests as fit into the time, or `count` of them. */
async function flood(
  target: Target,
  kind: string,
  end: { readonly seconds?: number; readonly count?: number },
): Promise<number> {
  state.serial++;
  const wires = await Promise.all(Array.from({ length: connections }, () => openWire(target)));
  const began = performance.now();
  let next = 0;
  let done = 0;
  let failed = 0;
  const more = (): boolean =>
    end.count === undefined ? performance.now() - began < (end.seconds ?? 1) * 1_000 : next < end.count;
  const worker = async (wire: Wire): Promise<void> => {
    while (more()) {
      const status = await wire.send(requestFor(target, kind, next++));
      if (status >= 200 && status < 300) done++;
      else failed++;
    }
  };
  const used = wires.slice(0, kind === 'list' ? 4 : connections);
  await Promise.all(used.map((wire) => worker(wire)));
  const seconds = (performance.now() - began) / 1_000;
  for (const wire of wires) wire.close();
  if (failed > done / 100) throw new Error(`${kind}: ${failed} of ${failed + done} requests were refused`);
  return done / seconds;
}

/** Events that reach watchers while one writer writes as fast as they are told. */
async function watch(target: Target, seconds: number): Promise<number> {
  let events = 0;
  const sockets = await Promise.all(
    Array.from({ length: watchers }, () => openWatch(target, (count) => (events += count))),
  );
  const wire = await openWire(target);
  const began = performance.now();
  let written = 0;
  let before = events;
  while (performance.now() - began < seconds * 1_000) {
    // As long as watchers are behind, more writes would only make the queue longer.
    if (written * watchers - (events - before) > 20 * watchers) {
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    if (written > (writesPerSecondOfWatch * (performance.now() - began)) / 1_000) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    const n = written++;
    await wire.send(
      request(
        target,
        'PATCH',
        `${maps}/watched`,
        JSON.stringify({ data: { n: `${state.serial}-${n}` } }),
        'application/merge-patch+json',
      ),
    );
  }
  const rate = (events - before) / ((performance.now() - began) / 1_000);
  before = 0;
  state.serial++;
  for (const socket of sockets) socket.destroy();
  wire.close();
  return rate;
}

function openWatch(target: Target, onEvents: (count: number) => void): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: '127.0.0.1',
        port: target.port,
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        ...(target.cert === undefined ? {} : { cert: target.cert, key: target.key }),
      },
      () => socket.write(request(target, 'GET', `${maps}?watch=true&fieldSelector=metadata.name%3Dwatched`)),
    );
    let begun = false;
    socket.on('data', (chunk: Buffer) => {
      // Each event begins like this; one that is cut in two is counted with neither half, which is rare.
      let count = 0;
      for (let at = chunk.indexOf('{"type":"'); at >= 0; at = chunk.indexOf('{"type":"', at + 9)) count++;
      if (begun) onEvents(count);
      else if (count > 0) {
        begun = true;
        resolve(socket);
      }
    });
    socket.on('error', reject);
  });
}

async function work(target: Target, job: Job): Promise<number> {
  switch (job.kind) {
    case 'ready': {
      try {
        const wire = await openWire(target);
        const status = await wire.send(request(target, 'GET', '/readyz'));
        wire.close();
        return status === 200 ? 1 : 0;
      } catch {
        return 0;
      }
    }
    case 'prepare': {
      const wire = await openWire(target);
      // A server that has just become ready may still be making its namespaces.
      for (let status = 0; status !== 201 && status !== 409;)
        status = await wire.send(request(target, 'POST', maps, map('watched', '')));
      for (let i = 0; i < 1_000; i++) await wire.send(request(target, 'POST', maps, map(`kept-${i}`)));
      for (let i = 0; i < 200; i++) await wire.send(requestFor(target, 'apply-same', i));
      wire.close();
      return 0;
    }
    case 'fill':
      return flood(target, 'create', { count: job.count });
    case 'watch':
      return watch(target, job.seconds);
    default:
      return flood(target, job.kind, { seconds: job.seconds });
  }
}

if (process.argv[2] === 'load' && process.send !== undefined) {
  process.on('message', (message) => {
    const { target, job } = message as { readonly target: Target; readonly job: Job };
    work(target, job).then(
      (rate) => process.send?.({ rate }),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  process.send({ ready: true });
}
