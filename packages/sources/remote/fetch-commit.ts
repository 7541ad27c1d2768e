import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Clock, Result, Secret } from '@plumbline/base';
import type { Git, GitOutcome } from '../git/exec.ts';
import { withoutCredentials } from '../git/exec.ts';
import { explainFailure } from '../git/failure.ts';
import type { CommitStore } from './commit-store.ts';

/** One repository at one revision. */
export interface WantedCommit {
  readonly url: string;
  /** Under which the store keeps it. */
  readonly key: string;
  /** A branch, a tag, a full name of a ref or a whole hash; '' is the default branch. */
  readonly ref: string;
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly config: readonly (readonly [string, string | Secret])[];
}

/** How often the size of what arrives is looked at. */
const sizeCheckMs = 500;
/** Where the wanted commit is put in a repository of its own. */
const wantedRef = 'refs/plumbline/wanted';

/** A whole hash, which means the same for ever. */
export function isWholeHash(ref: string): boolean {
  return /^[0-9a-f]{40}$/.test(ref);
}

/** Brings one commit without its history, as kustomize does, and says which one it is. */
export async function fetchCommit(
  git: Git,
  store: CommitStore,
  clock: Clock,
  wanted: WantedCommit,
): Promise<Result<string>> {
  const { url, ref, config, timeoutMs } = wanted;
  const refused = refuseRef(ref);
  if (refused !== undefined) return refused;
  const space = await store.workspace();
  const stopped = new AbortController();
  let isTooLarge = false;
  let cancelCheck = (): void => {};
  const check = (): void => {
    cancelCheck = clock.after(sizeCheckMs, () => {
      void space.size().then((bytes) => {
        if (stopped.signal.aborted) return;
        isTooLarge = bytes > wanted.bytesMax;
        if (isTooLarge) stopped.abort();
        else check();
      });
    });
  };
  try {
    const made = await git.run(['init', '--quiet', '--bare', '--template=', space.dir]);
    if (!made.ok) return err(explainFailure(made, url));
    check();
    const outcome = await git.run(
      [
        'fetch',
        '--quiet',
        '--depth=1',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-recurse-submodules',
        '--',
      ].concat(url, `+${ref === '' ? 'HEAD' : ref}:${wantedRef}`),
      {
        gitDir: space.dir,
        // One pack, however few files: its size can be watched, and it is read faster.
        config: [...config, ['fetch.unpackLimit', '1']],
        timeoutMs,
        signal: stopped.signal,
      },
    );
    if (isTooLarge || (await space.size()) > wanted.bytesMax) return tooLarge(wanted);
    if (!outcome.ok) return failed(outcome, wanted, 'fetch --depth=1');
    const parsed = await git.run(['rev-parse', '--verify', '--quiet', `${wantedRef}^{commit}`], {
      gitDir: space.dir,
    });
    const commit = parsed.ok ? parsed.stdout.toString().trim() : '';
    if (!isWholeHash(commit))
      return err(problem('remote-ref', `${withoutCredentials(url)}: ${ref} is no commit`));
    await space.keep(wanted.key, commit);
    return ok(commit);
  } catch (thrown) {
    return err(problem('git-data-folder', messageOf(thrown), { retryable: true }));
  } finally {
    cancelCheck();
    stopped.abort();
    await space.remove();
  }
}

/** The commit that a ref names at the remote now, without bringing it. */
export async function askCommit(git: Git, wanted: WantedCommit): Promise<Result<string | undefined>> {
  const { url, ref, config, timeoutMs } = wanted;
  const refused = refuseRef(ref);
  if (refused !== undefined) return refused;
  const name = ref === '' ? 'HEAD' : ref;
  const outcome = await git.run(['ls-remote', '--quiet', '--', url, name, `${name}^{}`], {
    config,
    timeoutMs,
  });
  if (!outcome.ok) return failed(outcome, wanted, 'ls-remote');
  const refs = new Map<string, string>();
  for (const line of outcome.stdout.toString().split('\n')) {
    const [hash = '', found = ''] = line.split('\t');
    refs.set(found, hash);
  }
  // Git's own order; an annotated tag is followed to what it names.
  const full = [name, `refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`].find((one) => refs.has(one));
  return ok(full === undefined ? undefined : (refs.get(`${full}^{}`) ?? refs.get(full)));
}

/** Names that git would take for something else. */
function refuseRef(ref: string): Result<never> | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const isOdd = /[\u0000-\u0020\u007f:~^?*[\\]|^[-+]|\.\./.test(ref);
  return isOdd
    ? err(problem('remote-ref', `${JSON.stringify(ref.slice(0, 200))} is no name of a branch, tag or commit`))
    : undefined;
}

function failed(
  outcome: Extract<GitOutcome, { ok: false }>,
  { url, ref, timeoutMs }: WantedCommit,
  command: string,
): Result<never> {
  const shown = `git ${command} ${withoutCredentials(url)} ${ref === '' ? 'HEAD' : ref}`;
  const { code, hint } = explainFailure(outcome, url);
  const more = { retryable: true, ...(hint === undefined ? {} : { hint }) };
  if (outcome.reason === 'timeout')
    return err(problem('remote-timeout', `hit ${timeoutMs / 1000}s timeout running '${shown}'`, more));
  const said = outcome.stderr.trim().split('\n').slice(-3).join('\n');
  return err(problem(code, `failed to run '${shown}': ${said || outcome.reason}`, more));
}

function tooLarge({ url, bytesMax }: WantedCommit): Result<never> {
  const message = `${withoutCredentials(url)} has more than ${bytesMax} bytes at this revision`;
  return err(problem('remote-too-large', message, { hint: 'copy the base into this repository' }));
}
