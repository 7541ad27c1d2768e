import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { directoryRenderer, render } from '@plumbline/render';
import type { DirectoryParameters } from '@plumbline/render';

type Files = Parameters<typeof memoryTree>[0];

const cm = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

async function names(files: Files, parameters: DirectoryParameters = {}, path = 'deploy'): Promise<string[]> {
  const result = await directoryRenderer.render({ tree: memoryTree(files), path, parameters });
  if (!result.ok) throw new Error(result.error.map((problem) => problem.message).join('; '));
  return result.value.manifests.map(({ object }) => object.metadata.name);
}

async function problems(files: Files, parameters: DirectoryParameters = {}, path = 'deploy') {
  const result = await directoryRenderer.render({ tree: memoryTree(files), path, parameters });
  return result.ok ? [] : result.error;
}

const files = {
  'deploy/a.yaml': cm('a'),
  'deploy/b.yml': cm('b'),
  'deploy/c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
  'deploy/note.txt': 'x',
  'deploy/.hidden.yaml': cm('hidden'),
  'deploy/sub/d.yaml': cm('d'),
  'deploy/sub/deep/e.yaml': cm('e'),
};

describe('which files count', () => {
  it.each<[string, DirectoryParameters, string[]]>([
    ['those right in the folder, hidden ones too', {}, ['hidden', 'a', 'b', 'c']],
    ['all below it with recurse', { recurse: true }, ['hidden', 'a', 'b', 'c', 'd', 'e']],
    ['a star in include crosses folders', { recurse: true, include: 'sub/*' }, ['d', 'e']],
    ['exclude beats include', { recurse: true, include: '*.yaml', exclude: '{sub/deep/*,.*}' }, ['a', 'd']],
  ])('%s', async (_, parameters, expected) => expect(await names(files, parameters)).toEqual(expected));

  it('the root can be written in many ways', async () => {
    for (const path of ['', '.', './']) expect(await names({ 'a.yaml': cm('a') }, {}, path)).toEqual(['a']);
  });

  it.each([
    ['/etc', '/etc: app path is absolute'],
    ['..', '..: app path outside root'],
    ['deploy/../../x', 'deploy/../../x: app path outside root'],
    ['nowhere', 'nowhere: app path does not exist'],
    ['deploy/a.yaml', 'deploy/a.yaml: app path is not a directory'],
  ])('%s is refused', async (path, message) => {
    expect(await problems(files, {}, path)).toMatchObject([{ message }]);
  });

  it('a link counts as what it points to, inside the repository', async () => {
    expect(
      await names({
        ...files,
        'deploy/l.yaml': { link: '../shared/x' },
        shared: { link: 'real' },
        'real/x': cm('x'),
      }),
    ).toContain('x');
    expect(await names({ 'deploy/a.yaml': { link: 'gone.yaml' }, 'deploy/b.yaml': cm('b') })).toEqual(['b']);
    expect(await names({ 'deploy/a.yaml': { link: 'folder' }, 'deploy/folder/x': '' })).toEqual([]);
    expect(await names({ app: { link: 'deploy' }, 'deploy/b.yaml': cm('b') }, {}, 'app')).toEqual(['b']);
  });

  it.each(['/etc/hostname', '../../x', '../../deploy/a.yaml'])(
    'a link to %s spoils the folder',
    async (link) => {
      const found = await problems({ ...files, 'deploy/b.txt': { link } });
      expect(found).toMatchObject([
        { message: 'repository contains out-of-bounds symlinks. file: deploy/b.txt' },
      ]);
    },
  );

  it('links in a circle are refused', async () => {
    const circle = { 'deploy/a.yaml': { link: 'b.yaml' }, 'deploy/b.yaml': { link: 'a.yaml' } };
    expect(await problems(circle)).toMatchObject([{ code: 'link-loop' }, { code: 'link-loop' }]);
  });
});

