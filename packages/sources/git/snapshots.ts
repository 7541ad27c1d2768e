import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RevisionInfo, Snapshot, Tree } from '@plumbline/api';
import { createSlots, emitter, err, messageOf, ok, problem } from '@plumbline/base';
import type { Cancel, Clock, Logger, Result } from '@plumbline/base';
import { blameLine } from './blame.ts';
import type { BlamedLine } from './blame.ts';
import { createGit } from './exec.ts';
import type { Git } from './exec.ts';
import { mirrorHead, openMirror } from './mirror.ts';
import type { GitCredentials, Mirror } from './mirror.ts';
import { createObjectReader } from './object-reader.ts';
import { refStore } from './refs.ts';
import { findRevision, isFullHash, readCommit, tagsOf, unknownRevision } from './resolve.ts';
import type { FoundCommit, RevisionSpace } from './resolve.ts';
import { createFolderCache, gitTree } from './tree.ts';
import { checkUrl, mirrorName, repositoryKey } from './url.ts';

/** Git repositories as sources of snapshots. */
export interface GitSources {
  /**
   * The snapshot that a `targetRevision` names now. `cached` (the default) asks a remote only when nothing was fetched
   * yet or somebody said that it moved; `fetch` asks it always. Repositories that are served here are always current.
   */
  resolve(
    repoURL: string,
    targetRevision: string,
    options?: { readonly refresh?: 'cached' | 'fetch' },
  ): Promise<Result<Snapshot>>;
  /** Who made a commit; undefined when the repository or the commit is not known here. */
  revision(repoURL: string, sha: string): Promise<RevisionInfo | undefined>;
  /** Who wrote a line of a file, as it is at a commit; undefined where that cannot be said in good time. */
  blame(repoURL: string, sha: string, file: string, line: number): Promise<BlamedLine | undefined>;
  /** Somebody (a webhook, a push) says that the repository moved. Listeners hear it at once. */
  notify(repoURL: string): void;
  /** The same for a repository that is served here, by its folder; listeners hear each address that leads to it. */
  notifyLocal(gitDir: string): void;
  listen(listener: (repoURL: string) => void): Cancel;
  /** Work done so far, for metrics and tests. */
  counts(): { readonly fetches: number; readonly foldersRead: number; readonly revisionsResolved: number };
  close(): void;
}

/** What Git sources need from the composition root. */
export interface GitSourcesOptions {
  /** How git is started; the default allows network transports only. */
  readonly git?: Git;
  /** Mirrors live below it; nobody else writes there. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The bare repository behind an address that this process serves itself. It is read in place. */
  readonly local?: (repoURL: string) => string | undefined;
  readonly credentials?: (repoURL: string) => GitCredentials | undefined;
}

/** Each fetch is a process, a connection and unpacking; more at once only slow each other down. */
const fetchesAtOnceMax = 5;
/** Each is a process that may go through the whole history of a file. */
const blamesAtOnceMax = 2;
/** A thousand applications behind an address that does not answer make one attempt in this time, not a thousand. */
const failureMemoryMs = 5_000;
/** An unknown branch may be new: the remote is asked again, but not more often than this. */
const unknownRevisionMemoryMs = 30_000;
/** Answers kept per repository; targetRevisions are few. */
const answersMax = 1_000;

interface Repository extends RevisionSpace {
  readonly mirror: Mirror | undefined;
  readonly gitDir: string;
  /** The addresses under which it was asked for. */
  readonly urls: Set<string>;
  readonly answers: Map<string, Promise<Result<Snapshot>>>;
  readonly snapshots: Map<string, Snapshot>;
  /** How often somebody said that it moved, and up to which of these the mirror is current. */
  moves: number;
  fetchedMoves: number;
  /** The fetch under way and the moves that it will have seen. */
  pending: { readonly moves: number; readonly result: Promise<Result<undefined>> } | undefined;
  fetchedAt: number | undefined;
  failure: { readonly at: number; readonly result: Result<never> } | undefined;
}

