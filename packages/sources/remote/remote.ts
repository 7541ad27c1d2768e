import { createHash } from 'node:crypto';
import type { Tree } from '@plumbline/api';
import { createSlots, err, messageOf, ok, problem } from '@plumbline/base';
import type { Clock, Result, Secret } from '@plumbline/base';
import type { Git } from '../git/exec.ts';
import { authorization } from '../git/mirror.ts';
import type { GitCredentials } from '../git/mirror.ts';
import { mirrorName, repositoryKey } from '../git/url.ts';
import { parseAddress } from '../http/address.ts';
import { createHttpClient } from '../http/client.ts';
import { createCommitStore } from './commit-store.ts';
import { askCommit, fetchCommit, isWholeHash } from './fetch-commit.ts';
import type { WantedCommit } from './fetch-commit.ts';
import { checkRemote } from './policy.ts';
import type { RemotePolicy } from './policy.ts';
import { withSubmodules } from './submodules.ts';
import { fetchWebFile } from './web-files.ts';
import type { WebFile } from './web-files.ts';

/** A repository at a revision, as a kustomization names it. */
export interface RemoteRepository {
  /** What `git clone` would be given. */
  readonly clone: string;
  /** Branch, tag or whole hash; '' is the default branch. */
  readonly ref: string;
  readonly submodules: boolean;
  /** What the address asks for; the policy has the last word. */
  readonly timeoutMs?: number;
}

/** Reads what files of one source name elsewhere. */
export interface RemoteReader {
  repository(wanted: RemoteRepository): Promise<Result<{ readonly tree: Tree; readonly revision: string }>>;
  file(url: string): Promise<Result<WebFile>>;
  /**
   * The revision that was found last, at once. When it is old somebody is sent to ask, and a later call knows.
   * Undefined: never asked, or it cannot be had.
   */
  known(what: RemoteRepository | string): string | undefined;
}

/** Other repositories and files on the web, as files of sources name them. */
export interface RemoteBases {
  /**
   * A reader for what lies in a repository. Credentials go only to the host that this repository itself is on; without
   * one nothing gets any.
   */
  readerFor(source?: string): RemoteReader;
  /** Somebody says that a repository moved. */
  forget(repoURL: string): void;
  counts(): { readonly fetches: number; readonly asked: number; readonly files: number };
  close(): Promise<void>;
}

export interface RemoteBasesOptions {
  readonly git: Git;
  /** Commits live below it; several processes may share it. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly policy?: RemotePolicy;
  readonly credentials?: (repoURL: string) => GitCredentials | undefined;
  /** For how long an answer of a remote is good. What has a whole hash is never asked for again. */
  readonly freshMs?: number;
}

/** As long as kustomize waits for a repository. */
const timeoutMsDefault = 27_000;
const timeoutMsMaxDefault = 300_000;
const repositoryBytesMaxDefault = 1024 * 1024 * 1024;
const fileBytesMaxDefault = 32 * 1024 * 1024;
/** A hundred builds that name an address which does not answer make one attempt in this time. */
const failureMemoryMs = 5_000;
/** As long as Argo CD leaves a repository alone. */
const freshMsDefault = 180_000;
const fetchesAtOnceMax = 4;
const answersMax = 1_000;
/** Longer files are not kept in memory, and no more than these. */
const keptFileBytesMax = 4 * 1024 * 1024;
const keptFilesMax = 50;
const submoduleDepthMax = 5;

interface Answer<T> {
  readonly at: number;
  readonly result: Promise<Result<T>>;
  /** Once it is there. */
  settled: Result<T> | undefined;
}

