import type { Cancel, UiClock } from './clock.ts';
import { createEventStreamParser } from './event-stream-parser.ts';

export type StreamState = 'connecting' | 'live' | 'reconnecting';

export interface EventStreamOptions {
  /** Asked again for each connection, so that a stream can go on where the last list ended. */
  readonly url: () => string;
  readonly fetch: typeof fetch;
  readonly clock: UiClock;
  readonly onData: (data: string) => void;
  /** `again` is true when events may have been missed since the last connection. */
  readonly onOpen?: (again: boolean) => void;
  readonly onState?: (state: StreamState) => void;
  readonly onUnauthorized?: () => void;
}

const firstRetryMs = 400;
const longestRetryMs = 8000;
/** Browsers allow six connections per host for all tabs together, so a tab that nobody sees gives its own back. */
const hiddenMs = 2000;

/**
 * Keeps a stream of server-sent events open until cancelled. Not the browser's EventSource, because that hides the
 * status code: a session that has ended must lead to the sign-in page and not to endless retries.
 */
export function openEventStream(options: EventStreamOptions): Cancel {
  const { clock } = options;
  let controller = new AbortController();
  let closed = false;
  let opened = false;
  let retryMs = firstRetryMs;
  let cancelRetry: Cancel = () => {};

  const retry = (): void => {
    if (closed) return;
    options.onState?.('reconnecting');
    cancelRetry = clock.after(retryMs, () => void connect());
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  };

  const connect = async (): Promise<void> => {
    const mine = new AbortController();
    controller = mine;
    try {
      const response = await options.fetch(options.url(), {
        headers: { accept: 'text/event-stream' },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: mine.signal,
      });
      if (response.status === 401) {
        options.onUnauthorized?.();
        return;
      }
      if (!response.ok || response.body === null) return retry();
      retryMs = firstRetryMs;
      options.onState?.('live');
      options.onOpen?.(opened);
      opened = true;
      await readAll(response.body, createEventStreamParser(options.onData));
    } catch {
      // A broken connection and a refused one are the same to us: try again.
    }
    if (mine === controller) retry();
  };

  const reconnectNow = (): void => {
    cancelRetry();
    controller.abort();
    retryMs = firstRetryMs;
    void connect();
  };

  let paused = false;
  let cancelPause: Cancel = () => {};
  const pause = (): void => {
    paused = true;
    cancelRetry();
    // The connection that is given up must not count as a lost one.
    const given = controller;
    controller = new AbortController();
    given.abort();
  };
  const onVisibility = (): void => {
    cancelPause();
    if (document.hidden) cancelPause = clock.after(hiddenMs, pause);
    else if (paused) {
      paused = false;
      reconnectNow();
    }
  };

  options.onState?.('connecting');
  void connect();
  window.addEventListener('online', reconnectNow);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    closed = true;
    window.removeEventListener('online', reconnectNow);
    document.removeEventListener('visibilitychange', onVisibility);
    cancelPause();
    cancelRetry();
    controller.abort();
  };
}

async function readAll(body: ReadableStream<Uint8Array>, push: (text: string) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    push(decoder.decode(value, { stream: true }));
  }
}
