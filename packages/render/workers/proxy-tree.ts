import type { Tree, TreeEntry } from '@plumbline/api';
import type { FileQuestion } from './protocol.ts';

/** Contents by hash, kept between the renders of one worker. */
export interface ContentCache {
  readonly folders: Map<string, readonly TreeEntry[]>;
  readonly files: Map<string, Uint8Array>;
  bytes: number;
}

/** Charts that are rendered again and again fit; what was used longest ago goes first. */
const bytesMax = 64 * 1024 * 1024;
/** What an entry of a folder costs. */
const entryBytes = 200;

export function createContentCache(): ContentCache {
  return { folders: new Map(), files: new Map(), bytes: 0 };
}

/**
 * A tree that lies elsewhere. Folders and files are known by the hash of their content, so each is asked for once, and
 * a render of what did not change asks nothing.
 */
export function proxyTree(
  root: TreeEntry | undefined,
  ask: (question: FileQuestion) => Promise<unknown>,
  cache: ContentCache,
): Tree {
  async function statAt(path: string): Promise<TreeEntry | undefined> {
    if (root === undefined || path.startsWith('$'))
      return (await ask({ ask: 'stat', path })) as TreeEntry | undefined;
    let entry: TreeEntry | undefined = root;
    let at = '';
    for (const name of path === '' ? [] : path.split('/')) {
      if (entry.kind !== 'folder') return undefined;
      const entries = await listOf(entry.hash, at);
      entry = find(entries, name);
      if (entry === undefined) return undefined;
      at = at === '' ? name : `${at}/${name}`;
    }
    return entry;
  }

  async function listOf(hash: string, path: string): Promise<readonly TreeEntry[] | undefined> {
    const known = cache.folders.get(hash);
    if (known !== undefined) {
      cache.folders.delete(hash);
      cache.folders.set(hash, known);
      return known;
    }
    const entries = (await ask({ ask: 'list', path })) as readonly TreeEntry[] | undefined;
    if (entries !== undefined) {
      cache.folders.set(hash, entries);
      cache.bytes += entries.length * entryBytes;
      trim(cache);
    }
    return entries;
  }

  return {
    stat: statAt,
    async list(path) {
      const entry = await statAt(path);
      return entry?.kind === 'folder' ? listOf(entry.hash, path) : undefined;
    },
    async read(path, most) {
      const entry = await statAt(path);
      if (entry === undefined || (entry.kind !== 'file' && entry.kind !== 'link')) return undefined;
      const known = cache.files.get(entry.hash);
      if (known !== undefined && known.length <= most) {
        cache.files.delete(entry.hash);
        cache.files.set(entry.hash, known);
        return known;
      }
      const bytes = (await ask({ ask: 'read', path, bytesMax: most })) as Uint8Array | undefined;
      if (bytes !== undefined && known === undefined) {
        cache.files.set(entry.hash, bytes);
        cache.bytes += bytes.length;
        trim(cache);
      }
      return bytes;
    },
  };
}

/** Entries come in byte order of their names, but few are in one folder, so the order is not made use of. */
function find(entries: readonly TreeEntry[] | undefined, name: string): TreeEntry | undefined {
  return entries?.find((entry) => entry.name === name);
}

function trim(cache: ContentCache): void {
  for (const [hash, bytes] of cache.files) {
    if (cache.bytes <= bytesMax) return;
    cache.files.delete(hash);
    cache.bytes -= bytes.length;
  }
  for (const [hash, entries] of cache.folders) {
    if (cache.bytes <= bytesMax) return;
    cache.folders.delete(hash);
    cache.bytes -= entries.length * entryBytes;
  }
}
