import type { Tree, TreeEntry } from '@plumbline/api';
import type { Result } from '@plumbline/base';
import { parseAddress } from '../http/address.ts';

/** Opens another repository at a commit. */
export type OpenSubmodule = (url: string, commit: string) => Promise<Result<Tree>>;

/** A file of this size names no submodules. */
const gitmodulesBytesMax = 1024 * 1024;

/**
 * A repository's files with those of its submodules in their places. A submodule is only fetched when somebody looks
 * into it. Without a `.gitmodules` file the tree is given back as it is.
 */
export async function withSubmodules(tree: Tree, url: string, open: OpenSubmodule): Promise<Tree> {
  const file = await tree.read('.gitmodules', gitmodulesBytesMax).catch(() => undefined);
  if (file === undefined) return tree;
  const urls = parseGitmodules(new TextDecoder().decode(file));
  if (urls.size === 0) return tree;
  const opened = new Map<string, Promise<Tree>>();

  async function openAt(path: string, commit: string): Promise<Tree> {
    const written = urls.get(path);
    if (written === undefined) throw new Error(`.gitmodules says nothing of the submodule ${path}`);
    const result = await open(resolveUrl(url, written), commit);
    if (!result.ok) throw new Error(`submodule ${path}: ${result.error.message}`);
    return result.value;
  }

  /** The submodule that a path leads into and the rest of the path, or undefined. */
  async function enter(path: string): Promise<{ readonly tree: Tree; readonly rest: string } | undefined> {
    for (const at of urls.keys()) {
      if (path !== at && !path.startsWith(`${at}/`)) continue;
      const entry = await tree.stat(at);
      if (entry?.kind !== 'submodule') continue;
      const known = opened.get(at) ?? openAt(at, entry.hash);
      opened.set(at, known);
      return { tree: await known, rest: path.slice(at.length + 1) };
    }
    return undefined;
  }

  return {
    async stat(path) {
      const entry = await tree.stat(path);
      if (entry !== undefined) return shown(entry);
      const inside = await enter(path);
      return inside?.tree.stat(inside.rest);
    },
    async list(path) {
      const entries = await tree.list(path);
      if (entries !== undefined) return entries.map(shown);
      const inside = await enter(path);
      return inside?.tree.list(inside.rest);
    },
    async read(path, bytesMax) {
      const bytes = await tree.read(path, bytesMax);
      if (bytes !== undefined) return bytes;
      const inside = await enter(path);
      return inside?.tree.read(inside.rest, bytesMax);
    },
  };
}

/**
 * Submodules are folders here. The hash of a folder says that, too: whoever keeps folders by their hash must not take
 * them for those of the same repository without its submodules.
 */
function shown(entry: TreeEntry): TreeEntry {
  if (entry.kind === 'submodule') return { ...entry, kind: 'folder', hash: `submodule ${entry.hash}` };
  return entry.kind === 'folder' ? { ...entry, hash: `with-submodules ${entry.hash}` } : entry;
}

/** Paths and their addresses. */
function parseGitmodules(text: string): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  let path: string | undefined;
  let url: string | undefined;
  const flush = (): void => {
    if (path !== undefined && url !== undefined && !path.split('/').includes('..')) urls.set(path, url);
    path = undefined;
    url = undefined;
  };
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line.startsWith('[')) flush();
    const [, key, value = ''] = /^(path|url)\s*=\s*(.*)$/.exec(line) ?? [];
    const plain = value.replace(/^"(.*)"$/, '$1');
    if (key === 'path') path = plain.replace(/\/+$/, '');
    if (key === 'url') url = plain;
  }
  flush();
  return urls;
}

/** `../other.git` is meant beside the repository that names it. */
function resolveUrl(base: string, url: string): string {
  if (!/^\.\.?\//.test(url)) return url;
  const cut = base.replace(/\/+$/, '');
  const address = parseAddress(cut);
  const [head, tail] =
    address === undefined || address.protocol === 'file:'
      ? splitScp(cut)
      : [cut.slice(0, cut.length - address.pathname.length), address.pathname];
  const parts = tail.split('/').filter((part) => part !== '');
  for (const part of url.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return head.endsWith(':') ? `${head}${parts.join('/')}` : `${head}/${parts.join('/')}`;
}

/** `git@host:team/app` as `git@host:` and `team/app`; `file:///a/b` as `file://` and `/a/b`. */
function splitScp(url: string): readonly [string, string] {
  if (url.startsWith('file://')) return ['file://', url.slice('file://'.length)];
  const colon = url.indexOf(':');
  return colon < 0 ? ['', url] : [url.slice(0, colon + 1), url.slice(colon + 1)];
}
