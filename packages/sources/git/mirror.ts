import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { err, messageOf, ok, problem, Secret } from '@plumbline/base';
import type { Clock, Logger, Problem, Result } from '@plumbline/base';
import type { Git, GitOutcome } from './exec.ts';
import { explainFailure } from './failure.ts';
import { createCoalescer } from './coalescer.ts';

/** Where a mirror keeps what the remote calls HEAD. */
export const mirrorHead = 'refs/plumbline/HEAD';

/** What a repository over HTTPS asks for. A token is a password. */
export interface GitCredentials {
  readonly username: string;
  readonly password: Secret;
}

/** A bare copy of a remote repository: branches, tags and HEAD. */
export interface Mirror {
  readonly gitDir: string;
  /** How many times the remote was asked. */
  readonly runs: number;
  /** Brings it up to date. Calls share runs: one at a time, and everybody's began after their call. */
  fetch(): Promise<Result<undefined>>;
  /** What is here cannot be read: the next fetch starts from nothing. */
  discard(): void;
  /** Brings one more ref or commit that is no branch and no tag. Says whether it could be had. */
  fetchAlso(what: string): Promise<boolean>;
}

/** What a mirror copies, to where, and how. `limit` lets only so many fetches run at a time. */
export interface MirrorOptions {
  readonly git: Git;
  readonly url: string;
  readonly gitDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly limit: <T>(task: () => Promise<T>) => Promise<T>;
  readonly credentials?: (url: string) => GitCredentials | undefined;
}

/** The first fetch brings the whole history. */
const fetchTimeoutMs = 600_000;
/** Each fetch leaves a few objects; putting them together is worth it only now and then. */
const fetchesPerTidying = 50;

/** The mirror of a repository in a folder, which is made by the first fetch. */
export function openMirror(options: MirrorOptions): Mirror {
  const { git, url, gitDir, logger } = options;
  /** Refs that somebody asked for beside branches and tags, such as `refs/pull/7/head`. */
  const extraRefs = new Set<string>();
  let prepared = false;
  let damaged = false;
  let runs = 0;

  async function prepare(): Promise<void> {
    if (prepared && !damaged) return;
    if (damaged) await rm(gitDir, { recursive: true, force: true });
    damaged = false;
    await mkdir(gitDir, { recursive: true, mode: 0o700 });
    await removeLeftovers(gitDir);
    const made = await git.run(['init', '--quiet', '--bare', '--template=', gitDir], {
      signal: options.signal,
    });
    if (!made.ok) throw new Error(`the mirror could not be made: ${made.stderr.trim() || made.reason}`);
    prepared = true;
  }

  function fetchRefs(refspecs: readonly string[]): Promise<GitOutcome> {
    const args = [
      'fetch',
      '--quiet',
      '--force',
      '--prune',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      '--',
      url,
      ...refspecs,
    ];
    const config = authorization(url, options.credentials?.(url));
    return git.run(args, { gitDir, config, signal: options.signal, timeoutMs: fetchTimeoutMs });
  }

  async function fetchAll(): Promise<Result<undefined>> {
    runs++;
    try {
      await prepare();
    } catch (thrown) {
      return err(
        problem('git-data-folder', messageOf(thrown), { retryable: true, hint: 'check the data folder' }),
      );
    }
    const branches = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
    const extra = [...extraRefs].map((name) => `+${name}:${name}`);
    let outcome = await fetchRefs([...branches, `+HEAD:${mirrorHead}`, ...extra]);
    if (!outcome.ok && missingRef.test(outcome.stderr)) {
      // An empty repository has no HEAD, and a pull request's ref can be gone.
      extraRefs.clear();
      outcome = await fetchRefs([...branches, `+HEAD:${mirrorHead}`]);
      if (!outcome.ok && missingRef.test(outcome.stderr)) {
        await git.run(['update-ref', '-d', mirrorHead], { gitDir });
        outcome = await fetchRefs(branches);
      }
    }
    if (!outcome.ok) return err(failed(outcome));
    if (runs % fetchesPerTidying === 0) await tidy();
    return ok(undefined);
  }

  function failed(outcome: Extract<GitOutcome, { ok: false }>): Problem {
    const found = explainFailure(outcome, url);
    // A mirror that broke (a full disk, a crash) is made anew rather than mended.
    if (damage.test(outcome.stderr)) damaged = true;
    logger.warn('fetching a repository failed', { code: found.code, reason: found.message });
    return found;
  }

  async function tidy(): Promise<void> {
    await git.run(['-c', 'gc.auto=500', '-c', 'gc.autoDetach=false', 'gc', '--auto', '--quiet'], {
      gitDir,
      signal: options.signal,
    });
  }

  const fetchOnce = createCoalescer(() => options.limit(fetchAll));
  return {
    gitDir,
    get runs() {
      return runs;
    },
    fetch: fetchOnce,
    discard() {
      damaged = true;
    },
    async fetchAlso(what) {
      if (/^[0-9a-f]{40}$/.test(what)) {
        const outcome = await options.limit(() => fetchRefs([`+${what}:refs/plumbline/commits/${what}`]));
        return outcome.ok;
      }
      extraRefs.add(what);
      return (await fetchOnce()).ok && extraRefs.has(what);
    },
  };
}

/** What git says when the objects that it has itself cannot be read. */
const damage =
  /bad object|object file .* is empty|loose object .* is corrupt|packfile .* (?:cannot|is far|does not)|unable to read/i;
const missingRef = /couldn't find remote ref/i;

/** Basic authentication for this host only: a redirect to another one gets nothing. */
export function authorization(
  url: string,
  credentials: GitCredentials | undefined,
): (readonly [string, Secret])[] {
  if (credentials === undefined || !/^https?:/i.test(url)) return [];
  const pair = Buffer.from(`${credentials.username}:${credentials.password.reveal()}`).toString('base64');
  return [[`http.${new URL(url).origin}/.extraHeader`, new Secret(`Authorization: Basic ${pair}`)]];
}

/** What a process that was killed leaves behind: lock files would refuse every later fetch. Nobody else writes here. */
async function removeLeftovers(gitDir: string): Promise<void> {
  for (const folder of ['', 'refs/heads', 'refs/tags', 'refs/plumbline', 'objects/pack']) {
    const names = await readdir(join(gitDir, folder), { recursive: folder.startsWith('refs/') }).catch(
      () => [],
    );
    for (const name of names) {
      if (!/\.lock$|^tmp_/.test(name)) continue;
      await rm(join(gitDir, folder, name), { force: true, recursive: true });
    }
  }
}
