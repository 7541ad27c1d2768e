import { connect, type Socket } from 'node:net';
import { silentLogger, virtualClock } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalKube } from '../index.ts';
import type { LocalKube } from '../index.ts';

let kube: LocalKube;
let port: number;
const opened: Socket[] = [];

beforeAll(async () => {
  kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
  });
  ({ port } = await kube.listen({ host: '127.0.0.1', port: 0 }));
});

afterAll(async () => {
  for (const socket of opened) socket.destroy();
  await kube.stop();
});

interface Client {
  readonly socket: Socket;
  /** All that came, once it matches. */
  until(pattern: RegExp): Promise<string>;
  readonly ended: Promise<string>;
}

function open(where = port): Client {
  const socket = connect({ port: where, host: '127.0.0.1' });
  opened.push(socket);
  let text = '';
  const looks = new Set<() => void>();
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    for (const look of looks) look();
  });
  socket.on('error', () => {});
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  return {
    socket,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(text)) return;
          looks.delete(look);
          resolve(text);
        };
        looks.add(look);
        look();
        socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)));
      }),
  };
}

const maps = '/api/v1/namespaces/default/configmaps';
const body = (name: string, filler = ''): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { filler } });

function post(name: string, headers: readonly string[] = [], filler = ''): string {
  const text = body(name, filler);
  return [
    `POST ${maps} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...headers,
    '',
    text,
  ].join('\r\n');
}

const get = (path: string, ...headers: readonly string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');

/** Header names of an answer, without those that differ each time. */
const headersOf = (answer: string): readonly string[] =>
  answer
    .slice(0, answer.indexOf('\r\n\r\n'))
    .split('\r\n')
    .filter((line) => !/^(audit-id|date):/i.test(line));

const count = (text: string, part: string): number => text.split(part).length - 1;

describe('a connection', () => {
  it('answers as Node would, with the same headers in the same order', async () => {
    const plain = open();
    plain.socket.write(get('/api/v1/namespaces/default'));
    const handed = open();
    handed.socket.write(get('/api/v1/namespaces/default', 'TE: trailers'));
    const [one, other] = await Promise.all([plain.until(/"Active"\}\}\n$/), handed.until(/"Active"\}\}\n$/)]);
    expect(headersOf(one)).toEqual(headersOf(other));
    expect(one.slice(one.indexOf('\r\n\r\n'))).toBe(other.slice(other.indexOf('\r\n\r\n')));
  });

  it('answers requests that come in one piece in their order', async () => {
    const client = open();
    const names = Array.from({ length: 20 }, (_, i) => `piped-${i}`);
    client.socket.write(names.map((name) => post(name)).join('') + get(`${maps}/piped-0`));
    const text = await client.until(/"name":"piped-0"[^]*"name":"piped-19"[^]*"name":"piped-0"/);
    expect([...text.matchAll(/"metadata":\{"name":"(piped-\d+)"/g)].map(([, name]) => name)).toEqual([
      ...names,
      'piped-0',
    ]);
  });

  it('takes a body that comes in many pieces, and what follows it', async () => {
    const client = open();
    const text = post('pieces', [], 'ä'.repeat(50_000));
    const bytes = Buffer.from(text + get(`${maps}/pieces`));
    for (let at = 0; at < bytes.length; at += 7_001) {
      client.socket.write(bytes.subarray(at, at + 7_001));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answers = await client.until(/HTTP\/1\.1 201[^]*HTTP\/1\.1 200[^]*\}\}\n$/);
    expect(count(answers, 'ä'.repeat(50_000))).toBe(2);
  });

  it.each([
    ['a head in pieces', ['GET /version HTTP/1.1\r\nHo', 'st: localhost\r\n\r\n'], 200],
    ['a header that comes twice', [get('/version', 'X-A: 1', 'X-A: 2')], 200],
    [
      'a body in chunks',
      [
        `POST ${maps} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
        `${body('in-chunks').length.toString(16)}\r\n${body('in-chunks')}\r\n0\r\n\r\n`,
      ],
      201,
    ],
    ['a body that waits to be asked for', [post('asked-for', ['Expect: 100-continue'])], 100],
    ['the last request of a connection', [get('/version', 'Connection: close')], 200],
    ['no host', ['GET /version HTTP/1.1\r\n\r\n'], 400],
    ['two lengths', [post('two-lengths', ['Content-Length: 3'])], 400],
    ['a length and chunks', [post('smuggled', ['Transfer-Encoding: chunked'])], 400],
    ['a length that is none', [get('/version', 'Content-Length: 1e1')], 400],
    ['a negative length', [get('/version', 'Content-Length: -1')], 400],
    ['a space before the colon', [get('/version', 'X-A : 1')], 400],
    ['a folded header', [get('/version', 'X-A: 1', ' 2')], 400],
    ['no HTTP', ['hello\r\n\r\n'], 400],
    ['an old version', ['GET /version HTTP/1.0\r\nHost: localhost\r\n\r\n'], 200],
  ])('leaves to Node: %s', async (_, pieces, status) => {
    const client = open();
    // What comes before is answered here.
    client.socket.write(get('/livez'));
    await client.until(/ok$/);
    for (const piece of pieces) {
      client.socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const text = await client.until(/ok[^]*HTTP\/1\.1 \d+/);
    expect(text.slice(text.indexOf('ok') + 2)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('goes on with Node after the first request that is not a plain one', async () => {
    const client = open();
    client.socket.write(get('/livez') + get('/livez', 'TE: trailers') + get('/livez'));
    expect(count(await client.until(/(ok[^]*){3}/), 'HTTP/1.1 200 OK')).toBe(3);
  });

  it('gives a watch and then the next request', async () => {
    const client = open();
    client.socket.write(
      get(`${maps}?watch=true&timeoutSeconds=1&resourceVersion=0&fieldSelector=metadata.name%3Dw`),
    );
    await client.until(/chunked/);
    const other = open();
    other.socket.write(post('w', [], 'ü'));
    const seen = await client.until(/"ADDED"[^]*\r\n0\r\n\r\n/);
    const [, size = '', event = ''] = /\r\n\r\n([0-9a-f]+)\r\n([^]*?\n)\r\n0\r\n/.exec(seen) ?? [];
    expect(Number.parseInt(size, 16)).toBe(Buffer.byteLength(event));
    expect((JSON.parse(event) as { type: string }).type).toBe('ADDED');
    client.socket.write(get('/livez'));
    await client.until(/ok$/);
  });

  it('ends with its client, who may have said all that it wants to say', async () => {
    const client = open();
    client.socket.end(get('/livez'));
    expect(await client.ended).toMatch(/ok$/);
  });

  it('does not wait longer than a minute for a body that drips', async () => {
    const clock = virtualClock();
    const slow = await startLocalKube({
      clock,
      random: systemRandom,
      logger: silentLogger,
      controllers: false,
      pods: 'none',
    });
    const { port: there } = await slow.listen({ host: '127.0.0.1', port: 0 });
    const head = (length: number): string =>
      `POST ${maps} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    const [whole, dripping] = [open(there), open(there)];
    const text = body('in-time');
    whole.socket.write(head(text.length) + text.slice(0, 9));
    dripping.socket.write(head(100));
    // Who is answered later than the others was read later, too.
    const read = async (): Promise<void> => {
      const other = open(there);
      other.socket.write(get('/livez'));
      await other.until(/ok$/);
    };
    for (let i = 0; i < 59; i++) {
      dripping.socket.write(' ');
      if (i % 20 === 0) await read();
      clock.advance(1_000);
    }
    whole.socket.write(text.slice(9));
    await whole.until(/ 201 Created/);
    clock.advance(2_000);
    expect(await dripping.ended).toBe('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    whole.socket.write(get('/livez'));
    await whole.until(/ok$/);
    await slow.stop();
  });

  it('ends when the server stops, whatever it is at', async () => {
    const short = await kube.listen({ host: '127.0.0.1', port: 0 });
    const clients = [
      '',
      get('/livez'),
      get(`${maps}?watch=true`),
      get('/livez', 'TE: trailers'),
      get(`${maps}?watch=true`, 'TE: trailers'),
      'GET /livez HT',
      `POST ${maps} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{`,
    ].map((text) => {
      const socket = connect({ port: short.port, host: '127.0.0.1' });
      opened.push(socket);
      socket.on('error', () => {});
      socket.resume();
      socket.write(text);
      return new Promise((resolve) => socket.on('close', resolve));
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = performance.now();
    await short.close();
    await Promise.all(clients);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
