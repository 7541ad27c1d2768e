import type { EntryKind, Read, Tree } from '@plumbline/api';
import type { Problem, Result } from '@plumbline/base';
import { decodeText } from '@plumbline/languages';
import { isRemoteRead, remoteRead } from '../../hashes.ts';
import { KustomizeError } from '../problem.ts';
import { filesOf, simplifyPath } from './files.ts';
import type { Files, Located } from './files.ts';
import { isWebUrl, parseRepositoryUrl } from './repository-url.ts';
import type { RepositoryUrl } from './repository-url.ts';

/** How bases and files that lie elsewhere are got; a build without it refuses them. */
export interface RemotePort {
  /** The tree of a repository at a revision. */
  repository(url: RepositoryUrl): Promise<Result<{ readonly tree: Tree; readonly revision: string }>>;
  /** A file on the web, and what tells it from an earlier or later one. What is no file there fails with `remote-http`. */
  file(url: string): Promise<Result<{ readonly bytes: Uint8Array; readonly revision: string }>>;
  /** The revision that is known of a repository or of a file (a URL) now. It answers without waiting for anybody. */
  known?(what: RepositoryUrl | string): string | undefined;
}

/** The revision behind the name of a read that stands for something elsewhere; undefined: nothing is known. */
export function knownRevision(remote: RemotePort, url: string): string | undefined {
  return remote.known?.(parseRepositoryUrl(url) ?? url);
}

/** Which files a kustomization may name besides bases: those below its own folder, or any of the tree. */
export type LoadRestriction = 'rootOnly' | 'none';

/** A file as a loader found it. */
export interface Loaded {
  /** Below the root of its tree; what lies elsewhere has its repository's address in front, or its URL. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Files as one kustomization sees them: relative to its folder. A base has a loader of its own. */
export interface Loader {
  /** The kustomization's folder below the tree's root, without links. */
  readonly root: string;
  /** The folder as messages show it. */
  readonly shownRoot: string;
  readonly files: Files;
  readonly repository: RepositoryUrl | undefined;
  load(path: string): Promise<Loaded>;
  /** What is at a path, if no links lead to it; undefined: nothing, or nothing that may be named. Cheaper than an error. */
  kindOf(path: string): Promise<EntryKind | undefined>;
  /** A loader for a base or a component. */
  child(path: string): Promise<Loader>;
}

interface Frame {
  readonly files: Files;
  readonly root: string;
  readonly restriction: LoadRestriction;
  readonly remote: RemotePort | undefined;
  readonly repository: RepositoryUrl | undefined;
  readonly referrer: Frame | undefined;
}

/** A loader for the kustomization that is built. */
export async function rootLoader(
  files: Files,
  path: string,
  restriction: LoadRestriction,
  remote: RemotePort | undefined,
): Promise<Loader> {
  const root = await confirmFolder(files, path);
  return loaderOf({ files, root, restriction, remote, repository: undefined, referrer: undefined });
}

function loaderOf(frame: Frame): Loader {
  return {
    root: frame.root,
    shownRoot: frame.files.shown(frame.root),
    files: frame.files,
    repository: frame.repository,
    load: (path) => load(frame, path),
    kindOf: (path) => kindOf(frame, path),
    child: (path) => child(frame, path),
  };
}

async function kindOf(frame: Frame, path: string): Promise<EntryKind | undefined> {
  if (path.startsWith('/') || isWebUrl(path)) return undefined;
  const target = simplifyPath(`${frame.root}/${path}`);
  return target === undefined ? undefined : frame.files.kindOf(target);
}

async function load(frame: Frame, path: string): Promise<Loaded> {
  if (isWebUrl(path)) return { file: path, bytes: await webFile(frame, path) };
  const target = resolve(frame, path);
  const located = await locate(frame, target);
  if (frame.restriction === 'none') {
    if (located.kind === 'folder')
      throw new KustomizeError(`read ${frame.files.shown(target)}: is a directory`);
  } else if (located.kind === 'folder') {
    throw new KustomizeError(`'${frame.files.shown(target)}' must resolve to a file`);
  } else if (!isBelow(located.path, frame.root)) {
    throw outside(frame, frame.files.shown(target), target);
  }
  return { file: named(frame, located.path), bytes: await frame.files.read(located.path) };
}

/** A file as people find it again: one of another repository by that repository's address. */
function named(frame: Frame, path: string): string {
  const repository = containingRepository(frame);
  if (repository === undefined) return path;
  const { clone, ref } = repository;
  return `${clone.replace(/:\/\/[^/@]*@/, '://')}//${path}${ref === '' ? '' : `?ref=${ref}`}`;
}

/** Where nothing is restricted upstream opens files without asking first where links lead, and says so. */
async function locate(frame: Frame, target: string): Promise<Located> {
  try {
    return await frame.files.locate(target);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError) || frame.restriction !== 'none' || thrown.code !== 'file-missing')
      throw thrown;
    const { code, hint } = thrown;
    throw new KustomizeError(`open ${frame.files.shown(target)}: no such file or directory`, { code, hint });
  }
}

