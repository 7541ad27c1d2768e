import type { KubeRequest, Status, WatchEvent } from '@plumbline/api';
import type { Sent } from './shared-objects.ts';

/** One end of a channel between two threads: texts arrive whole and in order. Node's `MessagePort` is one. */
export interface Port {
  postMessage(text: string): void;
  on(event: 'message', listener: (text: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  close(): void;
}

/** A request without its signal, which a `cancel` stands for. */
export type Wish = Omit<KubeRequest, 'signal'>;

/** What the side that asks says. Each request has a number of its own; what goes on may be cancelled. */
export type Question =
  | readonly ['request' | 'watch' | 'stream', id: number, wish: Wish]
  | readonly ['cancel', id: number];

/** Why something could not be answered at all; `status` where the server refused it. */
export interface Failure {
  readonly message: string;
  readonly status?: Status;
}

/** An event that holds the number of its object or the object. */
export interface SentEvent {
  readonly type: WatchEvent['type'];
  object: Sent;
}

/**
 * What the side that answers says. Numbers stand for objects that crossed before (`shared-objects.ts`), and in objects for
 * their sets of managed fields (`shared-fields.ts`).
 */
export type Answer =
  | readonly ['fields', number: number, fields: Readonly<Record<string, unknown>>]
  | readonly ['answer', id: number, status: number, headers: Readonly<Record<string, string>>, body: unknown]
  | readonly ['failed', id: number, failure: Failure]
  | readonly ['opened', id: number]
  | readonly ['events', id: number, events: readonly SentEvent[]]
  | readonly ['chunk', id: number, latin1: string]
  | readonly ['end', id: number, message: string | null];

/**
 * Collects messages (JSON texts) and posts them as one text, since each piece costs both sides more than what is in it.
 * `soon` says when.
 */
export function createOutbox(port: Port, soon: (run: () => void) => void): (message: string) => void {
  let waiting: string[] = [];
  const post = (): void => {
    const text = `[${waiting.join(',')}]`;
    waiting = [];
    port.postMessage(text);
  };
  return (message) => {
    if (waiting.push(message) === 1) soon(post);
  };
}
