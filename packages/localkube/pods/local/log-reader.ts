import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { LogOptions } from '../../streams/types.ts';
import { olderPart } from './log-file.ts';
import type { LogFile } from './log-file.ts';

/** Which lines of a log are wanted. */
export type LogWish = Omit<LogOptions, 'container' | 'previous'>;

const blockBytes = 64 << 10;

/**
 * Reads a log from disk: what is there, and with `follow` what comes, until the container has ended. `live` is the log
 * of a container that still runs.
 */
export async function* readLog(
  path: string,
  live: LogFile | undefined,
  wish: LogWish,
  now: number,
): AsyncGenerator<Uint8Array> {
  const since = sinceOf(wish, now);
  const cut = cutter(wish, since);
  const parts = [olderPart(path), path].map(openPart).filter((part) => part !== undefined);
  try {
    if (wish.tailLines !== undefined) seekTail(parts, wish.tailLines);
    for (const [index, part] of parts.entries()) {
      for (let block = readBlock(part); block !== undefined; block = readBlock(part)) {
        const text = cut.take(block);
        if (text.length > 0) yield text;
        if (cut.full()) return;
      }
      if (index < parts.length - 1) close(part);
    }
    if (!wish.follow || live === undefined) return;
    let current = parts.at(-1);
    let { generation } = live;
    for (;;) {
      const more = current === undefined ? undefined : readBlock(current);
      if (more !== undefined) {
        const text = cut.take(more);
        if (text.length > 0) yield text;
        if (cut.full()) return;
        continue;
      }
      if (live.generation !== generation) {
        // Moved aside: the rest of the old file has been read, the new one is read from its beginning.
        if (current !== undefined) close(current);
        ({ generation } = live);
        current = openPart(path);
        if (current !== undefined) parts.push(current);
        continue;
      }
      if (live.ended) return;
      await live.changed();
    }
  } finally {
    parts.forEach(close);
  }
}

interface Part {
  file: number | undefined;
  at: number;
}

function openPart(path: string): Part | undefined {
  try {
    return { file: openSync(path, 'r'), at: 0 };
  } catch {
    return undefined;
  }
}

function close(part: Part): void {
  if (part.file !== undefined) closeSync(part.file);
  part.file = undefined;
}

function readBlock(part: Part): Buffer | undefined {
  if (part.file === undefined) return undefined;
  const block = Buffer.allocUnsafe(blockBytes);
  const count = readSync(part.file, block, 0, blockBytes, part.at);
  if (count === 0) return undefined;
  part.at += count;
  return block.subarray(0, count);
}

/** Moves on to where the last lines begin, looking from the end. */
function seekTail(parts: readonly Part[], lines: number): void {
  let missing = lines;
  for (const part of parts.toReversed()) {
    if (part.file === undefined) continue;
    const { size } = fstatSync(part.file);
    if (missing <= 0) {
      part.at = size;
      continue;
    }
    let end = size;
    // The last line's own end does not begin another one.
    let skipLast = true;
    part.at = 0;
    while (end > 0 && missing > 0) {
      const start = Math.max(0, end - blockBytes);
      const block = Buffer.alloc(end - start);
      readSync(part.file, block, 0, block.length, start);
      let index = block.length - 1;
      for (; index >= 0 && missing > 0; index--) {
        if (block[index] !== 10) continue;
        if (skipLast && start + index === size - 1) {
          skipLast = false;
          continue;
        }
        missing--;
        if (missing === 0) part.at = start + index + 1;
      }
      end = start;
    }
    // The first line of a file has no line end before it.
    if (missing > 0 && size > 0) missing--;
  }
}

function sinceOf(wish: LogWish, now: number): number | undefined {
  if (wish.sinceTime !== undefined) return Date.parse(wish.sinceTime);
  return wish.sinceSeconds === undefined ? undefined : now - wish.sinceSeconds * 1000;
}

/** Takes the times and tags off the lines as they come, in blocks that may end anywhere. */
function cutter(wish: LogWish, since: number | undefined): { take(block: Buffer): Buffer; full(): boolean } {
  let rest: Buffer = Buffer.alloc(0);
  let left = wish.limitBytes ?? Infinity;
  let within = false;
  return {
    full: () => left <= 0,
    take(block) {
      rest = rest.length === 0 ? block : Buffer.concat([rest, block]);
      const texts: Buffer[] = [];
      let from = 0;
      for (let end = rest.indexOf(10, from); end >= 0; end = rest.indexOf(10, from)) {
        const line = rest.subarray(from, end);
        from = end + 1;
        const time = line.indexOf(32);
        const stream = line.indexOf(32, time + 1);
        if (time < 0 || stream < 0) continue;
        if (since !== undefined && Date.parse(line.toString('latin1', 0, time)) < since) continue;
        const isWhole = line[stream + 1] === 70;
        // Parts of one long line show one time, at its beginning.
        if (wish.timestamps && !within) texts.push(line.subarray(0, time + 1));
        texts.push(line.subarray(stream + 3));
        if (isWhole) texts.push(lineEnd);
        within = !isWhole;
      }
      rest = Buffer.from(rest.subarray(from));
      const text = Buffer.concat(texts).subarray(0, left);
      left -= text.length;
      return text;
    },
  };
}

const lineEnd = Buffer.from('\n');
