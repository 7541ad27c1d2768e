import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@plumbline/base';
import { errors } from '../registry/index.ts';
import { makeIssuedByUs } from '../security/client-certificate.ts';
import { loadUpgrades, withProtocolToken } from '../streams/index.ts';
import type { UpgradeRefusal, Upgrades } from '../streams/index.ts';
import type { ListenOptions, User } from '../types.ts';
import { sendAnswer } from './answer.ts';
import type { Writing } from './answer.ts';
import { makeEncoder } from './encode.ts';
import { guard, guardUpgrade } from './guard.ts';
import { admin, handle } from './handle.ts';
import { makePace } from './pace.ts';
import { askedOf, lastReply, nodeReply } from './reply.ts';
import type { Asked, Reply } from './reply.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { Surroundings } from './surroundings.ts';
import { makeTurn } from './turn.ts';
import { openWire } from './wire.ts';
import type { Wire, WirePorts } from './wire.ts';

/** As upstream: larger bodies are refused. */
const bodyBytesMax = 3 << 20;
const idleMs = 120_000;
/** As upstream: no request but those that go on takes longer, and who sends its body does not hold a connection by that. */
const bodyMs = 60_000;
/** What is under way when the server stops has this long to end. */
const patienceMs = 1_000;

export interface Listener {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the API on a socket. */
export async function listen(around: Surroundings, options: ListenOptions): Promise<Listener> {
  const { clock, random } = around.core;
  const flows = new Set<() => void>();
  const writing: Writing = {
    clock,
    random,
    encoder: makeEncoder(),
    pace: makePace(clock, () => flows.size),
    turn: makeTurn(),
    flows,
  };
  const { tls } = options;
  const receiveNode = (request: IncomingMessage, response: ServerResponse): void =>
    receive(around, writing, request, response);
  const server =
    tls === undefined
      ? createServer({ keepAliveTimeout: idleMs, requestTimeout: bodyMs }, receiveNode)
      : createTlsServer(
          {
            key: tls.key,
            // Whoever connects may see all of the chain. Judging certificates is up to us: see `makeIssuedByUs`.
            cert: `${tls.cert}\n${tls.clientCa}`,
            ca: [],
            requestCert: true,
            rejectUnauthorized: false,
            keepAliveTimeout: idleMs,
            requestTimeout: bodyMs,
          },
          receiveNode,
        );
  if (tls !== undefined) {
    const issuedByUs = makeIssuedByUs(tls.clientCa);
    server.on('secureConnection', (socket: TLSSocket) => {
      const given = socket.getPeerX509Certificate();
      if (given !== undefined && issuedByUs(given, clock.now())) proven.add(socket);
    });
  }
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  let upgrades: Promise<Upgrades> | undefined;
  const loaded = (): Promise<Upgrades> => (upgrades ??= loadUpgrades(clock));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(around, writing, loaded, { request, socket, head }),
  );
  const wires = plainFirst(around, writing, server, tls === undefined ? 'connection' : 'secureConnection');
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
        const end = (): void => {
          for (const socket of sockets) socket.destroy();
        };
        const patience = clock.after(patienceMs, end);
        server.close(() => {
          patience();
          resolve();
        });
        for (const wire of wires) wire.close();
        for (const close of writing.flows) close();
        server.closeIdleConnections();
        // Streams into pods end with their server, not in their own time.
        if (upgrades === undefined) return;
        void upgrades.then((all) => {
          all.close();
          end();
        });
      }),
  };
}

/** Connections are ours as long as their requests are plain ones; with the first other one they are Node's. */
function plainFirst(
  around: Surroundings,
  writing: Writing,
  server: ReturnType<typeof createServer>,
  event: 'connection' | 'secureConnection',
): ReadonlySet<Wire> {
  const wires = new Set<Wire>();
  const [first] = server.listeners(event) as ((socket: Socket) => void)[];
  if (first === undefined) return wires;
  server.removeListener(event, first);
  const ports: WirePorts = {
    date: makeDate(writing.clock),
    frame: makeFrame(),
    answer(socket, asked, body, reply) {
      writing.turn.begin();
      const given = answerTo(
        around,
        asked,
        asked.headers,
        body === undefined ? { type: 'none' } : { type: 'bytes', bytes: body },
        socket,
      );
      finish(around, writing, asked, reply, given, writing.turn.atEnd);
    },
    handOver: (socket) => first.call(server, socket),
    bodyBytesMax,
    idleMs,
    bodyMs,
    after: (ms, run) => writing.clock.after(ms, run),
  };
  server.on(event, (socket: Socket) => {
    const wire = openWire(ports, socket);
    wires.add(wire);
    socket.on('close', () => wires.delete(wire));
  });
  return wires;
}

/** The date that heads of answers say, written once in a second. */
function makeDate(clock: Clock): () => string {
  let second = Number.NaN;
  let text = '';
  return () => {
    const now = Math.floor(clock.now() / 1_000);
    if (now !== second) {
      second = now;
      text = new Date(now * 1_000).toUTCString();
    }
    return text;
  };
}

