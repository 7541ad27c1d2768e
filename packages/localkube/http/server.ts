import { createServer, ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { gzip } from 'node:zlib';
import { writeYaml } from '@plumbline/languages';
import type { KubeObject, WatchEvent } from '@plumbline/api';
import type { Cancel } from '@plumbline/base';
import { errors } from '../registry/index.ts';
import { loadUpgrades, withProtocolToken } from '../streams/index.ts';
import type { UpgradeRefusal, Upgrades } from '../streams/index.ts';
import type { ListenOptions, User } from '../types.ts';
import { makeEncoder } from './encode.ts';
import type { Encoder } from './encode.ts';
import { guard, guardUpgrade } from './guard.ts';
import { admin, handle } from './handle.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { Surroundings } from './surroundings.ts';

/** As upstream: larger bodies are refused. */
const bodyBytesMax = 3 << 20;

export interface Listener {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the API on a socket. */
export async function listen(around: Surroundings, options: ListenOptions): Promise<Listener> {
  const encoder = makeEncoder();
  const answer = (request: IncomingMessage, response: ServerResponse): void =>
    receive(around, encoder, request, response);
  const { tls } = options;
  const server =
    tls === undefined
      ? createServer({ keepAliveTimeout: 120_000 }, answer)
      : createTlsServer(
          {
            key: tls.key,
            cert: tls.cert,
            ca: tls.clientCa,
            requestCert: true,
            rejectUnauthorized: false,
            keepAliveTimeout: 120_000,
          },
          answer,
        );
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  let upgrades: Promise<Upgrades> | undefined;
  const loaded = (): Promise<Upgrades> => (upgrades ??= loadUpgrades(around.core.clock));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(around, encoder, loaded, { request, socket, head }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        void upgrades?.then((all) => all.close());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A request that wants its connection for more than an answer. */
interface Upgrading {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

/** Upgrades pass the gate that all requests pass; only an answer that is a stream takes the connection over. */
function upgrade(
  around: Surroundings,
  encoder: Encoder,
  upgrades: () => Promise<Upgrades>,
  { request, socket, head }: Upgrading,
): void {
  socket.on('error', () => socket.destroy());
  const refuse = (answer: ApiAnswer): void => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on('finish', () => socket.end());
    send(around, encoder, request, response, answer);
  };
  const finish = (answer: ApiAnswer): void => {
    if (answer.type !== 'upgrade') {
      refuse(answer);
      return;
    }
    const { stream } = answer;
    const go = (all: Upgrades): void => {
      const refused = all.accept(request, socket, head, stream);
      if (refused !== undefined) refuse(unaccepted(refused));
    };
    upgrades().then(go, () => socket.destroy());
  };
  const headers = headersOf(request);
  const foreign = around.security === undefined ? guardUpgrade(headers) : undefined;
  if (foreign !== undefined) {
    refuse({ type: 'data', status: 403, data: foreign });
    return;
  }
  const given = answerTo(around, request, withProtocolToken(headers), { type: 'none' });
  if (given instanceof Promise) given.then(finish, () => socket.destroy());
  else finish(given);
}

function unaccepted({ status, message, headers }: UpgradeRefusal): ApiAnswer {
  const reason = status === 429 ? 'TooManyRequests' : 'Forbidden';
  const { status: data } = errors.failure(status, reason, message);
  return { type: 'data', status, data, ...(headers !== undefined && { headers }) };
}

type Headers = Record<string, string | undefined>;

/** Node joins repeated headers itself, but for `set-cookie`, which no request has. */
function headersOf(request: IncomingMessage): Headers {
  return request.headers as Headers;
}

function receive(
  around: Surroundings,
  encoder: Encoder,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const headers = headersOf(request);
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (given: ApiAnswer): void => {
    const pending = around.core.store.durable();
    const go = (): void => send(around, encoder, request, response, given);
    if (pending === undefined) go();
    else pending.then(go, () => response.destroy());
  };
  const respond = (): void => {
    const body =
      size === 0
        ? ({ type: 'none' } as const)
        : ({ type: 'bytes', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) } as const);
    const given = size > bodyBytesMax ? tooLarge() : answerTo(around, request, headers, body);
    if (given instanceof Promise) given.then(finish, () => response.destroy());
    else finish(given);
  };
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) {
    respond();
    return;
  }
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bodyBytesMax) chunks.push(chunk);
  });
  request.on('end', respond);
  request.on('error', () => response.destroy());
}

