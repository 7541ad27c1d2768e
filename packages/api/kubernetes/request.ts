import type { KubeObject } from './object.ts';

/**
 * The Kubernetes API as a value: what both a real server (over HTTPS) and the embedded one (a function call) answer.
 * Bodies are plain data; whoever holds one never changes it. In one thread nothing is serialised.
 */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query: `/api/v1/namespaces/default/pods?limit=500`. */
  readonly path: string;
  /** Media type of the body; `application/json` where left out. */
  readonly contentType?: string;
  readonly body?: unknown;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What the server answered. Header names are lower-case. */
export interface KubeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; a string where the answer was text. */
  readonly body: unknown;
}

/** One event of a watch. A bookmark carries only a resource version, an `ERROR` a Status. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** One way to an API server. A failed request is a response; only a broken connection throws. */
export interface Transport {
  request(request: KubeRequest): Promise<KubeResponse>;
  /**
   * Opens a watch. Rejects with a `StatusError` where the server refuses. Events come in batches, in order; the stream
   * ends when the server ends it, the signal fires or the connection breaks (`onEnd` is called once in each case).
   */
  watch(
    request: KubeRequest,
    handlers: {
      readonly onEvents: (events: readonly WatchEvent[]) => void;
      readonly onEnd: (error?: Error) => void;
    },
  ): Promise<void>;
  /** A byte stream (logs). */
  stream(request: KubeRequest): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}
