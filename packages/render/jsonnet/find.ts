import type { Tree } from '@plumbline/api';
import { joinPath } from '../paths.ts';

/** Deeper folders are refused when they are read. */
const depthMax = 100;

/** Whether there is a `.jsonnet` file right in a folder, or with `recurse` anywhere below it. */
export async function hasJsonnet(tree: Tree, folder: string, recurse: boolean, depth = 0): Promise<boolean> {
  const entries = (await tree.list(folder)) ?? [];
  if (entries.some((entry) => entry.kind !== 'folder' && entry.name.endsWith('.jsonnet'))) return true;
  if (!recurse || depth >= depthMax) return false;
  for (const entry of entries) {
    if (entry.kind !== 'folder') continue;
    if (await hasJsonnet(tree, joinPath(folder, entry.name), recurse, depth + 1)) return true;
  }
  return false;
}
