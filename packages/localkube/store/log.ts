import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { KubeObject } from '@plumbline/api';

/** One line of the log: an object that was written, as a whole or over the one before (`kept`), or removed. */
export type LogRecord =
  | {
      readonly op: 'put';
      readonly group: string;
      readonly object: KubeObject;
      readonly kept?: readonly string[];
    }
  | {
      readonly op: 'remove';
      readonly group: string;
      readonly kind: string;
      readonly namespace: string;
      readonly name: string;
      readonly version: number;
    }
  | { readonly op: 'version'; readonly version: number };

/**
 * An append-only log in one folder: `snapshot-N` holds a whole state, `log-N` what was written since. A record is its
 * length (4 bytes), its CRC-32 (4 bytes) and JSON. Records gather during a turn of the event loop and go out in one
 * write(2), so whoever awaits `durable` before answering keeps its word even when the process is killed right after.
 */
export interface Log {
  append(record: LogRecord): void;
  durable(): Promise<void> | undefined;
  /** Bytes since the last snapshot. */
  readonly size: number;
  /** Starts a new generation from this state. */
  compact(state: Iterable<LogRecord>): void;
  close(): Promise<void>;
}

const headBytes = 8;

function encode(record: LogRecord): Buffer {
  const body = Buffer.from(JSON.stringify(record));
  const head = Buffer.allocUnsafe(headBytes);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([head, body]);
}

/** Calls `each` for every sound record; returns where the sound part ends. */
function decode(bytes: Buffer, each: (record: LogRecord) => void): number {
  let at = 0;
  while (at + headBytes <= bytes.length) {
    const end = at + headBytes + bytes.readUInt32LE(at);
    if (end > bytes.length) break;
    const body = bytes.subarray(at + headBytes, end);
    if (crc32(body) !== bytes.readUInt32LE(at + 4)) break;
    each(JSON.parse(body.toString()) as LogRecord);
    at = end;
  }
  return at;
}

/** Opens the log of a folder, reads back what is in it and drops a torn tail. */
export function openLog(
  folder: string,
  each: (record: LogRecord) => void,
  later: (task: () => void) => void,
): Log {
  mkdirSync(folder, { recursive: true });
  let generation = newestGeneration(folder);
  if (generation > 0) decode(readFileSync(join(folder, `snapshot-${generation}`)), each);
  const logFile = (): string => join(folder, `log-${generation}`);
  let size = replay(logFile(), each);
  removeOthers(folder, generation);
  let file = openSync(logFile(), 'a');
  let pending: Buffer[] = [];
  let flushed: Promise<void> | undefined;

  const writeAll = (target: number, bytes: Buffer): void => {
    for (let done = 0; done < bytes.length;) done += writeSync(target, bytes, done);
  };
  const flush = (): void => {
    if (pending.length === 0) return;
    const bytes = Buffer.concat(pending);
    pending = [];
    writeAll(file, bytes);
    size += bytes.length;
  };
  return {
    append(record) {
      pending.push(encode(record));
      flushed ??= new Promise((resolve, reject) => {
        later(() => {
          flushed = undefined;
          try {
            flush();
            resolve();
          } catch (thrown) {
            reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
          }
        });
      });
      // Whoever awaits `durable` hears of a failure; nobody has to.
      flushed.catch(() => {});
    },
    durable: () => flushed,
    get size() {
      return size;
    },
    compact(state) {
      flush();
      const next = generation + 1;
      const unfinished = join(folder, 'unfinished');
      const target = openSync(unfinished, 'w');
      for (const record of state) writeAll(target, encode(record));
      fsyncSync(target);
      closeSync(target);
      // The rename makes the snapshot valid; the old generation is removed only afterwards.
      renameSync(unfinished, join(folder, `snapshot-${next}`));
      closeSync(file);
      generation = next;
      file = openSync(logFile(), 'a');
      size = 0;
      removeOthers(folder, generation);
    },
    close() {
      flush();
      fsyncSync(file);
      closeSync(file);
      return Promise.resolve();
    },
  };
}

function newestGeneration(folder: string): number {
  const numbers = readdirSync(folder).map((name) => Number(/^snapshot-(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

function replay(path: string, each: (record: LogRecord) => void): number {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'ENOENT') return 0;
    throw thrown;
  }
  const sound = decode(bytes, each);
  if (sound < bytes.length) truncateSync(path, sound);
  return sound;
}

function removeOthers(folder: string, generation: number): void {
  for (const name of readdirSync(folder)) {
    const number = /^(?:snapshot|log)-(\d+)$/.exec(name)?.[1];
    if (name === 'unfinished' || (number !== undefined && Number(number) !== generation))
      rmSync(join(folder, name));
  }
}
