import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compileRegex } from '@plumbline/languages';
import { createHelmEngine } from '../helm/index.ts';
import { buildKustomization, helmPortOf } from './index.ts';
import type { BuildOptions } from './index.ts';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');

interface Meta {
  readonly needs: readonly string[];
  readonly run_path: string;
  readonly options: {
    readonly loadRestrictions?: string;
    readonly enableHelm?: boolean;
    readonly enableAlphaPlugins?: boolean;
    readonly addManagedbyLabel?: boolean;
    readonly reorder?: string;
  };
}

/** Every file below a folder, as bytes: some are no text. */
function filesBelow(folder: string, prefix = ''): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) Object.assign(files, filesBelow(path, `${prefix}${name}/`));
    else files[prefix + name] = readFileSync(path);
  }
  return files;
}

const text = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;
/** The version in the label is the tool's own. */
const plain = (output: string): string =>
  output.replace(/managed-by: kustomize-\S+/g, 'managed-by: kustomize');

async function build(folder: string, meta: Meta, reorder: 'legacy' | 'none') {
  const options: BuildOptions = {
    reorder,
    loadRestriction: meta.options.loadRestrictions === 'none' ? 'none' : 'rootOnly',
    absolutePaths: true,
    ...(meta.options.enableHelm === true ? { helm: helmPortOf(createHelmEngine()) } : {}),
    managedByLabel: meta.options.addManagedbyLabel === true,
  };
  const path = meta.run_path.replace(/^\.\/?/, '').replace(/^\/+/, '');
  const built = await buildKustomization({
    tree: memoryTree(filesBelow(join(folder, 'input'))),
    path,
    options,
  });
  return built.ok
    ? { output: plain(built.value.text) }
    : { error: built.error.map(({ message }) => message).join('\n') };
}

function fits(message: string, condition: string): boolean {
  const cut = condition.indexOf(': ');
  const [kind, words] = cut < 0 ? [condition, ''] : [condition.slice(0, cut), condition.slice(cut + 2)];
  const read = message.replaceAll('\\"', '"').replaceAll('\\n', '\n');
  if (kind === 'any') return true;
  if (kind === 'contains') return read.includes(words);
  if (kind === 'equals') return read.trim() === words.trim();
  const compiled = compileRegex(words);
  return compiled.ok && compiled.value.test(read);
}

/** One condition per line; the text of an `equals` may go on over lines. */
function conditionsOf(expected: string): string[] {
  return expected.startsWith('equals: ') ? [expected] : expected.trim().split('\n');
}

for (const suite of ['kustomize-krusty', 'kustomize-plugins']) {
  const folder = join(root, 'rendering', suite);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  describe.skipIf(names.length === 0)(`upstream's builds: ${suite}`, () => {
    it.each(names)('%s', async (name) => {
      const path = join(folder, name);
      const meta = JSON.parse(readFileSync(join(path, 'meta.json'), 'utf8')) as Meta;
      const expected = text(join(path, 'expected.yaml'));
      const reorder = meta.options.reorder === undefined ? 'none' : 'legacy';
      const built = await build(path, meta, reorder);
      if (expected === undefined) {
        const conditions = conditionsOf(text(join(path, 'expect_error.txt')) ?? '');
        expect(built.error).toBeDefined();
        for (const condition of conditions)
          expect([fits(built.error ?? '', condition), built.error, condition]).toEqual([
            true,
            built.error,
            condition,
          ]);
        return;
      }
      expect(built.error ?? built.output).toBe(plain(expected));
      const command = text(join(path, 'expected-cli.yaml'));
      if (command !== undefined) expect((await build(path, meta, 'legacy')).output).toBe(plain(command));
    });
  });
}