function tooLarge(): ApiAnswer {
  const { status } = errors.failure(
    413,
    'RequestEntityTooLarge',
    `Request entity too large: limit is ${bodyBytesMax}`,
  );
  return { type: 'data', status: 413, data: status };
}

/** Requests only read their query. */
const noQuery = new URLSearchParams();

function answerTo(
  around: Surroundings,
  request: IncomingMessage,
  headers: Headers,
  body: ApiRequest['body'],
): ApiAnswer | Promise<ApiAnswer> {
  const url = request.url ?? '/';
  const at = url.indexOf('?');
  const refused = around.security === undefined ? guard(headers) : undefined;
  if (refused !== undefined) return { type: 'data', status: 403, data: refused };
  const user = userOf(around, request, headers);
  if (user === undefined)
    return { type: 'data', status: 401, data: errors.failure(401, 'Unauthorized', 'Unauthorized').status };
  return handle(around, {
    method: request.method ?? 'GET',
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? noQuery : new URLSearchParams(url.slice(at + 1)),
    headers,
    body,
    user,
  });
}

function userOf(around: Surroundings, request: IncomingMessage, headers: Headers): User | undefined {
  if (around.security === undefined) return admin;
  const socket = request.socket as Partial<TLSSocket>;
  const certificate = socket.authorized === true ? socket.getPeerCertificate?.() : undefined;
  const subject = certificate?.subject;
  return around.security.authenticate({
    headers,
    ...(subject?.CN !== undefined && {
      clientCertificate: { subject: String(subject.CN), groups: groupsOf(subject.O) },
    }),
  });
}

function groupsOf(organization: string | readonly string[] | undefined): readonly string[] {
  if (organization === undefined) return [];
  return typeof organization === 'string' ? [organization] : organization;
}

