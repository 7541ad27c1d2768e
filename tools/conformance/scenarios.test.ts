import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const lines = (file: string): readonly string[] =>
  readFileSync(join(import.meta.dirname, file), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));

it('shows in docs/reference exactly the known differences, with their reasons', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/scenarios.md'), 'utf8');
  const shown = [...page.matchAll(/^\| `([\w-]+)` \| (.*) \|$/gm)].map((match) => `${match[1]}: ${match[2]}`);
  const known = lines('scenarios-known.txt').map((line) => line.replace(/\s+#\s+/, ': '));
  expect(shown).toEqual(known);
});
