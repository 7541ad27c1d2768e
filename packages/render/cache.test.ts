import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import { createRenderCache } from '@plumbline/render';
import { createGitSources } from '@plumbline/sources';
import { makeRepository, memorySnapshot, memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

const cm = (name: string, value = 1): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {k: v${value}}\n`;
const snapshot = (files: Parameters<typeof memoryTree>[0], revision: string) =>
  memorySnapshot(memoryTree(files), revision);

describe('the render cache', () => {
  it('renders one application when one of a thousand changes', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [`apps/app-${i}/cm.yaml`, cm(`cm-${i}`)]),
    );
    const repository = await makeRepository({ files });
    const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-cache-'));
    const sources = createGitSources({
      dataDir,
      clock: systemClock,
      logger: silentLogger,
      local: () => repository.dir,
    });
    try {
      const cache = createRenderCache();
      const renderAll = async () => {
        const resolved = await sources.resolve('http://here/mono.git', 'main');
        if (!resolved.ok) throw new Error(resolved.error.message);
        return Promise.all(
          Array.from({ length: 1_000 }, (_, i) =>
            cache.render(resolved.value, `apps/app-${i}`, { source: {} }),
          ),
        );
      };
      const before = await renderAll();
      expect(cache.counts()).toMatchObject({ renders: 1_000, hits: 0 });
      await repository.commit({ 'apps/app-7/cm.yaml': cm('cm-7', 2) });
      sources.notifyLocal(repository.dir);
      const after = await renderAll();
      expect(cache.counts()).toMatchObject({ renders: 1_001, hits: 999 });
      const changed = after.flatMap((one, i) => (one.ok && one.value.fresh ? [i] : []));
      expect(changed).toEqual([7]);
      const same = after.filter((one, i) => {
        const old = before[i];
        return one.ok && old?.ok === true && one.value.rendering === old.value.rendering;
      });
      expect(same).toHaveLength(999);
    } finally {
      sources.close();
      await rm(dataDir, { recursive: true, force: true });
      await repository.remove();
    }
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['a new file', { 'app/b.yaml': cm('b') }, true],
    ['a file in a folder below, without recursion', { 'app/sub/x.yaml': cm('x') }, false],
    ['a file elsewhere', { 'other/x.yaml': cm('x') }, false],
    ['a chart appears', { 'app/Chart.yaml': 'name: x\n' }, true],
    ['parameters in the folder', { 'app/.argocd-source.yaml': 'directory: {recurse: true}\n' }, true],
    [
      'parameters for another application',
      { 'app/.argocd-source-other.yaml': 'directory: {recurse: true}\n' },
      true,
    ],
  ])('looks again at %s: %s', async (_, added, expected) => {
    const files = { 'app/a.yaml': cm('a'), 'app/sub/s.yaml': cm('s') };
    const cache = createRenderCache();
    await cache.render(snapshot(files, '1'), 'app', { source: {}, appName: 'mine' });
    await cache.render(snapshot({ ...files, ...added }, '2'), 'app', { source: {}, appName: 'mine' });
    expect(cache.counts().renders).toBe(expected ? 2 : 1);
  });

  it('a file that a link points to counts', async () => {
    const files = (text: string) => ({ 'app/a.yaml': { link: '../shared/a.yaml' }, 'shared/a.yaml': text });
    const cache = createRenderCache();
    const first = await cache.render(snapshot(files(cm('a')), '1'), 'app', { source: {} });
    const second = await cache.render(snapshot(files(cm('b')), '2'), 'app', { source: {} });
    expect(
      [first, second].map((one) => one.ok && one.value.rendering.manifests[0]?.object.metadata.name),
    ).toEqual(['a', 'b']);
  });

  it('remembers several revisions and failures, and renders for many callers once', async () => {
    const cache = createRenderCache();
    const main = snapshot({ 'app/a.yaml': cm('a') }, 'main');
    const tag = snapshot({ 'app/a.yaml': cm('a', 2) }, 'tag');
    const broken = snapshot({ 'app/a.yaml': 'apiVersion: v1\nkind: A\nmetadata: {\n' }, 'broken');
    await Promise.all(Array.from({ length: 20 }, () => cache.render(main, 'app', { source: {} })));
    for (const one of [tag, main, broken, tag, broken, main]) await cache.render(one, 'app', { source: {} });
    expect(cache.counts().renders).toBe(3);
    expect(await cache.render(broken, 'app', { source: {} })).toMatchObject({
      ok: false,
      error: [{ code: 'manifest-invalid' }],
    });
    await cache.render(main, 'app', { source: { directory: { recurse: true } } });
    expect(cache.counts().renders).toBe(4);
  });

  it('forgets what was not used for longest', async () => {
    const cache = createRenderCache({ entriesMax: 2 });
    const all = snapshot({ 'a/x.yaml': cm('a'), 'b/x.yaml': cm('b'), 'c/x.yaml': cm('c') }, '1');
    for (const path of ['a', 'b', 'a', 'c', 'a']) await cache.render(all, path, { source: {} });
    expect(cache.counts()).toEqual({ renders: 3, hits: 2, entries: 2 });
    await cache.render(all, 'b', { source: {} });
    expect(cache.counts().renders).toBe(4);
  });

  it('tells whether a rendering still holds', async () => {
    const cache = createRenderCache();
    const before = snapshot({ 'app/a.yaml': cm('a') }, '1');
    const outcome = await cache.render(before, 'app', { source: {} });
    if (!outcome.ok) throw new Error('not rendered');
    expect(
      await cache.unchanged(outcome.value.rendering, snapshot({ 'app/a.yaml': cm('a'), x: '' }, '2')),
    ).toBe(true);
    expect(await cache.unchanged(outcome.value.rendering, snapshot({ 'app/a.yaml': cm('b') }, '3'))).toBe(
      false,
    );
    expect(await cache.unchanged(outcome.value.rendering, snapshot({ x: '' }, '4'))).toBe(false);
  });
});

describe('kinds of sources', () => {
  const files = {
    'chart/Chart.yaml': 'name: x\n',
    'chart/a.yaml': cm('a'),
    'kust/kustomization.yml': '',
    'kust/Chart.yaml': 'name: x\n',
    'plain/a.yaml': cm('a'),
    'plain/sub/b.yaml': cm('b'),
    'own/.argocd-source.yaml': 'directory: {recurse: true}\nrepoURL: http://evil/\n',
    'own/sub/b.yaml': cm('b'),
    'own/.argocd-source-two.yaml': 'directory: {exclude: "*"}\n',
    'bad/.argocd-source.yaml': 'a: b: c\n',
  };
  const renderOne = async (path: string, source: object, more: object = {}) => {
    const outcome = await createRenderCache().render(snapshot(files, '1'), path, { source, ...more });
    return outcome.ok
      ? outcome.value.rendering.manifests.map(({ object }) => object.metadata.name)
      : outcome.error[0]?.message;
  };

  it.each<[string, string, object, object, unknown]>([
    ['a chart', 'chart', {}, {}, 'validation: chart.metadata.version is required'],
    [
      'a kustomization beside a chart',
      'kust',
      {},
      {},
      '`kustomize build <path to cached source>/kust` failed exit status 1: Error: kustomization.yaml is empty',
    ],
    [
      'a plugin',
      'plain',
      { plugin: {} },
      {},
      'CMP processing failed for application "": could not find plugin supporting the given repository',
    ],
    [
      'two at once',
      'plain',
      { helm: {}, kustomize: {} },
      {},
      'error getting app source type: multiple application sources defined: Kustomize,Helm',
    ],
    ['Helm switched off', 'plain', { helm: {} }, { disabled: ['helm'] }, ['a']],
    ['plain files', 'plain', {}, {}, ['a']],
    ['parameters in the folder', 'own', {}, {}, ['b']],
    ['parameters for one application', 'own', {}, { appName: 'two' }, []],
    ['parameters for another application', 'own', {}, { appName: 'one' }, ['b']],
    [
      'broken parameters',
      'bad',
      {},
      {},
      'error getting app source type: error while parsing source parameters: bad/.argocd-source.yaml: mapping values are not allowed in this context',
    ],
  ])('%s', async (_, path, source, more, expected) =>
    expect(await renderOne(path, source, more)).toEqual(expected),
  );
});
