import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { startOf } from './process.ts';
import { endOrphans, namesIn } from './record-file.ts';

/** A folder for pods and what is to be done with it in the end. */
export interface PodsFolder {
  readonly path: string;
  /** Processes of an earlier run that were ended. */
  readonly orphans: number;
  close(): void;
}

/** Texts that name a mounted path are changed to name a folder below this one, also inside of shell scripts. */
const plain = /^[\w./@%+:,=~-]+$/;

/** Opens the folder of pods; without a path a temporary one, among which those of runs that were killed are cleared away. */
export function openPodsFolder(path: string | undefined): PodsFolder {
  if (process.platform === 'win32')
    throw new Error('pods cannot run as local processes on Windows: it has no process groups');
  if (path !== undefined) {
    check(path);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return { path, orphans: endOrphans(path), close: () => {} };
  }
  const base = join(tmpdir(), `plumbline-pods-${userInfo().uid}`);
  check(base);
  mkdirSync(base, { recursive: true, mode: 0o700 });
  let orphans = 0;
  for (const name of namesIn(base)) {
    const folder = join(base, name);
    if (isOwned(folder)) continue;
    orphans += endOrphans(folder);
    rmSync(folder, { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(base, 'run-'));
  writeFileSync(join(folder, ownerFile), JSON.stringify({ pid: process.pid, start: startOf(process.pid) }));
  return { path: folder, orphans, close: () => rmSync(folder, { recursive: true, force: true }) };
}

const ownerFile = 'owner';

function check(path: string): void {
  if (!plain.test(path))
    throw new Error(
      `pods cannot run as local processes in ${JSON.stringify(path)}: its name holds spaces or characters that mean something to a shell; choose another data folder`,
    );
}

/** Whether the program that made this folder still runs. */
function isOwned(folder: string): boolean {
  try {
    const { pid, start } = JSON.parse(readFileSync(join(folder, ownerFile), 'utf8')) as Record<
      string,
      unknown
    >;
    if (typeof pid !== 'number') return false;
    if (typeof start === 'string') return startOf(pid) === start;
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
