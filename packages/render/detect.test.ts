import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { detect, render } from '@plumbline/render';
import type { RenderSource } from '@plumbline/render';

type Files = Parameters<typeof memoryTree>[0];

const cm = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

describe('what a folder is', () => {
  it.each<[Files, string]>([
    [{ 'app/a.yaml': '' }, 'directory'],
    [{ 'app/Chart.yaml': '' }, 'helm'],
    [{ 'app/my-Chart.yaml': '' }, 'helm'],
    [{ 'app/chart.yaml': '' }, 'directory'],
    [{ 'app/kustomization.yaml': '' }, 'kustomize'],
    [{ 'app/Kustomization': '' }, 'kustomize'],
    [{ 'app/kustomization.yml': '', 'app/Chart.yaml': '' }, 'kustomize'],
    // The last name in the order of bytes wins, and capitals come first.
    [{ 'app/Kustomization': '', 'app/my-Chart.yaml': '' }, 'helm'],
    [{ 'app/sub/Chart.yaml': '' }, 'directory'],
    [{ 'app/Chart.yaml/file': '' }, 'directory'],
  ])('%j is %s', async (files, kind) => {
    const found = await detect(memoryTree(files), 'app');
    expect(found.ok && found.value.kind).toBe(kind);
  });
});

describe('parameters in the folder', () => {
  const files: Files = {
    'app/a.yaml': cm('a'),
    'app/b.yaml': cm('b'),
    'shared/only-b.yaml': 'directory: {include: b.yaml}\n',
  };
  const names = async (more: Files, wish: Partial<RenderSource> = {}) => {
    const made = await render({ tree: memoryTree({ ...files, ...more }), path: 'app', source: {}, ...wish });
    return made.ok
      ? made.value.manifests.map(({ object }) => object.metadata.name)
      : made.error.map(({ message }) => message);
  };

  it.each<[string, Files, Partial<RenderSource>, readonly string[]]>([
    [
      'are merged into the source',
      { 'app/.argocd-source.yaml': 'directory: {exclude: a.yaml}\n' },
      {},
      ['b'],
    ],
    [
      'take away with null',
      { 'app/.argocd-source.yaml': 'directory: null\n' },
      { source: { directory: { include: 'a.yaml' } } },
      ['a', 'b'],
    ],
    [
      'of one application come last',
      {
        'app/.argocd-source.yaml': 'directory: {exclude: a.yaml}\n',
        'app/.argocd-source-shop.yaml': 'directory: {exclude: b.yaml}\n',
      },
      { appName: 'shop' },
      ['a'],
    ],
    [
      'of another application do not count',
      { 'app/.argocd-source-shop.yaml': 'directory: {exclude: b.yaml}\n' },
      { appName: 'shop2' },
      ['a', 'b'],
    ],
    ['may be a link', { 'app/.argocd-source.yaml': { link: '../shared/only-b.yaml' } }, {}, ['b']],
    ['that are a folder are none', { 'app/.argocd-source.yaml/x': '' }, {}, ['a', 'b']],
    [
      'cannot send the source elsewhere',
      { 'app/.argocd-source.yaml': 'path: shared\nrepoURL: x\n' },
      {},
      ['a', 'b'],
    ],
    [
      'that name a second kind are refused',
      { 'app/.argocd-source.yaml': 'kustomize: {namePrefix: x}\n' },
      { source: { directory: {} } },
      ['error getting app source type: multiple application sources defined: Kustomize,Directory'],
    ],
    [
      'that are no mapping are refused',
      { 'app/.argocd-source.yaml': '[1]\n' },
      {},
      [
        'error getting app source type: error while parsing source parameters: app/.argocd-source.yaml: the file is no mapping',
      ],
    ],
    [
      'that a link leads out to are refused',
      { 'app/.argocd-source.yaml': { link: '../../x' } },
      {},
      ['repository contains out-of-bounds symlinks. file: app/.argocd-source.yaml'],
    ],
  ])('%s', async (_, more, wish, wanted) => expect(await names(more, wish)).toEqual(wanted));

  it('that a link leads to are noted', async () => {
    const tree = memoryTree({
      ...files,
      'app/.argocd-source.yaml': { link: '../shared/options' },
      'shared/options': '{}',
    });
    const made = await render({ tree, path: 'app', source: {} });
    expect(made.ok && made.value.reads.map(({ path }) => path)).toContain('shared/options');
  });
});

describe('failures', () => {
  it.each<[string, Files, Partial<RenderSource>, string]>([
    ['of plain files depend on their folder', { 'app/a.yaml': 'kind: 1\n' }, {}, 'app'],
    ['of Jsonnet depend on the repository', { 'app/a.jsonnet': 'import "lib"' }, {}, ''],
  ])('%s', async (_, files, wish, wanted) => {
    const { readsOfFailure } = await import('./render.ts');
    const reads = await readsOfFailure(memoryTree(files), 'app', wish.source ?? {});
    expect(reads.map(({ path }) => path)).toContain(wanted);
  });
});
