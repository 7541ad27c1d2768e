import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readYaml, writeYaml } from '@plumbline/languages';

const root = join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance'),
  'rendering',
);
const suites = ['kustomize-krusty', 'kustomize-plugins'].filter((suite) => existsSync(join(root, suite)));

describe.skipIf(suites.length === 0)('documents that kustomize printed', () => {
  it.each(suites)('%s: are read and printed again byte for byte', (suite) => {
    for (const name of readdirSync(join(root, suite))) {
      const file = join(root, suite, name, 'expected.yaml');
      if (!existsSync(file)) continue;
      for (const text of readFileSync(file, 'utf8').split(/^---\n/m)) {
        if (text.trim() === '') continue;
        const read = readYaml(text, { file });
        expect(read.ok ? writeYaml(read.value[0]?.value).trimEnd() : read.error, name).toBe(text.trimEnd());
      }
    }
  });
});
