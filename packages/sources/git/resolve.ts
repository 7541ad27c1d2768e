import { err, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { compareVersions, parseConstraints, parseVersion, satisfies } from '@plumbline/languages';
import type { Version } from '@plumbline/languages';
import type { Commit } from './commit.ts';
import { parseCommit } from './commit.ts';
import type { ObjectReader } from './object-reader.ts';
import type { Ref, RefStore } from './refs.ts';

/** A commit and its hash. */
export interface FoundCommit {
  readonly hash: string;
  readonly commit: Commit;
}

/** What a revision can be looked up in. */
export interface RevisionSpace {
  readonly refs: RefStore;
  readonly reader: ObjectReader;
  /** The full name under which HEAD is found: a mirror keeps the remote's elsewhere. */
  readonly headRef: string;
}

const fullHash = /^[0-9a-f]{40}$/i;
const shortHash = /^[0-9a-f]{7,39}$/i;
/** A commit message of a megabyte is no message. */
const commitBytesMax = 4 * 1024 * 1024;

/**
 * From a `targetRevision` to a commit, in Argo CD's order: a full hash, a version constraint on tags, HEAD, a branch, a
 * tag, a full ref name, a shortened hash. Undefined: there is no such thing here (yet).
 */
export async function findRevision(space: RevisionSpace, revision: string): Promise<FoundCommit | undefined> {
  if (fullHash.test(revision)) return readCommit(space.reader, revision.toLowerCase());
  const tag = await findByConstraint(space.refs, revision);
  const ref = tag ?? (await findRef(space, revision));
  if (ref !== undefined) {
    const found = await readCommit(space.reader, ref.peeled ?? ref.hash);
    if (found === undefined) throw new Error(`the commit that ${ref.name} points to cannot be read`);
    return found;
  }
  return shortHash.test(revision) ? readCommit(space.reader, revision.toLowerCase()) : undefined;
}

/** The problem that every caller shows for a revision that is not there; the words are Argo CD's. */
export function unknownRevision(revision: string, isEmpty: boolean): Result<never> {
  const name = revision === '' ? 'HEAD' : revision;
  return err(
    problem('revision-unknown', `unable to resolve '${name}' to a commit SHA`, {
      hint: isEmpty
        ? 'the repository is empty'
        : 'check targetRevision: it is no branch, tag, commit or matching version',
    }),
  );
}

async function findRef(space: RevisionSpace, revision: string): Promise<Ref | undefined> {
  if (revision === '' || revision === 'HEAD') return space.refs.find(space.headRef);
  for (const name of [
    `refs/heads/${revision}`,
    `refs/tags/${revision}`,
    revision.startsWith('refs/') ? revision : `refs/${revision}`,
  ]) {
    const ref = await space.refs.find(name);
    if (ref !== undefined) return ref;
  }
  return undefined;
}

/** The highest tag that a constraint allows. A plain version is no constraint but a name. */
async function findByConstraint(refs: RefStore, revision: string): Promise<Ref | undefined> {
  // Cheap first: without one of these it cannot be a constraint that is no plain version.
  if (!/[*xX<>=~^|, ]/.test(revision) || parseVersion(revision).ok) return undefined;
  const constraints = parseConstraints(revision);
  if (!constraints.ok) return undefined;
  let best: { readonly version: Version; readonly ref: Ref } | undefined;
  for (const ref of await refs.list('refs/tags/')) {
    const version = parseVersion(ref.name.slice('refs/tags/'.length));
    if (!version.ok || !satisfies(version.value, constraints.value)) continue;
    if (best === undefined || compareVersions(version.value, best.version) > 0)
      best = { version: version.value, ref };
  }
  return best?.ref;
}

/** The commit that a hash names or leads to: annotated tags are peeled. */
export async function readCommit(reader: ObjectReader, hash: string): Promise<FoundCommit | undefined> {
  const object = await reader.read(`${hash}^{commit}`, commitBytesMax);
  const commit =
    object?.bytes === undefined || object.type !== 'commit' ? undefined : parseCommit(object.bytes);
  return object === undefined || commit === undefined ? undefined : { hash: object.hash, commit };
}

/** The tags that lead to a commit. */
export async function tagsOf(space: RevisionSpace, commit: string): Promise<string[]> {
  const names: string[] = [];
  for (const ref of await space.refs.list('refs/tags/')) {
    const target =
      ref.peeled ?? (ref.hash === commit ? commit : (await readCommit(space.reader, ref.hash))?.hash);
    if (target === commit) names.push(ref.name.slice('refs/tags/'.length));
  }
  return names;
}

/** Whether a revision is a complete commit hash, so that no remote has to be asked what it means. */
export function isFullHash(revision: string): boolean {
  return fullHash.test(revision);
}
