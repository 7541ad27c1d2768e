import { isRecord, messageOf } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import type { KubeResponse, Status } from '@plumbline/api';
import type { StatusFailure } from './types.ts';

/** The server refused. `code` and `reason` are those of its metav1.Status. */
export class StatusError extends Error implements StatusFailure {
  readonly code: number;
  readonly reason: string;
  readonly status: Status | undefined;
  /** When the server asked to come back later. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    more: { readonly status?: Status | undefined; readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.reason = reason;
    this.status = more.status;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** True for a refusal, narrowed to these codes where any are given. */
export function isStatusError(thrown: unknown, ...codes: readonly number[]): thrown is StatusError {
  return thrown instanceof StatusError && (codes.length === 0 || codes.includes(thrown.code));
}

/**
 * The refusal that a transport threw. The embedded server, which is not built on this client, throws an error of its own
 * that carries the Status.
 */
export function refusalOf(thrown: unknown): Error {
  if (thrown instanceof StatusError) return thrown;
  if (isRecord(thrown) && isStatus(thrown['status'])) return statusErrorFrom(thrown['status']);
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function isStatus(body: unknown): body is Status {
  return isRecord(body) && body['kind'] === 'Status';
}

/** The error for an answer that is none of 2xx. Proxies on the way answer with text or HTML: its start is kept. */
export function statusErrorOf(response: KubeResponse): StatusError {
  const retryAfterSeconds = retryAfter(response);
  if (isStatus(response.body)) return statusErrorFrom(response.body, response.status, retryAfterSeconds);
  const text = typeof response.body === 'string' ? response.body.trim().slice(0, 300) : '';
  const message = text === '' ? `the server answered with status ${response.status}` : text;
  return new StatusError(response.status, REASONS[response.status] ?? 'Unknown', message, {
    retryAfterSeconds,
  });
}

/** The error that a Status says, also where it comes inside a watch. */
export function statusErrorFrom(status: Status, code = 500, retryAfterSeconds?: number): StatusError {
  const actual = status.code ?? code;
  return new StatusError(
    actual,
    status.reason ?? REASONS[actual] ?? 'Unknown',
    status.message ?? `status ${actual}`,
    {
      status,
      retryAfterSeconds: retryAfterSeconds ?? status.details?.retryAfterSeconds,
    },
  );
}

function retryAfter(response: KubeResponse): number | undefined {
  const header = Number.parseInt(response.headers['retry-after'] ?? '', 10);
  if (Number.isFinite(header) && header >= 0) return header;
  return isStatus(response.body) ? response.body.details?.retryAfterSeconds : undefined;
}

const CONFLICT_ATTEMPTS = 5;
const CONFLICT_PAUSE_MS = 10;

/** Resolves after `ms` of the clock. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** Runs `attempt` (read, change, write) again while the write loses against another writer. */
export async function retryOnConflict<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!isStatusError(thrown, 409) || thrown.reason === 'AlreadyExists' || tried >= CONFLICT_ATTEMPTS)
        throw thrown;
      await pause(clock, CONFLICT_PAUSE_MS * tried);
    }
  }
}
