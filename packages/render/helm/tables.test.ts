import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromGo, GoError, toGo } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import { parseIgnoreRules } from './ignore.ts';
import { sortManifests, splitManifests } from './manifests.ts';
import { parseSetInto } from './strvals/parse.ts';
import type { SetKind } from './strvals/parse.ts';
import { isCompatibleRange } from './versions.ts';

interface Row {
  readonly test: string;
  readonly kind: string;
  readonly case: Readonly<Record<string, unknown>>;
}

const root = join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance'),
  'rendering/go-tables',
);

function rows(suite: string, test: string): Row['case'][] {
  const all = JSON.parse(readFileSync(join(root, `${suite}.json`), 'utf8')) as readonly Row[];
  return all.filter((row) => row.test.endsWith(`:${test}`)).map((row) => row.case);
}

function parse(lines: readonly string[], into: unknown, kind: SetKind): unknown {
  const values = (toGo(into ?? {}) ?? new Map()) as GoMap;
  try {
    for (const line of lines) parseSetInto(line, values, kind);
  } catch (thrown) {
    if (thrown instanceof GoError) return 'error';
    throw thrown;
  }
  return fromGo(values);
}

describe.skipIf(!existsSync(root))("upstream's own tables", () => {
  const strvals: readonly (readonly [string, SetKind])[] = [
    ['TestParseSet', 'typed'],
    ['TestParseLiteral', 'literal'],
    ['TestParseLiteralInto', 'literal'],
    ['TestParseLiteralNestedLevels', 'literal'],
    ['TestParseInto', 'typed'],
    ['TestParseJSON', 'json'],
    ['TestParseSetNestedLevels', 'typed'],
  ];
  it.each(strvals)('strvals %s', (test, kind) => {
    for (const row of rows('helm-strvals', test)) {
      const lines = [row['str'] ?? row['input'], row['input2']].filter(
        (line): line is string => typeof line === 'string' && line !== '',
      );
      if (JSON.stringify(row).includes('$unknown')) continue;
      const expected = row['err'] === true ? 'error' : row['expect'];
      // One table is run twice upstream, once for `--set-string`; its rows do not say which is which.
      const asText = test === 'TestParseSet' ? parse(lines, row['got'], 'string') : undefined;
      const got = [parse(lines, row['got'], kind), asText];
      expect(got, JSON.stringify(row)).toContainEqual(expected);
    }
  });

  it('ignore', () => {
    for (const row of rows('helm-ignore', 'TestIgnore')) {
      const { pattern, name, expect: expected } = row as { pattern: string; name: string; expect: boolean };
      // The table runs on a folder of testdata; names without a dot are folders there.
      const isFolder = ['cargo', 'mast', 'rudder', 'templates'].includes(name) || name.endsWith('/');
      const rules = parseIgnoreRules(pattern);
      expect(rules.ignores(name, isFolder), JSON.stringify(row)).toBe(expected);
    }
  });

  it('versions', () => {
    for (const row of rows('helm-chartutil', 'TestIsCompatibleRange')) {
      expect(isCompatibleRange(String(row['constraint']), String(row['ver'])), JSON.stringify(row)).toBe(
        row['expected'],
      );
    }
  });

  it('manifests are split', () => {
    for (const row of rows('helm-releaseutil', 'TestSplitManifests')) {
      const expected = Object.values(row['expected'] as Record<string, string>);
      expect(splitManifests(String(row['input']), 4), JSON.stringify(row)).toEqual(expected);
    }
  });

  it('manifests are sorted', () => {
    const files = new Map<string, string>();
    for (const row of rows('helm-releaseutil', 'TestSortManifests')) {
      files.set(String(row['path']), String(row['manifest']));
    }
    const { hooks, manifests } = sortManifests(files, 4);
    expect(hooks.map((hook) => hook.name).toSorted()).toMatchInlineSnapshot(`
      [
        "example-test",
        "first",
        "second",
      ]
    `);
    expect(manifests.map((manifest) => manifest.kind)).toMatchInlineSnapshot(`
      [
        "ConfigMap",
        "Pod",
      ]
    `);
  });
});
