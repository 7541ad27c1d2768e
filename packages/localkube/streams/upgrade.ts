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
import { listOf, protocolHeader, tokenProtocol, upgradeOf } from './asked.ts';
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
    const offered = listOf(request.headers[protocolHeader]).filter((one) => !one.startsWith(tokenProtocol));
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
    const offered = listOf(request.headers['x-stream-protocol-version']);
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
