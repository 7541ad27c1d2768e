import type { Tree, TreeEntry } from '@plumbline/api';

/**
 * The paths that differ between two trees: files, links and folders that were added, removed or changed, and each folder
 * above them ('' is the root). Equal folders are recognised by their hash and not opened, so the work follows the change
 * and not the size of the repository. Undefined when there are more than `most`.
 */
export async function changedPaths(
  before: Tree,
  after: Tree,
  most: number,
): Promise<ReadonlySet<string> | undefined> {
  const changed = new Set<string>();
  const open: string[] = [''];
  const [oldRoot, newRoot] = [await before.stat(''), await after.stat('')];
  if (oldRoot?.hash === newRoot?.hash) return changed;
  changed.add('');
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const [left, right] = [byName(await before.list(path)), byName(await after.list(path))];
    for (const name of new Set([...left.keys(), ...right.keys()])) {
      const [old, now] = [left.get(name), right.get(name)];
      if (old?.hash === now?.hash && old?.kind === now?.kind) continue;
      const below = path === '' ? name : `${path}/${name}`;
      changed.add(below);
      if (changed.size > most) return undefined;
      if (old?.kind === 'folder' || now?.kind === 'folder') open.push(below);
    }
  }
  return changed;
}

function byName(entries: readonly TreeEntry[] | undefined): ReadonlyMap<string, TreeEntry> {
  return new Map((entries ?? []).map((entry) => [entry.name, entry]));
}
