import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Clock } from '@plumbline/base';
import { channelProtocols, serveChannels } from './channels.ts';
import {
  portChannelProtocols,
  portForwardProtocol,
  servePortChannels,
  servePorts,
  tunnelProtocol,
} from './ports.ts';
import { serveSpdyCommand, spdyCommandProtocols } from './spdy-command.ts';
import type { StreamRequest } from './types.ts';

/** Turns connections of authorized requests into streams. */
export interface Upgrades {
  /** Takes the connection over, or says with which answer it has to be refused. */
  accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    stream: StreamRequest,
  ): UpgradeRefusal | undefined;
  close(): void;
}

export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The largest message: kubectl cuts its input into pieces far below it. */
const messageBytesMax = 4 << 20;
/** Open streams of all clients together; each may hold a process. */
const streamsMax = 500;
const protocolHeader = 'sec-websocket-protocol';

/** `websocket` or `spdy/3.1` when a request wants to be more than a request. */
export function upgradeOf(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  if (!/\bupgrade\b/i.test(headers['connection'] ?? '')) return undefined;
  const wanted = (headers['upgrade'] ?? '').toLowerCase();
  return wanted === 'websocket' || wanted === 'spdy/3.1' ? wanted : undefined;
}

/** Browsers can send no header with a WebSocket, so Kubernetes takes a token among the protocols, too. */
const tokenProtocol = 'base64url.bearer.authorization.k8s.io.';

/** The headers with a token that came among the protocols where others have it. */
export function withProtocolToken(
  headers: Record<string, string | undefined>,
): Record<string, string | undefined> {
  if (headers['authorization'] !== undefined) return headers;
  const found = list(headers[protocolHeader]).find((one) => one.startsWith(tokenProtocol));
  if (found === undefined) return headers;
  const token = Buffer.from(found.slice(tokenProtocol.length), 'base64url').toString();
  return { ...headers, authorization: `Bearer ${token}` };
}

export function makeUpgrades(clock: Clock): Upgrades {
  // The protocols are chosen here: their names hold characters that the library refuses.
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const chosen = new WeakMap<IncomingMessage, string>();
  server.on('headers', (headers, request) => {
    const protocol = chosen.get(request);
    if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  const open = new Set<Duplex>();
  const overWebSocket = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    stream: StreamRequest,
  ): UpgradeRefusal | undefined => {
    const offered = list(request.headers[protocolHeader]).filter((one) => !one.startsWith(tokenProtocol));
    const served = stream.type === 'command' ? channelProtocols : [tunnelProtocol, ...portChannelProtocols];
    // Without a protocol the first and simplest one is spoken.
    const protocol =
      offered.length === 0 && stream.type === 'command'
        ? 'channel.k8s.io'
        : served.find((one) => offered.includes(one));
    if (protocol === undefined) return unknownProtocol(offered, served);
    delete request.headers[protocolHeader];
    if (offered.length > 0) chosen.set(request, protocol);
    server.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      webSocket.on('error', () => {});
      if (stream.type === 'command') serveChannels(webSocket, protocol, stream);
      else if (protocol === tunnelProtocol) servePorts(createWebSocketStream(webSocket), stream, clock);
      else servePortChannels(webSocket, stream);
    });
    return undefined;
  };
  const overSpdy = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    stream: StreamRequest,
  ): UpgradeRefusal | undefined => {
    const offered = list(request.headers['x-stream-protocol-version']);
    const served: readonly string[] =
      stream.type === 'command' ? spdyCommandProtocols : [portForwardProtocol];
    const protocol = offered.length === 0 ? served.at(-1) : served.find((one) => offered.includes(one));
    if (protocol === undefined) return unknownProtocol(offered, served);
    const lines = [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: SPDY/3.1',
      ...(offered.length > 0 ? [`X-Stream-Protocol-Version: ${protocol}`] : []),
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    if (head.length > 0) socket.unshift(head);
    if (stream.type === 'command') serveSpdyCommand(socket, protocol, stream, clock);
    else servePorts(socket, stream, clock);
    return undefined;
  };
  return {
    accept(request, socket, head, stream) {
      if (open.size >= streamsMax)
        return { status: 429, message: `too many streams are open: at most ${streamsMax} at a time` };
      const refused = (upgradeOf(headersOf(request)) === 'websocket' ? overWebSocket : overSpdy)(
        request,
        socket,
        head,
        stream,
      );
      if (refused !== undefined) return refused;
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return undefined;
    },
    close: () => server.close(),
  };
}

const headersOf = (request: IncomingMessage): Readonly<Record<string, string | undefined>> =>
  request.headers as Record<string, string | undefined>;

function unknownProtocol(offered: readonly string[], served: readonly string[]): UpgradeRefusal {
  return {
    status: 403,
    message: `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${served.join(' ')}]`,
    headers: { 'x-accepted-stream-protocol-versions': served.join(', ') },
  };
}

function list(header: string | readonly string[] | undefined): readonly string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
