import type { ResourceNode } from '@plumbline/api';
import { describe, expect, it } from 'vitest';
import { layoutTree, neighbour, rootKey } from './tree-layout.ts';
import { buildTree, flatten, parentsOf, resourceKey } from './tree.ts';

const nothing = { closed: new Set<string>(), opened: new Set<string>() };

function node(
  kind: string,
  name: string,
  parent?: ResourceNode,
  more: Partial<ResourceNode> = {},
): ResourceNode {
  return {
    version: 'v1',
    kind,
    name,
    namespace: 'default',
    uid: `${kind}-${name}`,
    ...(parent === undefined
      ? {}
      : { parentRefs: [{ kind: parent.kind, name: parent.name, uid: parent.uid ?? '' }] }),
    ...more,
  };
}

const deployment = node('Deployment', 'web');
const replicaSet = node('ReplicaSet', 'web-1', deployment);
const pods = Array.from({ length: 60 }, (_, index) =>
  node('Pod', `web-1-${String(index).padStart(2, '0')}`, replicaSet, {
    health: { status: index === 7 ? 'Degraded' : 'Healthy' },
  }),
);
const service = node('Service', 'web');
const small = { nodes: [service, ...pods.slice(0, 2), replicaSet, deployment] };

const shown = (tree: { nodes: readonly ResourceNode[] }, state = nothing): string[] =>
  flatten(buildTree(tree, state)).map(
    ({ item, depth }) => `${depth} ${item.type === 'group' ? `${item.kind}*${item.size}` : item.node.name}`,
  );

describe('buildTree', () => {
  it('puts children below their owners, sorted by kind and name', () => {
    expect(shown(small)).toEqual(['1 web', '2 web-1', '3 web-1-00', '3 web-1-01', '1 web']);
  });

  it('hides what is below a closed resource', () => {
    expect(shown(small, { ...nothing, closed: new Set([resourceKey(deployment)]) })).toEqual([
      '1 web',
      '1 web',
    ]);
    expect(parentsOf(small)).toEqual(new Set([resourceKey(deployment), resourceKey(replicaSet)]));
  });

  it('shows more than fifty siblings of a kind as one place with their healths', () => {
    const tree = { nodes: [deployment, replicaSet, ...pods] };
    expect(shown(tree)).toEqual(['1 web', '2 web-1', '3 Pod*60']);
    const group = flatten(buildTree(tree, nothing))[2]?.item;
    expect(group?.type === 'group' && [...group.health]).toEqual([
      ['Degraded', 1],
      ['Healthy', 59],
    ]);
    expect(shown(tree, { ...nothing, opened: new Set([group?.key ?? '']) })).toHaveLength(63);
  });

  it('keeps what has no known owner, and rings of owners, as roots', () => {
    const a: ResourceNode = { ...node('A', 'a'), parentRefs: [{ kind: 'B', name: 'b', uid: 'B-b' }] };
    const b: ResourceNode = { ...node('B', 'b'), parentRefs: [{ kind: 'A', name: 'a', uid: 'A-a' }] };
    const orphan = node('Pod', 'lost', node('ReplicaSet', 'gone'));
    expect(shown({ nodes: [a, b, orphan] })).toEqual(['1 b', '2 a', '1 lost']);
  });
});

describe('layoutTree', () => {
  const layout = layoutTree(buildTree(small, nothing));

  it('gives each box a place that no other overlaps', () => {
    for (const a of layout.boxes) {
      for (const b of layout.boxes)
        if (a !== b && a.x === b.x) expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(58);
    }
    expect(layout.boxes.every((box) => box.x <= layout.width && box.y <= layout.height)).toBe(true);
  });

  it('draws one line per parent', () => {
    expect(layout.lines.map(({ key }) => key)).toEqual([
      rootKey,
      resourceKey(deployment),
      resourceKey(replicaSet),
    ]);
  });

  it('lets the arrow keys reach parents, children and neighbours', () => {
    expect(neighbour(layout, rootKey, 'right')).toBe(resourceKey(deployment));
    expect(neighbour(layout, resourceKey(deployment), 'down')).toBe(resourceKey(service));
    expect(neighbour(layout, resourceKey(service), 'down')).toBe(resourceKey(service));
    expect(neighbour(layout, resourceKey(replicaSet), 'left')).toBe(resourceKey(deployment));
  });
});
