import type { EntryKind, Tree, TreeEntry } from '@plumbline/api';
import type { ObjectReader } from './object-reader.ts';

/** A folder as Git stores it, taken apart. Never changes: it is named by the hash of its content. */
interface Folder {
  readonly entries: readonly TreeEntry[];
  readonly byName: ReadonlyMap<string, TreeEntry>;
  readonly bytes: number;
}

/** Folders by hash, shared by all snapshots of all repositories. */
export interface FolderCache {
  get(reader: ObjectReader, hash: string): Promise<Folder>;
  /** How many folders were read from a repository, for tests and metrics. */
  readonly loads: number;
}

/** A monorepo of a thousand applications has some thousand folders of about 1 KB each. */
const cacheBytesMaxDefault = 64 * 1024 * 1024;
/** A folder of 100,000 files; more is no folder that anybody renders. */
const folderBytesMax = 8 * 1024 * 1024;
/** What an entry costs beside its name. */
const entryBytes = 180;

/** A cache of folders that forgets the ones least used when it holds more than `bytesMax` bytes. */
export function createFolderCache(bytesMax = cacheBytesMaxDefault): FolderCache {
  const known = new Map<string, Folder>();
  const loading = new Map<string, Promise<Folder>>();
  let bytes = 0;
  let loads = 0;

  function keep(hash: string, folder: Folder): void {
    known.set(hash, folder);
    bytes += folder.bytes;
    for (const [oldest, { bytes: size }] of known) {
      if (bytes <= bytesMax || oldest === hash) break;
      known.delete(oldest);
      bytes -= size;
    }
  }

  async function load(reader: ObjectReader, hash: string): Promise<Folder> {
    loads++;
    const object = await reader.read(hash, folderBytesMax);
    if (object === undefined) throw new Error(`the repository lacks the folder ${hash}`);
    if (object.type !== 'tree') throw new Error(`${hash} is no folder`);
    if (object.bytes === undefined) throw new Error(`a folder is longer than ${folderBytesMax} bytes`);
    const folder = parseFolder(object.bytes);
    keep(hash, folder);
    return folder;
  }

  return {
    get(reader, hash) {
      const folder = known.get(hash);
      if (folder !== undefined) {
        // The map's order is the order of use.
        known.delete(hash);
        known.set(hash, folder);
        return Promise.resolve(folder);
      }
      let promise = loading.get(hash);
      if (promise === undefined) {
        promise = load(reader, hash).finally(() => loading.delete(hash));
        loading.set(hash, promise);
      }
      return promise;
    },
    get loads() {
      return loads;
    },
  };
}

/** The files of one commit, read from the object database when somebody asks. */
export function gitTree(reader: ObjectReader, folders: FolderCache, rootHash: string): Tree {
  const root: TreeEntry = { name: '', kind: 'folder', hash: rootHash };

  async function stat(path: string): Promise<TreeEntry | undefined> {
    let entry: TreeEntry | undefined = root;
    if (path === '') return entry;
    for (const name of path.split('/')) {
      if (entry?.kind !== 'folder') return undefined;
      entry = (await folders.get(reader, entry.hash)).byName.get(name);
    }
    return entry;
  }

  return {
    stat,
    async list(path) {
      const entry = await stat(path);
      return entry?.kind === 'folder' ? (await folders.get(reader, entry.hash)).entries : undefined;
    },
    async read(path, bytesMax) {
      const entry = await stat(path);
      if (entry?.kind !== 'file' && entry?.kind !== 'link') return undefined;
      const object = await reader.read(entry.hash, bytesMax);
      if (object === undefined) throw new Error(`the repository lacks the contents of ${path}`);
      if (object.bytes === undefined) throw new Error(`${path} is longer than ${bytesMax} bytes`);
      return object.bytes;
    },
  };
}

/** `<mode> <name>\0<20 bytes of hash>` again and again. */
function parseFolder(data: Buffer): Folder {
  const entries: TreeEntry[] = [];
  let size = 0;
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(32, at);
    const end = data.indexOf(0, space);
    if (space < 0 || end < 0 || end + 20 > data.length)
      throw new Error('a folder is broken in the repository');
    const mode = data.toString('latin1', at, space);
    const name = data.toString('utf8', space + 1, end);
    const entry = { name, kind: kindOf(mode), hash: data.toString('hex', end + 1, end + 21) };
    entries.push(mode === '100755' ? { ...entry, executable: true } : entry);
    size += entryBytes + 2 * name.length;
    at = end + 21;
  }
  // Git sorts a folder as if its name ended in a slash; readers expect plain byte order, as walking a disk gives.
  entries.sort(byName);
  return { entries, byName: new Map(entries.map((entry) => [entry.name, entry])), bytes: size };
}

function byName(a: TreeEntry, b: TreeEntry): number {
  return compareBytes(a.name, b.name);
}

/** Byte order of UTF-8, which differs from JavaScript's order only beyond the basic plane. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const surrogates = /[\ud800-\udfff]/;
  if (surrogates.test(a) || surrogates.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

function kindOf(mode: string): EntryKind {
  if (mode === '40000') return 'folder';
  if (mode === '120000') return 'link';
  return mode === '160000' ? 'submodule' : 'file';
}
