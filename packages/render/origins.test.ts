import type { Manifest, OriginStep } from '@plumbline/api';
import { ok } from '@plumbline/base';
import {
  buildKustomization,
  createHelmEngine,
  helmPortOf,
  render,
  renderFluxKustomization,
} from '@plumbline/render';
import type { FluxSpec } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

type Files = Readonly<Record<string, string>>;

const said = ({ act, file, line, detail }: OriginStep): string =>
  [act, line === undefined ? file : `${file}:${line}`, detail].filter(Boolean).join(' ');

/** The acts of a field of the first manifest, or of the nearest field above it. */
function actsOf(manifests: readonly Manifest[], pointer: string, index = 0): readonly string[] {
  const { origins } = manifests[index] ?? {};
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const steps = origins?.get(at);
    if (steps !== undefined) return steps.map(said);
    if (at === '') return [];
  }
}

async function rendered(files: Files, path = '', source = {}): Promise<readonly Manifest[]> {
  const made = await render({
    tree: memoryTree(files),
    path,
    source,
    origins: true,
    context: { kustomizeBuildOptions: '--enable-helm' },
  });
  if (!made.ok) throw new Error(made.error[0]?.message);
  return made.value.manifests;
}

const chart: Files = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': 'replicas: 1\nimage:\n  repository: nginx\n  tag: "1"\nhost: a.example.com\n',
  'charts/web/templates/deploy.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    '  name: web',
    'spec:',
    '  replicas: {{ .Values.replicas }}',
    '  template:',
    '    spec:',
    '      containers:',
    '      - name: web',
    '        image: {{ .Values.image.repository }}:{{ .Values.image.tag }}',
    '        args: [{{ .Values.host | quote }}]',
    '',
  ].join('\n'),
};

const withChart: Files = {
  ...chart,
  'kustomization.yaml': [
    'helmCharts:',
    '- name: web',
    '  releaseName: web',
    '  valuesInline:',
    '    image:',
    '      tag: "2"',
    '  additionalValuesFiles: [more.yaml]',
    'namePrefix: my-',
    'replicas: [{name: web, count: 5}]',
    '',
  ].join('\n'),
  'more.yaml': 'host: b.example.com\n',
};

describe('charts in kustomizations', () => {
  const image = '/spec/template/spec/containers/0/image';
  it.each<[string, readonly string[]]>([
    [
      image,
      [
        'value charts/web/values.yaml:3 image.repository',
        'value kustomization.yaml:6 image.tag',
        'template charts/web/templates/deploy.yaml:11',
      ],
    ],
    [
      '/spec/template/spec/containers/0/args/0',
      ['value more.yaml:1 host', 'template charts/web/templates/deploy.yaml:12'],
    ],
    [
      '/spec/replicas',
      [
        'value charts/web/values.yaml:1 replicas',
        'template charts/web/templates/deploy.yaml:6',
        'transformer kustomization.yaml:9 replicas[0]',
      ],
    ],
    [
      '/metadata/name',
      ['template charts/web/templates/deploy.yaml:4', 'transformer kustomization.yaml:8 namePrefix'],
    ],
  ])('%s', async (pointer, expected) => {
    expect(actsOf(await rendered(withChart), pointer)).toEqual(expected);
  });

  it('whose values are replaced or merged tell whose value counts', async () => {
    const file = (mode: string): Files => ({
      ...chart,
      'kustomization.yaml': `helmCharts:\n- name: web\n  valuesMerge: ${mode}\n  valuesInline: {image: {tag: "2", repository: x}, replicas: 3}\n`,
    });
    const merged = await rendered(file('merge'));
    expect(actsOf(merged, '/spec/replicas')[0]).toBe('value charts/web/values.yaml:1 replicas');
    const replaced = await rendered(file('replace'));
    expect(actsOf(replaced, '/spec/replicas')[0]).toBe('value kustomization.yaml:4 replicas');
  });
});

