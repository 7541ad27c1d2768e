import { err, ok, problem } from '@plumbline/base';
import { writeYaml } from '@plumbline/languages';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { compileIgnore, renderFluxKustomization, withSourceIgnore } from './index.ts';
import type { FluxRenderRequest, FluxSpec } from './index.ts';

const configMap = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  key: ${data}\n`;

async function run(
  files: Record<string, string>,
  spec: FluxSpec,
  more: Partial<FluxRenderRequest> = {},
): Promise<string> {
  const rendered = await renderFluxKustomization({ tree: memoryTree(files), spec, ...more });
  if (!rendered.ok) return `error: ${rendered.error.map(({ message }) => message).join('; ')}`;
  return rendered.value.manifests.map(({ object }) => writeYaml(object)).join('---\n');
}

describe('folders without a kustomization', () => {
  it('are made of their YAML files and of folders with a kustomization', async () => {
    const rendered = await run(
      {
        'apps/b.yaml': configMap('b', '1'),
        'apps/a/deep.yml': configMap('deep', '2'),
        'apps/c/kustomization.yaml': 'resources: [x.yaml]\nnamePrefix: in-',
        'apps/c/x.yaml': configMap('x', '3'),
        'apps/c/broken.yaml': 'not: an object',
        'apps/notes.txt': 'no manifest',
        'other.yaml': configMap('other', '4'),
      },
      { path: './apps' },
    );
    expect(rendered.match(/name: .*/g)).toEqual(['name: deep', 'name: b', 'name: in-x']);
  });

  it('are refused where a YAML file is no Kubernetes object', async () => {
    const rendered = await run({ 'a/values.yaml': 'replicas: 1\n' }, { path: 'a' });
    expect(rendered).toMatch(/^error: failed to decode Kubernetes YAML from \/a\/values.yaml: /);
  });

  it('may be empty', async () => {
    expect(await run({ 'a/README.md': '' }, { path: 'a' })).toBe('');
  });

  it('have to exist within the source', async () => {
    expect(await run({}, { path: './nowhere' })).toBe(
      'error: kustomization path not found: stat /nowhere: no such file or directory',
    );
    expect(await run({ 'a.yaml': configMap('a', '1') }, { path: '../..' })).toContain('name: a');
  });
});

describe('what a spec adds', () => {
  const files = {
    'kustomization.yaml': 'resources: [web.yaml]\nunknownField: 1\nnamePrefix: old-\n',
    'web.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: nginx:1\n',
  };

  it('is built as if it stood in the kustomization', async () => {
    const rendered = await run(files, {
      targetNamespace: 'prod',
      namePrefix: 'new-',
      nameSuffix: '-v2',
      images: [{ name: 'nginx', newTag: '2' }],
      patches: [{ patch: '- op: add\n  path: /spec/replicas\n  value: 3', target: { kind: 'Deployment' } }],
      commonMetadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
    });
    expect(rendered).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    note: b
  labels:
    team: a
  name: new-web-v2
  namespace: prod
spec:
  replicas: 3
  template:
    spec:
      containers:
      - image: nginx:2
        name: web
`);
  });

  it('refuses components from elsewhere', async () => {
    const rendered = await run(files, { components: ['https://example.com/c'] });
    expect(rendered).toBe("error: component path 'https://example.com/c' must be local and relative");
  });

  it('tells which paths were looked at and where objects are written', async () => {
    const rendered = await renderFluxKustomization({ tree: memoryTree(files), spec: {} });
    if (!rendered.ok) throw new Error('not rendered');
    expect(rendered.value.reads.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['kustomization.yaml', 'web.yaml']),
    );
    expect(rendered.value.manifests[0]?.origin).toEqual({ file: 'web.yaml', line: 1, document: 0 });
  });
});

describe('origins of fields', () => {
  it('go on after the build', async () => {
    const rendered = await renderFluxKustomization({
      tree: memoryTree({ 'a.yaml': configMap('a', '"${value}"') }),
      spec: { postBuild: { substitute: { value: 'x' } }, commonMetadata: { labels: { team: 'b' } } },
      origins: true,
    });
    const origins = rendered.ok ? rendered.value.manifests[0]?.origins : undefined;
    expect(origins?.get('/data/key')).toEqual([
      { act: 'file', file: 'a.yaml', line: 6, column: expect.any(Number) as number },
      {
        act: 'substitution',
        file: 'the Kustomization',
        detail: 'postBuild: value of spec.postBuild.substitute',
      },
    ]);
    expect(origins?.get('/metadata/labels/team')?.at(-1)).toEqual({
      act: 'transformer',
      file: 'the Kustomization',
      detail: 'commonMetadata',
    });
  });
});

