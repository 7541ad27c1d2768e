import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { Git } from './exec.ts';
import { refStore } from './refs.ts';

/** What shall be at a path: text, bytes, a link, a program, or nothing any more. */
export type FileChange =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly program: string | Uint8Array }
  | null;

/** A commit to make: what changes, on which branch, in whose name. */
export interface CommitRequest {
  /** Paths below the root; what is not named stays. */
  readonly files: Readonly<Record<string, FileChange>>;
  readonly message: string;
  readonly branch?: string;
  readonly author?: { readonly name: string; readonly email: string };
  /** Seconds since the epoch. */
  readonly date?: number;
  /** Start from this commit or branch instead of the branch's tip. */
  readonly from?: string;
}

/** Makes a commit in a bare repository without a work tree, and moves the branch to it. Gives the commit's hash. */
export async function commitFiles(git: Git, gitDir: string, request: CommitRequest): Promise<Result<string>> {
  const branch = `refs/heads/${request.branch ?? 'main'}`;
  const parent = await refStore(gitDir).find(
    request.from === undefined ? branch : `refs/heads/${request.from}`,
  );
  for (const path of Object.keys(request.files)) {
    if (!isSafePath(path))
      return err(problem('git-path', `${JSON.stringify(path)} cannot be a path in a repository`));
  }
  const author = request.author ?? { name: 'Plumbline', email: 'plumbline@localhost' };
  const who = `${clean(author.name)} <${clean(author.email)}> ${request.date ?? 'now'}${request.date === undefined ? '' : ' +0000'}`;
  const parts: (string | Uint8Array)[] = [
    `commit ${branch}\nauthor ${who}\ncommitter ${who}\n`,
    ...data(request.message),
  ];
  const from = parent?.hash ?? request.from;
  if (from !== undefined) parts.push(`from ${from}\n`);
  for (const [path, change] of Object.entries(request.files)) {
    if (change === null) parts.push(`D ${quote(path)}\n`);
    else parts.push(`M ${modeOf(change)} inline ${quote(path)}\n`, ...data(contentOf(change)));
  }
  parts.push('\ndone\n');
  const args = [
    'fast-import',
    '--quiet',
    '--done',
    '--force',
    `--date-format=${request.date === undefined ? 'now' : 'raw'}`,
  ];
  const outcome = await git.run(args, {
    gitDir,
    input: Buffer.concat(parts.map((part) => Buffer.from(part))),
  });
  if (!outcome.ok)
    return err(
      problem('git-commit', `the commit could not be made: ${outcome.stderr.trim() || outcome.reason}`),
    );
  const made = await refStore(gitDir).find(branch);
  return made === undefined
    ? err(problem('git-commit', 'the commit was made but its branch is gone'))
    : ok(made.hash);
}

/** Makes an empty bare repository whose HEAD is `main`; one that is there already stays as it is. */
export async function initRepository(git: Git, gitDir: string): Promise<Result<undefined>> {
  const made = await git.run(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', gitDir]);
  if (made.ok) return ok(undefined);
  return err(problem('git-init', `the repository could not be made: ${made.stderr.trim() || made.reason}`));
}

function isSafePath(path: string): boolean {
  if (path === '' || path.includes('\0') || path.startsWith('/') || path.endsWith('/')) return false;
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git');
}

function data(content: string | Uint8Array): (string | Uint8Array)[] {
  const bytes = Buffer.from(content as string);
  return [`data ${bytes.length}\n`, bytes, '\n'];
}

function contentOf(change: Exclude<FileChange, null>): string | Uint8Array {
  if (typeof change === 'string' || change instanceof Uint8Array) return change;
  return 'link' in change ? change.link : change.program;
}

function modeOf(change: Exclude<FileChange, null>): string {
  if (typeof change === 'string' || change instanceof Uint8Array) return '100644';
  return 'link' in change ? '120000' : '100755';
}

function quote(path: string): string {
  return /["\\\n]|^ | $/.test(path) ? `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"` : path;
}

function clean(text: string): string {
  return text.replace(/[<>\n\0]/g, '').trim() || 'unknown';
}
