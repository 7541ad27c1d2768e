import type { Read, Tree } from '@plumbline/api';
import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { createJsonnetFiles } from '@plumbline/languages';
import type { JsonnetFile, JsonnetFiles } from '@plumbline/languages';
import { follow, joinPath } from '../paths.ts';

/** A library or a data file of this size is a mistake. */
const importBytesMax = 64 * 1024 * 1024;

/** Takes `.` and `..` out of a path; undefined where it leaves the root. */
function clean(path: string): string | undefined {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) return undefined;
  }
  return kept.join('/');
}

/** The library folders of a source; one that lies outside of the repository is refused in Argo CD's words. */
export async function libraryFolders(
  tree: Tree,
  libs: readonly string[],
  reads: Read[],
): Promise<Result<readonly string[]>> {
  const folders: string[] = [];
  for (const lib of libs) {
    const path = clean(lib);
    const found = path === undefined ? undefined : await follow(tree, path, reads);
    if (path === undefined || found?.type === 'outside') {
      return err(problem('path-invalid', `file '${lib}' resolved to outside repository root`));
    }
    folders.push(found?.type === 'found' ? found.path : path);
  }
  return ok(folders);
}

/**
 * The files of a tree as imports find them: beside the importing file, then in the libraries from the last to the first.
 * What leaves the repository is not found; Argo CD would read it from its own disk.
 */
export function treeImports(tree: Tree, folders: readonly string[], reads: Read[]): JsonnetFiles {
  async function tryPath(folder: string, path: string): Promise<JsonnetFile | undefined> {
    const wanted = path.startsWith('/') ? undefined : clean(joinPath(folder, path));
    if (wanted === undefined) return undefined;
    const found = await follow(tree, wanted, reads);
    if (found.type !== 'found' || found.entry.kind !== 'file') return undefined;
    reads.push({ path: found.path, hash: found.entry.hash });
    const bytes = await tree.read(found.path, importBytesMax);
    return bytes === undefined ? undefined : { path: wanted, bytes };
  }
  return createJsonnetFiles(async (from, path) => {
    const beside = from.slice(0, from.lastIndexOf('/') + 1).replace(/\/$/, '');
    for (const folder of [beside, ...[...folders].reverse()]) {
      const file = await tryPath(folder, path);
      if (file !== undefined) return file;
    }
    return undefined;
  });
}
