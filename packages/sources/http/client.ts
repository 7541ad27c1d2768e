import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Problem, Result, Secret } from '@plumbline/base';
import { parseAddress } from './address.ts';

/** Outgoing HTTP for sources. The one file of this room that opens connections. */
export interface HttpClient {
  /** Asks with GET and follows redirects. Only answers of 200 and of `expected` are ok; others say what was wrong. */
  get(url: string, options?: HttpGetOptions): Promise<Result<HttpAnswer>>;
  close(): Promise<void>;
}

interface HttpGetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the address's own host alone; a redirect to another host goes without. */
  readonly credentials?: HttpCredentials | undefined;
  readonly tls?: TlsSettings | undefined;
  readonly bytesMax: number;
  /** Other answers that the caller can use, such as 304 or 401. */
  readonly expected?: readonly number[];
  /** Asked of the address and of each one that it redirects to. */
  readonly allowed?: (address: URL) => Result<unknown>;
  /** Ends asking and reading. */
  readonly signal?: AbortSignal;
}

export type HttpCredentials =
  | { readonly type: 'basic'; readonly username: string; readonly password: Secret }
  | { readonly type: 'bearer'; readonly token: Secret };

/** PEM texts. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends with an error when it is longer than was allowed. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Where the answer came from in the end. */
  readonly url: string;
}

const connectMs = 10_000;
/** A server that is silent for so long has gone. */
const silenceMs = 60_000;
const redirectsMax = 10;
/** Settings with their own certificates get connections of their own; people have few. */
const agentsMax = 32;

export function createHttpClient(): HttpClient {
  const agents = new Map<string, Agent>();

  function agentFor(tls: TlsSettings | undefined): Agent {
    const name = JSON.stringify([tls?.ca, tls?.cert, tls?.key?.reveal(), tls?.insecure]);
    const known = agents.get(name);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: {
        timeout: connectMs,
        ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
        ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
        ...(tls?.key === undefined ? {} : { key: tls.key.reveal() }),
        rejectUnauthorized: tls?.insecure !== true,
      },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
    agents.set(name, agent);
    for (const [oldest, one] of agents) {
      if (agents.size <= agentsMax) break;
      agents.delete(oldest);
      void one.close();
    }
    return agent;
  }

  async function follow(start: URL, options: HttpGetOptions): Promise<Result<HttpAnswer>> {
    let at = start;
    for (let hop = 0; hop <= redirectsMax; hop++) {
      const own = at.origin === start.origin;
      const allowed = options.allowed?.(at);
      if (allowed?.ok === false) return allowed;
      const answer = await agentFor(own ? options.tls : undefined).request({
        origin: at.origin,
        path: at.pathname + at.search,
        method: 'GET',
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        headers: {
          'user-agent': 'plumbline',
          ...options.headers,
          ...(own ? authorization(options.credentials) : {}),
        },
      });
      const location = one(answer.headers['location']);
      if (answer.statusCode >= 300 && answer.statusCode < 400 && answer.statusCode !== 304 && location) {
        await answer.body.dump();
        const next = parseAddress(location, at);
        if (next === undefined || !isHttp(next) || (at.protocol === 'https:' && next.protocol === 'http:'))
          return err(
            problem('http-redirect', `${shown(at)} redirects to ${location}, which is not followed`),
          );
        at = next;
        continue;
      }
      return judge(at, answer, options);
    }
    return err(problem('http-redirect', `${shown(start)} redirects more than ${redirectsMax} times`));
  }

  return {
    async get(url, options = { bytesMax: 1 << 20 }) {
      const address = parseAddress(url);
      if (address === undefined || !isHttp(address))
        return err(
          problem(
            'http-address',
            `${withoutPassword(url)} is no address that begins with http:// or https://`,
          ),
        );
      try {
        return await follow(address, options);
      } catch (thrown) {
        return err(unreachable(address, thrown));
      }
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
    },
  };
}

async function judge(
  at: URL,
  answer: Dispatcher.ResponseData,
  options: HttpGetOptions,
): Promise<Result<HttpAnswer>> {
  const status = answer.statusCode;
  if (status !== 200 && options.expected?.includes(status) !== true) {
    await answer.body.dump();
    return err(refusal(at, status));
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) headers[name] = one(value) ?? '';
  return ok({ status, headers, body: limited(answer.body, options.bytesMax, at), url: at.href });
}

async function* limited(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
  at: URL,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`${shown(at)} is longer than ${bytesMax} bytes`);
    yield chunk;
  }
}

/** All of an answer in one piece. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function authorization(credentials: HttpCredentials | undefined): Record<string, string> {
  if (credentials === undefined) return {};
  if (credentials.type === 'bearer') return { authorization: `Bearer ${credentials.token.reveal()}` };
  const pair = `${credentials.username}:${credentials.password.reveal()}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function refusal(at: URL, status: number): Problem {
  const what = `failed to fetch ${shown(at)} : ${status}`;
  if (status === 401 || status === 403)
    return problem('http-denied', what, { hint: 'the repository wants credentials, or others' });
  return problem('http-status', what, { retryable: status >= 500 || status === 429 });
}

function unreachable(at: URL, thrown: unknown): Problem {
  const cause = (thrown as { cause?: unknown }).cause ?? thrown;
  return problem('http-unreachable', `failed to fetch ${shown(at)} : ${messageOf(cause)}`, {
    retryable: true,
  });
}

const isHttp = (url: URL): boolean => url.protocol === 'http:' || url.protocol === 'https:';
const one = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];

/** An address without what is secret in it. */
function shown(url: URL): string {
  return url.origin + url.pathname;
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//');
}
