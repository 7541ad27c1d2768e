import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A file of a ConfigMap, Secret or other made-up volume. */
export interface PayloadFile {
  readonly data: Buffer;
  readonly mode: number;
}

export type Payload = ReadonlyMap<string, PayloadFile>;

/**
 * Writes the files of a made-up volume as kubelet does: into a folder of their own that a link is then moved to, so that
 * a reader sees all of the old or all of the new. Nothing happens when nothing differs.
 */
export function writePayload(folder: string, payload: Payload): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const link = join(folder, '..data');
  const present = existsSync(link) ? readlinkSync(link) : undefined;
  if (present !== undefined && isSame(join(folder, present), payload)) return;
  const name = nextName(folder);
  for (const [path, { data, mode }] of payload) {
    const file = join(folder, name, safePath(path));
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    writeFileSync(file, data, { mode });
  }
  mkdirSync(join(folder, name), { recursive: true });
  const temporary = join(folder, '..data_tmp');
  rmSync(temporary, { force: true });
  symlinkSync(name, temporary);
  renameSync(temporary, link);
  const wanted = new Set(Array.from(payload.keys(), (path) => safePath(path).split('/')[0] ?? ''));
  for (const top of wanted)
    if (!isLink(join(folder, top))) symlinkSync(join('..data', top), join(folder, top));
  for (const entry of readdirSync(folder)) {
    if (entry === '..data' || entry === name) continue;
    const old = entry.startsWith('..') || (isLink(join(folder, entry)) && !wanted.has(entry));
    if (old) rmSync(join(folder, entry), { recursive: true, force: true });
  }
}

/** A path of an item stays inside its volume; validation has refused others already. */
function safePath(path: string): string {
  const clean = normalize(path);
  if (clean.startsWith('/') || clean === '..' || clean.startsWith('../'))
    throw new Error(`${JSON.stringify(path)} leads out of its volume`);
  return clean;
}

function nextName(folder: string): string {
  let number = 0;
  for (const entry of readdirSync(folder)) {
    const match = /^\.\.(\d+)$/.exec(entry);
    if (match !== null) number = Math.max(number, Number(match[1]));
  }
  return `..${number + 1}`;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function isSame(folder: string, payload: Payload): boolean {
  let files = 0;
  for (const [path, { data, mode }] of payload) {
    const file = join(folder, safePath(path));
    try {
      if ((lstatSync(file).mode & 0o777) !== (mode & 0o777 & ~process.umask())) return false;
      if (!readFileSync(file).equals(data)) return false;
    } catch {
      return false;
    }
    files++;
  }
  return files === countFiles(folder);
}

function countFiles(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => !entry.isDirectory())
    .length;
}
