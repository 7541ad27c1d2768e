import { createHash } from 'node:crypto';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tree, TreeEntry } from '@plumbline/api';
import { compareBytes } from '../git/tree.ts';

/**
 * A folder of this machine as a tree, for the commands that work on what is not committed yet. It is as stable as the
 * folder: hashes come from sizes and times of change, as Git's own index has them. `.git` is not part of it.
 */
export function folderTree(root: string): Tree {
  async function entryAt(path: string, name: string): Promise<TreeEntry | undefined> {
    const info = await lstat(join(root, path), { bigint: true }).catch(() => undefined);
    if (info === undefined || !isInside(path)) return undefined;
    if (info.isDirectory()) return { name, kind: 'folder', hash: await folderHash(path) };
    const kind = info.isSymbolicLink() ? 'link' : info.isFile() ? 'file' : undefined;
    if (kind === undefined) return undefined;
    const hash = digest(`${kind} ${info.mtimeNs} ${info.ctimeNs} ${info.size} ${info.ino}`);
    return {
      name,
      kind,
      hash,
      ...(kind === 'file' && (info.mode & 0o100n) !== 0n ? { executable: true } : {}),
    };
  }

  async function list(path: string): Promise<readonly TreeEntry[] | undefined> {
    if (!isInside(path)) return undefined;
    const names = await readdir(join(root, path)).catch(() => undefined);
    if (names === undefined) return undefined;
    const inside = names.filter((name) => name !== '.git').sort(compareBytes);
    const entries = await Promise.all(
      inside.map((name) => entryAt(path === '' ? name : `${path}/${name}`, name)),
    );
    return entries.filter((entry) => entry !== undefined);
  }

  async function folderHash(path: string): Promise<string> {
    const entries = (await list(path)) ?? [];
    return digest(entries.map(({ name, kind, hash }) => `${kind} ${hash} ${name}\0`).join(''));
  }

  return {
    stat: (path) => entryAt(path, path.split('/').at(-1) ?? ''),
    list,
    async read(path, bytesMax) {
      const entry = await entryAt(path, '');
      if (entry?.kind === 'link') return Buffer.from(await readlink(join(root, path)));
      if (entry?.kind !== 'file') return undefined;
      const file = await open(join(root, path));
      try {
        if ((await file.stat()).size > bytesMax) throw new Error(`${path} is longer than ${bytesMax} bytes`);
        return await file.readFile();
      } finally {
        await file.close();
      }
    },
  };
}

function isInside(path: string): boolean {
  return (
    path === '' ||
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part !== '.git')
  );
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