/** Git sources that keep their mirrors below `dataDir`. Nothing is fetched before somebody asks. */
export function createGitSources(options: GitSourcesOptions): GitSources {
  const { clock, logger } = options;
  const git = options.git ?? createGit({ clock });
  /** By address, and those that are served here by their folder too. */
  const repositories = new Map<string, Repository>();
  const folders = createFolderCache();
  const moves = emitter<string>((thrown) => logger.error('a listener failed', { reason: messageOf(thrown) }));
  const fetches = createSlots(fetchesAtOnceMax);
  const blames = createSlots(blamesAtOnceMax);
  const stopped = new AbortController();
  let revisionsResolved = 0;

  function open(repoURL: string): Result<Repository> {
    const key = repositoryKey(repoURL);
    const byAddress = repositories.get(key);
    if (byAddress !== undefined) return ok(byAddress);
    if (stopped.signal.aborted) return err(problem('git-closed', 'the sources are closed'));
    const local = options.local?.(repoURL);
    const byFolder = local === undefined ? undefined : repositories.get(local);
    if (byFolder !== undefined) {
      byFolder.urls.add(repoURL);
      repositories.set(key, byFolder);
      return ok(byFolder);
    }
    const url = local === undefined ? checkUrl(repoURL) : ok(repoURL);
    if (!url.ok) return url;
    const gitDir = local ?? join(options.dataDir, mirrorName(key));
    const mirror = local === undefined ? mirrorOf(url.value, gitDir, key) : undefined;
    const repository: Repository = {
      gitDir,
      mirror,
      urls: new Set([repoURL]),
      refs: refStore(gitDir),
      reader: createObjectReader(git, gitDir, clock),
      headRef: mirror === undefined ? 'HEAD' : mirrorHead,
      answers: new Map(),
      snapshots: new Map(),
      moves: 0,
      fetchedMoves: -1,
      pending: undefined,
      fetchedAt: undefined,
      failure: undefined,
    };
    repositories.set(key, repository);
    // Several addresses can lead to one folder that is served here.
    if (local !== undefined) repositories.set(local, repository);
    return ok(repository);
  }

  function mirrorOf(url: string, gitDir: string, key: string): Mirror {
    const { credentials } = options;
    return openMirror({
      git,
      url,
      gitDir,
      clock,
      limit: (task) => fetches.run(task),
      signal: stopped.signal,
      logger: logger.with({ repository: key }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  }

  /** Makes sure that what is read next is as fresh as was asked for. */
  async function refresh(repository: Repository, mode: 'cached' | 'fetch'): Promise<Result<undefined>> {
    const { mirror } = repository;
    if (mirror === undefined) return refreshLocal(repository, mode);
    if (mode === 'cached') {
      if (repository.fetchedMoves >= repository.moves) return ok(undefined);
      const { failure, pending } = repository;
      if (pending !== undefined && pending.moves >= repository.moves) return pending.result;
      if (failure !== undefined && clock.now() - failure.at < failureMemoryMs) return failure.result;
    }
    const pending = { moves: repository.moves, result: fetchInto(repository, mirror, repository.moves) };
    repository.pending = pending;
    const result = await pending.result;
    if (repository.pending === pending) repository.pending = undefined;
    return result;
  }

  async function fetchInto(repository: Repository, mirror: Mirror, seen: number): Promise<Result<undefined>> {
    const at = clock.now();
    const fetched = await mirror.fetch();
    if (!fetched.ok) {
      repository.failure = { at: clock.now(), result: fetched };
      return fetched;
    }
    repository.failure = undefined;
    repository.fetchedAt = at;
    repository.fetchedMoves = Math.max(repository.fetchedMoves, seen);
    repository.answers.clear();
    return ok(undefined);
  }

  async function refreshLocal(repository: Repository, mode: 'cached' | 'fetch'): Promise<Result<undefined>> {
    if (mode === 'fetch') repository.answers.clear();
    if (repository.fetchedAt !== undefined) return ok(undefined);
    const there = await stat(join(repository.gitDir, 'HEAD')).catch(() => undefined);
    if (there === undefined) {
      return err(
        problem('git-not-found', 'failed to list refs: repository not found', {
          hint: 'push to it to create it',
        }),
      );
    }
    repository.fetchedAt = clock.now();
    return ok(undefined);
  }

  async function find(repository: Repository, revision: string): Promise<FoundCommit | undefined> {
    revisionsResolved++;
    const found = await findRevision(repository, revision);
    const { mirror } = repository;
    if (found !== undefined || mirror === undefined) return found;
    // A commit or ref outside of branches and tags (a pull request's, say) has to be asked for by its name.
    const also = isFullHash(revision)
      ? revision.toLowerCase()
      : /^(?:refs|pull|merge-requests)\/[\w./-]+$/.test(revision)
        ? `refs/${revision.replace(/^refs\//, '')}`
        : undefined;
    if (also !== undefined && (await mirror.fetchAlso(also))) return findRevision(repository, revision);
    if (clock.now() - (repository.fetchedAt ?? 0) < unknownRevisionMemoryMs) return undefined;
    const again = await refresh(repository, 'fetch');
    return again.ok ? findRevision(repository, revision) : undefined;
  }

  async function answer(
    repository: Repository,
    repoURL: string,
    revision: string,
  ): Promise<Result<Snapshot>> {
    try {
      const found = await find(repository, revision);
      if (found === undefined) {
        return unknownRevision(revision, (await repository.refs.list('refs/')).length === 0);
      }
      let snapshot = repository.snapshots.get(found.hash);
      if (snapshot === undefined) {
        snapshot = {
          source: repoURL,
          revision: found.hash,
          tree: watched(gitTree(repository.reader, folders, found.commit.tree), () => discard(repository)),
          verification: { state: 'unchecked' },
        };
        remember(repository.snapshots, found.hash, snapshot);
      }
      return ok(snapshot);
    } catch (thrown) {
      discard(repository);
      return err(problem('git-read', messageOf(thrown), { retryable: true }));
    }
  }

  /** Something is missing that must be there: a mirror can be had again from its remote. */
  function discard(repository: Repository): void {
    if (repository.mirror === undefined || stopped.signal.aborted) return;
    logger.warn('a mirror cannot be read and is fetched again', { folder: repository.gitDir });
    repository.mirror.discard();
    repository.fetchedMoves = -1;
    repository.answers.clear();
    repository.snapshots.clear();
  }

  /** Forgets what it pointed to, and says under which addresses it is known. */
  function moved(repository: Repository): Iterable<string> {
    repository.moves++;
    repository.failure = undefined;
    repository.answers.clear();
    return repository.urls;
  }

  return {
    async resolve(repoURL, targetRevision, { refresh: mode = 'cached' } = {}) {
      const opened = open(repoURL);
      if (!opened.ok) return opened;
      const repository = opened.value;
      const fresh = await refresh(repository, mode);
      if (!fresh.ok) return fresh;
      const revision = targetRevision.trim();
      const before = repository.answers.get(revision);
      if (before !== undefined) return before;
      const promise = answer(repository, repoURL, revision);
      remember(repository.answers, revision, promise);
      const result = await promise;
      // What was not found may be there the next time; only what was found is worth keeping.
      if (!result.ok && repository.answers.get(revision) === promise) repository.answers.delete(revision);
      return result;
    },

    async revision(repoURL, sha) {
      const opened = open(repoURL);
      if (!opened.ok || !/^[0-9a-f]{7,40}$/i.test(sha)) return undefined;
      try {
        const found = await readCommit(opened.value.reader, sha.toLowerCase());
        if (found === undefined) return undefined;
        const { author, email, date, message } = found.commit;
        return {
          revision: found.hash,
          author,
          email,
          date,
          message,
          tags: await tagsOf(opened.value, found.hash),
        };
      } catch (thrown) {
        logger.debug('reading a commit failed', { reason: messageOf(thrown) });
        return undefined;
      }
    },

    async blame(repoURL, sha, file, line) {
      const opened = open(repoURL);
      return opened.ok ? blames.run(() => blameLine(git, opened.value.gitDir, sha, file, line)) : undefined;
    },

    notify(repoURL) {
      const repository = repositories.get(repositoryKey(repoURL));
      const urls = new Set([repoURL, ...(repository === undefined ? [] : moved(repository))]);
      for (const url of urls) moves.emit(url);
    },
    notifyLocal(gitDir) {
      const repository = repositories.get(gitDir);
      if (repository !== undefined) for (const url of moved(repository)) moves.emit(url);
    },

    listen: (listener) => moves.listen(listener),
    counts() {
      let fetches = 0;
      for (const { mirror } of new Set(repositories.values())) fetches += mirror?.runs ?? 0;
      return { fetches, foldersRead: folders.loads, revisionsResolved };
    },
    close() {
      stopped.abort();
      for (const { reader } of repositories.values()) reader.close();
      repositories.clear();
    },
  };
}

/** Tells when a tree turns out to be unreadable. A file that is too long is no such case. */
function watched(tree: Tree, onDamage: () => void): Tree {
  const watch = async <T>(reading: Promise<T>): Promise<T> => {
    try {
      return await reading;
    } catch (thrown) {
      if (!/is longer than \d+ bytes/.test(messageOf(thrown))) onDamage();
      throw thrown;
    }
  };
  return {
    stat: (path) => watch(tree.stat(path)),
    list: (path) => watch(tree.list(path)),
    read: (path, bytesMax) => watch(tree.read(path, bytesMax)),
  };
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  const oldest = map.size > answersMax ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}
