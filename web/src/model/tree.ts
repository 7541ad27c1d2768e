import type { HealthStatusCode, ResourceNode, ResourceTree } from '@plumbline/api';
import type { ResourceId } from '../api/shapes.ts';
import { healthOrder } from './status.ts';

/** A place in the tree of an application: a resource, or many siblings of one kind shown as one. */
export type TreeItem = ResourceItem | GroupItem;

interface ResourceItem {
  readonly type: 'resource';
  readonly key: string;
  readonly node: ResourceNode;
  readonly children: readonly TreeItem[];
}

export interface GroupItem {
  readonly type: 'group';
  readonly key: string;
  readonly kind: string;
  readonly size: number;
  /** The most urgent health within, and how many have each. */
  readonly health: ReadonlyMap<HealthStatusCode, number>;
  readonly outOfSync: number;
  /** Empty while the group is closed. */
  readonly children: readonly TreeItem[];
  readonly open: boolean;
}

/** Siblings of one kind beyond this number are shown as one place that can be opened. */
const siblingsMax = 50;

export function resourceKey(node: Pick<ResourceNode, 'group' | 'kind' | 'namespace' | 'name'>): string {
  return `${node.group ?? ''}/${node.kind}/${node.namespace ?? ''}/${node.name}`;
}

export function resourceIdOf(node: ResourceNode): ResourceId {
  const { version, kind, name } = node;
  return { group: node.group ?? '', version, kind, namespace: node.namespace ?? '', name };
}

function compareNodes(a: ResourceNode, b: ResourceNode): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.kind === 'ReplicaSet' && a.createdAt !== b.createdAt)
    return (b.createdAt ?? '') < (a.createdAt ?? '') ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

interface Family {
  readonly roots: readonly ResourceNode[];
  readonly children: ReadonlyMap<ResourceNode, readonly ResourceNode[]>;
}

/** Finds everybody's first known parent. Who has none, or stands in a ring of parents, is a root: nothing is lost. */
function familyOf(nodes: readonly ResourceNode[]): Family {
  const byUid = new Map<string, ResourceNode>();
  const byKey = new Map<string, ResourceNode>();
  for (const node of nodes) {
    if (node.uid !== undefined) byUid.set(node.uid, node);
    byKey.set(resourceKey(node), node);
  }
  const parents = new Map<ResourceNode, ResourceNode>();
  const isAncestor = (node: ResourceNode, of: ResourceNode): boolean => {
    for (let at: ResourceNode | undefined = of; at !== undefined; at = parents.get(at))
      if (at === node) return true;
    return false;
  };
  for (const node of nodes) {
    for (const ref of node.parentRefs ?? []) {
      const parent = (ref.uid === undefined ? undefined : byUid.get(ref.uid)) ?? byKey.get(resourceKey(ref));
      if (parent === undefined || isAncestor(node, parent)) continue;
      parents.set(node, parent);
      break;
    }
  }
  const roots: ResourceNode[] = [];
  const children = new Map<ResourceNode, ResourceNode[]>();
  for (const node of [...nodes].sort(compareNodes)) {
    const parent = parents.get(node);
    if (parent === undefined) {
      roots.push(node);
      continue;
    }
    const siblings = children.get(parent) ?? [];
    siblings.push(node);
    children.set(parent, siblings);
  }
  return { roots, children };
}

export interface TreeState {
  /** Keys of resources whose children are hidden. */
  readonly closed: ReadonlySet<string>;
  /** Keys of groups whose members are shown. */
  readonly opened: ReadonlySet<string>;
}

/** The resources of an application as a tree below it; many siblings of one kind become one place. */
export function buildTree(tree: ResourceTree, state: TreeState): readonly TreeItem[] {
  const { roots, children } = familyOf(tree.nodes);
  const item = (node: ResourceNode): TreeItem => {
    const key = resourceKey(node);
    const below = state.closed.has(key) ? [] : level(children.get(node) ?? [], key);
    return { type: 'resource', key, node, children: below };
  };
  const level = (nodes: readonly ResourceNode[], parent: string): readonly TreeItem[] => {
    const items: TreeItem[] = [];
    for (let from = 0; from < nodes.length;) {
      const kind = nodes[from]?.kind ?? '';
      let to = from;
      while (to < nodes.length && nodes[to]?.kind === kind) to += 1;
      const same = nodes.slice(from, to);
      if (same.length > siblingsMax) items.push(group(`${parent}>${kind}`, kind, same));
      else items.push(...same.map(item));
      from = to;
    }
    return items;
  };
  const group = (key: string, kind: string, nodes: readonly ResourceNode[]): GroupItem => {
    const open = state.opened.has(key);
    return {
      type: 'group',
      key,
      kind,
      size: nodes.length,
      health: countHealth(nodes),
      outOfSync: nodes.filter((node) => node.status === 'OutOfSync').length,
      children: open ? nodes.map(item) : [],
      open,
    };
  };
  return level(roots, '');
}

function countHealth(nodes: readonly ResourceNode[]): ReadonlyMap<HealthStatusCode, number> {
  const counts = new Map<HealthStatusCode, number>();
  for (const health of healthOrder) {
    const size = nodes.filter((node) => node.health?.status === health).length;
    if (size > 0) counts.set(health, size);
  }
  return counts;
}

/** Keys of resources that own something, whether it is shown or not. */
export function parentsOf(tree: ResourceTree): ReadonlySet<string> {
  return new Set([...familyOf(tree.nodes).children.keys()].map(resourceKey));
}

export interface FlatItem {
  readonly item: TreeItem;
  readonly depth: number;
  readonly parent: string | undefined;
  readonly position: number;
  readonly size: number;
}

/** The tree from top to bottom, as a list shows it. */
export function flatten(items: readonly TreeItem[], depth = 1, parent?: string): readonly FlatItem[] {
  return items.flatMap((item, index) => [
    { item, depth, parent, position: index + 1, size: items.length },
    ...flatten(item.children, depth + 1, item.key),
  ]);
}