describe('what a file says', () => {
  it('documents in order with the line where each begins, empty ones left out', async () => {
    const text = `---\n# nothing\n---\n${cm('a')}---\n---\n\n${cm('b')}`;
    const result = await directoryRenderer.render({
      tree: memoryTree({ 'x/a.yaml': text }),
      path: 'x',
      parameters: {},
    });
    expect(result.ok && result.value.manifests.map(({ origin }) => origin)).toEqual([
      { file: 'x/a.yaml', line: 4, document: 0 },
      { file: 'x/a.yaml', line: 10, document: 1 },
    ]);
  });

  it('lists are opened, null lists are nothing', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${cm('a').trim().replaceAll('\n', '\n  ')}\n- ${cm('b').trim().replaceAll('\n', '\n  ')}\n`;
    expect(
      await names({ 'deploy/l.yaml': `${list}---\napiVersion: v1\nkind: ConfigMapList\nitems:\n` }),
    ).toEqual(['a', 'b']);
  });

  it('files that are no manifests are passed over', async () => {
    expect(
      await names({
        'deploy/values.yaml': 'replicas: 1\n',
        'deploy/bad.yaml': 'a: b: c\n  - x\n',
        'deploy/skip.yaml': '# +argocd:skip-file-rendering\nkind: {{ x }}\napiVersion: v1\nmetadata:\n',
        'deploy/z.yaml': cm('z'),
      }),
    ).toEqual(['z']);
  });

  it('a repeated key is a warning', async () => {
    const tree = memoryTree({ 'deploy/a.yaml': `${cm('a')}data: {k: v, k: w}\n` });
    const result = await directoryRenderer.render({ tree, path: 'deploy', parameters: {} });
    expect(result.ok && result.value.warnings).toEqual([
      'deploy/a.yaml:4:14: mapping key already defined (keep one of the two)',
    ]);
  });

  it.each<[string, string, string, number | undefined]>([
    [
      'bad.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bad\ndata:\n  a: b: c\n',
      'Failed to unmarshal "bad.yaml": failed to unmarshal manifest: error converting YAML to JSON: yaml: line 6: mapping values are not allowed in this context',
      6,
    ],
    ['bad.json', '{"apiVersion": "v1", \n', 'Failed to unmarshal "bad.json": unexpected EOF', 1],
    ['empty.json', '', 'Failed to unmarshal "empty.json": EOF', 1],
    [
      'two.json',
      '{"kind":"A"}\n{"kind":"B"}',
      'Found multiple objects in "two.json". Only single objects are allowed in JSON files.',
      2,
    ],
    [
      'part.yaml',
      `${cm('a')}---\ninvalid:\n`,
      `Failed to unmarshal "part.yaml": failed to unmarshal manifest: Object 'Kind' is missing in '{"invalid":null}'`,
      5,
    ],
    [
      'label.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels: {on: true}\n',
      'failed to get labels from target object /v1, Kind=ConfigMap x: .metadata.labels accessor error: contains non-string value in the map under key "true": true is of the type bool, expected string',
      1,
    ],
  ])('%s is refused in the known words', async (name, text, message, line) => {
    const file = `deploy/${name}`;
    const where = line === undefined ? { file } : { file, line };
    expect(await problems({ [file]: text })).toMatchObject([{ message, where }]);
  });

  it('all broken files are named at once', async () => {
    const bad = 'apiVersion: v1\nkind: A\nmetadata: {\n';
    expect(
      (await problems({ 'deploy/a.yaml': bad, 'deploy/b.yaml': bad })).map((problem) => problem.where?.file),
    ).toEqual(['deploy/a.yaml', 'deploy/b.yaml']);
  });

  it('an object without metadata can be told from one with', async () => {
    const tree = memoryTree({ 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n' });
    const result = await render({ tree, path: '', source: {} });
    expect(result.ok && result.value.manifests[0]?.object.metadata).toEqual({});
  });

  it('all files together have a limit', async () => {
    const size = Buffer.byteLength(cm('a')) * 2;
    const two = { 'deploy/a.yaml': cm('a'), 'deploy/b.yaml': cm('b'), 'deploy/c.txt': 'not counted' };
    expect(await names(two, { combinedBytesMax: size })).toEqual(['a', 'b']);
    expect(await problems(two, { combinedBytesMax: size - 1 })).toMatchObject([
      { code: 'directory-too-large' },
    ]);
    expect(await problems(two, { combinedBytesMax: 5 })).toMatchObject([{ code: 'directory-too-large' }]);
  });

  it('a large file does not hold up everybody else', async () => {
    const big = Array.from(
      { length: 6_000 },
      (_, i) => `${cm(`n${i}`)}data:\n  text: ${'word '.repeat(60)}\n`,
    ).join('---\n');
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    expect(await names({ 'deploy/big.yaml': big })).toHaveLength(6_000);
    isDone = true;
    expect(turns).toBeGreaterThan(5);
  });
});