/** A path relative to the kustomization (or absolute, as the user knows it) as one below the tree's root. */
function resolve(frame: Frame, path: string): string {
  const inTree = path.startsWith('/')
    ? frame.files.inTree(cleanAbsolute(path))
    : simplifyPath(`${frame.root}/${path}`);
  if (inTree === undefined)
    throw outside(frame, path.startsWith('/') ? path : `${frame.files.shown(frame.root)}/${path}`);
  return simplifyPath(inTree) ?? '';
}

function outside(frame: Frame, shown: string, file?: string): KustomizeError {
  const hint =
    file === undefined
      ? 'the path leads out of the repository'
      : 'files (unlike bases) must lie below the kustomization; move it, or build without the load restriction';
  return new KustomizeError(
    `security; file '${shown}' is not in or below '${frame.files.shown(frame.root)}'`,
    { code: 'load-restricted', hint, ...(file === undefined ? {} : { where: { file } }) },
  );
}

function cleanAbsolute(path: string): string {
  return `/${simplifyPath(path) ?? ''}`;
}

async function webFile({ remote, files }: Frame, url: string): Promise<Uint8Array> {
  if (remote === undefined) throw noRemote(url);
  const read = await remote.file(url);
  if (!read.ok) throw remoteError(read.error, url);
  const path = remoteRead(url);
  files.reads.set(path, { path, hash: read.value.revision });
  return read.value.bytes;
}

function remoteError(found: Problem, url: string): KustomizeError {
  const { message, code, hint, retryable } = found;
  // The web says that there is no such file; the address may still be a repository's.
  const isNoFile = code === 'remote-http' && parseRepositoryUrl(url) !== undefined;
  return isNoFile
    ? new KustomizeError('URL is a git repository', { code: 'remote-repository', hint: message })
    : new KustomizeError(message, { code, hint, retryable });
}

function noRemote(url: string): KustomizeError {
  return new KustomizeError(
    `remote '${url}' cannot be read here: this build has no access to other repositories`,
    {
      code: 'remote-unavailable',
      hint: 'copy the base into this repository, or render where sources can be fetched',
    },
  );
}

async function child(frame: Frame, path: string): Promise<Loader> {
  if (path === '') throw new KustomizeError('new root cannot be empty');
  const repository = parseRepositoryUrl(path);
  if (repository !== undefined) return childRepository(frame, repository);
  if (path.startsWith('/')) throw new KustomizeError(`new root '${path}' cannot be absolute`);
  refuseAmbiguous(path);
  const target = simplifyPath(`${frame.root}/${path}`);
  if (target === undefined) throw outsideBase(frame, path);
  const root = await confirmFolder(frame.files, target);
  refuseCircle(frame, root, frame.files);
  return loaderOf({ ...frame, root, referrer: frame });
}

