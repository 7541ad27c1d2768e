import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A clone that a person works in, with the system's git. */
export interface Clone {
  readonly folder: string;
  /** Writes (null: removes) files, commits them, and does not push yet. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): Promise<string>;
  push(): Promise<void>;
  /** Pushes the present branch to another address of the same repository. */
  pushTo(address: string): Promise<void>;
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

export function git(folder: string, ...args: readonly string[]): Promise<string> {
  return run('git', args, { cwd: folder, env: { ...process.env, ...identity }, maxBuffer: 1 << 26 }).then(
    (result) => result.stdout.trim(),
  );
}

/** A fresh work tree whose origin is this address, which may not exist yet. */
export async function newClone(folder: string, origin: string): Promise<Clone> {
  mkdirSync(folder, { recursive: true });
  await git(folder, 'init', '-q', '-b', 'main');
  await git(folder, 'remote', 'add', 'origin', origin);
  return clone(folder);
}

export async function cloneOf(folder: string, origin: string): Promise<Clone> {
  mkdirSync(dirname(folder), { recursive: true });
  await git(dirname(folder), 'clone', '-q', origin, folder);
  return clone(folder);
}

function clone(folder: string): Clone {
  return {
    folder,
    async commit(files, message = 'change') {
      for (const [path, content] of Object.entries(files)) {
        const file = join(folder, path);
        if (content === null) rmSync(file, { force: true });
        else {
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, content);
        }
      }
      await git(folder, 'add', '-A');
      await git(folder, 'commit', '-q', '--allow-empty', '-m', message);
      return git(folder, 'rev-parse', 'HEAD');
    },
    async push() {
      await git(folder, 'push', '-q', 'origin', 'HEAD');
    },
    async pushTo(address) {
      await git(folder, 'push', '-q', address, 'HEAD');
    },
  };
}
