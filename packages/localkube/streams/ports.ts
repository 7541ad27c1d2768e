import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { messageOf } from '@plumbline/base';
import type { Clock } from '@plumbline/base';
import { spdyConnection } from './spdy/connection.ts';
import type { SpdyStream } from './spdy/connection.ts';
import type { StreamRequest } from './types.ts';

type PortRequest = Extract<StreamRequest, { type: 'ports' }>;

/** The protocol of port-forward over SPDY, and over SPDY in a WebSocket. */
export const portForwardProtocol = 'portforward.k8s.io';
export const tunnelProtocol = `SPDY/3.1+${portForwardProtocol}`;
/** The protocol of port-forward over plain WebSocket channels: two for each port of the query. */
export const portChannelProtocols = ['v4.channel.k8s.io'] as const;

/** How long half of a pair waits for the other half. */
const pairMsMax = 30_000;

/**
 * Forwards ports over SPDY. Each connection to a port is a pair of streams, one for data and one for what went wrong,
 * that belong together by a header.
 */
export function servePorts(line: Duplex, request: PortRequest, clock: Clock): void {
  const halves = new Map<string, { readonly stream: SpdyStream; readonly forget: () => void }>();
  const connection = spdyConnection(line, (stream) => {
    const type = stream.headers['streamtype'] ?? '';
    const port = Number(stream.headers['port']);
    if ((type !== 'data' && type !== 'error') || !isPort(port)) {
      stream.duplex.destroy();
      return;
    }
    const key = `${pairOf(stream, type)}/${port}`;
    const half = halves.get(key);
    if (half === undefined) {
      const forget = clock.after(pairMsMax, () => {
        halves.delete(key);
        stream.duplex.destroy();
      });
      halves.set(key, { stream, forget });
      return;
    }
    halves.delete(key);
    half.forget();
    const [data, error] = type === 'data' ? [stream, half.stream] : [half.stream, stream];
    void forward(data.duplex, error.duplex, port, request);
  });
  void connection.closed.then(() => halves.forEach(({ forget }) => forget()));
}

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;

/** Clients from before request ids open the data stream right after the error stream. */
function pairOf({ id, headers }: SpdyStream, type: string): string {
  return headers['requestid'] ?? String(type === 'error' ? id : id - 2);
}

async function forward(data: Duplex, error: Duplex, port: number, request: PortRequest): Promise<void> {
  error.resume();
  let target: Duplex;
  try {
    target = await request.connect(port);
  } catch (thrown) {
    error.end(failure(port, request, messageOf(thrown)));
    data.end();
    data.resume();
    return;
  }
  if (data.destroyed) {
    target.destroy();
    return;
  }
  target.on('error', (thrown) => {
    if (error.writable) error.end(failure(port, request, messageOf(thrown)));
    data.end();
  });
  data.pipe(target);
  target.pipe(data);
  target.once('close', () => {
    if (error.writable) error.end();
    if (data.writable) data.end();
  });
  // A client that goes half-way leaves no connection behind.
  data.once('close', () => target.destroy());
}

function failure(port: number, { pod }: PortRequest, why: string): string {
  return `error forwarding port ${port} to pod ${pod.name}, uid ${pod.uid}: ${why}`;
}

/** Forwards the ports of the query over channels: 2n carries the data of the n-th port, 2n+1 what went wrong. */
export function servePortChannels(socket: WebSocket, request: PortRequest): void {
  const targets: (Duplex | undefined)[] = [];
  const send = (channel: number, data: Buffer, done?: () => void): void =>
    socket.send(Buffer.concat([Buffer.from([channel]), data]), done);
  const early = new Map<number, Buffer[]>();
  request.ports.forEach((port, index) => {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    send(2 * index, number);
    send(2 * index + 1, number);
    early.set(index, []);
    request.connect(port).then(
      (target) => {
        targets[index] = target;
        const go = (): void => socket.resume();
        target.on('drain', go).once('close', go);
        for (const data of early.get(index) ?? []) target.write(data);
        early.delete(index);
        if (socket.readyState !== socket.OPEN) target.destroy();
        carry(target, (data, done) => send(2 * index, data, done), socket);
        target.on('error', (thrown) =>
          send(2 * index + 1, Buffer.from(failure(port, request, messageOf(thrown)))),
        );
        target.once('close', () => {
          if (targets.every((one) => one === undefined || one.destroyed)) socket.close(1000);
        });
      },
      (thrown: unknown) => {
        send(2 * index + 1, Buffer.from(failure(port, request, messageOf(thrown))));
        if (request.ports.length === 1) socket.close(1000);
      },
    );
  });
  socket.on('message', (raw) => {
    const message = raw as Buffer;
    const channel = message[0] ?? 255;
    const index = channel >> 1;
    if (channel % 2 === 1 || index >= request.ports.length) return;
    const data = message.subarray(1);
    const target = targets[index];
    if (target === undefined) early.get(index)?.push(data);
    else if (!target.destroyed && !target.write(data)) socket.pause();
  });
  const end = (): void => targets.forEach((target) => target?.destroy());
  socket.once('close', end);
  socket.once('error', end);
}

const unsentBytesMax = 1 << 20;

function carry(from: Duplex, send: (data: Buffer, done: () => void) => void, socket: WebSocket): void {
  from.on('data', (data: Buffer) => {
    send(data, () => from.resume());
    if (socket.bufferedAmount >= unsentBytesMax) from.pause();
  });
}