/** Two list items that were indented apart become one text with a `- ..` in the middle of a name. */
function refuseAmbiguous(path: string): void {
  const odd = path
    .split('/')
    .some((part) => part !== '' && part !== '.' && part !== '..' && part.includes('..'));
  if (!odd) return;
  const resolved = simplifyPath(path) ?? path;
  throw new KustomizeError(
    `path "${path}" is ambiguous: resolves to "${resolved}" after normalization, which is likely not the intended target; ` +
      'check for YAML indentation errors in your kustomization file',
  );
}

function outsideBase(frame: Frame, path: string): KustomizeError {
  const shown = `${frame.files.shown(frame.root)}/${path}`;
  if (frame.repository === undefined && containingRepository(frame) === undefined)
    return new KustomizeError(`security; base '${shown}' is outside of the repository`, {
      code: 'load-restricted',
    });
  return new KustomizeError(
    'security; bases in kustomizations found in cloned git repos must be within the repo, ' +
      `but base '${shown}' is outside '${frame.files.shown('')}'`,
    { code: 'load-restricted' },
  );
}

function containingRepository(frame: Frame): RepositoryUrl | undefined {
  return (
    frame.repository ?? (frame.referrer === undefined ? undefined : containingRepository(frame.referrer))
  );
}

async function childRepository(frame: Frame, url: RepositoryUrl): Promise<Loader> {
  for (let at: Frame | undefined = frame; at !== undefined; at = at.referrer) {
    if (at.repository?.raw.startsWith(url.raw) === true)
      throw new KustomizeError(
        `cycle detected: URI '${url.raw}' referenced by previous URI '${at.repository.raw}'`,
      );
  }
  if (frame.remote === undefined) throw noRemote(url.raw);
  const got = await frame.remote.repository(url);
  if (!got.ok) {
    const { message, code, hint, retryable } = got.error;
    throw new KustomizeError(message, { code, hint, retryable });
  }
  const path = remoteRead(url.raw);
  frame.files.reads.set(path, { path, hash: got.value.revision });
  // What another repository holds at a revision does not change: its paths are no reads of this tree.
  const options = { shownRoot: `/${url.clone}`, absolutePaths: false };
  const files = filesOf(got.value.tree, options, remoteReadsOf(frame.files.reads));
  const located = await files.locate(url.path);
  if (located.kind === 'file')
    throw new KustomizeError(`'${files.shown(url.path)}' refers to file '${url.path}'; expecting directory`);
  return loaderOf({
    files,
    root: located.path,
    // What was cloned never reads outside of its own folder.
    restriction: 'rootOnly',
    remote: frame.remote,
    repository: url,
    referrer: frame,
  });
}

/** Keeps of what is read in another repository only what it names elsewhere itself. */
function remoteReadsOf(reads: Map<string, Read>): Map<string, Read> {
  const kept = new Map<string, Read>();
  kept.set = (path, read) => {
    if (isRemoteRead(path)) reads.set(path, read);
    return kept;
  };
  return kept;
}

async function confirmFolder(files: Files, path: string): Promise<string> {
  try {
    const located = await files.locate(path);
    if (located.kind === 'folder') return located.path;
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed('must build at directory: not a valid directory');
  }
  throw new KustomizeError(`must build at directory: '${files.shown(path)}': file is not directory`);
}

/** A base may not contain the kustomization that names it, nor one of those that named that one. */
function refuseCircle(frame: Frame, candidate: string, files: Files): void {
  for (let at: Frame | undefined = frame; at !== undefined; at = at.referrer) {
    if (at.files === files && isBelow(at.root, candidate))
      throw new KustomizeError(
        `cycle detected: candidate root '${files.shown(candidate)}' contains visited root '${files.shown(at.root)}'`,
        { code: 'circular-base' },
      );
  }
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The text of a file, without a byte order mark. */
export function textOf(loaded: Loaded): string {
  const decoded = decodeText(loaded.bytes, loaded.file);
  if (decoded.ok) return decoded.value;
  throw new KustomizeError(decoded.error.message, { where: decoded.error.where });
}
