import { isRecord, messageOf } from '@plumbline/base';
import type { StreamMessage } from '@plumbline/api';
import { CommandError } from '../io.ts';
import type { Context } from './context.ts';

/** Our HTTP API as the client commands use it. Failures are `CommandError`s with the server's own words. */
export interface ApiClient {
  readonly server: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
  /** The messages of a stream until `take` says that it has seen enough, or the time is over. */
  follow<T>(path: string, take: (message: T) => boolean, timeoutMs: number): Promise<boolean>;
}

export function apiClient(context: Context): ApiClient {
  const headers = (): Record<string, string> =>
    context.token === undefined ? {} : { authorization: `Bearer ${context.token.reveal()}` };

  async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(context.server + path, {
        method,
        headers: { ...headers(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (thrown) {
      if (signal?.aborted === true) throw thrown;
      throw new CommandError(`cannot reach ${context.server}: ${causeOf(thrown)}`);
    }
    if (response.ok) return response;
    throw new CommandError(await explain(response));
  }

  return {
    server: context.server,
    get: async <T>(path: string) => (await (await send('GET', path)).json()) as T,
    post: async <T>(path: string, body: unknown) => (await (await send('POST', path, body)).json()) as T,
    delete: async (path) => {
      await (await send('DELETE', path)).arrayBuffer();
    },
    async follow<T>(path: string, take: (message: T) => boolean, timeoutMs: number): Promise<boolean> {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const response = await send('GET', path, undefined, signal);
        for await (const data of eventData(response)) {
          const message = JSON.parse(data) as StreamMessage<T>;
          if ('error' in message) throw new CommandError(message.error.message);
          if (take(message.result)) return true;
        }
        return false;
      } catch (thrown) {
        if (signal.aborted) return false;
        throw thrown;
      }
    },
  };
}

/** The `data` of each event of a text/event-stream. */
async function* eventData(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const events = rest.split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart());
      if (data.length > 0) yield data.join('\n');
    }
  }
}

async function explain(response: Response): Promise<string> {
  const text = await response.text();
  if (response.status === 401)
    return 'not signed in: pass --auth-token, or run where `plumb up` keeps its data';
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body) && typeof body['message'] === 'string') return body['message'];
  } catch {
    // Not ours: a proxy in between, perhaps. Its words are better than none.
  }
  return `${response.status} ${response.statusText} ${text.slice(0, 200)}`.trim();
}

function causeOf(thrown: unknown): string {
  return thrown instanceof Error && thrown.cause !== undefined ? messageOf(thrown.cause) : messageOf(thrown);
}
