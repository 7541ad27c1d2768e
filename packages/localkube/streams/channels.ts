import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import { openSession, statusOf, textOf } from './endings.ts';
import type { CommandEnding, CommandOptions, CommandSession, StreamRequest } from './types.ts';

/** The WebSocket protocols of exec and attach, the best first. */
export const channelProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
] as const;

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
/** Output waits for clients that do not read. */
const unsentBytesMax = 1 << 20;

/** Carries a session over a WebSocket: each message begins with the number of its channel. */
export function serveChannels(
  socket: WebSocket,
  protocol: string,
  request: Extract<StreamRequest, { type: 'command' }>,
): void {
  const base64 = protocol.includes('base64');
  const encode = (to: number, data: Buffer): Buffer | string =>
    base64 ? `${to}${data.toString('base64')}` : Buffer.concat([Buffer.from([to]), data]);
  const send = (to: number, data: Buffer, done?: () => void): void =>
    socket.send(encode(to, data), { binary: !base64 }, done);
  const { options } = request;
  // Clients take the first message for the sign that all channels are there.
  send(options.stdout ? channel.stdout : options.stderr ? channel.stderr : channel.error, Buffer.alloc(0));
  const finish = (error: Buffer): void => {
    send(channel.error, error);
    socket.close(1000);
  };
  const opened = openSession(request);
  if ('refusal' in opened) {
    const plain = opened.refusal.message ?? '';
    finish(Buffer.from(protocol.startsWith('v') ? JSON.stringify(opened.refusal) : plain));
    return;
  }
  const { session } = opened;
  const sent = Promise.all([
    forward(session.stdout, (data, done) => send(channel.stdout, data, done), socket),
    forward(session.stderr, (data, done) => send(channel.stderr, data, done), socket),
  ]);
  const go = (): void => socket.resume();
  session.stdin?.on('drain', go).once('close', go);
  socket.on('message', (data, binary) => {
    const message = decode(data as Buffer, binary, base64);
    if (message !== undefined) receive(session, protocol, message, socket);
  });
  socket.once('close', () => session.close());
  socket.once('error', () => session.close());
  void session.ended.then(async (ending) => {
    await sent;
    finish(lastWord(ending, options, protocol));
  });
}

function lastWord(ending: CommandEnding, options: CommandOptions, protocol: string): Buffer {
  const text = protocol.startsWith('v') ? JSON.stringify(statusOf(ending, options)) : textOf(ending, options);
  return Buffer.from(text);
}

interface Message {
  readonly channel: number;
  readonly data: Buffer;
}

function decode(data: Buffer, binary: boolean, base64: boolean): Message | undefined {
  if (data.length === 0) return undefined;
  if (base64 && !binary) {
    const text = data.toString('latin1');
    return { channel: text.charCodeAt(0) - 48, data: Buffer.from(text.slice(1), 'base64') };
  }
  return { channel: data[0] ?? 0, data: data.subarray(1) };
}

function receive(session: CommandSession, protocol: string, message: Message, socket: WebSocket): void {
  const { stdin } = session;
  switch (message.channel) {
    case channel.stdin:
      if (stdin === undefined || !stdin.writable || message.data.length === 0) return;
      // Messages that are here already still come after a pause, so there may be several that ask for it.
      if (!stdin.write(message.data)) socket.pause();
      return;
    case channel.resize: {
      const size = sizeOf(message.data);
      if (size !== undefined) session.resize(size.width, size.height);
      return;
    }
    case channel.close:
      // Only the fifth version can say that the input is over.
      if (protocol.startsWith('v5') && message.data[0] === channel.stdin) stdin?.end();
  }
}

/** `{"Width":80,"Height":24}` */
export function sizeOf(data: Buffer): { readonly width: number; readonly height: number } | undefined {
  try {
    const { Width: width, Height: height } = JSON.parse(data.toString()) as Record<string, unknown>;
    const fits = (value: unknown): value is number =>
      Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536;
    return fits(width) && fits(height) ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

/** Sends all that comes out of a stream, no faster than the client reads. */
function forward(
  from: Readable | undefined,
  send: (data: Buffer, done: () => void) => void,
  socket: WebSocket,
): Promise<void> {
  if (from === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    from.on('data', (data: Buffer) => {
      send(data, () => {
        if (socket.bufferedAmount < unsentBytesMax) from.resume();
      });
      if (socket.bufferedAmount >= unsentBytesMax) from.pause();
    });
    from.once('end', resolve);
    from.once('close', resolve);
    from.once('error', () => resolve());
    socket.once('close', () => resolve());
  });
}
