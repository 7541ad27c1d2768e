import type { Duplex, Readable } from 'node:stream';
import type { Clock } from '@plumbline/base';
import { openSession, statusOf, textOf } from './endings.ts';
import { sizeOf } from './channels.ts';
import { spdyConnection } from './spdy/connection.ts';
import type { StreamRequest } from './types.ts';

/** The protocols of exec and attach over SPDY, the best first. */
export const spdyCommandProtocols = [
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
] as const;

/** A client that opens some of its streams and then nothing more. */
const openMsMax = 30_000;

/** Carries a session over SPDY: the client opens a stream for each channel and says by a header which. */
export function serveSpdyCommand(
  line: Duplex,
  protocol: string,
  request: Extract<StreamRequest, { type: 'command' }>,
  clock: Clock,
): void {
  const { options } = request;
  const sized = options.tty && (protocol.startsWith('v4') || protocol.startsWith('v3'));
  const wanted = new Set<string>(['error']);
  if (options.stdin) wanted.add('stdin');
  if (options.stdout) wanted.add('stdout');
  if (options.stderr && !options.tty) wanted.add('stderr');
  if (sized) wanted.add('resize');
  const streams = new Map<string, Duplex>();
  const connection = spdyConnection(line, ({ headers, duplex }) => {
    const type = headers['streamtype'] ?? '';
    if (!wanted.has(type) || streams.has(type)) {
      duplex.destroy();
      return;
    }
    streams.set(type, duplex);
    if (streams.size === wanted.size) {
      stopWaiting();
      run(streams, protocol, request, () => connection.close());
    }
  });
  const stopWaiting = clock.after(openMsMax, () => line.destroy());
  void connection.closed.then(stopWaiting);
}

function run(
  streams: ReadonlyMap<string, Duplex>,
  protocol: string,
  request: Extract<StreamRequest, { type: 'command' }>,
  close: () => void,
): void {
  const error = streams.get('error')!;
  error.resume();
  const finish = (text: string): void => {
    error.end(text, close);
  };
  const opened = openSession(request);
  if ('refusal' in opened) {
    finish(protocol.startsWith('v4') ? JSON.stringify(opened.refusal) : (opened.refusal.message ?? ''));
    return;
  }
  const { session } = opened;
  const [stdin, stdout, stderr] = ['stdin', 'stdout', 'stderr'].map((name) => streams.get(name));
  if (stdin !== undefined && session.stdin !== undefined) stdin.pipe(session.stdin);
  else stdin?.resume();
  const written = [carry(session.stdout, stdout), carry(session.stderr, stderr)];
  streams.get('resize')?.on('data', (data: Buffer) => {
    const size = sizeOf(data);
    if (size !== undefined) session.resize(size.width, size.height);
  });
  error.once('close', () => session.close());
  void session.ended.then(async (ending) => {
    await Promise.all(written);
    finish(
      protocol.startsWith('v4')
        ? JSON.stringify(statusOf(ending, request.options))
        : textOf(ending, request.options),
    );
  });
}

function carry(from: Readable | undefined, to: Duplex | undefined): Promise<void> {
  if (from === undefined || to === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    from.pipe(to);
    to.resume();
    to.once('finish', resolve);
    to.once('close', resolve);
  });
}
