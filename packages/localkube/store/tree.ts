/**
 * An ordered map from texts to values as a B+-tree whose nodes are copied on write once somebody holds a snapshot.
 * A snapshot is the root pointer: it costs nothing and stays as it was, which is what consistent paging needs.
 * Keys are ordered by their UTF-16 code units.
 */
export interface Tree<V> {
  get(key: string): V | undefined;
  /** Returns what was there before. */
  set(key: string, value: V): V | undefined;
  delete(key: string): V | undefined;
  readonly size: number;
  snapshot(): TreeView<V>;
  /** Entries whose keys are >= `from` (and < `to`), in order. The tree may not be written meanwhile. */
  range(from?: string, to?: string): Generator<readonly [string, V]>;
}

interface TreeView<V> {
  readonly size: number;
  range(from?: string, to?: string): Generator<readonly [string, V]>;
}

interface Leaf<V> {
  readonly leaf: true;
  readonly owner: number;
  readonly keys: string[];
  readonly values: V[];
}

interface Branch<V> {
  readonly leaf: false;
  readonly owner: number;
  /** keys[i] is the least key below children[i]; keys[0] is not used for search. */
  readonly keys: string[];
  readonly children: Node<V>[];
}

type Node<V> = Leaf<V> | Branch<V>;

const fanOut = 64;

/** The first index whose key is >= `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child that holds `key`. */
function childIndex(keys: readonly string[], key: string): number {
  let low = 1;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function find<V>(root: Node<V>, key: string): V | undefined {
  let node = root;
  while (!node.leaf) node = node.children[childIndex(node.keys, key)]!;
  const index = lowerBound(node.keys, key);
  return node.keys[index] === key ? node.values[index] : undefined;
}

function* walk<V>(node: Node<V>, from: string, to: string | undefined): Generator<readonly [string, V]> {
  if (node.leaf) {
    for (let index = lowerBound(node.keys, from); index < node.keys.length; index++) {
      const key = node.keys[index]!;
      if (to !== undefined && key >= to) return;
      yield [key, node.values[index]!];
    }
    return;
  }
  for (let index = childIndex(node.keys, from); index < node.children.length; index++) {
    if (to !== undefined && index > 0 && node.keys[index]! >= to) return;
    yield* walk(node.children[index]!, from, to);
  }
}

export function makeTree<V>(): Tree<V> {
  // Nodes that carry the present number are not seen by any snapshot and may be changed in place.
  let owner = 0;
  let size = 0;
  let root: Node<V> = { leaf: true, owner, keys: [], values: [] };
  let replaced: V | undefined;

  const own = (node: Node<V>): Node<V> => {
    if (node.owner === owner) return node;
    return node.leaf
      ? { leaf: true, owner, keys: [...node.keys], values: [...node.values] }
      : { leaf: false, owner, keys: [...node.keys], children: [...node.children] };
  };

  const split = (node: Node<V>): Node<V> | undefined => {
    if (node.keys.length <= fanOut) return undefined;
    // Ascending inserts (the common case: generated names, imports) leave nearly full nodes behind.
    const at = node.keys.length >>> 1;
    return node.leaf
      ? { leaf: true, owner, keys: node.keys.splice(at), values: node.values.splice(at) }
      : { leaf: false, owner, keys: node.keys.splice(at), children: node.children.splice(at) };
  };

  const insert = (shared: Node<V>, key: string, value: V): [Node<V>, Node<V> | undefined] => {
    const node = own(shared);
    if (node.leaf) {
      const index = lowerBound(node.keys, key);
      if (node.keys[index] === key) {
        replaced = node.values[index];
        node.values[index] = value;
        return [node, undefined];
      }
      node.keys.splice(index, 0, key);
      node.values.splice(index, 0, value);
      size++;
      return [node, split(node)];
    }
    const index = childIndex(node.keys, key);
    const [child, sibling] = insert(node.children[index]!, key, value);
    node.children[index] = child;
    if (sibling === undefined) return [node, undefined];
    node.keys.splice(index + 1, 0, sibling.keys[0]!);
    node.children.splice(index + 1, 0, sibling);
    return [node, split(node)];
  };

  // A node is dropped when it is empty; half-full nodes are not merged, because what is deleted here is mostly
  // deleted in whole runs of keys (a namespace, the children of one owner).
  const remove = (shared: Node<V>, key: string): Node<V> | undefined => {
    const node = own(shared);
    if (node.leaf) {
      const index = lowerBound(node.keys, key);
      replaced = node.values[index];
      node.keys.splice(index, 1);
      node.values.splice(index, 1);
      return node.keys.length === 0 ? undefined : node;
    }
    const index = childIndex(node.keys, key);
    const child = remove(node.children[index]!, key);
    if (child !== undefined) {
      node.children[index] = child;
      return node;
    }
    node.keys.splice(index, 1);
    node.children.splice(index, 1);
    return node.children.length === 0 ? undefined : node;
  };

  return {
    get: (key) => find(root, key),
    set(key, value) {
      replaced = undefined;
      const [left, right] = insert(root, key, value);
      root =
        right === undefined
          ? left
          : { leaf: false, owner, keys: [left.keys[0]!, right.keys[0]!], children: [left, right] };
      return replaced;
    },
    delete(key) {
      if (find(root, key) === undefined) return undefined;
      root = remove(root, key) ?? { leaf: true, owner, keys: [], values: [] };
      while (!root.leaf && root.children.length === 1) root = root.children[0]!;
      size--;
      return replaced;
    },
    get size() {
      return size;
    },
    snapshot() {
      owner++;
      const [held, heldSize] = [root, size];
      return { size: heldSize, range: (from = '', to?: string) => walk(held, from, to) };
    },
    range: (from = '', to?: string) => walk(root, from, to),
  };
}