describe('plain files', () => {
  it('tell of each field by its line, in lists and in JSON too', async () => {
    const manifests = await rendered({
      'a.yaml':
        'kind: List\nitems:\n- kind: ConfigMap\n  apiVersion: v1\n  metadata: {name: a}\n  data:\n    x: "1"\n',
      'b.yaml':
        '---\nkind: A\napiVersion: v1\nmetadata: {name: a}\n---\nkind: B\napiVersion: v1\nmetadata:\n  name: b\n',
      'c.json': '{\n "kind": "C",\n "apiVersion": "v1",\n "metadata": {\n  "name": "c"}}\n',
    });
    expect(actsOf(manifests, '/data/x')).toEqual(['file a.yaml:7']);
    expect(actsOf(manifests, '/metadata/name', 2)).toEqual(['file b.yaml:9']);
    expect(actsOf(manifests, '/metadata/name', 3)).toEqual(['file c.json:5']);
  });
});

describe('Jsonnet', () => {
  it('tells of each field by the program that makes it, and of those that add to it', async () => {
    const manifests = await rendered({
      'main.jsonnet': [
        "local lib = import 'lib.libsonnet';",
        '[lib.config("a") {',
        '  metadata+: { labels: { x: "y" } },',
        '  data+: { more: "1" },',
        '}, null, lib.config("b")]',
        '',
      ].join('\n'),
      'lib.libsonnet': [
        '{',
        '  config(name):: {',
        "    apiVersion: 'v1',",
        "    kind: 'ConfigMap',",
        '    metadata: { name: name },',
        '    data: {',
        "      key: 'value',",
        '    },',
        '  },',
        '}',
        '',
      ].join('\n'),
    });
    expect(actsOf(manifests, '/kind')).toEqual(['file lib.libsonnet:4']);
    expect(actsOf(manifests, '/data/key')).toEqual(['file lib.libsonnet:7']);
    expect(actsOf(manifests, '/data/more')).toEqual(['file main.jsonnet:4']);
    expect(actsOf(manifests, '/data')).toEqual(['file lib.libsonnet:6', 'file main.jsonnet:4']);
    expect(actsOf(manifests, '/metadata/labels/x')).toEqual(['file main.jsonnet:3']);
    expect(actsOf(manifests, '/metadata/name', 1)).toEqual(['file lib.libsonnet:5']);
  });
});

describe('the built-in plugin', () => {
  it('tells of the kustomization behind it', async () => {
    const files = {
      'kustomization.yaml': 'resources: [cm.yaml]\nnamePrefix: p-\n',
      'cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n',
    };
    const manifests = await rendered(files, '', { plugin: { name: 'avp-kustomize' } });
    expect(actsOf(manifests, '/metadata/name')).toEqual([
      'file cm.yaml:4',
      'transformer kustomization.yaml:2 namePrefix',
    ]);
  });
});

describe('substitution', () => {
  it('names the variables and who has defined them', async () => {
    const spec: FluxSpec = {
      path: '.',
      postBuild: {
        substitute: { color: 'red' },
        substituteFrom: [{ kind: 'ConfigMap', name: 'settings' }],
      },
    };
    const made = await renderFluxKustomization({
      tree: memoryTree({
        'cm.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: ${color} ${size} ${shape:=round}\n  z: plain\n',
      }),
      spec,
      variables: () => Promise.resolve(ok({ size: 'big' })),
      origins: true,
    });
    const manifests = made.ok ? made.value.manifests : [];
    expect(actsOf(manifests, '/data/x')).toEqual([
      'file cm.yaml:6',
      'substitution the Kustomization postBuild: color of spec.postBuild.substitute, size of ConfigMap/settings, the default of shape',
    ]);
    expect(actsOf(manifests, '/data/z')).toEqual(['file cm.yaml:7']);
  });
});

/**
 * Changes every scalar of every input, one at a time, renders again and holds what has changed against the origins of
 * the fields that have changed: one of their acts has to be on the line that was changed.
 */
