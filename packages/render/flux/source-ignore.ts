import type { Tree, TreeEntry } from '@plumbline/api';
import { compileIgnore } from './ignore.ts';
import { loadIgnoreFiles } from './scan.ts';

/**
 * A source as Flux packs it: without what the `.sourceignore` files, the source's `spec.ignore` or Flux itself leave out, and
 * without symbolic links, which Flux never packs.
 */
export async function withSourceIgnore(tree: Tree, ignore = ''): Promise<Tree> {
  const isIgnored = compileIgnore([...(await loadIgnoreFiles(tree, '')), { folder: [], text: ignore }]);
  const shows = (path: string, entry: TreeEntry | undefined): boolean => {
    if (entry === undefined || entry.kind === 'link') return false;
    return path === '' || entry.kind === 'folder' || !isIgnored(path.split('/'), false);
  };
  return {
    async stat(path) {
      const entry = await tree.stat(path);
      return shows(path, entry) ? entry : undefined;
    },
    async list(path) {
      const entries = await tree.list(path);
      return entries?.filter((entry) => shows(path === '' ? entry.name : `${path}/${entry.name}`, entry));
    },
    async read(path, bytesMax) {
      return shows(path, await tree.stat(path)) ? tree.read(path, bytesMax) : undefined;
    },
  };
}
