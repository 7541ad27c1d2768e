import type { Read, Tree, TreeEntry } from '@plumbline/api';
import { err, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';

/** Longest way through links that is followed, as Linux does. */
const linkStepsMax = 40;
/** A path that a file system would take. */
const linkBytesMax = 4_096;

/**
 * The folder of a source below its repository's root: `.` and `./a/` are fine, what leaves the root is not. The words
 * are those of Argo CD.
 */
export function normalizePath(path: string): Result<string> {
  if (path.startsWith('/')) return err(problem('path-invalid', `${path}: app path is absolute`));
  const normal = simplify(path.split('/'));
  return normal === undefined ? err(problem('path-invalid', `${path}: app path outside root`)) : ok(normal);
}

/** Takes `.` and `..` out of a path; undefined when it ends outside of the root. */
function simplify(parts: readonly string[]): string | undefined {
  const kept: string[] = [];
  let above = 0;
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) above++;
  }
  return above > 0 ? undefined : kept.join('/');
}

/** A path below a folder; '' is the root. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Paths as Go joins them: `.` and `..` are taken out, leading `..` stay. */
export function joinGo(folder: string, path: string): string {
  const kept: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else kept.push(part);
  }
  return kept.join('/');
}

/** Where a path leads when links are followed. */
export type Followed =
  | { readonly type: 'found'; readonly path: string; readonly entry: TreeEntry }
  | { readonly type: 'missing' | 'outside' | 'loop'; readonly path: string };

/** Follows links, also those on the way, inside the tree. Every link that was looked at is noted in `reads`. */
export async function follow(tree: Tree, path: string, reads: Read[]): Promise<Followed> {
  let rest = path === '' ? [] : path.split('/');
  let at = '';
  for (let steps = 0; ;) {
    const entry = await tree.stat(at);
    if (entry === undefined) {
      reads.push({ path: at, hash: undefined });
      return { type: 'missing', path: at };
    }
    if (entry.kind === 'link') {
      reads.push({ path: at, hash: entry.hash });
      if (++steps > linkStepsMax) return { type: 'loop', path: at };
      const target = await readLink(tree, at);
      const next = target.startsWith('/')
        ? undefined
        : simplify([...at.split('/').slice(0, -1), ...target.split('/')]);
      if (next === undefined) return { type: 'outside', path: at };
      rest = [...next.split('/').filter((part) => part !== ''), ...rest];
      at = '';
      if (rest.length === 0) return { type: 'found', path: '', entry: (await tree.stat('')) ?? entry };
      at = rest.shift() ?? '';
      continue;
    }
    const name = rest.shift();
    if (name === undefined) return { type: 'found', path: at, entry };
    at = joinPath(at, name);
  }
}

/** The target of a link as it was written. */
export async function readLink(tree: Tree, path: string): Promise<string> {
  const bytes = await tree.read(path, linkBytesMax);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}

/**
 * Whether a link's target leaves the root, even if only on its way: `..` may never step above it. Nothing is followed
 * here; a link that is harmless by itself and leads to a bad one is found when that one is looked at.
 */
export function leavesRoot(linkPath: string, target: string): boolean {
  if (target.startsWith('/')) return true;
  let depth = linkPath.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

/** The problem for a path that does not lead to a folder. */
export function noFolder(path: string, followed: Followed): Problem | undefined {
  if (followed.type === 'found' && followed.entry.kind === 'folder') return undefined;
  if (followed.type === 'missing') {
    return problem('path-missing', `${path}: app path does not exist`, { hint: 'check spec.source.path' });
  }
  if (followed.type === 'found') return problem('path-invalid', `${path}: app path is not a directory`);
  return problem('link-outside', `repository contains out-of-bounds symlinks. file: ${followed.path}`);
}