/** Nothing is fetched before somebody asks. */
export function createRemoteBases(options: RemoteBasesOptions): RemoteBases {
  const { git, clock, policy = {} } = options;
  const freshMs = options.freshMs ?? freshMsDefault;
  const store = createCommitStore(git, options.dataDir, clock);
  const http = createHttpClient();
  const slots = createSlots(fetchesAtOnceMax);
  const commits = new Map<string, Answer<string>>();
  const files = new Map<string, Answer<WebFile>>();
  /** Of files on the web; they are small, so more are kept than files. */
  const revisions = new Map<string, { readonly at: number; readonly revision: string }>();
  let fetches = 0;
  let asked = 0;
  let fileCount = 0;

  /** The answer that is known, or a new one. Those who ask at the same time share it. */
  function remembered<T>(
    answers: Map<string, Answer<T>>,
    name: string,
    most: number,
    ask: () => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const known = answers.get(name);
    const age = known === undefined ? 0 : clock.now() - known.at;
    if (known !== undefined && age < (known.settled?.ok === false ? failureMemoryMs : freshMs))
      return known.result;
    const result = ask().catch((thrown: unknown) =>
      err(problem('remote-failed', messageOf(thrown), { retryable: true })),
    );
    const answer: Answer<T> = { at: clock.now(), result, settled: undefined };
    void result.then((settled) => {
      answer.settled = settled;
    });
    remember(answers, name, answer, most);
    return result;
  }

  function timeoutOf(wished: number | undefined): number {
    const max = policy.timeoutMsMax ?? timeoutMsMaxDefault;
    return Math.min(wished ?? timeoutMsDefault, max);
  }

  function wantedOf(wanted: RemoteRepository, source: string | undefined): WantedCommit {
    const credentials = isSameHost(wanted.clone, source) ? options.credentials?.(wanted.clone) : undefined;
    const config: (readonly [string, string | Secret])[] = authorization(wanted.clone, credentials);
    // Git follows redirects by itself; where hosts are restricted nobody would look at where they lead.
    if (policy.hosts !== undefined) config.push(['http.followRedirects', 'false']);
    return {
      url: wanted.clone,
      key: keyOf(wanted.clone, credentials),
      ref: wanted.ref,
      timeoutMs: timeoutOf(wanted.timeoutMs),
      bytesMax: policy.repositoryBytesMax ?? repositoryBytesMaxDefault,
      config,
    };
  }

  async function bring(wanted: WantedCommit): Promise<Result<string>> {
    const { key, ref } = wanted;
    if (isWholeHash(ref) && (await store.open(key, ref)) !== undefined) return ok(ref);
    return slots.run(async () => {
      if (!isWholeHash(ref) && (await store.knows(key))) {
        asked++;
        const now = await askCommit(git, wanted);
        if (!now.ok) return now;
        if (now.value !== undefined && (await store.open(key, now.value)) !== undefined) return ok(now.value);
      }
      fetches++;
      return fetchCommit(git, store, clock, wanted);
    });
  }

  async function repository(
    wanted: RemoteRepository,
    source: string | undefined,
    depth: number,
  ): Promise<Result<{ readonly tree: Tree; readonly revision: string }>> {
    const allowed = checkRemote(wanted.clone, policy);
    if (!allowed.ok) return allowed;
    const one = wantedOf(wanted, source);
    const name = `${one.key} ${wanted.ref}`;
    const commit = await remembered(commits, name, answersMax, () => bring(one));
    if (!commit.ok) return commit;
    const tree = await store.open(one.key, commit.value);
    if (tree === undefined) {
      // Somebody has tidied the folder up: once more.
      commits.delete(name);
      return err(problem('remote-gone', `${wanted.clone} is gone from the data folder`, { retryable: true }));
    }
    const whole = wanted.submodules
      ? await withSubmodules(tree, wanted.clone, (url, hash) => submodule(url, hash, source, depth + 1))
      : tree;
    return ok({ tree: whole, revision: commit.value });
  }

  async function submodule(
    clone: string,
    ref: string,
    source: string | undefined,
    depth: number,
  ): Promise<Result<Tree>> {
    if (depth > submoduleDepthMax)
      return err(problem('remote-depth', `submodules are nested more than ${submoduleDepthMax} deep`));
    const opened = await repository({ clone, ref, submodules: true }, source, depth);
    return opened.ok ? ok(opened.value.tree) : opened;
  }

  function askFile(url: string): Promise<Result<WebFile>> {
    fileCount++;
    const limits = {
      timeoutMs: timeoutOf(undefined),
      fileBytesMax: policy.fileBytesMax ?? fileBytesMaxDefault,
    };
    return slots.run(async () => {
      const got = await fetchWebFile(http, clock, url, { ...policy, ...limits });
      if (got.ok) remember(revisions, url, { at: clock.now(), revision: got.value.revision });
      return got;
    });
  }

  function knownFile(url: string): string | undefined {
    const known = revisions.get(url);
    if (known === undefined || clock.now() - known.at >= freshMs)
      void remembered(files, url, keptFilesMax, () => askFile(url));
    return known?.revision;
  }

  return {
    readerFor: (source) => ({
      repository: (wanted) => repository(wanted, source, 0),
      async file(url) {
        const answer = await remembered(files, url, keptFilesMax, () => askFile(url));
        if (answer.ok && answer.value.bytes.length > keptFileBytesMax) files.delete(url);
        return answer;
      },
      known(what) {
        if (typeof what === 'string') return knownFile(what);
        const answer = commits.get(`${wantedOf(what, source).key} ${what.ref}`);
        void repository(what, source, 0);
        return answer?.settled?.ok === true ? answer.settled.value : undefined;
      },
    }),
    forget(repoURL) {
      const start = mirrorName(repositoryKey(repoURL)).slice(0, keyLength);
      for (const name of commits.keys()) if (name.startsWith(start)) commits.delete(name);
    },
    counts: () => ({ fetches, asked, files: fileCount }),
    async close() {
      store.close();
      await http.close();
    },
  };
}

/** The newest is last; when there are too many the oldest goes. */
function remember<T>(map: Map<string, T>, name: string, value: T, most = answersMax): void {
  map.delete(name);
  map.set(name, value);
  const oldest = map.size > most ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}

const keyLength = 32;

/** One key per repository and per who may read it: what one could read with a password another one may not. */
function keyOf(url: string, credentials: GitCredentials | undefined): string {
  const key = mirrorName(repositoryKey(url)).slice(0, keyLength);
  if (credentials === undefined) return key;
  const pair = `${credentials.username}\n${credentials.password.reveal()}`;
  return `${key}-${createHash('sha256').update(pair).digest('hex').slice(0, 16)}`;
}

function isSameHost(url: string, source: string | undefined): boolean {
  if (source === undefined) return false;
  const [one, other] = [parseAddress(repositoryKey(url)), parseAddress(repositoryKey(source))];
  return (
    one !== undefined && other !== undefined && one.host === other.host && one.protocol === other.protocol
  );
}
