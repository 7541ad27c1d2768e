import type { KubeRequest, Transport, WatchEvent } from '@plumbline/api';
import { statusErrorFrom } from '../../errors.ts';
import { createOutbox } from './messages.ts';
import type { Answer, Failure, Port, SentEvent } from './messages.ts';
import { createFieldsReceiver } from './shared-fields.ts';
import type { FieldsReceiver } from './shared-fields.ts';
import { createObjectsReceiver } from './shared-objects.ts';
import type { Sent } from './shared-objects.ts';

/** Who waits for what is said about one request. */
interface Waiting {
  answer?(status: number, headers: Readonly<Record<string, string>>, body: unknown): void;
  opened?(): void;
  events?(events: readonly WatchEvent[]): void;
  chunk?(chunk: Uint8Array): void;
  end?(error: Error | undefined): void;
  failed(error: Error): void;
}

/** The API of a server in another thread, which `serveTransport` serves at the other end of the port. */
export function portTransport(port: Port): Transport {
  const open = new Map<number, Waiting>();
  const receive = createReceiver();
  let next = 0;
  let gone = false;
  const say = createOutbox(port, queueMicrotask);
  const ask = (kind: 'request' | 'watch' | 'stream', request: KubeRequest, waiting: Waiting): number => {
    const id = next++;
    if (gone) {
      // Never before the caller knows the number.
      queueMicrotask(() => waiting.failed(ended()));
      return id;
    }
    open.set(id, waiting);
    const { signal: _, ...wish } = request;
    say(JSON.stringify([kind, id, wish]));
    return id;
  };
  const cancel = (id: number): boolean => {
    if (!open.delete(id)) return false;
    if (!gone) say(`["cancel",${id}]`);
    return true;
  };

  port.on('message', (text) => {
    for (const answer of JSON.parse(String(text)) as readonly Answer[]) take(open, receive, answer);
  });
  port.on('close', () => {
    gone = true;
    const waiting = Array.from(open.values());
    open.clear();
    for (const one of waiting) {
      if (one.end === undefined) one.failed(ended());
      else one.end(ended());
    }
  });

  return {
    async request(request) {
      request.signal?.throwIfAborted();
      return new Promise((resolve, reject) => {
        ask('request', request, {
          answer: (status, headers, body) => resolve({ status, headers, body }),
          failed: reject,
        });
      });
    },
    watch: (request, handlers) => openWatch(request, handlers, ask, cancel),
    async stream(request) {
      return openStream(request, ask, cancel);
    },
    close() {
      for (const [id, waiting] of Array.from(open)) {
        if (waiting.end === undefined) continue;
        cancel(id);
        waiting.end(undefined);
      }
      return Promise.resolve();
    },
  };
}

type Ask = (kind: 'watch' | 'stream', request: KubeRequest, waiting: Waiting) => number;
type CancelOne = (id: number) => boolean;

function openWatch(
  request: KubeRequest,
  handlers: Parameters<Transport['watch']>[1],
  ask: Ask,
  cancel: CancelOne,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOpen = false;
    // Events that are known at once come after the promise has resolved, like all others.
    let early: WatchEvent[] | undefined = [];
    const leave = (): void => request.signal?.removeEventListener('abort', abort);
    const id = ask('watch', request, {
      opened() {
        isOpen = true;
        resolve();
        queueMicrotask(() => {
          const first = early ?? [];
          early = undefined;
          if (first.length > 0) handlers.onEvents(first);
        });
      },
      events(events) {
        if (early === undefined) handlers.onEvents(events);
        else early.push(...events);
      },
      end(error) {
        leave();
        if (isOpen) queueMicrotask(() => handlers.onEnd(error));
        else reject(error ?? new Error('the watch ended before it began'));
      },
      failed(error) {
        leave();
        reject(error);
      },
    });
    const abort = (): void => {
      if (cancel(id)) handlers.onEnd();
    };
    if (request.signal?.aborted === true) abort();
    else request.signal?.addEventListener('abort', abort, { once: true });
  });
}

function openStream(request: KubeRequest, ask: Ask, cancel: CancelOne): Promise<AsyncIterable<Uint8Array>> {
  return new Promise((resolve, reject) => {
    let body: ReadableStreamDefaultController<Uint8Array>;
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        body = controller;
      },
      cancel: () => void cancel(id),
    });
    const id = ask('stream', request, {
      opened: () => resolve(chunks),
      chunk: (chunk) => body.enqueue(chunk),
      end: (error) => (error === undefined ? body.close() : body.error(error)),
      failed: reject,
    });
    const abort = (): void => {
      if (cancel(id)) body.error(request.signal?.reason);
    };
    if (request.signal?.aborted === true) abort();
    else request.signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Whatever is in answers and events goes through here, in its order, whether somebody still waits for it or not. */
interface Receiver {
  readonly fields: FieldsReceiver;
  body(sent: unknown): unknown;
  events(sent: readonly SentEvent[]): readonly WatchEvent[];
}

function createReceiver(): Receiver {
  const fields = createFieldsReceiver();
  const objectOf = createObjectsReceiver((object) => fields.complete(object));
  return {
    fields,
    body: (sent) =>
      typeof sent === 'number' || (typeof sent === 'object' && sent !== null) ? objectOf(sent as Sent) : sent,
    events(sent) {
      for (const event of sent) event.object = objectOf(event.object);
      return sent as readonly WatchEvent[];
    },
  };
}

function take(open: Map<number, Waiting>, receive: Receiver, answer: Answer): void {
  switch (answer[0]) {
    case 'fields':
      receive.fields.define(answer[1], answer[2]);
      return;
    case 'answer': {
      const body = receive.body(answer[4]);
      const waiting = open.get(answer[1]);
      open.delete(answer[1]);
      waiting?.answer?.(answer[2], answer[3], body);
      return;
    }
    case 'events': {
      const events = receive.events(answer[2]);
      open.get(answer[1])?.events?.(events);
      return;
    }
    case 'failed': {
      const waiting = open.get(answer[1]);
      open.delete(answer[1]);
      waiting?.failed(errorOf(answer[2]));
      return;
    }
    case 'opened':
      open.get(answer[1])?.opened?.();
      return;
    case 'chunk':
      open.get(answer[1])?.chunk?.(Buffer.from(answer[2], 'latin1'));
      return;
    case 'end': {
      const waiting = open.get(answer[1]);
      open.delete(answer[1]);
      waiting?.end?.(answer[2] === null ? undefined : new Error(answer[2]));
    }
  }
}

function errorOf({ message, status }: Failure): Error {
  return status === undefined ? new Error(message) : statusErrorFrom(status);
}

function ended(): Error {
  return new Error('the embedded API server has ended');
}
