import { buildKustomization, render } from '@plumbline/render';
import type { RemotePort } from '@plumbline/render';
import type { Tree } from '@plumbline/api';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

type Files = Parameters<typeof memoryTree>[0];

const cm = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "${name}"}\n`;

async function messageOf(files: Files, path = '', tree: Tree = memoryTree(files)): Promise<string> {
  const built = await buildKustomization({ tree, path });
  return built.ok ? `built ${built.value.resources.length}` : (built.error[0]?.message ?? '');
}

describe('a hostile repository', () => {
  it.each<[string, Files, RegExp]>([
    [
      'a link to a file outside',
      { 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': { link: '/etc/passwd' } },
      /leads out of the repository/,
    ],
    [
      'a link upwards past the root',
      { 'a/kustomization.yaml': 'resources: [x.yaml]\n', 'a/x.yaml': { link: '../../../secret' } },
      /leads out of the repository/,
    ],
    [
      'a folder that is a link outside',
      { 'kustomization.yaml': 'resources: [base]\n', base: { link: '../base' } },
      /leads out of the repository/,
    ],
    [
      'links in a circle',
      { 'kustomization.yaml': 'resources: [x]\n', x: { link: 'y' }, y: { link: 'x' } },
      /too many levels of symbolic links/,
    ],
    [
      'a link to its own folder',
      { 'kustomization.yaml': 'resources: [loop]\n', loop: { link: '.' } },
      /cycle detected/,
    ],
    ['itself as its base', { 'a/kustomization.yaml': 'resources: [../a]\n' }, /cycle detected/],
    [
      'bases that name each other',
      { 'a/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../a]\n' },
      /cycle detected/,
    ],
    [
      'the folder above',
      { 'a/kustomization.yaml': 'resources: [..]\n', 'kustomization.yaml': '' },
      /cycle detected/,
    ],
    [
      'a component that names itself',
      {
        'a/kustomization.yaml': 'components: [../c]\n',
        'c/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: [../c]\n',
      },
      /cycle detected/,
    ],
    [
      'an absolute file',
      { 'a/kustomization.yaml': 'resources: [/etc/passwd]\n' },
      /security; file '\/etc\/passwd' is not in/,
    ],
    [
      'a generator that reads elsewhere',
      {
        'a/kustomization.yaml': 'configMapGenerator: [{name: c, files: [../../etc/passwd]}]\n',
      },
      /security|not in or below/,
    ],
    [
      'a program to run',
      {
        'a/kustomization.yaml': 'generators: [g.yaml]\n',
        'a/g.yaml':
          'apiVersion: v1\nkind: Gen\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: "exec: {path: ./run.sh}"\n',
      },
      /./,
    ],
    [
      'a container to run',
      {
        'a/kustomization.yaml': 'transformers: [g.yaml]\n',
        'a/g.yaml':
          'apiVersion: v1\nkind: Gen\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: "container: {image: evil}"\n',
      },
      /./,
    ],
    [
      'an expression that takes for ever',
      {
        'a/kustomization.yaml': `resources: [x.yaml]\npatches:\n- target: {name: "(a+)+$"}\n  patch: '[{"op": "add", "path": "/x", "value": 1}]'\n`,
        'a/x.yaml': cm('a'.repeat(200)),
      },
      /built 1/,
    ],
  ])('with %s is answered with a clear error', async (_what, files, expected) => {
    const path = 'a/kustomization.yaml' in files ? 'a' : '';
    const message = await messageOf(files, path);
    expect(message).toMatch(expected);
    if (!/built/.test(expected.source)) expect(message).not.toMatch(/^built/);
  });

  it('with aliases that explode is refused before they do', async () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`,
    );
    const bomb = `${cm('a')}l0: &l0 [x]\n${lines.join('\n')}\n`;
    expect(await messageOf({ 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': bomb })).toMatch(
      /excessive aliasing/,
    );
    expect(await messageOf({ 'kustomization.yaml': `a0: &l0 [x]\n${lines.join('\n')}\n` })).not.toMatch(
      /^built/,
    );
  });

  it('with nesting without end is refused', async () => {
    const deep = `${cm('a')}x: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`;
    expect(await messageOf({ 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': deep })).not.toMatch(
      /^built/,
    );
    const patch = `patches: [{target: {kind: ConfigMap}, patch: '${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}'}]`;
    expect(
      await messageOf({ 'kustomization.yaml': `resources: [x.yaml]\n${patch}\n`, 'x.yaml': cm('a') }),
    ).not.toMatch(/^built/);
  });

  it('with bases below bases without end is refused', async () => {
    // Each of thirty folders names the next one twice: a thousand million builds.
    const files: Record<string, string> = {
      'f30/kustomization.yaml': 'resources: [x.yaml]\n',
      'f30/x.yaml': cm('a'),
    };
    for (let i = 0; i < 30; i++)
      files[`f${i}/kustomization.yaml`] =
        `resources: [../f${i + 1}, ../f${i + 1}/../f${i + 1}]\nnamePrefix: p-\n`;
    const message = await messageOf(files, 'f0');
    expect(message).not.toMatch(/^built/);
  });

  it('of a hundred thousand files costs what is asked of it', async () => {
    const files = new Map<string, string>([
      ['kustomization.yaml', 'resources: [x.yaml]\n'],
      ['x.yaml', cm('a')],
    ]);
    let asked = 0;
    const entry = (path: string) => ({ name: path, kind: 'file' as const, hash: path });
    const tree: Tree = {
      stat(path) {
        asked++;
        if (path === '') return Promise.resolve({ name: '', kind: 'folder' as const, hash: 'root' });
        return Promise.resolve(files.has(path) || /^f\d+\.yaml$/.test(path) ? entry(path) : undefined);
      },
      list: () => Promise.reject(new Error('nobody lists a folder of 100,000 files')),
      read: (path) => Promise.resolve(new TextEncoder().encode(files.get(path) ?? cm(path))),
    };
    expect(await messageOf({}, '', tree)).toBe('built 1');
    expect(asked).toBeLessThan(30);
    const most = Array.from({ length: 2_000 }, (_, i) => `f${i}.yaml`);
    files.set('kustomization.yaml', `resources: [${most.join(', ')}]\n`);
    expect(await messageOf({}, '', tree)).toBe('built 2000');
    expect(asked).toBeLessThan(10_000);
  });

  it.each([
    ['blanks', 'my file.yaml'],
    ['quotes', `it's "odd".yaml`],
    ['another script', 'ünïcode-文件.yaml'],
    ['a line end', 'two\nlines.yaml'],
    ['a dollar', '$HOME.yaml'],
    ['a dash', '-rf.yaml'],
    ['what looks like an address', 'a:b@c.yaml'],
    ['a percent sign', '%2e%2e.yaml'],
  ])('may have %s in the names of its files', async (_what, name) => {
    const files = { 'kustomization.yaml': `resources: [${JSON.stringify(name)}]\n`, [name]: cm('a') };
    expect(await messageOf(files)).toBe('built 1');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('may call a field %s', async (name) => {
    const files = {
      'kustomization.yaml': `resources: [x.yaml]\ncommonAnnotations: {${name}: b}\npatches: [{patch: '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"${name}": "p"}}'}]\n`,
      'x.yaml': `${cm('a')}data: {${name}: x}\n`,
    };
    const built = await buildKustomization({ tree: memoryTree(files), path: '' });
    expect(built.ok && built.value.text).toContain(`  ${name}: p\n`);
    expect(({} as Record<string, unknown>)['b']).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty('p');
  });

  it('with a base that never comes waits for its port alone, which ends it', async () => {
    const remote: RemotePort = {
      repository: () =>
        Promise.resolve({
          ok: false,
          error: { code: 'remote-timeout', message: 'hit 27s timeout', retryable: true },
        }),
      file: () =>
        Promise.resolve({
          ok: false,
          error: { code: 'remote-timeout', message: 'did not answer', retryable: true },
        }),
    };
    const tree = memoryTree({ 'kustomization.yaml': 'resources: ["https://example.com/o/r.git"]\n' });
    const made = await render({ tree, path: '', source: {}, remote });
    expect(made.ok ? undefined : made.error[0]).toMatchObject({ retryable: true, code: 'remote-timeout' });
  });
});
