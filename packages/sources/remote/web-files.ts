import { createHash } from 'node:crypto';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Clock, Result } from '@plumbline/base';
import { parseAddress } from '../http/address.ts';
import { collect } from '../http/client.ts';
import type { HttpClient } from '../http/client.ts';
import { checkRemote } from './policy.ts';
import type { RemotePolicy } from './policy.ts';

/** A file on the web as it was when it was asked for. */
export interface WebFile {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly revision: string;
}

/** Asks for a file. What is not 2xx is an error of the code `remote-http`, worded as kustomize does. */
export async function fetchWebFile(
  http: HttpClient,
  clock: Clock,
  url: string,
  policy: RemotePolicy & { readonly timeoutMs: number; readonly fileBytesMax: number },
): Promise<Result<WebFile>> {
  const allowed = checkRemote(url, policy);
  if (!allowed.ok) return allowed;
  const stopped = new AbortController();
  const stopTimer = clock.after(policy.timeoutMs, () => stopped.abort());
  try {
    const answer = await http.get(url, {
      bytesMax: policy.fileBytesMax,
      signal: stopped.signal,
      allowed: (hop) => checkRemote(hop.href, policy),
      expected: anyStatus,
    });
    if (!answer.ok) return stopped.signal.aborted ? timedOut(url, policy.timeoutMs) : answer;
    const { status, body } = answer.value;
    const bytes = await collect(body);
    if (status < 200 || status > 299) return err(refusal(status));
    return ok({ bytes, revision: createHash('sha256').update(bytes).digest('hex') });
  } catch (thrown) {
    if (stopped.signal.aborted) return timedOut(url, policy.timeoutMs);
    return err(problem('remote-file', messageOf(thrown), { retryable: true }));
  } finally {
    stopTimer();
    stopped.abort();
  }
}

/** Every answer is looked at here: what is said of it depends on what asked. */
const anyStatus: readonly number[] = Array.from({ length: 500 }, (_, i) => i + 100);

function refusal(status: number): ReturnType<typeof problem> {
  return problem('remote-http', `HTTP Error: status code ${status} (${reasons[status] ?? ''})`, {
    retryable: true,
  });
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  410: 'Gone',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

function timedOut(url: string, timeoutMs: number): Result<never> {
  const address = parseAddress(url);
  const shown = address === undefined ? url : address.origin + address.pathname;
  return err(
    problem('remote-timeout', `${shown} did not answer within ${timeoutMs / 1000}s`, { retryable: true }),
  );
}
