import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Cancel } from '@plumbline/base';
import type { Asked, Flow, HeaderList, Headers, Reply } from './reply.ts';

/** What a connection needs of its server. */
export interface WirePorts {
  /** Answers a request, now or later, once. */
  answer(socket: Socket, asked: Asked, body: Uint8Array | undefined, reply: Reply): void;
  /** The present for the head of an answer. */
  date(): string;
  /** A chunk as it goes over the wire. */
  frame(data: string): Buffer;
  /** Takes a connection over whose next request is not a plain one; what was read of it is unshifted. */
  handOver(socket: Socket): void;
  /** Bodies beyond this are for the one who takes over. */
  readonly bodyBytesMax: number;
  readonly idleMs: number;
  /** A body has come as a whole after this, however steadily it drips. */
  readonly bodyMs: number;
  after(ms: number, run: () => void): Cancel;
}

/** A connection of plain requests. */
export interface Wire {
  /** Ends it: at once where nothing is asked, else with the end of the answer. */
  close(): void;
}

/** More than any client sends; longer ones are for Node, which has limits of its own. */
const headBytesMax = 8_192;
/** What a client may send ahead of its answers. */
const aheadBytesMax = 1 << 20;
/** Answers that a client does not read: the next request waits for it. */
const unreadBytesMax = 1 << 20;

/** A body that has not arrived as a whole. */
interface Awaited {
  readonly asked: Asked;
  readonly length: number;
  readonly parts: Buffer[];
  size: number;
  /** Takes back the end of patience. */
  readonly inTime: Cancel;
}

/** The request that is being answered. */
interface Turn {
  flowing: boolean;
  done(): void;
}

/**
 * Reads plain HTTP/1.1 requests from a connection and answers each before it looks at the next. This is what nearly all
 * requests to an API are, and it costs a third of what Node's server takes for them. The first request that is anything
 * else (an upgrade, a body in chunks, a header that comes twice, a head in pieces, a mistake of any kind) goes to Node
 * together with the rest of the connection, so that nothing unusual is decided here.
 */
export function openWire(ports: WirePorts, socket: Socket): Wire {
  const memo: HeadMemo = { block: '', read: undefined };
  let held: Buffer | undefined;
  let awaited: Awaited | undefined;
  let busy = false;
  let pumping = false;
  let closing = false;
  let finished = false;

  const endIfDone = (): void => {
    if (finished && !busy) socket.destroySoon();
  };
  const turn: Turn = {
    flowing: false,
    done() {
      busy = false;
      if (closing) socket.destroySoon();
      else if (held !== undefined) pump();
      else endIfDone();
    },
  };
  const give = (asked: Asked, body: Uint8Array | undefined): void => {
    busy = true;
    ports.answer(socket, asked, body, directReply(ports, socket, turn));
  };
  const step = (bytes: Buffer): void => {
    const end = bytes.indexOf('\r\n\r\n');
    const read = end < 0 || end > headBytesMax ? undefined : readHead(bytes.toString('latin1', 0, end), memo);
    if (read === undefined || read.length > ports.bodyBytesMax) {
      leave(bytes);
      return;
    }
    const start = end + 4;
    const after = start + read.length;
    held = bytes.length > after ? bytes.subarray(after) : undefined;
    if (bytes.length >= after) give(read.asked, read.length === 0 ? undefined : bytes.subarray(start, after));
    else {
      awaited = {
        asked: read.asked,
        length: read.length,
        parts: [bytes.subarray(start)],
        size: bytes.length - start,
        inTime: ports.after(ports.bodyMs, onLate),
      };
    }
  };
  const pump = (): void => {
    if (pumping) return;
    pumping = true;
    while (!busy && held !== undefined && awaited === undefined) {
      if (socket.writableLength > unreadBytesMax) {
        socket.pause();
        socket.once('drain', resume);
        break;
      }
      step(held);
    }
    pumping = false;
    if (!busy && socket.isPaused() && held === undefined) socket.resume();
    endIfDone();
  };
  const resume = (): void => {
    socket.resume();
    pump();
  };
  const onData = (chunk: Buffer): void => {
    if (awaited !== undefined) {
      awaited.parts.push(chunk);
      awaited.size += chunk.length;
      if (awaited.size < awaited.length) return;
      const { asked, length, parts, inTime } = awaited;
      inTime();
      const all = Buffer.concat(parts);
      awaited = undefined;
      held = all.length > length ? all.subarray(length) : undefined;
      give(asked, all.subarray(0, length));
    } else {
      held = held === undefined ? chunk : Buffer.concat([held, chunk]);
      if (busy && held.length > aheadBytesMax) socket.pause();
    }
    if (!busy) pump();
  };
  const onEnd = (): void => {
    finished = true;
    // Whoever says no more does not listen to what goes on.
    if (turn.flowing) socket.destroy();
    else endIfDone();
  };
  // Nobody asks anything, or a body does not come; what flows on takes its time.
  const onTimeout = (): void => {
    if (!busy) socket.destroy();
  };
  // As Node says it, which reads bodies of other requests.
  const onLate = (): void => {
    if (!socket.destroyed) socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    socket.destroySoon();
  };
  const onClose = (): void => awaited?.inTime();
  const onError = (): void => {
    socket.destroy();
  };
  const leave = (bytes: Buffer): void => {
    held = undefined;
    socket.off('data', onData).off('end', onEnd).off('timeout', onTimeout);
    socket.off('error', onError).off('close', onClose);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(bytes);
    ports.handOver(socket);
    socket.resume();
  };
  socket.setTimeout(ports.idleMs);
  socket.on('data', onData).on('end', onEnd).on('timeout', onTimeout);
  socket.on('error', onError).on('close', onClose);
  return {
    close() {
      closing = true;
      if (!busy) socket.destroySoon();
    },
  };
}

