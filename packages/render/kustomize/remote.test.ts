import { err, ok, problem } from '@plumbline/base';
import type { Tree } from '@plumbline/api';
import { createAnswerer, createRenderCache, createRenderServer, render, taskOf } from '@plumbline/render';
import type { RemotePort, RepositoryUrl } from '@plumbline/render';
import { memorySnapshot, memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

const cm = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

/** Repositories and files by their addresses, and what was asked for. */
function elsewhere(
  trees: Readonly<Record<string, Tree>>,
  files: Readonly<Record<string, string>> = {},
): { readonly remote: RemotePort; readonly asked: (RepositoryUrl | string)[] } {
  const asked: (RepositoryUrl | string)[] = [];
  return {
    asked,
    remote: {
      repository(url) {
        asked.push(url);
        const tree = trees[url.clone];
        return Promise.resolve(
          tree === undefined
            ? err(problem('git-not-found', `no ${url.clone}`, { retryable: true }))
            : ok({ tree, revision: `commit of ${url.ref}` }),
        );
      },
      file(url) {
        asked.push(url);
        const text = files[url];
        return Promise.resolve(
          text === undefined
            ? err(problem('remote-http', 'HTTP Error: status code 404 (Not Found)', { retryable: true }))
            : ok({ bytes: new TextEncoder().encode(text), revision: `sha of ${url}` }),
        );
      },
    },
  };
}

async function names(resources: string, remote: RemotePort): Promise<readonly string[]> {
  const tree = memoryTree({ 'kustomization.yaml': resources });
  const made = await render({ tree, path: '', source: {}, remote });
  if (!made.ok) throw new Error(made.error[0]?.message);
  return made.value.manifests.map(({ object }) => object.metadata.name ?? '');
}

const repo = memoryTree({
  'deep/kustomization.yaml': 'resources: [x.yaml, ../side]\n',
  'deep/x.yaml': cm('deep'),
  'side/kustomization.yaml': 'resources: [y.yaml]\n',
  'side/y.yaml': cm('side'),
  'kustomization.yaml': 'resources: [deep]\n',
});

describe('what a kustomization names elsewhere', () => {
  it.each([
    ['github.com/org/repo//deep?ref=v1', 'https://github.com/org/repo', 'deep', 'v1'],
    ['github.com/org/repo/deep', 'https://github.com/org/repo', 'deep', ''],
    ['https://github.com/org/repo//deep?ref=v1', 'https://github.com/org/repo', 'deep', 'v1'],
    ['https://github.com/org/repo.git//deep', 'https://github.com/org/repo.git', 'deep', ''],
    [
      'git::https://example.com/org/repo.git//deep?version=v2',
      'https://example.com/org/repo.git',
      'deep',
      'v2',
    ],
    ['git@github.com:org/repo.git//deep', 'git@github.com:org/repo.git', 'deep', ''],
    ['ssh://git@example.com:7999/org/repo.git//deep', 'ssh://git@example.com:7999/org/repo.git', 'deep', ''],
    ['git::ssh://git@example.com/org/repo.git//deep', 'ssh://git@example.com/org/repo.git', 'deep', ''],
    [
      'https://dev.azure.com/org/project/_git/repo/deep',
      'https://dev.azure.com/org/project/_git/repo',
      'deep',
      '',
    ],
    ['file:///srv/repo.git//deep', 'file:///srv/repo.git', 'deep', ''],
  ])('%s is a repository', async (url, clone, path, ref) => {
    const { remote, asked } = elsewhere({ [clone]: repo });
    expect(await names(`resources: ["${url}"]\n`, remote)).toEqual(['deep', 'side']);
    expect(asked.filter((one) => typeof one !== 'string')).toMatchObject([{ clone, path, ref }]);
  });

  it.each([
    ['timeout=90', { timeoutMs: 90_000, submodules: true }],
    ['timeout=1m30s', { timeoutMs: 90_000, submodules: true }],
    ['timeout=0&submodules=false', { submodules: false }],
    ['timeout=soon', { submodules: true }],
  ])('?%s is handed on', async (query, expected) => {
    const { remote, asked } = elsewhere({ 'https://example.com/o/r.git': repo });
    await names(`resources: ["https://example.com/o/r.git//deep?${query}"]\n`, remote);
    expect(asked[0]).toMatchObject(expected);
    expect((asked[0] as RepositoryUrl).timeoutMs).toBe((expected as { timeoutMs?: number }).timeoutMs);
  });

  it('may be a file on the web, also for patches and generators', async () => {
    const { remote } = elsewhere(
      {},
      {
        'https://example.com/cm.yaml': cm('web'),
        'https://example.com/patch.yaml': `${cm('web')}data: {a: b}\n`,
      },
    );
    const tree = memoryTree({
      'kustomization.yaml':
        'resources: ["https://example.com/cm.yaml"]\npatches: [{path: "https://example.com/patch.yaml"}]\n',
    });
    const made = await render({ tree, path: '', source: {}, remote });
    expect(made.ok && made.value.manifests[0]?.object['data']).toEqual({ a: 'b' });
  });

  it('is a repository where the web has no such file', async () => {
    const { remote, asked } = elsewhere({ 'https://example.com/org/repo': repo });
    expect(await names('resources: ["https://example.com/org/repo/deep"]\n', remote)).toEqual([
      'deep',
      'side',
    ]);
    expect(asked[0]).toBe('https://example.com/org/repo/deep');
  });

  it('is told as kustomize does where it cannot be had', async () => {
    const { remote } = elsewhere({});
    await expect(names('resources: ["https://example.com/cm.yaml"]\n', remote)).rejects.toThrow(
      "accumulating resources from 'https://example.com/cm.yaml': HTTP Error: status code 404 (Not Found)",
    );
    await expect(names('resources: ["https://example.com/o/r.git//x"]\n', remote)).rejects.toThrow(
      "accumulating resources: accumulation err='URL is a git repository': no https://example.com/o/r.git",
    );
    await expect(names('resources: ["github.com/o/r//x"]\n', remote)).rejects.toThrow(
      /no https:\/\/github.com\/o\/r/,
    );
  });

  it('cannot name itself again, nor leave its repository', async () => {
    const circle = memoryTree({ 'kustomization.yaml': 'resources: ["https://example.com/o/r.git"]\n' });
    const { remote } = elsewhere({ 'https://example.com/o/r.git': circle });
    await expect(names('resources: ["https://example.com/o/r.git"]\n', remote)).rejects.toThrow(
      /cycle detected: URI 'https:\/\/example.com\/o\/r.git' referenced by previous URI/,
    );
    const out = memoryTree({ 'a/kustomization.yaml': 'resources: [../../x]\n' });
    const other = elsewhere({ 'https://example.com/o/r.git': out });
    await expect(names('resources: ["https://example.com/o/r.git//a"]\n', other.remote)).rejects.toThrow(
      /bases in kustomizations found in cloned git repos must be within the repo/,
    );
  });

  it('is read through a worker as it is read here', async () => {
    const { remote } = elsewhere(
      { 'https://example.com/o/r.git': repo },
      { 'https://example.com/cm.yaml': cm('web') },
    );
    const tree = memoryTree({
      'kustomization.yaml':
        'resources: ["https://example.com/o/r.git//deep", "https://example.com/cm.yaml"]\nnamePrefix: p-\n',
    });
    const request = { tree, path: '', source: {}, remote };
    const answer = createAnswerer(request);
    const serve = createRenderServer(async (question) => {
      const said = await answer(question);
      if (!said.ok) throw new Error(said.message);
      return said.value;
    });
    const done = await serve(structuredClone(await taskOf('kustomize', request)));
    expect(done.result.ok && done.result.value.manifests.map(({ object }) => object.metadata.name)).toEqual([
      'p-deep',
      'p-side',
      'p-web',
    ]);
    expect(done.result.ok && done.result.value.reads).toContainEqual({
      path: 'remote:https://example.com/o/r.git//deep',
      hash: 'commit of ',
    });
  });

  it('is rendered again when it has moved, and only then', async () => {
    const revisions = new Map([['https://example.com/o/r.git', 'one']]);
    const remote: RemotePort = {
      repository: ({ clone }) => Promise.resolve(ok({ tree: repo, revision: revisions.get(clone) ?? '' })),
      file: () => Promise.resolve(err(problem('remote-http', 'no'))),
      known: (what) => (typeof what === 'string' ? undefined : revisions.get(what.clone)),
    };
    const cache = createRenderCache({ remote: () => remote });
    const snapshot = memorySnapshot(
      memoryTree({
        'kustomization.yaml': 'resources: ["https://example.com/o/r.git//deep?ref=main"]\n',
      }),
    );
    const fresh = async () => {
      const made = await cache.render(snapshot, '', { source: {} });
      return made.ok && made.value.fresh;
    };
    expect([await fresh(), await fresh()]).toEqual([true, false]);
    revisions.set('https://example.com/o/r.git', 'two');
    expect([await fresh(), await fresh()]).toEqual([true, false]);
  });

  it('that fails is tried again the next time', async () => {
    let isThere = false;
    const remote: RemotePort = {
      repository: () =>
        Promise.resolve(
          isThere ? ok({ tree: repo, revision: 'r' }) : err(problem('git-x', 'away', { retryable: true })),
        ),
      file: () => Promise.resolve(err(problem('remote-http', 'no'))),
    };
    const cache = createRenderCache({ remote: () => remote });
    const snapshot = memorySnapshot(
      memoryTree({ 'kustomization.yaml': 'resources: ["github.com/o/r//deep"]\n' }),
    );
    expect((await cache.render(snapshot, '', { source: {} })).ok).toBe(false);
    isThere = true;
    expect((await cache.render(snapshot, '', { source: {} })).ok).toBe(true);
  });
});
