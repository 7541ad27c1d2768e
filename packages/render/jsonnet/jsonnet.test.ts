import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { render } from '@plumbline/render';
import type { RenderContext, RenderSource } from '@plumbline/render';

type Files = Parameters<typeof memoryTree>[0];

const object = (name: string): string =>
  `{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: ${name} } }`;

async function rendered(files: Files, directory: object = {}, more: Partial<RenderSource> = {}) {
  return render({ tree: memoryTree(files), path: 'app', source: { directory }, ...more });
}

async function names(files: Files, directory: object = {}, more: Partial<RenderSource> = {}) {
  const result = await rendered(files, directory, more);
  return result.ok
    ? result.value.manifests.map((manifest) => manifest.object.metadata.name)
    : result.error.map(({ message }) => message.split('\n')[0]);
}

const context: RenderContext = {
  variable: (name) => ({ ARGOCD_APP_NAME: 'shop' })[name],
};

describe('Jsonnet files of a folder', () => {
  it.each<[string, Files, object, readonly string[]]>([
    ['give one object', { 'app/a.jsonnet': object('"a"') }, {}, ['a']],
    [
      'give a list of objects, null left out, in the order of files',
      {
        'app/b.jsonnet': `[${object('"b1"')}, null, ${object('"b2"')}]`,
        'app/a.json': '{"kind":"A","metadata":{"name":"a"}}',
      },
      {},
      ['a', 'b1', 'b2'],
    ],
    [
      'give objects that are lists',
      { 'app/a.jsonnet': `{ kind: "List", apiVersion: "v1", items: [${object('"x"')}] }` },
      {},
      ['x'],
    ],
    [
      'import what lies beside them, in the folder, and in libraries; the last library goes first',
      {
        'app/sub/a.jsonnet': `(import "n.libsonnet") + { metadata+: { name+: (import "tail.libsonnet") + import "far.libsonnet" } }`,
        'app/sub/n.libsonnet': object('"n"'),
        'app/tail.libsonnet': '"-app"',
        'lib1/far.libsonnet': '"-1"',
        'lib2/far.libsonnet': 'importstr "../data.txt"',
        'data.txt': '-2',
      },
      { recurse: true, jsonnet: { libs: ['lib1', '/lib2'] } },
      ['n-app-2'],
    ],
    [
      'get variables and arguments, with those of the build environment in them',
      { 'app/a.jsonnet': `function(n, tail="!") ${object('std.extVar("app") + n + tail')}` },
      {
        jsonnet: {
          extVars: [{ name: 'app', value: '$ARGOCD_APP_NAME-' }],
          tlas: [{ name: 'n', value: 'std.toString(1 + 1)', code: true }],
        },
      },
      ['shop-2!'],
    ],
    ['are skipped by a comment', { 'app/a.jsonnet': `// +argocd:skip-file-rendering\nerror "no"` }, {}, []],
    ['need not be looked at when they are libraries', { 'app/a.libsonnet': 'error "no"' }, {}, []],
    [
      'follow links inside the repository',
      {
        'app/a.jsonnet': { link: '../real.jsonnet' },
        'real.jsonnet': object('import "n.libsonnet"'),
        'app/n.libsonnet': '"n"',
      },
      {},
      ['n'],
    ],
  ])('%s', async (_, files, directory, wanted) => {
    expect(await names(files, directory, { context })).toEqual(wanted);
  });

  it.each<[string, Files, object, string]>([
    [
      'a program that fails',
      { 'app/a.jsonnet': '{ a: error "no" }' },
      {},
      'Failed to evaluate jsonnet "a.jsonnet": RUNTIME ERROR: no',
    ],
    [
      'a program that is wrong',
      { 'app/a.jsonnet': '{' },
      {},
      'Failed to evaluate jsonnet "a.jsonnet": app/a.jsonnet:1:2 Unexpected: end of file while parsing field definition',
    ],
    [
      'an import from outside of the repository',
      { 'app/a.jsonnet': 'import "../../etc/passwd"' },
      {},
      `Failed to evaluate jsonnet "a.jsonnet": RUNTIME ERROR: couldn't open import "../../etc/passwd": no match locally or in the Jsonnet library paths`,
    ],
    [
      'an import by a link to the outside',
      { 'app/a.jsonnet': 'importstr "x"', 'lib/x': { link: '../../secret' } },
      { jsonnet: { libs: ['lib'] } },
      `Failed to evaluate jsonnet "a.jsonnet": RUNTIME ERROR: couldn't open import "x": no match locally or in the Jsonnet library paths`,
    ],
    [
      'a library outside of the repository',
      { 'app/a.jsonnet': '{}' },
      { jsonnet: { libs: ['../lib'] } },
      "file '../lib' resolved to outside repository root",
    ],
    [
      'what is no object',
      { 'app/a.jsonnet': '1' },
      {},
      'Failed to unmarshal generated json "a.jsonnet": json: cannot unmarshal number into Go value of type map[string]interface {}',
    ],
    [
      'an object without a kind',
      { 'app/a.jsonnet': '[{ a: 1 }]' },
      {},
      `Failed to unmarshal generated json "a.jsonnet": Object 'Kind' is missing in '{"a":1}'`,
    ],
  ])('%s is refused', async (_, files, directory, wanted) => {
    expect(await names(files, directory)).toEqual([wanted]);
  });

  it('say where a program failed', async () => {
    const result = await rendered({ 'app/a.jsonnet': '\n{ a: error "no" }' });
    expect(result.ok ? [] : result.error).toMatchObject([
      { where: { file: 'app/a.jsonnet', line: 2, column: 6 } },
    ]);
  });

  it('are left out where reading folders as programs is switched off', async () => {
    const files = { 'app/a.jsonnet': 'error "no"', 'app/b.json': '{"kind":"A","metadata":{"name":"b"}}' };
    expect(await names(files, {}, { disabled: ['directory'] })).toEqual(['b']);
  });

  it('report what they looked at: imports, and where there was nothing', async () => {
    const result = await rendered(
      { 'app/a.jsonnet': object('import "n.libsonnet"'), 'lib/n.libsonnet': '"n"' },
      { jsonnet: { libs: ['lib'] } },
    );
    const reads = result.ok ? result.value.reads.map(({ path, hash }) => [path, hash !== undefined]) : [];
    expect(reads).toContainEqual(['lib/n.libsonnet', true]);
    expect(reads).toContainEqual(['app/*', true]);
  });

  it('are evaluated elsewhere where that is possible', async () => {
    const asked: string[] = [];
    const elsewhere: RenderSource['elsewhere'] = async (kind) => {
      asked.push(kind);
      return { ok: true, value: { manifests: [], reads: [], warnings: [] } };
    };
    await rendered({ 'app/a.json': '{"kind":"A"}', 'app/sub/a.jsonnet': '{}' }, {}, { elsewhere });
    expect(asked).toEqual([]);
    await rendered({ 'app/sub/a.jsonnet': '{}' }, { recurse: true }, { elsewhere });
    expect(asked).toEqual(['directory']);
  });
});

describe('folders without a filter on names', () => {
  it('take each file that the globs choose', async () => {
    const files = {
      'app/a.txt': 'kind: A\nmetadata: {name: a}\n',
      'app/b.yaml': 'kind: B\nmetadata: {name: b}\n',
    };
    expect(await names(files, { disableExtensionFilter: true, include: '*.txt' })).toEqual(['a']);
    expect(await names(files, { include: '*.txt' })).toEqual([]);
  });
});
