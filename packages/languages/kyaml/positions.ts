import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

/** A place in a file, counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Documents that expand to more fields than this by aliases are told of only in part. */
const fieldsMax = 200_000;

/**
 * Where each field of a document is written, by JSON Pointer: the key for fields of mappings, the item itself in lists. What an
 * alias or a merge brings in stands where it was first written. Slow: the text is read once more, with every token.
 */
export function positionsOf(text: string, firstLine: number): ReadonlyMap<string, TextPosition> {
  const counter = new LineCounter();
  const options = { lineCounter: counter, uniqueKeys: false, logLevel: 'silent', version: '1.1' } as const;
  const found = new Map<string, TextPosition>();
  const document: Document = parseDocument(text, options);
  const note = (pointer: string, offset: number | undefined): void => {
    if (offset === undefined || found.has(pointer)) return;
    const { line, col } = counter.linePos(offset);
    found.set(pointer, { line: firstLine + line - 1, column: col });
  };
  const walk = (node: unknown, pointer: string): void => {
    if (found.size > fieldsMax) return;
    if (isAlias(node)) return walk(node.resolve(document), pointer);
    if (isSeq(node)) {
      node.items.forEach((item, i) => {
        const at = `${pointer}/${i}`;
        note(at, startOf(item));
        walk(item, at);
      });
    }
    if (!isMap(node)) return;
    const merged: unknown[] = [];
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? (key.source ?? String(key.value)) : undefined;
      if (name === undefined) continue;
      if (name === '<<') {
        merged.push(value);
        continue;
      }
      const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      note(at, startOf(key));
      walk(value, at);
    }
    for (const one of merged) for (const map of isSeq(one) ? one.items : [one]) walk(map, pointer);
  };
  note('', startOf(document.contents));
  walk(document.contents, '');
  return found;
}

function startOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
