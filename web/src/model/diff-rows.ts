import { diffArrays } from 'diff';
import { lineText, yamlLines } from './yaml.ts';
import type { YamlLine } from './yaml.ts';

/** One side of a row: the line, its number, and which letters differ from the other side. */
export interface DiffCell {
  readonly number: number;
  readonly line: YamlLine;
  readonly from: number;
  readonly to: number;
}

export interface DiffRow {
  readonly type: 'same' | 'changed';
  readonly left: DiffCell | undefined;
  readonly right: DiffCell | undefined;
}

export interface Fold {
  readonly type: 'fold';
  readonly rows: readonly DiffRow[];
}

/** Equal lines around a change that are always shown. */
const contextLines = 3;

const whole = (number: number, line: YamlLine): DiffCell => ({ number, line, from: 0, to: 0 });

/** Compares two values as the lines of their YAML: pairs of lines as they stand side by side. */
export function diffRows(left: unknown, right: unknown): readonly DiffRow[] {
  const leftLines = left === undefined ? [] : yamlLines(left);
  const rightLines = right === undefined ? [] : yamlLines(right);
  const rows: DiffRow[] = [];
  let removed: DiffCell[] = [];
  let added: DiffCell[] = [];
  let leftAt = 0;
  let rightAt = 0;
  const flush = (): void => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      rows.push(pair(removed[index], added[index]));
    }
    removed = [];
    added = [];
  };
  for (const part of diffArrays(leftLines.map(lineText), rightLines.map(lineText))) {
    for (let index = 0; index < part.value.length; index += 1) {
      if (part.removed) {
        removed.push(whole(leftAt + 1, leftLines[leftAt] ?? []));
        leftAt += 1;
      } else if (part.added) {
        added.push(whole(rightAt + 1, rightLines[rightAt] ?? []));
        rightAt += 1;
      } else {
        flush();
        rows.push({
          type: 'same',
          left: whole(leftAt + 1, leftLines[leftAt] ?? []),
          right: whole(rightAt + 1, rightLines[rightAt] ?? []),
        });
        leftAt += 1;
        rightAt += 1;
      }
    }
  }
  flush();
  return rows;
}

/** Marks what differs between two lines: all but their common beginning and end. */
function pair(left: DiffCell | undefined, right: DiffCell | undefined): DiffRow {
  if (left === undefined || right === undefined) return { type: 'changed', left, right };
  const a = lineText(left.line);
  const b = lineText(right.line);
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  // Lines with little in common but their indent are better shown as a whole.
  if (a.slice(0, start).trim() === '' && end === 0) return { type: 'changed', left, right };
  return {
    type: 'changed',
    left: { ...left, from: start, to: a.length - end },
    right: { ...right, from: start, to: b.length - end },
  };
}

/** Folds long stretches of equal lines away, keeping some around each change. */
export function foldRows(rows: readonly DiffRow[], context = contextLines): readonly (DiffRow | Fold)[] {
  const keep = new Set<number>();
  rows.forEach((row, index) => {
    if (row.type === 'same') return;
    for (let at = index - context; at <= index + context; at += 1) keep.add(at);
  });
  const out: (DiffRow | Fold)[] = [];
  let hidden: DiffRow[] = [];
  const flush = (): void => {
    // A fold of one line would take the room of that line.
    if (hidden.length > 1) out.push({ type: 'fold', rows: hidden });
    else out.push(...hidden);
    hidden = [];
  };
  rows.forEach((row, index) => {
    if (!keep.has(index)) {
      hidden.push(row);
      return;
    }
    flush();
    out.push(row);
  });
  flush();
  return out;
}

export function countChanges(rows: readonly DiffRow[]): { readonly added: number; readonly removed: number } {
  const changed = rows.filter((row) => row.type === 'changed');
  return {
    added: changed.filter((row) => row.right !== undefined).length,
    removed: changed.filter((row) => row.left !== undefined).length,
  };
}
