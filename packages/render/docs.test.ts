import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml } from '@plumbline/languages';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { readPluginConfigs, render, renderFluxKustomization } from '@plumbline/render';
import type { FluxSpec, RenderContext, SourceParameters } from '@plumbline/render';

/** The blocks of a page by the word behind their language: files by their paths, `source`, and what it `gives`. */
function blocksOf(page: string): Map<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../../docs/reference', page), 'utf8');
  const blocks = text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name = '', body = '']) => [name, body]));
}

function parse(text: string): unknown {
  const read = readYaml(text, { file: 'block' });
  return read.ok ? read.value[0]?.value : read.error.message;
}

const context: RenderContext = {
  appName: 'shop',
  variable: (name) => ({ ARGOCD_APP_NAME: 'shop', ARGOCD_APP_REVISION_SHORT: '4f2c1aa' })[name],
};

describe('the examples of the pages', () => {
  it.each(['jsonnet.md', 'plugins.md', 'directories.md', 'kustomize.md'])(
    'docs/reference/%s gives what it says',
    async (page) => {
      const blocks = blocksOf(page);
      const { path, ...source } = parse(blocks.get('source') ?? '') as SourceParameters & {
        readonly path: string;
      };
      const plugins = readPluginConfigs(blocks.get('plugins.yaml') ?? '', 'plugins.yaml');
      const files = Object.fromEntries([...blocks].filter(([name]) => name.includes('/')));
      const made = await render({
        tree: memoryTree(files),
        path,
        source,
        context,
        plugins: { plugins: plugins.ok ? plugins.value : [] },
      });
      const objects = made.ok ? made.value.manifests.map(({ object }) => object) : made.error;
      expect(objects).toEqual([parse(blocks.get('gives') ?? '')].flat());
    },
  );

  it('docs/reference/substitution.md gives what it says', async () => {
    const blocks = blocksOf('substitution.md');
    const made = await renderFluxKustomization({
      tree: memoryTree(Object.fromEntries([...blocks].filter(([name]) => name.includes('/')))),
      spec: (parse(blocks.get('flux.yaml') ?? '') as { readonly spec: FluxSpec }).spec,
    });
    const objects = made.ok ? made.value.manifests.map(({ object }) => object) : made.error;
    expect(objects).toEqual([parse(blocks.get('becomes') ?? '')]);
  });
});
