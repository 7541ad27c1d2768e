import { positionsOf } from '../kyaml/positions.ts';
import type { TextPosition } from '../kyaml/positions.ts';
import { readCommon } from './common.ts';

/** As `positionsOf`, and many times as fast for what is written plainly. */
export function placesOf(text: string, firstLine: number): ReadonlyMap<string, TextPosition> {
  const keys = new Map<string, number>();
  if (readCommon(text, { keys }) === undefined) return positionsOf(text, firstLine);
  const found = new Map<string, TextPosition>();
  let line = firstLine;
  let lineStart = 0;
  // Keys were met in the order of the text, so its lines are counted once.
  for (const [pointer, offset] of [['', keys.values().next().value ?? 0] as const, ...keys]) {
    for (
      let end = text.indexOf('\n', lineStart);
      end >= 0 && end < offset;
      end = text.indexOf('\n', lineStart)
    ) {
      line++;
      lineStart = end + 1;
    }
    found.set(pointer, { line, column: offset - lineStart + 1 });
  }
  return found;
}