/** What a head says. */
interface ReadHead {
  readonly asked: Asked;
  /** Of the body. */
  readonly length: number;
}

/** The header lines of the request before: clients send the same ones again and again. */
interface HeadMemo {
  block: string;
  read: { readonly headers: Headers; readonly length: number } | undefined;
}

const requestLine = /^(GET|POST|PUT|PATCH|DELETE) (\/[!"$-~]*) HTTP\/1\.1$/;

/** Undefined: not a plain request. */
function readHead(head: string, memo: HeadMemo): ReadHead | undefined {
  const cut = head.indexOf('\r\n');
  if (cut < 0) return undefined;
  const line = requestLine.exec(head.slice(0, cut));
  if (line === null) return undefined;
  const block = head.slice(cut + 2);
  if (block !== memo.block || memo.read === undefined) {
    memo.read = readHeaders(block);
    memo.block = block;
    if (memo.read === undefined) return undefined;
  }
  const { headers, length } = memo.read;
  return { asked: { method: line[1]!, url: line[2]!, headers }, length };
}

// Spaces around a value are none of it; everything but printable ASCII is for Node to judge.
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[!-~](?:[ \t!-~]*[!-~])?)?)[ \t]*$/;

/** These say more about the connection than plain requests do. */
const unusual: ReadonlySet<string> = new Set([
  'upgrade',
  'transfer-encoding',
  'expect',
  'te',
  'trailer',
  'keep-alive',
  'proxy-connection',
  'http2-settings',
  '__proto__',
]);

function readHeaders(block: string): HeadMemo['read'] {
  const headers: Record<string, string> = {};
  for (const text of block.split('\r\n')) {
    const line = headerLine.exec(text);
    if (line === null) return undefined;
    const name = line[1]!.toLowerCase();
    if (unusual.has(name) || Object.hasOwn(headers, name)) return undefined;
    headers[name] = line[2]!;
  }
  if (headers['host'] === undefined) return undefined;
  if (headers['connection'] !== undefined && headers['connection'].toLowerCase() !== 'keep-alive')
    return undefined;
  const length = headers['content-length'] ?? '0';
  return /^\d{1,9}$/.test(length) ? { headers, length: Number(length) } : undefined;
}

function headText(ports: WirePorts, status: number, headers: HeaderList): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  for (let at = 0; at < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`;
  const seconds = Math.floor(ports.idleMs / 1_000);
  return `${text}Date: ${ports.date()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n`;
}

function directReply(ports: WirePorts, socket: Socket, turn: Turn): Reply {
  return {
    whole(status, headers, body) {
      const head = `${headText(ports, status, headers)}\r\n`;
      if (typeof body === 'string') socket.write(head + body);
      else {
        // Together they would be copied into one piece.
        socket.write(head);
        if (body !== undefined) socket.write(body);
      }
      turn.done();
    },
    begin(status, headers) {
      const chunked = headers.includes('transfer-encoding') ? '' : 'Transfer-Encoding: chunked\r\n';
      socket.write(`${headText(ports, status, headers)}${chunked}\r\n`);
      turn.flowing = true;
      // A watch may have nothing to say for a long time.
      socket.setTimeout(0);
      return directFlow(ports, socket, () => {
        turn.flowing = false;
        socket.setTimeout(ports.idleMs);
        turn.done();
      });
    },
    destroy: () => void socket.destroy(),
  };
}

function directFlow(ports: WirePorts, socket: Socket, done: () => void): Flow {
  const listeners: (() => void)[] = [];
  const gone = (): void => {
    for (const listener of listeners) listener();
  };
  socket.once('close', gone);
  let ended = false;
  return {
    write(data) {
      if (ended || data.length === 0 || socket.destroyed) return;
      if (typeof data === 'string') {
        socket.write(ports.frame(data));
        return;
      }
      socket.cork();
      socket.write(`${data.length.toString(16)}\r\n`);
      socket.write(data);
      socket.write('\r\n');
      socket.uncork();
    },
    end() {
      if (ended) return;
      ended = true;
      socket.off('close', gone);
      if (socket.destroyed) return;
      socket.write('0\r\n\r\n');
      done();
    },
    get backlog() {
      return socket.writableLength;
    },
    drained: () => drained(socket),
    get closed() {
      return socket.destroyed;
    },
    onClose: (listener) => void listeners.push(listener),
    destroy: () => void socket.destroy(),
  };
}

function drained(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go).off('close', go);
      resolve();
    };
    socket.on('drain', go).on('close', go);
  });
}
