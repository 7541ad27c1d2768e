import { byteLength } from '../go/index.ts';
import type { Source } from './nodes.ts';

/** Line from 1 and column in bytes from 0. */
export function placeOf(source: Source, pos: number): { readonly line: number; readonly column: number } {
  const before = source.text.slice(0, pos);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: byteLength(before.slice(lineStart)) };
}
