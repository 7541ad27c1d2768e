import type { TreeItem } from './tree.ts';

export interface Box {
  readonly key: string;
  /** `undefined` is the application itself. */
  readonly item: TreeItem | undefined;
  readonly parent: string | undefined;
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly position: number;
  readonly siblings: number;
}

export interface Layout {
  readonly boxes: readonly Box[];
  /** One path per parent: out of it, along one vertical line, into each child. */
  readonly lines: readonly { readonly key: string; readonly path: string }[];
  readonly width: number;
  readonly height: number;
}

export const boxSize = { width: 264, height: 58, gapX: 64, gapY: 14, gapFamily: 10 } as const;
export const rootKey = '';

interface Placed {
  readonly box: Box;
  readonly children: readonly Placed[];
}

/** A subtree before it has its place: `y` of the parent, and per column where the subtree begins and ends. */
interface Shape {
  readonly item: TreeItem | undefined;
  readonly key: string;
  readonly y: number;
  readonly tops: readonly number[];
  readonly bottoms: readonly number[];
  readonly children: readonly { readonly shape: Shape; readonly offset: number }[];
}

/** How far a subtree must go down to stand clear of those above it in every column that both use. */
function offsetBelow(bottoms: readonly number[], shape: Shape, gap: number): number {
  let offset = 0;
  shape.tops.forEach((top, column) => {
    const bottom = bottoms[column];
    if (bottom !== undefined) offset = Math.max(offset, bottom + gap - top);
  });
  return offset;
}

function shapeOf(item: TreeItem | undefined, key: string, items: readonly TreeItem[]): Shape {
  const { height, gapY, gapFamily } = boxSize;
  const bottoms: number[] = [];
  const tops: number[] = [];
  const children = items.map((child) => {
    const shape = shapeOf(child, child.key, child.children);
    const offset = offsetBelow(bottoms, shape, gapY + (shape.children.length > 1 ? gapFamily : 0));
    shape.tops.forEach((top, column) => {
      tops[column] ??= top + offset;
      bottoms[column] = (shape.bottoms[column] ?? 0) + offset;
    });
    return { shape, offset };
  });
  const first = children[0];
  const last = children.at(-1);
  const y =
    first === undefined || last === undefined
      ? 0
      : (first.shape.y + first.offset + last.shape.y + last.offset) / 2;
  return { item, key, y, tops: [y, ...tops], bottoms: [y + height, ...bottoms], children };
}

/**
 * Places a tree from left to right: each parent stands in the middle of its children, and each subtree as close to the
 * one above as its columns allow. The order is that of the items, so a change of state never moves a box; only
 * comings and goings do.
 */
export function layoutTree(items: readonly TreeItem[]): Layout {
  const { width, height, gapX } = boxSize;
  const shape = shapeOf(undefined, rootKey, items);
  const top = Math.min(...shape.tops);
  const boxes: Box[] = [];
  const place = (
    of: Shape,
    offset: number,
    at: Pick<Box, 'parent' | 'depth' | 'position' | 'siblings'>,
  ): Placed => {
    const box: Box = { ...at, key: of.key, item: of.item, x: at.depth * (width + gapX), y: of.y + offset };
    boxes.push(box);
    const children = of.children.map((child, index) =>
      place(child.shape, offset + child.offset, {
        parent: of.key,
        depth: at.depth + 1,
        position: index + 1,
        siblings: of.children.length,
      }),
    );
    return { box, children };
  };
  const root = place(shape, -top, { parent: undefined, depth: 0, position: 1, siblings: 1 });
  const bottom = boxes.reduce((most, box) => Math.max(most, box.y + height), 0);
  return { boxes, lines: linesOf(root), width: shape.tops.length * (width + gapX) - gapX, height: bottom };
}

function linesOf(placed: Placed): { key: string; path: string }[] {
  if (placed.children.length === 0) return [];
  return [{ key: placed.box.key, path: pathOf(placed) }, ...placed.children.flatMap(linesOf)];
}

function pathOf({ box, children }: Placed): string {
  const { width, height, gapX } = boxSize;
  const startX = box.x + width;
  const trunkX = startX + gapX / 2;
  const middle = box.y + height / 2;
  const ends = children.map((child) => child.box.y + height / 2);
  const endX = startX + gapX;
  const parts = [`M${startX} ${middle}H${trunkX}`];
  for (const y of ends) {
    const radius = Math.min(8, Math.abs(y - middle) / 2);
    if (radius < 1) parts.push(`M${trunkX} ${middle}H${endX}`);
    else {
      const turn = y > middle ? radius : -radius;
      parts.push(`M${trunkX} ${middle}V${y - turn}Q${trunkX} ${y} ${trunkX + radius} ${y}H${endX}`);
    }
  }
  return parts.join('');
}

export type Direction = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/** Where an arrow key leads: to the parent, the first child, or the nearest box of the same column. */
export function neighbour(layout: Layout, key: string, direction: Direction): string {
  const { boxes } = layout;
  const from = boxes.find((box) => box.key === key) ?? boxes[0];
  if (from === undefined) return key;
  if (direction === 'first') return boxes[0]?.key ?? key;
  if (direction === 'last') return boxes.at(-1)?.key ?? key;
  if (direction === 'left') return from.parent ?? key;
  if (direction === 'right') return boxes.find((box) => box.parent === from.key)?.key ?? key;
  const column = boxes.filter((box) => box.depth === from.depth).sort((a, b) => a.y - b.y);
  const index = column.indexOf(from) + (direction === 'down' ? 1 : -1);
  return column[index]?.key ?? key;
}
