import { Agent } from 'undici';
import { messageOf } from '@plumbline/base';
import type { Dispatcher } from 'undici';
import type { KubeRequest, KubeResponse, Transport, WatchEvent } from '@plumbline/api';
import { statusErrorOf } from '../errors.ts';
import { eventDecoder } from './event-decoder.ts';

/** How to reach an API server over HTTP or HTTPS. PEM texts; credentials only ever go into request headers and TLS. */
export interface HttpsOptions {
  /** `https://host:port`, with a path where the server sits behind a proxy. */
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
  /** The name that the server's certificate must have, where it is not the host. */
  readonly serverName?: string;
  /** Asked for each request, so that tokens on disk may rotate. */
  readonly token?: () => Promise<string | undefined>;
  /** User and password (basic authentication). */
  readonly basic?: { readonly username: string; readonly password: string };
  readonly userAgent?: string;
}

/** Requests in flight to one server; the others wait. Watches have connections of their own. */
const CONNECTIONS_MAX = 32;
const CONNECT_MS = 10_000;
/** The server's own limit for plain requests is 60 s. */
const ANSWER_MS = 65_000;
/** Bookmarks come about once a minute, so a watch that is silent for longer is dead. */
const WATCH_SILENCE_MS = 5 * 60_000;
/** A page of 500 objects of 1.5 MB at most would be more, but no cluster has that. */
const RESPONSE_BYTES_MAX = 256 * 1024 * 1024;
const ERROR_BYTES_MAX = 1024 * 1024;

/** The way to a real API server: one pool of connections for requests and one for streams. */
export function httpsTransport(options: HttpsOptions): Transport {
  const url = new URL(options.server);
  const base = url.pathname.replace(/\/+$/, '');
  const connect = {
    timeout: CONNECT_MS,
    keepAlive: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.serverName === undefined ? {} : { servername: options.serverName }),
    rejectUnauthorized: options.insecure !== true,
  };
  const requests = new Agent({
    connect,
    connections: CONNECTIONS_MAX,
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  const streams = new Agent({ connect, headersTimeout: ANSWER_MS, bodyTimeout: WATCH_SILENCE_MS });

  async function send(agent: Agent, request: KubeRequest, accept: string): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string> = {
      accept,
      'user-agent': options.userAgent ?? 'plumbline',
      ...request.headers,
    };
    const token = await options.token?.();
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    else if (options.basic !== undefined) headers['authorization'] = basicHeader(options.basic);
    const body = encodeBody(request.body);
    if (body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
    try {
      return await agent.request({
        origin: url.origin,
        path: base + request.path,
        method: request.method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
    } catch (thrown) {
      throw unreachable(url.origin, thrown);
    }
  }

  return {
    async request(request) {
      const answer = await send(requests, request, 'application/json');
      return readAnswer(answer, RESPONSE_BYTES_MAX);
    },
    async watch(request, handlers) {
      const answer = await send(streams, request, 'application/json');
      if (answer.statusCode !== 200) throw statusErrorOf(await readAnswer(answer, ERROR_BYTES_MAX));
      void pump(answer.body, handlers);
    },
    async stream(request) {
      const answer = await send(streams, request, '*/*');
      if (answer.statusCode !== 200) throw statusErrorOf(await readAnswer(answer, ERROR_BYTES_MAX));
      return answer.body;
    },
    async close() {
      await Promise.all([requests.destroy(), streams.destroy()]);
    },
  };
}

async function pump(
  body: AsyncIterable<Buffer>,
  handlers: {
    readonly onEvents: (events: readonly WatchEvent[]) => void;
    readonly onEnd: (error?: Error) => void;
  },
): Promise<void> {
  const decode = eventDecoder();
  try {
    for await (const chunk of body) {
      const events = decode(chunk);
      if (events.length > 0) handlers.onEvents(events);
    }
  } catch (thrown) {
    handlers.onEnd(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
    return;
  }
  handlers.onEnd();
}

async function readAnswer(answer: Dispatcher.ResponseData, bytesMax: number): Promise<KubeResponse> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bytesMax) {
      answer.body.destroy();
      throw new Error(`the answer of the API server is longer than ${bytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  const headers = flatHeaders(answer.headers);
  const text = Buffer.concat(chunks, length).toString('utf8');
  return { status: answer.statusCode, headers, body: parseBody(text, headers['content-type'] ?? '') };
}

function parseBody(text: string, contentType: string): unknown {
  if (!contentType.includes('json')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('the API server said that it sends JSON but did not');
  }
}

function flatHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function encodeBody(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}

function basicHeader(basic: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
}

function unreachable(origin: string, thrown: unknown): Error {
  if (thrown instanceof Error && thrown.name === 'AbortError') return thrown;
  return new Error(`cannot reach the API server at ${origin}: ${messageOf(thrown)}`, { cause: thrown });
}
