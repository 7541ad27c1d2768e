import { createHash } from 'node:crypto';
import type { Read, Tree } from '@plumbline/api';

/** What the name of a read ends in when it stands for the files right in a folder, not for those in folders below. */
export const filesSuffix = '/*';

/** The hash that a read finds in a tree now: of a file, of a folder with all below it, or of the files right in a folder. */
export async function hashOf(tree: Tree, path: string): Promise<string | undefined> {
  if (!path.endsWith(filesSuffix)) return (await tree.stat(path))?.hash;
  const entries = await tree.list(path.slice(0, -filesSuffix.length));
  if (entries === undefined) return undefined;
  const digest = createHash('sha1');
  for (const { name, kind, hash } of entries)
    if (kind !== 'folder') digest.update(`${kind} ${hash} ${name}\0`);
  return digest.digest('hex');
}

/** Whether a tree has everything as a render found it, so that rendering again would give the same. */
export async function isUnchanged(tree: Tree, reads: readonly Read[]): Promise<boolean> {
  for (const read of reads) if ((await hashOf(tree, read.path)) !== read.hash) return false;
  return true;
}
