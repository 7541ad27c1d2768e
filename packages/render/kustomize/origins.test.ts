import { buildKustomization } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

const files = {
  'base/kustomization.yaml': [
    'resources: [deploy.yaml]',
    'namePrefix: b-',
    'configMapGenerator:',
    '- name: cfg',
    '  literals: [a=1]',
    '  envs: [x.env]',
    '',
  ].join('\n'),
  'base/x.env': '# nothing\nFOO=bar\n',
  'base/deploy.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    '  name: web',
    'spec:',
    '  replicas: 1',
    '  template:',
    '    spec:',
    '      containers:',
    '      - name: web',
    '        image: nginx:1',
    '        envFrom: [{configMapRef: {name: cfg}}]',
    '      - name: side',
    '        image: side:1',
    '',
  ].join('\n'),
  'over/kustomization.yaml': [
    'resources: [../base]',
    'namespace: prod',
    'images:',
    '- name: nginx',
    '  newTag: "2"',
    'replicas:',
    '- name: web',
    '  count: 3',
    'patches:',
    '- path: p.yaml',
    '- target: {kind: Deployment}',
    '  patch: |-',
    '    - op: add',
    '      path: /metadata/labels',
    '      value: {z: "1"}',
    '- patch: |',
    '    apiVersion: apps/v1',
    '    kind: Deployment',
    '    metadata: {name: web}',
    '    spec:',
    '      strategy: {type: Recreate}',
    'configMapGenerator:',
    '- name: cfg',
    '  behavior: merge',
    '  literals: [a=2]',
    'replacements:',
    '- source: {kind: Deployment, fieldPath: spec.replicas}',
    '  targets:',
    '  - select: {kind: Deployment}',
    '    fieldPaths: [metadata.labels.count]',
    '    options: {create: true}',
    '',
  ].join('\n'),
  'over/p.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    '  name: web',
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    '      - name: new',
    '        image: n:1',
    '      - name: web',
    '        imagePullPolicy: Always',
    '',
  ].join('\n'),
};

/** Per resource: each field and its acts as `act file:line detail`. */
async function originsOf(): Promise<Record<string, Record<string, string[]>>> {
  const built = await buildKustomization({ tree: memoryTree(files), path: 'over', origins: true });
  if (!built.ok) throw new Error(built.error[0]?.message);
  return Object.fromEntries(
    built.value.resources.map(({ object, fields }) => [
      String(object['kind']),
      Object.fromEntries(
        [...(fields ?? [])].map(([pointer, steps]) => [
          pointer,
          steps.map(({ act, file, line, detail }) =>
            [act, `${file}:${line}`, detail].filter(Boolean).join(' '),
          ),
        ]),
      ),
    ]),
  );
}

describe('the origins of fields', () => {
  it.each<[string, string, string[]]>([
    ['Deployment', '/kind', ['file base/deploy.yaml:2']],
    [
      'Deployment',
      '/metadata/name',
      ['file base/deploy.yaml:4', 'transformer base/kustomization.yaml:2 namePrefix'],
    ],
    ['Deployment', '/metadata/namespace', ['transformer over/kustomization.yaml:2 namespace']],
    ['Deployment', '/metadata/labels/z', ['patch over/kustomization.yaml:11 patches[1] operation 0']],
    [
      'Deployment',
      '/metadata/labels/count',
      ['replacement over/kustomization.yaml:27 replacements[0] (spec.replicas of Deployment)'],
    ],
    [
      'Deployment',
      '/spec/replicas',
      ['file base/deploy.yaml:6', 'transformer over/kustomization.yaml:7 replicas[0]'],
    ],
    ['Deployment', '/spec/strategy/type', ['patch over/kustomization.yaml:21 patches[2]']],
    ['Deployment', '/spec/template/spec/containers/0/image', ['patch over/p.yaml:10 patches[0]']],
    [
      'Deployment',
      '/spec/template/spec/containers/1/image',
      ['file base/deploy.yaml:11', 'transformer over/kustomization.yaml:4 images[0]'],
    ],
    ['Deployment', '/spec/template/spec/containers/1/imagePullPolicy', ['patch over/p.yaml:12 patches[0]']],
    ['Deployment', '/spec/template/spec/containers/2/image', ['file base/deploy.yaml:14']],
    [
      'Deployment',
      '/spec/template/spec/containers/1/envFrom/0/configMapRef/name',
      ['file base/deploy.yaml:12', 'transformer over/kustomization.yaml:22 the name of ConfigMap'],
    ],
    ['ConfigMap', '/data/FOO', ['generator base/x.env:2 configMapGenerator[0]']],
    [
      'ConfigMap',
      '/data/a',
      [
        'generator base/kustomization.yaml:4 configMapGenerator[0]',
        'generator over/kustomization.yaml:23 configMapGenerator[0]',
      ],
    ],
  ])('%s%s', async (kind, pointer, expected) => {
    expect((await originsOf())[kind]?.[pointer]).toEqual(expected);
  });

  it('are left out where nobody asks', async () => {
    const built = await buildKustomization({ tree: memoryTree(files), path: 'over' });
    expect(built.ok && built.value.resources.map(({ fields }) => fields)).toEqual([undefined, undefined]);
  });
});
