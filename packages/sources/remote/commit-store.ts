import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tree } from '@plumbline/api';
import type { Clock } from '@plumbline/base';
import type { Git } from '../git/exec.ts';
import { createObjectReader } from '../git/object-reader.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import { readCommit } from '../git/resolve.ts';
import { createFolderCache, gitTree } from '../git/tree.ts';

/**
 * Commits of other repositories, each in a bare repository of its own that never changes after it was put there. Several
 * processes may share the folder: what is made appears under its name as a whole or not at all, so there are no locks.
 */
export interface CommitStore {
  /** The files of a commit that was put here before. */
  open(key: string, commit: string): Promise<Tree | undefined>;
  /** Whether any commit of a repository is here. */
  knows(key: string): Promise<boolean>;
  /** An empty folder for a fetch. */
  workspace(): Promise<Workspace>;
  close(): void;
}

/** A folder that becomes an entry of the store, or nothing. */
interface Workspace {
  readonly dir: string;
  /** Bytes that lie in it now. */
  size(): Promise<number>;
  keep(key: string, commit: string): Promise<void>;
  remove(): Promise<void>;
}

/** Commits that are kept; those that were used longest ago go first. */
const commitsMax = 300;
/** Processes that read objects at the same time. */
const readersMax = 16;
/** What a process has left behind that was killed while it fetched. */
const leftoverMs = 3_600_000;

export function createCommitStore(git: Git, dataDir: string, clock: Clock): CommitStore {
  const folders = createFolderCache();
  const readers = new Map<string, ObjectReader>();

  function readerOf(dir: string): ObjectReader {
    const known = readers.get(dir);
    if (known !== undefined) {
      readers.delete(dir);
      readers.set(dir, known);
      return known;
    }
    const reader = createObjectReader(git, dir, clock);
    readers.set(dir, reader);
    return reader;
  }

  function trimReaders(): void {
    for (const [dir, reader] of readers) {
      if (readers.size <= readersMax) return;
      readers.delete(dir);
      reader.close();
    }
  }

  const nameOf = (key: string, commit: string): string => `${key}-${commit}.git`;

  return {
    async open(key, commit) {
      const dir = join(dataDir, nameOf(key, commit));
      if ((await stat(dir).catch(() => undefined)) === undefined) return undefined;
      const read = (): Promise<string | undefined> =>
        readCommit(readerOf(dir), commit).then((found) => found?.commit.tree);
      const root = await read().catch(() => undefined);
      if (root === undefined) {
        // What cannot be read is fetched again.
        await rm(dir, { recursive: true, force: true });
        return undefined;
      }
      const now = clock.now() / 1000;
      await utimes(dir, now, now).catch(() => {});
      trimReaders();
      // Readers come and go, so each read looks for one anew.
      return gitTree(
        { read: (name, bytesMax) => readerOf(dir).read(name, bytesMax), close: () => {} },
        folders,
        root,
      );
    },

    async knows(key) {
      const names = await readdir(dataDir).catch(() => []);
      return names.some((name) => name.startsWith(`${key}-`));
    },

    async workspace() {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      const dir = join(dataDir, `tmp-${randomBytes(12).toString('hex')}`);
      return {
        dir,
        size: () => sizeOf(join(dir, 'objects', 'pack')),
        async keep(key, commit) {
          try {
            await rename(dir, join(dataDir, nameOf(key, commit)));
          } catch {
            // Another process was first; the commit is the same.
            await rm(dir, { recursive: true, force: true });
          }
          await trimFolder(dataDir, clock.now());
        },
        remove: () => rm(dir, { recursive: true, force: true }),
      };
    },

    close() {
      for (const reader of readers.values()) reader.close();
      readers.clear();
    },
  };
}

async function sizeOf(dir: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(dir).catch(() => []))
    bytes += (await stat(join(dir, name)).catch(() => undefined))?.size ?? 0;
  return bytes;
}

async function trimFolder(dataDir: string, now: number): Promise<void> {
  const entries: { readonly dir: string; readonly at: number; readonly isLeftover: boolean }[] = [];
  for (const name of await readdir(dataDir)) {
    const dir = join(dataDir, name);
    const at = (await stat(dir).catch(() => undefined))?.mtimeMs;
    if (at !== undefined) entries.push({ dir, at, isLeftover: name.startsWith('tmp-') });
  }
  const old = entries.filter(({ at, isLeftover }) => isLeftover && now - at > leftoverMs);
  const kept = entries.filter(({ isLeftover }) => !isLeftover).sort((a, b) => b.at - a.at);
  for (const { dir } of [...old, ...kept.slice(commitsMax)]) await rm(dir, { recursive: true, force: true });
}
