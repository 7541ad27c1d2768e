import type { Tree, TreeEntry } from '@plumbline/api';

/** A chart from a repository as a tree: one file, the archive. */
export function chartTree(name: string, digest: string, read: () => Promise<Uint8Array | undefined>): Tree {
  const entry: TreeEntry = { name, kind: 'file', hash: digest };
  const root: TreeEntry = { name: '', kind: 'folder', hash: `chart-${digest}` };
  return {
    stat: (path) => Promise.resolve(path === '' ? root : path === name ? entry : undefined),
    list: (path) => Promise.resolve(path === '' ? [entry] : undefined),
    async read(path, bytesMax) {
      if (path !== name) return undefined;
      const bytes = await read();
      if (bytes === undefined) throw new Error(`the chart ${name} is no longer here`);
      if (bytes.length > bytesMax) throw new Error(`${name} is longer than ${bytesMax} bytes`);
      return bytes;
    },
  };
}
