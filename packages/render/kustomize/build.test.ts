import { ok } from '@plumbline/base';
import { buildKustomization } from '@plumbline/render';
import type { BuildOptions } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

type Files = Parameters<typeof memoryTree>[0];

const cm = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

async function build(files: Files, path: string, options: BuildOptions = {}) {
  const built = await buildKustomization({ tree: memoryTree(files), path, options });
  return built.ok
    ? {
        text: built.value.text,
        reads: built.value.reads.map((read) => read.path).sort(),
        warnings: built.value.warnings,
      }
    : { problem: built.error[0], message: built.error[0]?.message };
}

describe('what a kustomization may not do', () => {
  const laughs = Array.from(
    { length: 12 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`,
  ).join('\n');

  it.each<[string, Files, string, string]>([
    [
      'read files beside itself',
      { 'a/kustomization.yaml': 'resources: [../b.yaml]\n', 'b.yaml': cm('b') },
      'a',
      "security; file '/b.yaml' is not in or below '/a'",
    ],
    [
      'read files above the root',
      { 'a/kustomization.yaml': 'resources: [../../b.yaml]\n' },
      'a',
      "security; file '/a/../../b.yaml' is not in or below '/a'",
    ],
    [
      'read absolute paths',
      { 'a/kustomization.yaml': 'configMapGenerator: [{name: x, files: [/etc/passwd]}]\n' },
      'a',
      "security; file '/etc/passwd' is not in or below '/a'",
    ],
    [
      'follow links out',
      { 'a/kustomization.yaml': 'resources: [x.yaml]\n', 'a/x.yaml': { link: '../../../etc/passwd' } },
      'a',
      "security; link '/a/x.yaml' leads out of the repository",
    ],
    [
      'follow links to what it may not read',
      {
        'a/kustomization.yaml': 'resources: [x.yaml]\n',
        'a/x.yaml': { link: '../b.yaml' },
        'b.yaml': cm('b'),
      },
      'a',
      "is not in or below '/a'",
    ],
    [
      'follow links in circles',
      { 'a/kustomization.yaml': 'resources: [x.yaml]\n', 'a/x.yaml': { link: 'x.yaml' } },
      'a',
      'too many levels of symbolic links',
    ],
    [
      'name itself',
      { 'a/kustomization.yaml': 'resources: [.]\n' },
      'a',
      "cycle detected: candidate root '/a' contains visited root '/a'",
    ],
    [
      'name what names it',
      { 'a/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../a]\n' },
      'a',
      "cycle detected: candidate root '/a' contains visited root '/a'",
    ],
    [
      'name a folder above it',
      { 'kustomization.yaml': cm('x'), 'a/kustomization.yaml': 'resources: [..]\n' },
      'a',
      'cycle detected',
    ],
    [
      'explode',
      { 'a/kustomization.yaml': 'resources: [x.yaml]\n', 'a/x.yaml': `${cm('x')}l0: &l0 [x]\n${laughs}\n` },
      'a',
      'document contains excessive aliasing',
    ],
    [
      'nest without end',
      {
        'a/kustomization.yaml': 'resources: [x.yaml]\n',
        'a/x.yaml': `${cm('x')}data: ${'['.repeat(5_000)}\n`,
      },
      'a',
      'nesting exceeded maxDepth',
    ],
    [
      'name a repository',
      { 'a/kustomization.yaml': 'resources: [github.com/o/r//x?ref=v1]\n' },
      'a',
      "remote 'github.com/o/r//x?ref=v1' cannot be read here",
    ],
    [
      'name a web page',
      { 'a/kustomization.yaml': 'resources: ["https://example.com/x.yaml"]\n' },
      'a',
      "remote 'https://example.com/x.yaml' cannot be read here",
    ],
    [
      'use charts without being told so',
      { 'a/kustomization.yaml': 'helmCharts: [{name: x}]\n' },
      'a',
      'must specify --enable-helm',
    ],
    [
      'run a program',
      {
        'a/kustomization.yaml': 'transformers: [x.yaml]\n',
        'a/x.yaml':
          'apiVersion: me/v1\nkind: Fn\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./x.sh}\n',
      },
      'a',
      "unable to load external plugin 'Fn'",
    ],
    [
      'hold unknown fields',
      { 'a/kustomization.yaml': 'resource: [x]\n' },
      'a',
      'invalid Kustomization: json: unknown field "resource"',
    ],
    [
      'hold values of other types',
      { 'a/kustomization.yaml': 'resources: x\n' },
      'a',
      'invalid Kustomization: json: cannot unmarshal string into Go struct field Kustomization.resources of type []string',
    ],
    ['be empty', { 'a/kustomization.yaml': '' }, 'a', 'kustomization.yaml is empty'],
    [
      'stand in two files',
      { 'a/kustomization.yaml': 'namePrefix: a\n', 'a/Kustomization': 'namePrefix: a\n' },
      'a',
      'Found multiple kustomization files under: /a',
    ],
    [
      'be absent',
      { 'a/x.yaml': cm('x') },
      'a',
      "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '/a'",
    ],
  ])('%s', async (_, files, path, words) => expect((await build(files, path)).message).toContain(words));

  it('says of encrypted generators that they cannot be decrypted yet', async () => {
    const { problem } = await build(
      {
        'kustomization.yaml': 'generators: [s.yaml]\n',
        's.yaml': 'apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: s}\nfiles: [./s.enc.yaml]\n',
      },
      '',
    );
    expect(problem).toMatchObject({
      code: 'ksops-unsupported',
      where: { file: 's.yaml', line: 1 },
      hint: expect.stringContaining('not built yet') as string,
    });
  });

  it('names the file and the line of what is wrong', async () => {
    const { problem } = await build(
      { 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': `${cm('x')}data:\n  a: b: c\n` },
      '',
    );
    expect(problem?.where).toMatchObject({ file: 'x.yaml', line: 5 });
  });
});

describe('what a build depends on', () => {
  it('tells of every path that it looked at, also of absent ones', async () => {
    const { reads } = await build(
      {
        'a/kustomization.yml': 'resources: [x.yaml, ../b]\nconfigMapGenerator: [{name: g, envs: [e.env]}]\n',
        'a/x.yaml': cm('x'),
        'a/e.env': 'A=b\n',
        'b/kustomization.yaml': 'resources: [l.yaml]\n',
        'b/l.yaml': { link: 'real.yaml' },
        'b/real.yaml': cm('real'),
        'c/y.yaml': cm('y'),
      },
      'a',
    );
    expect(reads).toEqual([
      'a/Kustomization',
      'a/e.env',
      'a/kustomization.yaml',
      'a/kustomization.yml',
      'a/x.yaml',
      'b/Kustomization',
      'b/kustomization.yaml',
      'b/kustomization.yml',
      'b/l.yaml',
      'b/real.yaml',
    ]);
  });
});

describe('a build', () => {
  const base = { 'base/kustomization.yaml': 'resources: [x.yaml]\n', 'base/x.yaml': cm('x') };

  it('takes a kustomization that no file holds', async () => {
    const built = await buildKustomization({
      tree: memoryTree(base),
      path: '',
      overlay: () => ok({ resources: ['base'], namePrefix: 'p-' }),
    });
    expect(built.ok && built.value.objects.map(({ metadata }) => metadata.name)).toEqual(['p-x']);
  });

  it('reads files anywhere in the tree when the restriction is off', async () => {
    const files = { 'a/kustomization.yaml': 'resources: [../b.yaml]\n', 'b.yaml': cm('b') };
    expect((await build(files, 'a', { loadRestriction: 'none' })).text).toContain('name: b\n');
  });

  it('leaves missing components out when it is told so', async () => {
    const files = { 'kustomization.yaml': 'resources: [x.yaml]\ncomponents: [nowhere]\n', 'x.yaml': cm('x') };
    expect((await build(files, '')).message).toContain('nowhere');
    expect((await build(files, '', { ignoreMissingComponents: true })).warnings).toEqual([
      "component 'nowhere' does not exist and is ignored",
    ]);
  });

  it('keeps all digits of whole numbers in its text', async () => {
    const files = {
      'kustomization.yaml': 'resources: [x.yaml]\n',
      'x.yaml': `${cm('x')}n: 9007199254740993\n`,
    };
    expect((await build(files, '')).text).toContain('"n": 9007199254740993\n');
  });

  it('reads other repositories through its port', async () => {
    const tree = memoryTree({ 'deep/kustomization.yaml': 'resources: [x.yaml]\n', 'deep/x.yaml': cm('far') });
    const asked: string[] = [];
    const built = await build(
      { 'kustomization.yaml': 'resources: ["https://example.com/o/r.git//deep?ref=v1"]\n' },
      '',
      {
        remote: {
          repository: (url) => {
            asked.push(`${url.clone} ${url.path} ${url.ref}`);
            return Promise.resolve(ok({ tree, revision: 'abc' }));
          },
          file: () => Promise.resolve(ok({ bytes: new Uint8Array(), revision: '' })),
        },
      },
    );
    expect([built.text?.includes('name: far'), asked]).toEqual([
      true,
      ['https://example.com/o/r.git deep v1'],
    ]);
  });
});
