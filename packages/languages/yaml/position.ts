import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node } from 'yaml';

/**
 * Where the value at a JSON Pointer is written in a document's text; undefined when the text cannot be read again.
 * Slow (it keeps every token), therefore only called for what somebody looks at.
 */
export function positionIn(
  text: string,
  firstLine: number,
  pointer: string,
): { readonly line: number; readonly column: number } | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    uniqueKeys: false,
    logLevel: 'silent',
    version: '1.1',
  });
  let node: unknown = document.contents;
  let offset = rangeStart(node);
  for (const part of pointer === '' ? [] : pointer.slice(1).split('/')) {
    const next = child(node, part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (next === undefined) break;
    node = next.node;
    offset = next.offset ?? offset;
  }
  if (offset === undefined) return undefined;
  const found = counter.linePos(offset);
  return { line: firstLine + found.line - 1, column: found.col };
}

function child(node: unknown, key: string): { node: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : undefined;
      if (name === key) return { node: pair.value, offset: rangeStart(pair.value) ?? rangeStart(pair.key) };
    }
  }
  if (isSeq(node) && /^\d+$/.test(key)) {
    const item = node.items[Number(key)];
    return item === undefined ? undefined : { node: item, offset: rangeStart(item) };
  }
  return undefined;
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
