import type { EntryKind, Read, Tree, TreeEntry } from '@plumbline/api';
import { messageOf } from '@plumbline/base';
import { joinPath, readLink } from '../../paths.ts';
import { KustomizeError } from '../problem.ts';

/** A file of a base is read by people and by API servers; nothing longer than this is one. */
const fileBytesMax = 64 * 1024 * 1024;
/** Longest way through links that is followed, as Linux does. */
const linkStepsMax = 40;

/** What a path leads to when links are followed: a path without links. */
export interface Located {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly hash: string;
}

/**
 * The files of one tree as a build sees them. Paths are below the tree's root without a leading slash; what cannot be
 * reached is told in the words of a file system, with the path as the user knows it.
 */
export interface Files {
  /** What is at a path; throws where nothing is, or where links lead out of the tree. */
  locate(path: string): Promise<Located>;
  /** What is at a path, if no links lead to it; undefined where nothing is. */
  kindOf(path: string): Promise<EntryKind | undefined>;
  /** The bytes of a file that was located. */
  read(path: string): Promise<Uint8Array>;
  /** A path as messages show it. */
  shown(path: string): string;
  /** The path below the root of an absolute path as the user knows it; undefined: it is not in the tree. */
  inTree(absolute: string): string | undefined;
  readonly reads: Map<string, Read>;
}

/** How a tree is seen. */
export interface FilesOptions {
  /** Where the user knows the tree's root to be, without a slash at its end ('' for `/`). */
  readonly shownRoot: string;
  /** The tree is a part of a file system below that root: absolute paths and links mean something. */
  readonly absolutePaths: boolean;
}

export function filesOf(
  tree: Tree,
  { shownRoot, absolutePaths }: FilesOptions,
  reads: Map<string, Read>,
): Files {
  const located = new Map<string, Promise<Located>>();
  const contents = new Map<string, Promise<Uint8Array>>();
  const shown = (path: string): string => (path === '' ? shownRoot || '/' : `${shownRoot}/${path}`);
  const note = (path: string, hash: string | undefined): void => {
    reads.set(path, { path, hash });
  };
  const once = <T>(cache: Map<string, Promise<T>>, path: string, make: () => Promise<T>): Promise<T> => {
    const known = cache.get(path);
    if (known !== undefined) return known;
    const made = make();
    cache.set(path, made);
    return made;
  };
  const inTree = (absolute: string): string | undefined => {
    if (!absolutePaths) return undefined;
    if (absolute === shownRoot) return '';
    return absolute.startsWith(`${shownRoot}/`) ? absolute.slice(shownRoot.length + 1) : undefined;
  };
  const locate = (path: string): Promise<Located> =>
    once(located, path, () => follow(path, { tree, shown, note, inTree, locateFolder: locate }));
  return {
    reads,
    shown,
    locate,
    inTree,
    async kindOf(path) {
      if (path === '') return 'folder';
      const entry = await tree.stat(path);
      // A link on the way or at the end is left to who follows links.
      if (entry === undefined && (await tree.stat(parentPath(path)))?.kind === 'folder')
        note(path, undefined);
      return entry?.kind;
    },
    read: (path) => once(contents, path, () => readFile(tree, path, shown)),
  };
}

function parentPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

interface Following {
  readonly tree: Tree;
  readonly shown: (path: string) => string;
  readonly note: (path: string, hash: string | undefined) => void;
  readonly inTree: (absolute: string) => string | undefined;
  readonly locateFolder: (path: string) => Promise<Located>;
}

async function follow(path: string, on: Following, asked = path, steps = 0): Promise<Located> {
  if (steps > linkStepsMax)
    throw noSuch(on.shown(asked), on.shown(path), 'too many levels of symbolic links');
  if (path === '') return rootFolder;
  const cut = path.lastIndexOf('/');
  const parent = cut < 0 ? '' : path.slice(0, cut);
  const above = parent === '' ? rootFolder : await parentOf(parent, asked, on);
  if (above.kind === 'file') throw noSuch(on.shown(asked), on.shown(path), 'not a directory');
  const real = joinPath(above.path, path.slice(cut + 1));
  const entry = await on.tree.stat(real);
  if (entry?.kind === 'link') return followLink(real, entry, on, asked, steps);
  if (entry === undefined || entry.kind === 'submodule') {
    on.note(real, entry?.hash);
    const hint =
      entry === undefined
        ? undefined
        : 'submodules are not part of the tree; commit the files or name the repository';
    throw noSuch(on.shown(asked), on.shown(real), 'no such file or directory', hint);
  }
  if (entry.kind === 'file') on.note(real, entry.hash);
  return { path: real, kind: entry.kind, hash: entry.hash };
}

const rootFolder: Located = { path: '', kind: 'folder', hash: '' };

/** The folder that a path lies in; an error names what was asked for, not the folder. */
async function parentOf(parent: string, asked: string, on: Following): Promise<Located> {
  try {
    return await on.locateFolder(parent);
  } catch (thrown) {
    if (!(thrown instanceof MissingFile)) throw thrown;
    throw noSuch(on.shown(asked), thrown.missing, thrown.why, thrown.hint);
  }
}

async function followLink(
  real: string,
  entry: TreeEntry,
  on: Following,
  asked: string,
  steps: number,
): Promise<Located> {
  on.note(real, entry.hash);
  const target = await readLink(on.tree, real);
  const folder = real.split('/').slice(0, -1).join('/');
  const absolute = target.startsWith('/') ? on.inTree(`/${simplifyPath(target) ?? ''}`) : undefined;
  const next = target.startsWith('/') ? absolute : simplifyPath(joinPath(folder, target));
  if (next === undefined) {
    throw new KustomizeError(
      `security; link '${on.shown(real)}' leads out of the repository (to '${target}')`,
      {
        code: 'link-outside',
        where: { file: real },
        hint: 'copy the file, or point the link into the repository',
      },
    );
  }
  return follow(next, on, asked, steps + 1);
}

const needsSimplifying = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Takes `.` and `..` out of a path; undefined when it ends above the root. */
export function simplifyPath(path: string): string | undefined {
  if (!needsSimplifying.test(path)) return path;
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) return undefined;
  }
  return kept.join('/');
}

/** Nothing is at a path. */
class MissingFile extends KustomizeError {
  readonly missing: string;
  readonly why: string;

  constructor(asked: string, missing: string, why: string, hint: string | undefined) {
    super(`evalsymlink failure on '${asked}' : lstat ${missing}: ${why}`, { code: 'file-missing', hint });
    this.missing = missing;
    this.why = why;
  }
}

function noSuch(asked: string, missing: string, why: string, hint?: string): KustomizeError {
  return new MissingFile(asked, missing, why, hint);
}

async function readFile(tree: Tree, path: string, shown: (path: string) => string): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await tree.read(path, fileBytesMax);
  } catch (thrown) {
    throw new KustomizeError(`read ${shown(path)}: ${messageOf(thrown)}`, { where: { file: path } });
  }
  if (bytes === undefined) throw new KustomizeError(`read ${shown(path)}: is a directory`);
  return bytes;
}
