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

/**
 * Places a tree from left to right: each leaf gets a row of its own and each parent stands in the middle of its
 * children. The order is that of the items, so a change of state never moves a box; only comings and goings do.
 */
export function layoutTree(items: readonly TreeItem[]): Layout {
  const { width, height, gapX, gapY, gapFamily } = boxSize;
  const boxes: Box[] = [];
  let nextY = 0;
  let deepest = 0;

  const place = (
    item: TreeItem | undefined,
    children: readonly TreeItem[],
    at: Omit<Box, 'x' | 'y' | 'item'>,
  ): Placed => {
    deepest = Math.max(deepest, at.depth);
    const index = boxes.length;
    // The place in the list is taken before the children's, so that boxes are in reading order.
    boxes.push({ ...at, item, x: 0, y: 0 });
    const placed = children.map((child, position) =>
      place(child, child.children, {
        key: child.key,
        parent: at.key,
        depth: at.depth + 1,
        position: position + 1,
        siblings: children.length,
      }),
    );
    const first = placed[0];
    const last = placed.at(-1);
    const y = first === undefined || last === undefined ? nextY : (first.box.y + last.box.y) / 2;
    if (first === undefined) nextY += height + gapY;
    else nextY += gapFamily;
    const box = { ...at, item, x: at.depth * (width + gapX), y };
    boxes[index] = box;
    return { box, children: placed };
  };

  const root = place(undefined, items, {
    key: rootKey,
    parent: undefined,
    depth: 0,
    position: 1,
    siblings: 1,
  });
  const bottom = boxes.reduce((most, box) => Math.max(most, box.y + height), 0);
  return { boxes, lines: linesOf(root), width: (deepest + 1) * (width + gapX) - gapX, height: bottom };
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
