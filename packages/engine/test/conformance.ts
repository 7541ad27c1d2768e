import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');

/** The cases of a conformance table, one JSON document per line; undefined where the data is not installed. */
export function table<T>(path: string): readonly T[] | undefined {
  const file = join(root, path);
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);
}
