import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { isLoopback, checkSender } from './http/guard.ts';

/** An open socket. `close` ends what is connected. */
export interface Listener {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Answers what it knows (true) and leaves the rest. */
export type RawHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A client that takes longer than this for its headers is not one. */
const HEADERS_MS = 20_000;
/** Pushes of large repositories take their time. */
const REQUEST_MS = 15 * 60_000;

/**
 * Opens a socket for the application and, on the same port, for the Git server. Rejects with Node's coded error, such
 * as EADDRINUSE.
 */
export function listen(options: {
  readonly host: string;
  readonly port: number;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly raw: RawHandler | undefined;
  /** Called before the sockets are closed. */
  readonly onClose: () => void;
}): Promise<Listener> {
  const { host, fetch, raw } = options;
  const loopback = isLoopback(host);
  const answer = getRequestListener((request) => fetch(request), { overrideGlobalObjects: false });
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    (request, response) => {
      if (raw !== undefined && isAllowed(request, loopback) && raw(request, response)) return;
      void answer(request, response);
    },
  );
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => {
      server.off('error', reject);
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : options.port;
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${name}:${port}`, port, close: () => close(server, options.onClose) });
    });
  });
}

/** The Git server stands behind the same guard; who does not pass gets the refusal of the application. */
function isAllowed(request: IncomingMessage, loopback: boolean): boolean {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return checkSender({ method: request.method ?? 'GET', header }, loopback) === undefined;
}

function close(server: Server, onClose: () => void): Promise<void> {
  onClose();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
