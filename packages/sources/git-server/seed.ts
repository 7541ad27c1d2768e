import { join } from 'node:path';
import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import { commitFiles, initRepository } from '../git/commit-files.ts';
import type { CommitRequest } from '../git/commit-files.ts';
import { createGit } from '../git/exec.ts';
import type { Git } from '../git/exec.ts';
import { refStore } from '../git/refs.ts';
import { isRepositoryName, withoutEnding } from './names.ts';

/**
 * Makes a repository of the Git server with a first commit. One that has commits already stays as it is. Gives the hash
 * of its branch.
 */
export async function seedRepository(
  root: string,
  name: string,
  files: CommitRequest['files'],
  options: Omit<CommitRequest, 'files' | 'message'> & { readonly message?: string; readonly git?: Git } = {},
): Promise<Result<string>> {
  if (!isRepositoryName(withoutEnding(name))) {
    return err(problem('git-name', `${JSON.stringify(name)} cannot be the name of a repository`));
  }
  const { git = createGit({ clock: systemClock }), ...commit } = options;
  const gitDir = join(root, `${withoutEnding(name)}.git`);
  const made = await initRepository(git, gitDir);
  if (!made.ok) return made;
  const before = await refStore(gitDir).find(`refs/heads/${options.branch ?? 'main'}`);
  return before === undefined
    ? commitFiles(git, gitDir, { message: 'Initial commit', ...commit, files })
    : ok(before.hash);
}
