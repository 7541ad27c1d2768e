import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';

/** A request as answers are made for it. Header names are in lower case. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}

export type Headers = Readonly<Record<string, string | undefined>>;

/** Names and values by turns, as they go over the wire; a name may come more than once. */
export type HeaderList = readonly string[];

/** The way of an answer to its client. */
export interface Reply {
  /** The whole answer, but for the head's `content-length` where it has one, which is the caller's. */
  whole(status: number, headers: HeaderList, body: string | Uint8Array | undefined): void;
  /** The head of an answer that goes on. */
  begin(status: number, headers: HeaderList): Flow;
  /** There is no answer. */
  destroy(): void;
}

/** An answer that goes on for a while, in chunks. */
export interface Flow {
  write(data: string | Uint8Array): void;
  end(): void;
  /** Bytes that wait for the client to read. */
  readonly backlog: number;
  /** Resolves when the client has read what waits, or has gone. */
  drained(): Promise<void>;
  readonly closed: boolean;
  onClose(listener: () => void): void;
  destroy(): void;
}

/** Node writes the bytes of latin1, and what goes over the wire is UTF-8, as Go writes it. */
function asBytes(value: string): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(value) ? value : Buffer.from(value).toString('latin1');
}

/** An answer by Node's own server. */
export function nodeReply(response: ServerResponse): Reply {
  const head = (status: number, headers: HeaderList): void => {
    response.writeHead(status, headers.map(asBytes));
  };
  return {
    whole(status, headers, body) {
      head(status, headers);
      response.end(body);
    },
    begin(status, headers) {
      head(status, headers);
      response.flushHeaders();
      return {
        write: (data) => void response.write(data),
        end: () => void response.end(),
        get backlog() {
          return response.writableLength;
        },
        drained: () =>
          response.writableNeedDrain
            ? new Promise((resolve) => {
                const go = (): void => {
                  response.off('drain', go).off('close', go);
                  resolve();
                };
                response.on('drain', go).on('close', go);
              })
            : Promise.resolve(),
        get closed() {
          return response.destroyed;
        },
        onClose: (listener) => void response.on('close', listener),
        destroy: () => void response.destroy(),
      };
    },
    destroy: () => void response.destroy(),
  };
}

/** The last answer on a connection that asked for an upgrade and does not get it. */
export function lastReply(request: IncomingMessage, socket: IncomingMessage['socket']): Reply {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  return nodeReply(response);
}

/** What of a request of Node's server answers are made for. Node joins repeated headers itself. */
export function askedOf(request: IncomingMessage): Asked {
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: request.headers as Headers,
  };
}
