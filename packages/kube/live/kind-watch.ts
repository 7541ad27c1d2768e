import { messageOf } from '@plumbline/base';
import type { Clock, Logger, Slots } from '@plumbline/base';
import type { KubeRequest, KubeResponse, Status, Transport, WatchEvent } from '@plumbline/api';
import { PAGE_SIZE, readPage } from '../page.ts';
import { isStatusError, refusalOf, statusErrorFrom, statusErrorOf } from '../errors.ts';
import { collectionPath, queryOf } from '../paths.ts';
import type { ApiResource } from '../types.ts';
import type { KindObjects } from './objects.ts';

/** What the watch of one kind needs. */
export interface KindWatchOptions {
  readonly resource: ApiResource;
  readonly objects: KindObjects;
  readonly transport: Transport;
  readonly send: (request: KubeRequest) => Promise<KubeResponse>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Limits how many kinds are filled at the same time. */
  readonly slots: Slots;
  /** `stream` asks for the present state as watch events and falls back to lists where that is not served. */
  readonly initial: 'stream' | 'list';
  /** The server does not know the kind any more. */
  readonly onGone: () => void;
}

/** Keeps the objects of one kind as the server has them, until it is stopped. */
export interface KindWatch {
  readonly resource: ApiResource;
  readonly synced: boolean;
  /** Resolves when the kind was filled, or the server refused to show it. */
  readonly ready: Promise<void>;
  stop(): void;
}

/** The server ends a watch after this time; the kind's hash is added so that not all end together. */
const WATCH_SECONDS = 1_800;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** After a refusal (no permission), which rarely changes by itself. */
const REFUSED_MS = 60_000;
/** A watch that lived this long was well: the next failure starts from the shortest pause. */
const STEADY_MS = 10_000;
/** A server that ignores the wish for initial events never says that they ended. */
const INITIAL_SILENCE_MS = 30_000;
const INITIAL_END = 'k8s.io/initial-events-end';

