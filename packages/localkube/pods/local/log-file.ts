import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@plumbline/base';

/** What a container writes, on disk: a line per line, each with the time and the stream, as container runtimes keep it. */
export interface LogFile {
  readonly path: string;
  /** Counts up each time the file is moved aside and begun anew. */
  readonly generation: number;
  readonly ended: boolean;
  append(stream: 'stdout' | 'stderr', chunk: Buffer): void;
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
    rmSync(olderPart(path), { force: true });
    renameSync(path, olderPart(path));
    file = openSync(path, 'a', 0o600);
    size = 0;
    generation++;
  };
  const write = (stream: string, lines: readonly (readonly [tag: 'F' | 'P', line: Buffer])[]): void => {
    if (file === undefined || lines.length === 0) return;
    const head = Buffer.from(`${nanoTime(clock.now())} ${stream} `);
    const parts = lines.flatMap(([tag, line]) => [head, Buffer.from(`${tag} `), line, Buffer.from('\n')]);
    const bytes = Buffer.concat(parts);
    if (size > 0 && size + bytes.length > fileBytesMax) rotate();
    writeSync(file, bytes);
    size += bytes.length;
    wake();
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
      if (ended) return;
      let rest = rests[stream].length === 0 ? chunk : Buffer.concat([rests[stream], chunk]);
      const lines: (readonly ['F' | 'P', Buffer])[] = [];
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        lines.push(['F', rest.subarray(0, end)]);
        rest = rest.subarray(end + 1);
      }
      while (rest.length >= lineBytesMax) {
        lines.push(['P', rest.subarray(0, lineBytesMax)]);
        rest = rest.subarray(lineBytesMax);
      }
      rests[stream] = Buffer.from(rest);
      write(stream, lines);
    },
    end() {
      if (ended) return;
      for (const stream of ['stdout', 'stderr'] as const)
        if (rests[stream].length > 0) write(stream, [['P', rests[stream]]]);
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

/** Go's RFC3339Nano has up to nine digits; this clock knows three of them. */
function nanoTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000000Z');
}

export function logExists(path: string): boolean {
  return existsSync(path);
}