function send(
  around: Surroundings,
  encoder: Encoder,
  request: IncomingMessage,
  response: ServerResponse,
  answer: ApiAnswer,
): void {
  switch (answer.type) {
    case 'data':
      sendData(around, encoder, request, response, answer);
      return;
    case 'text': {
      if (answer.status === 304) {
        // Caches merge these headers into the answer that they keep, so there must be no others.
        response.writeHead(304, answer.headers);
        response.end();
        return;
      }
      const body = Buffer.from(answer.text);
      response.writeHead(answer.status, {
        'content-type': 'text/plain; charset=utf-8',
        'content-length': body.length,
        ...answer.headers,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    case 'bytes':
      response.writeHead(answer.status, {
        'content-type': answer.contentType,
        'content-length': answer.bytes.length,
      });
      response.end(answer.bytes);
      return;
    case 'watch':
      sendWatch(around, encoder, request, response, answer);
      return;
    case 'stream':
      void sendStream(response, answer);
      return;
    case 'upgrade':
      // Only requests that ask for an upgrade are answered with one, and those come another way.
      response.destroy();
  }
}

type DataAnswer = Extract<ApiAnswer, { type: 'data' }>;

function wantsPretty(request: IncomingMessage): boolean {
  const pretty = /[?&]pretty=([^&]*)/.exec(request.url ?? '')?.[1];
  if (pretty !== undefined) return pretty === '' || pretty === '1' || pretty === 'true';
  return /^(curl|Wget|Mozilla)/.test(request.headers['user-agent'] ?? '');
}

function encode(encoder: Encoder, request: IncomingMessage, answer: DataAnswer): string {
  if (answer.contentType?.startsWith('application/yaml') === true) return writeYaml(plain(answer));
  if (wantsPretty(request)) return `${JSON.stringify(plain(answer), undefined, 2)}\n`;
  const { data } = answer;
  const text = isList(data) ? encoder.list(data, answer.bareItems === true) : encoder.object(data);
  return `${text}\n`;
}

/** The data as it looks on the wire. */
function plain(answer: DataAnswer): unknown {
  if (answer.bareItems !== true || !isList(answer.data)) return answer.data;
  return {
    ...answer.data,
    items: answer.data.items.map((item) => ({ ...item, apiVersion: undefined, kind: undefined })),
  };
}

function isList(data: unknown): data is { readonly kind: string; readonly items: readonly KubeObject[] } {
  return (
    data !== null &&
    typeof data === 'object' &&
    Array.isArray((data as { items?: unknown }).items) &&
    (data as { kind?: unknown }).kind !== 'APIGroupDiscoveryList'
  );
}

/** As upstream: smaller answers are not worth the work. */
const gzipBytesMin = 128 << 10;

function sendData(
  around: Surroundings,
  encoder: Encoder,
  request: IncomingMessage,
  response: ServerResponse,
  answer: DataAnswer,
): void {
  const body = encode(encoder, request, answer);
  for (const text of answer.warnings ?? []) response.appendHeader('warning', `299 - ${JSON.stringify(text)}`);
  const headers: Record<string, string | number> = {
    'audit-id': around.core.random.uuid(),
    'cache-control': 'no-cache, private',
    'content-type': answer.contentType ?? 'application/json',
    ...answer.headers,
  };
  if (body.length >= gzipBytesMin && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    sendPacked(request, response, answer.status, headers, body);
    return;
  }
  headers['content-length'] = Buffer.byteLength(body);
  response.writeHead(answer.status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}

function sendPacked(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | number>>,
  body: string,
): void {
  gzip(body, { level: 1 }, (error, packed) => {
    if (error !== null) {
      response.destroy(error);
      return;
    }
    response.writeHead(status, {
      ...headers,
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
      'content-length': packed.length,
    });
    response.end(request.method === 'HEAD' ? undefined : packed);
  });
}

function sendWatch(
  around: Surroundings,
  encoder: Encoder,
  request: IncomingMessage,
  response: ServerResponse,
  answer: Extract<ApiAnswer, { type: 'watch' }>,
): void {
  response.writeHead(200, {
    'content-type': answer.contentType,
    'cache-control': 'no-cache, private',
    'transfer-encoding': 'chunked',
  });
  response.flushHeaders();
  let cancel: Cancel = () => {};
  let stopTimer: Cancel = () => {};
  let closed = false;
  // While there is much to do, what happens within a turn of the loop leaves in one chunk.
  let waiting = '';
  let stopFlush: Cancel | undefined;
  const flush = (): void => {
    stopFlush?.();
    stopFlush = undefined;
    const text = waiting;
    waiting = '';
    // A client that does not read is dropped before its backlog grows without bounds.
    if (text !== '' && !response.write(text) && response.writableLength > backlogBytesMax) response.destroy();
  };
  const close = (): void => {
    if (closed) return;
    closed = true;
    cancel();
    stopTimer();
    flush();
    response.end();
  };
  const write = (events: readonly WatchEvent[]): void => {
    if (closed) return;
    for (const event of events)
      waiting += encoder.event(answer.shape === undefined ? event : answer.shape(event));
    if (waiting.length >= chunkChars) flush();
    else stopFlush ??= around.core.clock.after(0, flush);
  };
  request.on('close', close);
  response.on('close', close);
  const stop = answer.open({ onEvents: write, onEnd: close });
  if (closed) {
    stop();
    return;
  }
  cancel = stop;
  stopTimer = around.core.clock.after(answer.timeoutMs, () => {
    const last = answer.closing?.();
    if (last !== undefined) write([last]);
    close();
  });
}

const backlogBytesMax = 64 << 20;
/** So much leaves at once, however short the turn is. */
const chunkChars = 1 << 16;

async function sendStream(
  response: ServerResponse,
  answer: Extract<ApiAnswer, { type: 'stream' }>,
): Promise<void> {
  const chunks = answer.chunks[Symbol.asyncIterator]();
  response.on('close', () => void chunks.return?.());
  response.writeHead(200, { 'content-type': answer.contentType });
  response.flushHeaders();
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      if (response.destroyed) break;
      if (!response.write(next.value))
        await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
    }
  } catch {
    // The text has begun already; all that is left to say is that it ended early.
    response.destroy();
    return;
  }
  response.end();
}
