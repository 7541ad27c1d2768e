import { join } from 'node:path';
import { err, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { commitFiles, initRepository } from '../git/commit-files.ts';
import type { CommitRequest } from '../git/commit-files.ts';
import type { Git } from '../git/exec.ts';
import { isRepositoryName, withoutEnding } from './names.ts';

/** Makes a repository of the Git server with a first commit. Gives the commit's hash. */
export async function seedRepository(
  git: Git,
  root: string,
  name: string,
  files: CommitRequest['files'],
  options: Omit<CommitRequest, 'files' | 'message'> & { readonly message?: string } = {},
): Promise<Result<string>> {
  if (!isRepositoryName(withoutEnding(name))) {
    return err(problem('git-name', `${JSON.stringify(name)} cannot be the name of a repository`));
  }
  const gitDir = join(root, `${withoutEnding(name)}.git`);
  const made = await initRepository(git, gitDir);
  if (!made.ok) return made;
  return commitFiles(git, gitDir, { message: 'Initial commit', ...options, files });
}