/** Starts to watch a kind. It reconnects by itself, with growing pauses. */
export function watchKind(options: KindWatchOptions): KindWatch {
  const { resource, objects, clock, send } = options;
  const logger = options.logger.with({ group: resource.group, kind: resource.kind });
  const path = collectionPath(resource);
  const spread = hash(`${resource.group}/${resource.kind}`);
  const stopping = new AbortController();
  let streams = options.initial === 'stream';
  let synced = false;
  let version: string | undefined;
  let failures = 0;
  let settle: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    settle = resolve;
  });

  function filled(): void {
    synced = true;
    settle();
  }

  async function fillByList(): Promise<void> {
    const refill = objects.refill();
    for (let token: string | undefined; ;) {
      const query = queryOf({ limit: PAGE_SIZE, continue: token });
      const response = await send({ method: 'GET', path: path + query, signal: stopping.signal });
      if (response.status !== 200) throw statusErrorOf(response);
      const page = readPage(response.body, resource);
      if (stopping.signal.aborted) return;
      refill.put(page.items);
      token = page.continue;
      if (token !== undefined) continue;
      refill.finish();
      version = page.resourceVersion;
      return filled();
    }
  }

  /** One watch from beginning to end. Resolves when the server ended it, rejects when it broke. */
  function follow(initial: boolean, onFilled: () => void): Promise<void> {
    const ending = new AbortController();
    const refill = initial ? objects.refill() : undefined;
    let filling = initial;
    const query = queryOf({
      watch: 1,
      allowWatchBookmarks: true,
      timeoutSeconds: WATCH_SECONDS + (spread % WATCH_SECONDS),
      ...(initial
        ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
        : { resourceVersion: version ?? '' }),
    });
    return new Promise<void>((resolve, reject) => {
      const end = (error?: Error): void => {
        cancelSilence();
        stopping.signal.removeEventListener('abort', onStop);
        ending.abort();
        if (error === undefined) resolve();
        else reject(error);
      };
      const onStop = (): void => end();
      stopping.signal.addEventListener('abort', onStop);
      const cancelSilence = initial
        ? clock.after(INITIAL_SILENCE_MS, () => {
            if (filling) end(new InitialEventsRefused());
          })
        : () => {};
      const take = (event: WatchEvent): void => {
        if (event.type === 'ERROR') throw statusErrorFrom(event.object as unknown as Status);
        const { metadata } = event.object;
        if (event.type === 'BOOKMARK') {
          if (filling && metadata.annotations?.[INITIAL_END] === 'true') {
            filling = false;
            refill?.finish();
            version = metadata.resourceVersion;
            onFilled();
          }
        } else if (event.type === 'DELETED') objects.remove(event.object);
        else if (filling) refill?.put([event.object]);
        else objects.put(event.object);
        if (!filling && metadata.resourceVersion !== undefined) version = metadata.resourceVersion;
      };
      const onEvents = (events: readonly WatchEvent[]): void => {
        if (ending.signal.aborted) return;
        try {
          for (const event of events) take(event);
        } catch (thrown) {
          end(refusalOf(thrown));
        }
      };
      const onEnd = (error?: Error): void => {
        if (!ending.signal.aborted) end(error);
      };
      const request: KubeRequest = { method: 'GET', path: path + query, signal: ending.signal };
      options.transport.watch(request, { onEvents, onEnd }).catch((thrown: unknown) => {
        if (!ending.signal.aborted) end(refusalOf(thrown));
      });
    });
  }

  /** Fills the kind if need be and follows it once. */
  async function round(): Promise<void> {
    if (version !== undefined) {
      synced = true;
      return follow(false, () => {});
    }
    const release = await options.slots.acquire();
    try {
      if (streams) {
        return await follow(true, () => {
          release();
          filled();
        });
      }
      await fillByList();
    } finally {
      release();
    }
    return stopping.signal.aborted ? undefined : follow(false, () => {});
  }

  /** What to do about a failure: the pause before the next round. */
  function recover(thrown: unknown): number {
    if (isStatusError(thrown, 410)) {
      version = undefined;
      return failures === 0 ? 0 : backoff();
    }
    const wasFirst = version === undefined;
    if (wasFirst && streams && cannotStream(thrown)) {
      streams = false;
      return 0;
    }
    synced = false;
    if (isStatusError(thrown, 403, 404, 405)) {
      version = undefined;
      if (thrown.code === 404) options.onGone();
      logger.warn('the server refuses to show a kind', { code: thrown.code, message: thrown.message });
      settle();
      return thrown.code === 404 ? backoff() : REFUSED_MS;
    }
    logger.warn('a watch broke', { error: messageOf(thrown) });
    return backoff();
  }

  function backoff(): number {
    const base = Math.min(BACKOFF_MIN_MS * 2 ** Math.min(failures, 10), BACKOFF_MAX_MS);
    return base * (1 + (spread % 100) / 400);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const began = clock.now();
      let wait = 0;
      try {
        await round();
        // The server ends watches now and then; one that it ends at once would make this a busy loop.
        if (clock.now() - began < 1_000) wait = backoff();
      } catch (thrown) {
        if (stopping.signal.aborted) return;
        wait = recover(thrown);
      }
      failures = clock.now() - began > STEADY_MS ? 0 : failures + 1;
      if (wait > 0) await pauseUnlessStopped(clock, wait, stopping.signal);
    }
  }

  void run().catch((thrown: unknown) => logger.error('a watch stopped', { error: messageOf(thrown) }));

  return {
    resource,
    ready,
    get synced() {
      return synced;
    },
    stop() {
      synced = false;
      stopping.abort();
      settle();
    },
  };
}

class InitialEventsRefused extends Error {
  constructor() {
    super('the server does not send initial events');
    this.name = 'InitialEventsRefused';
  }
}

/** Servers before 1.32, and many aggregated ones, refuse initial events as an invalid or bad request. */
function cannotStream(thrown: unknown): boolean {
  return thrown instanceof InitialEventsRefused || isStatusError(thrown, 400, 422);
}

function pauseUnlessStopped(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });
}

/** A number that is the same for the same text in each run: spreads work without randomness. */
function hash(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (value * 31 + text.charCodeAt(i)) % 1_000_003;
  return value;
}
