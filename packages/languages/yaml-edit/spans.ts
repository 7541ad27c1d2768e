import { isScalar, isSeq } from 'yaml';
import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml';

/** A mapping or a list. */
export type Collection = YAMLMap<Node, Node | null> | YAMLSeq<Node>;

/** Where an entry of a collection stands in the text: a field from its key on, an item of a block from its dash on. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The place of a node's own text. */
export function rangeOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

export function isFlow(node: Node): boolean {
  return (node as { readonly flow?: boolean }).flow === true;
}

/** The text of an entry's key. */
function keyText(collection: Collection, index: number): string {
  const item = collection.items[index];
  const key = item === undefined || isSeq(collection) ? undefined : (item as Pair<Node, Node | null>).key;
  return isScalar(key) ? String(key.value) : '';
}

/** The number of the entry that a part of a path names; -1: there is none. */
export function indexOf(collection: Collection, key: string | number): number {
  if (isSeq(collection)) return typeof key === 'number' && key < collection.items.length ? key : -1;
  return collection.items.findIndex((_, i) => keyText(collection, i) === String(key));
}

export function spanOf(collection: Collection, index: number): Span {
  const item = collection.items[index];
  if (item === undefined) return rangeOf(collection as Node);
  if (isSeq(collection)) {
    const { start, end } = rangeOf(item as Node);
    return { start: dashOf(collection, index) ?? start, end };
  }
  const { key, value } = item as Pair<Node, Node | null>;
  const { start, end } = rangeOf(key);
  // Behind the key there is at least its colon.
  return { start, end: value === null ? end + 1 : Math.max(rangeOf(value).end, end + 1) };
}

/** The dash in front of an item of a block. */
function dashOf(collection: Collection, index: number): number | undefined {
  const token = collection.srcToken;
  if (token?.type !== 'block-seq') return undefined;
  return token.items[index]?.start.find(({ type }) => type === 'seq-item-ind')?.offset;
}

export function endOf(collection: Collection): number {
  return spanOf(collection, collection.items.length - 1).end;
}

/** How far from the start of its line a place is. */
export function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** The start of the line behind the one that a place is on. */
function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** Where the line ends on which something ends; what takes its line end along (a block) ends before it. */
export function endOfEntry(text: string, end: number): number {
  return end > 0 && text[end - 1] === '\n' ? end : nextLine(text, end);
}

/** The text without an entry: of a block its lines go, with the comment behind it; comments above it stay. */
export function withoutEntry(text: string, collection: Collection, index: number): string {
  const { start, end } = spanOf(collection, index);
  const hasNext = index + 1 < collection.items.length;
  const next = hasNext ? spanOf(collection, index + 1).start : undefined;
  if (isFlow(collection as Node)) {
    if (next !== undefined) return text.slice(0, start) + text.slice(next);
    const previous = index > 0 ? spanOf(collection, index - 1).end : start;
    return text.slice(0, previous) + text.slice(end);
  }
  const line = lineStart(text, start);
  // The first field of an item stands behind its dash; what comes next moves there.
  if (text.slice(line, start).trim() !== '' && next !== undefined)
    return text.slice(0, start) + text.slice(next);
  return text.slice(0, line) + text.slice(endOfEntry(text, end));
}
