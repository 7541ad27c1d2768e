import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree, TreeEntry } from '@plumbline/api';

/** Up to here what a folder holds says itself what it is: loading what hashes takes longer than a small render. */
const plainMax = 4_096;

/**
 * A folder of this machine as it is now, for one render: looked at once, without waiting. Hashes come from sizes and
 * times of change, so that the same folder, unchanged, is known again by the next render.
 */
export function localTree(root: string): Tree {
  const entries = new Map<string, TreeEntry | undefined>();
  const lists = new Map<string, readonly TreeEntry[]>();

  function entryAt(path: string): TreeEntry | undefined {
    if (entries.has(path)) return entries.get(path);
    const entry = look(path);
    entries.set(path, entry);
    return entry;
  }

  function look(path: string): TreeEntry | undefined {
    if (!isInside(path)) return undefined;
    const info = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (info === undefined) return undefined;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (info.isDirectory()) return folderEntry(name, path);
    const kind = info.isSymbolicLink() ? 'link' : info.isFile() ? 'file' : undefined;
    if (kind === undefined) return undefined;
    const hash = `${info.mtimeMs} ${info.ctimeMs} ${info.size} ${info.ino}`;
    return { name, kind, hash, ...((info.mode & 0o100) === 0 ? {} : { executable: true }) };
  }

  /** Everything below a folder is looked at for its hash, so only when somebody asks for it. */
  function folderEntry(name: string, path: string): TreeEntry {
    let known: string | undefined;
    return {
      name,
      kind: 'folder',
      get hash() {
        if (known !== undefined) return known;
        const children = listOf(path).map(({ name: child, kind, hash }) => `${kind} ${hash} ${child}`);
        const text = children.join('\0');
        known = text.length <= plainMax ? text : createHash('sha1').update(text).digest('hex');
        return known;
      },
    };
  }

  function listOf(path: string): readonly TreeEntry[] {
    const known = lists.get(path);
    if (known !== undefined) return known;
    const names = readdirSync(join(root, path)).filter((name) => name !== '.git');
    const list = names
      .map((name) => entryAt(path === '' ? name : `${path}/${name}`))
      .filter((entry) => entry !== undefined)
      .toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    lists.set(path, list);
    return list;
  }

  return {
    stat: (path) => Promise.resolve(entryAt(path)),
    list: (path) => Promise.resolve(entryAt(path)?.kind === 'folder' ? listOf(path) : undefined),
    async read(path, bytesMax) {
      const entry = entryAt(path);
      if (entry?.kind === 'link') return Buffer.from(readlinkSync(join(root, path)));
      if (entry?.kind !== 'file') return undefined;
      const bytes = readFileSync(join(root, path));
      if (bytes.length > bytesMax) throw new Error(`${path} is longer than ${bytesMax} bytes`);
      return bytes;
    },
  };
}

function isInside(path: string): boolean {
  return path === '' || path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
