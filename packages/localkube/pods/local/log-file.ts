import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@plumbline/base';

/** What a container writes, on disk: a line per line, each with the time and the stream, as container runtimes keep it. */
export interface LogFile {
  readonly path: string;
  /** Counts up each time the file is moved aside and begun anew. */
  readonly generation: number;
  readonly ended: boolean;
  /** Answers how many bytes went into the file. */
  append(stream: 'stdout' | 'stderr', chunk: Buffer): number;
  /** Nothing more comes. */
  end(): void;
  /** Resolves when something was written or it has ended. */
  changed(): Promise<void>;
}

/** As kubelet: a longer file is moved aside, and one old file is kept. */
const fileBytesMax = 10 << 20;
/** A longer line is kept in parts. */
const lineBytesMax = 16 << 10;

/** The older part of a log. */
export const olderPart = (path: string): string => `${path}.1`;

export function createLogFile(path: string, clock: Clock): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let file: number | undefined = openSync(path, 'a', 0o600);
  let size = statSync(path).size;
  let generation = 0;
  let ended = false;
  let waiting: (() => void)[] = [];
  const rests: Record<'stdout' | 'stderr', Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const wake = (): void => {
    const all = waiting;
    waiting = [];
    for (const run of all) run();
  };
  const rotate = (): void => {
    if (file !== undefined) closeSync(file);
    // Should the next steps fail, the number must not be written to: it may soon belong to another file.
    file = undefined;
    rmSync(olderPart(path), { force: true });
    renameSync(path, olderPart(path));
    file = openSync(path, 'a', 0o600);
    size = 0;
    generation++;
  };
  const write = (bytes: Buffer): number => {
    if (file === undefined || bytes.length === 0) return 0;
    try {
      if (size > 0 && size + bytes.length > fileBytesMax) rotate();
      size += writeSync(file, bytes);
    } catch {
      // A full disk costs these lines; the container goes on, and so does everybody else.
    }
    wake();
    return bytes.length;
  };
  return {
    path,
    get generation() {
      return generation;
    },
    get ended() {
      return ended;
    },
    append(stream, chunk) {
      if (ended) return 0;
      const text = rests[stream].length === 0 ? chunk : Buffer.concat([rests[stream], chunk]);
      const { bytes, rest } = withHeads(text, `${nanoTime(clock.now())} ${stream}`);
      rests[stream] = Buffer.from(rest);
      return write(bytes);
    },
    end() {
      if (ended) return;
      for (const stream of ['stdout', 'stderr'] as const) {
        const head = Buffer.from(`${nanoTime(clock.now())} ${stream} P `);
        if (rests[stream].length > 0) write(Buffer.concat([head, rests[stream], lineEnd]));
      }
      ended = true;
      if (file !== undefined) closeSync(file);
      file = undefined;
      wake();
    },
    changed: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
  };
}

const lineEnd = Buffer.from('\n');

/**
 * Puts a head before each line; `rest` is what has no end yet. A program that prints short lines as fast as it can makes
 * half a million of them a second, so it is done in one text, in which each byte is one character.
 */
function withHeads(text: Buffer, time: string): { readonly bytes: Buffer; readonly rest: Buffer } {
  const parts: string[] = [];
  const end = text.lastIndexOf(10);
  if (end >= 0) {
    const head = `${time} F `;
    parts.push(head, text.toString('latin1', 0, end).replaceAll('\n', `\n${head}`), '\n');
  }
  let from = end + 1;
  for (; text.length - from >= lineBytesMax; from += lineBytesMax)
    parts.push(`${time} P `, text.toString('latin1', from, from + lineBytesMax), '\n');
  return { bytes: Buffer.from(parts.join(''), 'latin1'), rest: text.subarray(from) };
}

/** Go's RFC3339Nano has up to nine digits; this clock knows three of them. */
function nanoTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000000Z');
}

export function logExists(path: string): boolean {
  return existsSync(path);
}
