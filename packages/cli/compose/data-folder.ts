import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
  renameSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandError } from '../io.ts';

/** A data folder that this process alone uses until it releases it. */
export interface DataFolder {
  readonly path: string;
  file(...parts: readonly string[]): string;
  /** Writes the whole file or nothing; readable only by its owner. */
  write(name: string, content: string): void;
  remove(name: string): void;
  release(): void;
}

const lockFile = 'lock';

/** Opens (and makes) the folder. A lock left behind by a process that is gone is taken over. */
export function openDataFolder(path: string): DataFolder {
  const folder = resolve(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = join(folder, lockFile);
  takeLock(lock, folder);
  const file = (...parts: readonly string[]): string => join(folder, ...parts);
  return {
    path: folder,
    file,
    write(name, content) {
      const temporary = file(`.${name}.${process.pid}`);
      writeFileSync(temporary, content, { mode: 0o600 });
      renameSync(temporary, file(name));
    },
    remove: (name) => rmSync(file(name), { force: true }),
    release: () => rmSync(lock, { force: true }),
  };
}

function takeLock(lock: string, folder: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(lock, 'wx', 0o600);
      writeSync(handle, `${process.pid}\n`);
      closeSync(handle);
      return;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
      const owner = Number.parseInt(readFileSync(lock, 'utf8'), 10);
      if (attempt > 0 || (owner !== process.pid && isRunning(owner))) {
        throw new CommandError(
          `${folder} is in use by process ${owner}: stop it, or choose another folder with --data`,
        );
      }
      rmSync(lock, { force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}
