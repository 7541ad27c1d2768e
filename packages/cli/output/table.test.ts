import { expect, it } from 'vitest';
import { formatField, formatTable } from './table.ts';

it('aligns columns and leaves nothing behind the last', () => {
  expect(
    formatTable(
      ['NAME', 'STATUS'],
      [
        ['a-long-name', 'Synced'],
        ['b', ''],
      ],
    ),
  ).toBe('NAME         STATUS\na-long-name  Synced\nb\n');
});

it('prints a field with its value in column 20', () => {
  expect(formatField('Name', 'argocd/a')).toBe('Name:               argocd/a\n');
});
