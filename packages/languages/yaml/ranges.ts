import { readCommon } from './common.ts';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** A part of a text, in UTF-16 units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Documents with more fields than this are told of only in part. */
const fieldsMax = 200_000;

/**
 * The part of a document's text that each value without fields of its own is written in, by JSON Pointer; empty mappings
 * and lists count as such. Slow for what is not written plainly: every token is kept. Nothing where the text cannot be read again.
 */
export function rangesOf(text: string): ReadonlyMap<string, TextRange> {
  const found = new Map<string, TextRange>();
  if (readCommon(text, { values: found }) !== undefined) return found;
  found.clear();
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent', version: '1.1' });
  const walk = (node: unknown, pointer: string): void => {
    if (found.size > fieldsMax) return;
    if (isMap(node) && node.items.length > 0) {
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? (key.source ?? String(key.value)) : undefined;
        if (name !== undefined)
          walk(value ?? key, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
      }
      return;
    }
    if (isSeq(node) && node.items.length > 0) {
      node.items.forEach((item, i) => walk(item, `${pointer}/${i}`));
      return;
    }
    const range = (node as { readonly range?: readonly [number, number, number] | null } | null)?.range;
    if (range !== undefined && range !== null) found.set(pointer, { start: range[0], end: range[1] });
  };
  walk(document.contents, '');
  return found;
}