/** Makes a chunk of a text. Many watchers are told the same, one after the other. */
function makeFrame(): (text: string) => Buffer {
  let last = '';
  let frame = Buffer.alloc(0);
  return (text) => {
    if (text === last) return frame;
    last = text;
    frame = Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
    return frame;
  };
}

/** An answer goes out when what it tells is on the disk. `leave`: at once, or with all others of this turn. */
function finish(
  around: Surroundings,
  writing: Writing,
  asked: Asked,
  reply: Reply,
  given: ApiAnswer | Promise<ApiAnswer>,
  leave: (task: () => void) => void,
): void {
  if (given instanceof Promise) {
    given.then(
      (answer) => finish(around, writing, asked, reply, answer, leave),
      () => reply.destroy(),
    );
    return;
  }
  const pending = around.core.store.durable();
  if (pending === undefined) leave(() => sendAnswer(writing, asked, reply, given));
  else
    pending.then(
      () => sendAnswer(writing, asked, reply, given),
      () => reply.destroy(),
    );
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
  writing: Writing,
  upgrades: () => Promise<Upgrades>,
  { request, socket, head }: Upgrading,
): void {
  socket.on('error', () => socket.destroy());
  const asked = askedOf(request);
  const refuse = (answer: ApiAnswer): void => sendAnswer(writing, asked, lastReply(request, socket), answer);
  const go = (answer: ApiAnswer): void => {
    if (answer.type !== 'upgrade') {
      refuse(answer);
      return;
    }
    const { stream } = answer;
    const accept = (all: Upgrades): void => {
      const refused = all.accept(request, socket, head, stream);
      if (refused !== undefined) refuse(unaccepted(refused));
    };
    upgrades().then(accept, () => socket.destroy());
  };
  const foreign = around.security === undefined ? guardUpgrade(asked.headers) : undefined;
  if (foreign !== undefined) {
    refuse({ type: 'data', status: 403, data: foreign });
    return;
  }
  const given = answerTo(around, asked, withProtocolToken(asked.headers), { type: 'none' }, socket);
  if (given instanceof Promise) given.then(go, () => socket.destroy());
  else go(given);
}

function unaccepted({ status, message, headers }: UpgradeRefusal): ApiAnswer {
  const reason = status === 429 ? 'TooManyRequests' : 'Forbidden';
  const { status: data } = errors.failure(status, reason, message);
  return { type: 'data', status, data, ...(headers !== undefined && { headers }) };
}

/** A request that Node has read. */
function receive(
  around: Surroundings,
  writing: Writing,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const asked = askedOf(request);
  const reply = nodeReply(response);
  const chunks: Buffer[] = [];
  let size = 0;
  const respond = (): void => {
    const body =
      size === 0
        ? ({ type: 'none' } as const)
        : ({ type: 'bytes', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) } as const);
    const given =
      size > bodyBytesMax ? tooLarge() : answerTo(around, asked, asked.headers, body, request.socket);
    // Node reads on meanwhile, and what it cannot read would be answered first.
    finish(around, writing, asked, reply, given, (send) => send());
  };
  if (asked.headers['content-length'] === undefined && asked.headers['transfer-encoding'] === undefined) {
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
  { method, url }: Asked,
  headers: Asked['headers'],
  body: ApiRequest['body'],
  socket: Socket,
): ApiAnswer | Promise<ApiAnswer> {
  const refused = around.security === undefined ? guard(headers) : undefined;
  if (refused !== undefined) return { type: 'data', status: 403, data: refused };
  const user = userOf(around, headers, socket);
  if (user === undefined)
    return { type: 'data', status: 401, data: errors.failure(401, 'Unauthorized', 'Unauthorized').status };
  const at = url.indexOf('?');
  return handle(around, {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? noQuery : new URLSearchParams(url.slice(at + 1)),
    headers,
    body,
    user,
  });
}

type Certificate = NonNullable<
  Parameters<NonNullable<Surroundings['security']>['authenticate']>[0]['clientCertificate']
>;

/** Connections of clients whose certificates are ours. */
const proven = new WeakSet<Socket>();

/** A connection keeps the certificate that it began with, and reading one costs as much as answering a request. */
const certificates = new WeakMap<Socket, { readonly held: Certificate | undefined }>();

function certificateOf(socket: Socket): Certificate | undefined {
  const known = certificates.get(socket);
  if (known !== undefined) return known.held;
  const subject = proven.has(socket) ? (socket as TLSSocket).getPeerCertificate().subject : undefined;
  const held =
    subject?.CN === undefined ? undefined : { subject: String(subject.CN), groups: groupsOf(subject.O) };
  certificates.set(socket, { held });
  return held;
}

function userOf(around: Surroundings, headers: Asked['headers'], socket: Socket): User | undefined {
  if (around.security === undefined) return admin;
  const clientCertificate = certificateOf(socket);
  return around.security.authenticate({
    headers,
    ...(clientCertificate !== undefined && { clientCertificate }),
  });
}

function groupsOf(organization: string | readonly string[] | undefined): readonly string[] {
  if (organization === undefined) return [];
  return typeof organization === 'string' ? [organization] : organization;
}
