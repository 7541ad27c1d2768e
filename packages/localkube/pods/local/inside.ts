import type { Readable } from 'node:stream';
import type { Cancel, Clock } from '@plumbline/base';
import { messageOf } from '@plumbline/base';
import { rewriteCommand } from './mapping.ts';
import type { Place } from './place.ts';
import { startProcess } from './process.ts';

/** How a short command in a container went. */
export interface Outcome {
  readonly exitCode: number;
  /** What it wrote, both streams together, cut off after a while. */
  readonly output: string;
  readonly timedOut: boolean;
}

/** As kubelet: more of a probe's output is not kept. */
const outputBytesMax = 10 << 10;

/** Runs a command of a probe or a hook to its end. Never rejects. */
export async function runInside(
  place: Place,
  command: readonly string[],
  clock: Clock,
  timeoutMs: number,
): Promise<Outcome> {
  try {
    const child = startProcess({
      command: rewriteCommand(command, place.mapping, place.root),
      folder: place.folder,
      environment: place.environment,
      stdin: false,
    });
    const parts: Buffer[] = [];
    let size = 0;
    const take = (part: Buffer): void => {
      if (size < outputBytesMax) parts.push(part);
      size += part.length;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    let timedOut = false;
    const cancel = clock.after(timeoutMs, () => {
      timedOut = true;
      child.signal('SIGKILL');
    });
    const { exitCode } = await child.exited;
    cancel();
    child.signal('SIGKILL');
    await drained(child.stdout, child.stderr, clock);
    return { exitCode, timedOut, output: Buffer.concat(parts).subarray(0, outputBytesMax).toString() };
  } catch (thrown) {
    return { exitCode: 128, timedOut: false, output: messageOf(thrown) };
  }
}

/** How long output is waited for after its process has ended; somebody else may hold the pipe open for ever. */
const drainMsMax = 500;

/** Resolves when both streams are read to their end. A reader that takes its time is waited for. */
export async function drained(stdout: Readable, stderr: Readable, clock: Clock): Promise<void> {
  await Promise.all([stdout, stderr].map((stream) => closed(stream, clock)));
}

function closed(stream: Readable & { readonly bytesRead?: number }, clock: Clock): Promise<void> {
  if (stream.closed) return Promise.resolve();
  return new Promise((resolve) => {
    let seen = stream.bytesRead;
    let cancel: Cancel = () => {};
    const look = (): void => {
      const moves = stream.isPaused() || stream.readableLength > 0 || stream.bytesRead !== seen;
      seen = stream.bytesRead;
      if (moves) cancel = clock.after(drainMsMax, look);
      else stream.destroy();
    };
    cancel = clock.after(drainMsMax, look);
    stream.once('close', () => {
      cancel();
      resolve();
    });
  });
}
