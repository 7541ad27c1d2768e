import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { detect, render } from '@plumbline/render';
import type { DirectoryParameters } from '@plumbline/render';

const root = join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../.cache/conformance'),
  'argocd/repos',
);

interface Case {
  readonly name: string;
  readonly dir?: string;
  readonly repoRoot?: string;
  readonly path?: string;
  readonly directory?: DirectoryParameters;
  readonly maxCombinedBytes?: number;
  readonly disabledTools?: readonly string[];
  readonly expectedTool?: string;
  /** Folders below and what they are. */
  readonly expectedApps?: Readonly<Record<string, string>>;
  readonly expectedCount?: number;
  readonly expectedNames?: readonly string[];
  readonly expectedContains?: string;
  readonly expectedError?: string;
  readonly expectedOk?: boolean;
}

/** What each class of error is called here. */
const errorOf: Readonly<Record<string, RegExp>> = {
  invalid: /Failed to unmarshal/,
  'too-large': /exceeded max combined/,
  'out-of-bounds': /out-of-bounds symlinks/,
  absolute: /is absolute/,
  'outside root': /outside root/,
  'does not exist': /does not exist/,
  'outside repository root': /outside repository root/,
};

function treeBelow(folder: string) {
  const links = JSON.parse(readFileSync(join(root, 'symlinks.json'), 'utf8')) as Record<string, string>;
  const files: Record<string, Uint8Array | { link: string }> = {};
  const walk = (path: string): void => {
    for (const name of readdirSync(join(root, 'fixtures', path))) {
      const below = `${path}/${name}`;
      if (statSync(join(root, 'fixtures', below)).isDirectory()) walk(below);
      else files[below.slice(folder.length + 1)] = readFileSync(join(root, 'fixtures', below));
    }
  };
  if (existsSync(join(root, 'fixtures', folder))) walk(folder);
  for (const [path, link] of Object.entries(links)) {
    if (path.startsWith(`${folder}/`)) files[path.slice(folder.length + 1)] = { link };
  }
  return memoryTree(files);
}

const cases = existsSync(root)
  ? readFileSync(join(root, 'cases.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case)
  : [];

describe.skipIf(cases.length === 0)("Argo CD's source folders", () => {
  it.each(cases.filter((one) => one.expectedTool !== undefined).map((one) => [one.name, one] as const))(
    '%s is recognised',
    async (_, one) => {
      const dir = one.dir ?? '';
      const disabled = (one.disabledTools ?? []).map((tool) => tool.toLowerCase() as 'helm');
      const found = await detect(treeBelow(dir), '', disabled);
      expect(found.ok && found.value.kind).toBe(one.expectedTool?.toLowerCase());
    },
  );

  it.each(cases.filter((one) => one.expectedApps !== undefined).map((one) => [one.name, one] as const))(
    '%s: each folder is recognised',
    async (_, one) => {
      for (const [folder, tool] of Object.entries(one.expectedApps ?? {})) {
        const found = await detect(treeBelow(one.dir ?? ''), folder);
        expect(found.ok && found.value.kind).toBe(tool.toLowerCase());
      }
    },
  );

  const rendered = cases.filter((one) => one.expectedTool === undefined && one.expectedApps === undefined);
  it.each(rendered.map((one) => [one.name, one] as const))('%s is rendered alike', async (_, one) => {
    const repoRoot = one.repoRoot ?? one.dir ?? '';
    const path = one.path ?? (one.dir ?? repoRoot).slice(repoRoot.length).replace(/^\//, '');
    const result = await render({
      tree: treeBelow(repoRoot),
      path,
      source: { directory: one.directory ?? {} },
      ...(one.maxCombinedBytes === undefined ? {} : { combinedBytesMax: one.maxCombinedBytes }),
    });
    if (one.expectedError !== undefined) {
      expect(result.ok ? 'rendered' : result.error[0]?.message).toMatch(
        errorOf[one.expectedError] ?? /no such class/,
      );
      return;
    }
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    const names = result.value.manifests.map(({ object }) => object.metadata.name);
    if (one.expectedCount !== undefined) expect(names).toHaveLength(one.expectedCount);
    if (one.expectedNames !== undefined) expect(names).toEqual(one.expectedNames);
    if (one.expectedContains !== undefined) expect(names).toContain(one.expectedContains);
  });
});
