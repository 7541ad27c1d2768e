import { describe, expect, it } from 'vitest';
import { countChanges, diffRows, foldRows } from './diff-rows.ts';
import { lineText } from './yaml.ts';

const live = { a: 1, b: 1, c: 1, d: 1, e: 1, image: 'web:1.0', g: 1, gone: true };
const desired = { a: 1, b: 1, c: 1, d: 1, e: 1, image: 'web:2.0', g: 1, new: [1, 2] };

const text = (row: ReturnType<typeof diffRows>[number]): string =>
  `${row.left === undefined ? '' : lineText(row.left.line)} | ${row.right === undefined ? '' : lineText(row.right.line)}`;

describe('diffRows', () => {
  const rows = diffRows(live, desired);

  it('sets changed lines side by side', () => {
    expect(rows.filter((row) => row.type === 'changed').map(text)).toEqual([
      'image: web:1.0 | image: web:2.0',
      'gone: true | new:',
      ' | - 1',
      ' | - 2',
    ]);
    expect(countChanges(rows)).toEqual({ added: 4, removed: 2 });
  });

  it('marks the letters that differ', () => {
    const image = rows.find((row) => row.type === 'changed');
    expect([image?.left?.from, image?.left?.to]).toEqual([11, 12]);
  });

  it('shows all of a side whose other is absent', () => {
    expect(countChanges(diffRows(undefined, desired))).toEqual({ added: 10, removed: 0 });
    expect(countChanges(diffRows(live, live))).toEqual({ added: 0, removed: 0 });
  });

  it('folds equal lines away but for some around a change', () => {
    const folded = foldRows(rows, 1);
    expect(folded.map((row) => (row.type === 'fold' ? `fold ${row.rows.length}` : text(row)))).toEqual([
      'fold 4',
      'e: 1 | e: 1',
      'image: web:1.0 | image: web:2.0',
      'g: 1 | g: 1',
      'gone: true | new:',
      ' | - 1',
      ' | - 2',
    ]);
  });
});
