import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@plumbline/base/node';
import { commitFiles, createGit, initRepository } from '@plumbline/sources';
import type { CommitRequest, FileChange, Git } from '@plumbline/sources';
import type { Result } from '@plumbline/base';

/** A bare Git repository in a temporary folder. */
export interface TestRepository {
  readonly dir: string;
  /** `file://` address of it. */
  readonly url: string;
  readonly git: Git;
  /** Commits on top of the branch (default `main`) and gives the hash. Null deletes a file. */
  commit(
    files: Readonly<Record<string, FileChange>>,
    message?: string,
    more?: Partial<CommitRequest>,
  ): Promise<string>;
  /** A tag on a branch or commit; with a message it is an annotated one. */
  tag(name: string, options?: { readonly on?: string; readonly message?: string }): Promise<void>;
  remove(): Promise<void>;
}

/** Real git, also from folders of this machine. */
export function testGit(): Git {
  const PATH = process.env['PATH'];
  return createGit({
    clock: systemClock,
    protocols: ['http', 'https', 'file'],
    ...(PATH === undefined ? {} : { environment: { PATH } }),
  });
}

/** Commits have fixed authors and dates, so that hashes are the same in each run. */
export async function makeRepository(
  options: { readonly files?: Readonly<Record<string, FileChange>>; readonly git?: Git } = {},
): Promise<TestRepository> {
  const git = options.git ?? testGit();
  const parent = await mkdtemp(join(tmpdir(), 'plumbline-repository-'));
  const dir = join(parent, 'repository.git');
  must(await initRepository(git, dir));
  let minute = 0;
  const repository: TestRepository = {
    dir,
    git,
    url: `file://${dir}`,
    async commit(files, message = 'change', more = {}) {
      const author = { name: 'Ada', email: 'ada@example.com' };
      return must(
        await commitFiles(git, dir, { files, message, author, date: 1_767_225_600 + 60 * minute++, ...more }),
      );
    },
    async tag(name, { on = 'main', message } = {}) {
      const args =
        message === undefined
          ? ['tag', '--force', name, on]
          : ['tag', '--force', '-a', '-m', message, name, on];
      const outcome = await git.run(args, { gitDir: dir });
      if (!outcome.ok) throw new Error(outcome.stderr);
    },
    remove: () => rm(parent, { recursive: true, force: true }),
  };
  if (options.files !== undefined) await repository.commit(options.files, 'first');
  return repository;
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
