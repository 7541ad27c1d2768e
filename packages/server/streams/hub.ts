import type { Clock } from '@plumbline/base';
import { HttpError } from '../http/errors.ts';

/** A stream of server-sent events to one client. */
export interface Client {
  readonly response: Response;
  /** Sends what was encoded once for all; a client that does not keep up is dropped. */
  send(chunk: Uint8Array): void;
  readonly closed: boolean;
}

/** All streams that are open. */
export interface Hub {
  /** `initial` is produced only as fast as the client reads. */
  connect(options: {
    readonly initial: Iterable<Uint8Array>;
    readonly onClose: (client: Client) => void;
  }): Client;
  readonly size: number;
  close(): void;
}

/** Proxies end streams that are silent for half a minute or so. */
const HEARTBEAT_MS = 15_000;
/** What may wait for one client. A client this far behind does better to start again. */
const BACKLOG_BYTES_MAX = 16 * 1024 * 1024;
const CLIENTS_MAX = 500;
const encoder = new TextEncoder();
const COMMENT = encoder.encode(':\n\n');

/** One server-sent event with this data. */
export function encodeEvent(json: string): Uint8Array {
  return encoder.encode(`data: ${json}\n\n`);
}

/** A hub without streams. Silent streams get a comment every 15 seconds. */
export function createHub(clock: Clock): Hub {
  const clients = new Set<{ beat(): void; end(): void }>();
  let cancelBeat: (() => void) | undefined;

  function beat(): void {
    cancelBeat = undefined;
    for (const client of clients) client.beat();
    schedule();
  }

  function schedule(): void {
    if (clients.size > 0) cancelBeat ??= clock.after(HEARTBEAT_MS, beat);
  }

  return {
    get size() {
      return clients.size;
    },
    connect({ initial, onClose }) {
      if (clients.size >= CLIENTS_MAX)
        throw new HttpError('ResourceExhausted', `there are ${CLIENTS_MAX} streams already`);
      const first = initial[Symbol.iterator]();
      const backlog: Uint8Array[] = [];
      let backlogBytes = 0;
      let filling = true;
      let closed = false;
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined;

      /** Moves on what waits while the client wants more: first the initial state, then what came after it. */
      function flow(): void {
        while (controller !== undefined && !closed && (controller.desiredSize ?? 0) > 0) {
          const chunk = nextChunk();
          if (chunk === undefined) return;
          controller.enqueue(chunk);
        }
      }

      function nextChunk(): Uint8Array | undefined {
        if (filling) {
          const { value, done } = first.next();
          if (done !== true) return value;
          filling = false;
        }
        const chunk = backlog.shift();
        if (chunk !== undefined) backlogBytes -= chunk.length;
        return chunk;
      }

      function leave(): void {
        if (closed) return;
        closed = true;
        clients.delete(member);
        if (clients.size === 0) {
          cancelBeat?.();
          cancelBeat = undefined;
        }
        onClose(client);
      }

      function end(): void {
        if (closed) return;
        leave();
        controller?.close();
      }

      function send(chunk: Uint8Array): void {
        if (closed) return;
        if (backlogBytes + chunk.length > BACKLOG_BYTES_MAX) return end();
        backlog.push(chunk);
        backlogBytes += chunk.length;
        flow();
      }

      const body = new ReadableStream<Uint8Array>(
        {
          start(given) {
            controller = given;
            given.enqueue(COMMENT);
          },
          pull: flow,
          cancel: leave,
        },
        new ByteLengthQueuingStrategy({ highWaterMark: 256 * 1024 }),
      );
      const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
      const client: Client = {
        response: new Response(body, { headers }),
        send,
        get closed() {
          return closed;
        },
      };
      const member = {
        beat: () => {
          if (backlog.length === 0 && !filling) send(COMMENT);
        },
        end,
      };
      clients.add(member);
      schedule();
      return client;
    },
    close() {
      for (const client of clients) client.end();
    },
  };
}