describe('a changed line', () => {
  const inputs: Files = {
    ...withChart,
    'base/kustomization.yaml':
      'resources: [web.yaml]\nconfigMapGenerator:\n- name: cfg\n  literals:\n  - mode=fast\n  envs: [x.env]\n',
    'base/x.env': 'LEVEL=1\n',
    'base/web.yaml':
      'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db\n  labels:\n    tier: back\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      - name: db\n        image: pg:1\n        ports:\n        - containerPort: 5432\n',
    'kustomization.yaml':
      withChart['kustomization.yaml'] +
      'resources: [base]\npatches: [{path: patch.yaml}]\nlabels:\n- pairs:\n    team: blue\nimages:\n- name: pg\n  newTag: "9"\n',
    'patch.yaml':
      'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db\nspec:\n  serviceName: db-svc\n  template:\n    spec:\n      containers:\n      - name: db\n        workingDir: /tmp\n',
  };
  const values: readonly (readonly [string, string, string])[] = [
    ['charts/web/values.yaml', 'repository: nginx', 'repository: other'],
    ['more.yaml', 'b.example.com', 'c.example.com'],
    ['kustomization.yaml', 'tag: "2"', 'tag: "3"'],
    ['kustomization.yaml', 'namePrefix: my-', 'namePrefix: our-'],
    ['kustomization.yaml', 'count: 5', 'count: 6'],
    ['kustomization.yaml', 'team: blue', 'team: green'],
    ['kustomization.yaml', 'newTag: "9"', 'newTag: "10"'],
    ['base/web.yaml', 'replicas: 2', 'replicas: 3'],
    ['base/web.yaml', 'tier: back', 'tier: front'],
    ['base/web.yaml', 'containerPort: 5432', 'containerPort: 5433'],
    ['base/x.env', 'LEVEL=1', 'LEVEL=2'],
    ['base/kustomization.yaml', 'mode=fast', 'mode=slow'],
    ['patch.yaml', 'serviceName: db-svc', 'serviceName: other-svc'],
    ['patch.yaml', 'workingDir: /tmp', 'workingDir: /var'],
  ];

  async function build(files: Files) {
    const built = await buildKustomization({
      tree: memoryTree(files),
      path: '',
      options: { helm: helmPortOf(createHelmEngine()) },
      origins: true,
    });
    if (!built.ok) throw new Error(built.error[0]?.message);
    return built.value.resources;
  }

  it.each(values)('%s: %s -> %s changes only fields that name it', async (file, from, to) => {
    const before = await build(inputs);
    const after = await build({ ...inputs, [file]: (inputs[file] ?? '').replace(from, to) });
    const line = (inputs[file] ?? '').slice(0, (inputs[file] ?? '').indexOf(from)).split('\n').length;
    const unexplained: string[] = [];
    let changed = 0;
    for (const [i, resource] of after.entries()) {
      for (const [pointer, steps] of resource.fields ?? []) {
        const value = at(resource.object, pointer);
        if (typeof value === 'object' || value === at(before[i]?.object, pointer)) continue;
        changed++;
        // The entry of a list stands for its parts: generators and transformers are told by where their entry begins.
        const isNamed = steps.some((step) => step.file === file && Math.abs((step.line ?? 0) - line) <= 2);
        // Hashes are told by what they are made of.
        const isHash = steps.some(({ detail }) => /hash|the name of/.test(detail ?? ''));
        if (!isNamed && !isHash) unexplained.push(`${pointer}: ${steps.map(said).join('; ')}`);
      }
    }
    expect(changed).toBeGreaterThan(0);
    expect(unexplained).toEqual([]);
  });
});

function at(value: unknown, pointer: string): unknown {
  let found: unknown = value;
  for (const part of pointer === '' ? [] : pointer.slice(1).split('/'))
    found = (found as Record<string, unknown> | undefined)?.[
      part.replaceAll('~1', '/').replaceAll('~0', '~')
    ];
  return found;
}
