import type { Cancel } from '@plumbline/base';
import type { WatchEvent } from '@plumbline/api';
import type { WatchHandlers } from '../registry/index.ts';
import type { WebhookReplies } from '../admission/types.ts';
import type { StreamRequest } from '../streams/index.ts';
import type { User } from '../types.ts';

/** A request as both ways in (HTTP and in process) hand it on. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Body;
  readonly user: User;
  /** What webhooks have answered to earlier tries of this request. */
  readonly replies?: WebhookReplies;
}

/** A body is bytes from the wire or, in process, data already. */
type Body =
  | { readonly type: 'none' }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'data'; readonly data: unknown };

/** What comes back. Nothing is serialised yet. */
export type ApiAnswer =
  | {
      readonly type: 'data';
      readonly status: number;
      readonly data: unknown;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Texts of `Warning` headers. */
      readonly warnings?: readonly string[];
      /** The items of a typed list say no apiVersion and kind on the wire. */
      readonly bareItems?: boolean;
    }
  | {
      readonly type: 'bytes';
      readonly status: number;
      readonly bytes: Uint8Array;
      readonly contentType: string;
    }
  | {
      readonly type: 'text';
      readonly status: number;
      readonly text: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'watch';
      readonly warnings?: readonly string[];
      open(handlers: WatchHandlers): Cancel;
      readonly timeoutMs: number;
      /** A last bookmark, where the client wants them. */
      closing?(): WatchEvent;
      readonly contentType: string;
      /** How an event's object looks to this client; undefined: as it is. */
      readonly shape?: (event: WatchEvent) => WatchEvent;
    }
  | { readonly type: 'stream'; readonly chunks: AsyncIterable<Uint8Array>; readonly contentType: string }
  /** The connection itself goes on as streams. */
  | { readonly type: 'upgrade'; readonly stream: StreamRequest };
