import type { Read, Tree } from '@plumbline/api';

/** What the name of a read ends in when it stands for the files right in a folder, not for those in folders below. */
export const filesSuffix = '/*';

/** The hash that a read finds in a tree now: of a file, of a folder with all below it, or of the files right in a folder. */
export async function hashOf(tree: Tree, path: string): Promise<string | undefined> {
  if (!path.endsWith(filesSuffix)) return (await tree.stat(path))?.hash;
  const folder = path.slice(0, -filesSuffix.length);
  const entries = await tree.list(folder);
  if (entries === undefined) return undefined;
  // Without folders below it the folder's own hash says the same, and is short.
  if (!entries.some(({ kind }) => kind === 'folder')) return (await tree.stat(folder))?.hash;
  return entries
    .filter(({ kind }) => kind !== 'folder')
    .map(({ name, kind, hash }) => `${kind} ${hash} ${name}`)
    .join('\0');
}

const remotePrefix = 'remote:';

/** How a read is called that stands for another repository or for a file on the web; its hash is the revision. */
export function remoteRead(url: string): string {
  return remotePrefix + url;
}

export function isRemoteRead(path: string): boolean {
  return path.startsWith(remotePrefix);
}

/** Says what is known of another repository or of a file on the web now; undefined: nothing. */
export type RemoteRevision = (url: string) => string | undefined;

/** Whether a tree has everything as a render found it, so that rendering again would give the same. */
export async function isUnchanged(
  tree: Tree,
  reads: readonly Read[],
  remote?: RemoteRevision,
): Promise<boolean> {
  for (const { path, hash } of reads) {
    if (!isRemoteRead(path)) {
      if ((await hashOf(tree, path)) !== hash) return false;
      continue;
    }
    // What cannot be reached has not changed as far as anybody knows.
    const now = remote?.(path.slice(remotePrefix.length));
    if (now !== undefined && now !== hash) return false;
  }
  return true;
}
