import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '@plumbline/base';
import { endGroupOf, endMarked, startOf } from './process.ts';

/** Remembers a container's process across the end of this program; `undefined` forgets it. */
export function writeRecord(podFolder: string, container: string, pid: number | undefined): void {
  const folder = join(podFolder, 'processes');
  const file = join(folder, container);
  if (pid === undefined) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify({ pid, start: startOf(pid) }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Ends what an earlier run of this program has left running. A number alone proves nothing, since numbers are used
 * again: the process must have been started at the time that was written down, or carry the mark of its container.
 */
export function endOrphans(folder: string): number {
  const pods = join(folder, 'pods');
  let count = 0;
  for (const uid of namesIn(pods)) {
    for (const name of namesIn(join(pods, uid, 'processes'))) {
      const file = join(pods, uid, 'processes', name);
      const { pid, start } = readRecord(file);
      if (endGroupOf(pid, start)) count++;
      rmSync(file, { force: true });
    }
  }
  return count + endMarked(new Set(namesIn(pods)));
}

/** Takes away the folders of pods that are no more. */
export function removeStrangers(folder: string, isKnown: (uid: string) => boolean): void {
  const pods = join(folder, 'pods');
  for (const uid of namesIn(pods))
    if (!isKnown(uid)) rmSync(join(pods, uid), { recursive: true, force: true });
}

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readRecord(file: string): { readonly pid: number; readonly start: string | undefined } {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isRecord(read) && typeof read['pid'] === 'number' && Number.isInteger(read['pid']))
      return { pid: read['pid'], start: typeof read['start'] === 'string' ? read['start'] : undefined };
  } catch {
    // A torn record names nobody.
  }
  return { pid: 0, start: undefined };
}
