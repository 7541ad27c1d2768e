import { createHash } from 'node:crypto';
import type { Snapshot, Tree, TreeEntry } from '@plumbline/api';

interface Folder {
  readonly children: Map<string, Folder | Leaf>;
}

interface Leaf {
  readonly bytes: Uint8Array;
  readonly kind: 'file' | 'link';
}

/** A tree from a table of files, hashed as Git hashes, with a count of what was read. */
export function memoryTree(
  files: Readonly<Record<string, string | Uint8Array | { readonly link: string }>>,
): Tree & { readonly reads: string[] } {
  const root: Folder = { children: new Map() };
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    for (const part of parts) {
      const next = folder.children.get(part) ?? { children: new Map() };
      if (!('children' in next)) throw new Error(`${path} lies below a file`);
      folder.children.set(part, next);
      folder = next;
    }
    const isLink = typeof content === 'object' && 'link' in content;
    folder.children.set(name, {
      bytes: Buffer.from((isLink ? content.link : content) as string),
      kind: isLink ? 'link' : 'file',
    });
  }
  const reads: string[] = [];
  const find = (path: string): Folder | Leaf | undefined => {
    let node: Folder | Leaf | undefined = root;
    for (const part of path === '' ? [] : path.split('/')) {
      node = node !== undefined && 'children' in node ? node.children.get(part) : undefined;
    }
    return node;
  };
  return {
    reads,
    async stat(path) {
      const node = find(path);
      return node === undefined ? undefined : entry(path.split('/').at(-1) ?? '', node);
    },
    async list(path) {
      const node = find(path);
      return node !== undefined && 'children' in node ? entries(node) : undefined;
    },
    async read(path, bytesMax) {
      const node = find(path);
      if (node === undefined || 'children' in node) return undefined;
      reads.push(path);
      if (node.bytes.length > bytesMax) throw new Error(`${path} is longer than ${bytesMax} bytes`);
      return node.bytes;
    },
  };
}

/** A snapshot of such a tree. */
export function memorySnapshot(tree: Tree, revision = 'revision'): Snapshot {
  return { source: 'memory', revision, tree, verification: { state: 'unchecked' } };
}

function entry(name: string, node: Folder | Leaf): TreeEntry {
  if ('children' in node) {
    const text = entries(node).map((child) => `${child.kind} ${child.hash} ${child.name}\0`);
    return { name, kind: 'folder', hash: digest(text.join('')) };
  }
  return { name, kind: node.kind, hash: digest(node.bytes) };
}

function entries(folder: Folder): TreeEntry[] {
  const sorted = [...folder.children].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return sorted.map(([name, node]) => entry(name, node));
}

function digest(data: string | Uint8Array): string {
  return createHash('sha1').update(data).digest('hex');
}