describe('substitution after the build', () => {
  const files = {
    'a.yaml': configMap('a', '"${value}"'),
    'b.yaml': configMap('b', '"${value}"').replace(
      'name: b',
      'name: b\n  annotations:\n    kustomize.toolkit.fluxcd.io/substitute: disabled',
    ),
  };

  it.each([
    ['web', 'key: web'],
    ['8080', 'key: 8080'],
    ['true', 'key: true'],
    ['a\nb', 'key: ab'],
    ['', 'key: null'],
    ['[1, 2]', 'key:\n  - 1\n  - 2'],
  ])('reads the value %j as YAML', async (value, expected) => {
    const rendered = await run(files, { postBuild: { substitute: { value } } });
    expect(rendered).toContain(expected);
    expect(rendered).toContain('key: ${value}');
  });

  it('takes variables in their order, those of the spec last', async () => {
    const data: Record<string, Record<string, string>> = {
      one: { value: '1', other: 'x' },
      two: { value: '2' },
    };
    const spec: FluxSpec = {
      postBuild: {
        substituteFrom: [
          { kind: 'ConfigMap', name: 'one' },
          { kind: 'Secret', name: 'two' },
          { kind: 'Secret', name: 'none', optional: true },
        ],
      },
    };
    const variables: FluxRenderRequest['variables'] = ({ name }) => Promise.resolve(ok(data[name]));
    expect(await run(files, spec, { variables })).toContain('key: 2\n');
    const own = { postBuild: { ...spec.postBuild, substitute: { value: '3' } } };
    expect(await run(files, own, { variables })).toContain('key: 3\n');
  });

  it.each([
    [
      { substitute: { other: 'x' } },
      'post build failed for \'ConfigMap.v1.[noGrp]/a\': envsubst error: variable substitution failed: variable not set (strict mode): "value"',
    ],
    [
      { substitute: { 'no-name': 'x' } },
      "post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: 'no-name' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'",
    ],
    [
      { substituteFrom: [{ kind: 'ConfigMap', name: 'gone' }] },
      "post build failed for 'ConfigMap.v1.[noGrp]/a': substitute from 'ConfigMap/gone' error: configmaps \"gone\" not found",
    ],
    [
      { substituteFrom: [{ kind: 'Secret', name: 'shut' }] },
      "post build failed for 'ConfigMap.v1.[noGrp]/a': substitute from 'Secret/shut' error: forbidden",
    ],
    [
      { substitute: { value: '"' } },
      /^post build failed for 'ConfigMap.v1.\[noGrp\]\/a': envsubst error: YAMLToJSON: yaml: line \d+: /,
    ],
  ])('refuses %j', async (postBuild, expected) => {
    const variables: FluxRenderRequest['variables'] = ({ name }) =>
      Promise.resolve(name === 'shut' ? err(problem('forbidden', 'forbidden')) : ok(undefined));
    const rendered = (await run(files, { postBuild }, { variables })).replace('error: ', '');
    if (typeof expected === 'string') expect(rendered).toBe(expected);
    else expect(rendered).toMatch(expected);
  });

  it('comes after decryption', async () => {
    const decrypt: FluxRenderRequest['decrypt'] = (object) =>
      Promise.resolve(
        ok(object.metadata.name === 'a' ? { ...object, data: { key: '${value}!' } } : undefined),
      );
    const rendered = await run(files, { postBuild: { substitute: { value: 'open' } } }, { decrypt });
    expect(rendered).toContain('key: open!');
  });
});

describe('ignore files', () => {
  it.each([
    ['*.md', 'docs/a.md', true],
    ['docs/', 'docs/a.md', true],
    ['/docs/*.md', 'x/docs/a.md', false],
    ['**/docs/*.md', 'x/docs/a.md', true],
    ['a[0-9].yaml', 'a1.yaml', true],
    ['a[^0-9].yaml', 'a1.yaml', false],
    ['# *.md', 'a.md', false],
    ['*.md\n!keep.md', 'keep.md', false],
    ['a\\*b', 'a*b', true],
    ['[', '[', false],
    ['/*\n!/deploy', 'deploy/a/b.yaml', false],
    ['/*\n!/deploy', 'other/b.yaml', true],
  ])('%j takes %s: %s', (text, path, ignored) => {
    expect(compileIgnore([{ folder: [], text }], false)(path.split('/'), false)).toBe(ignored);
  });

  it('shape a source with what Flux never takes', async () => {
    const tree = await withSourceIgnore(
      memoryTree({
        '.sourceignore': '/*\n!/deploy\n',
        'deploy/a.yaml': configMap('a', '1'),
        'deploy/.sourceignore': 'b.yaml',
        'deploy/b.yaml': configMap('b', '2'),
        'deploy/link.yaml': { link: 'a.yaml' },
        'other.yaml': 'x: 1',
      }),
    );
    const rendered = await renderFluxKustomization({ tree, spec: {} });
    expect(rendered.ok && rendered.value.manifests.map(({ object }) => object.metadata.name)).toEqual(['a']);
    expect(await tree.read('other.yaml', 100)).toBeUndefined();
  });
});
