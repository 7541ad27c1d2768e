import { describe, expect, it } from 'vitest';
import { editKustomization, readEntries, readImage, readReplica } from './index.ts';
import type { KustomizationEdit } from './index.ts';

const text = `# The shop
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

resources:   # ours
- deploy.yaml

- service.yaml # the door
images:
- name: nginx
  newTag: "1.0"
- digest: sha256:0
  name: redis
commonLabels: {app: shop}
patches:
- path: a.yaml
  target:
    kind: Deployment
- path: b.yaml
`;

function run(...edits: KustomizationEdit[]): string {
  const done = editKustomization(text, edits);
  if (!done.ok) return `error: ${done.error.message}`;
  return done.value.text + done.value.notes.map((note) => `(${note})`).join('');
}

function image(argument: string): KustomizationEdit {
  const read = readImage(argument);
  if (!read.ok) throw new Error(read.error.message);
  return { type: 'setImages', images: [read.value] };
}

const entries = (...inputs: string[]): ReadonlyMap<string, string> => {
  const read = readEntries(inputs, 'label');
  return read.ok ? read.value : new Map();
};

describe('editKustomization', () => {
  it.each<[KustomizationEdit, string, string]>([
    [image('nginx:1.1'), '  newTag: "1.0"\n', '  newTag: "1.1"\n'],
    [
      image('nginx=reg.io:5000/nginx:2'),
      '  newTag: "1.0"\n',
      '  newTag: "2"\n  newName: reg.io:5000/nginx\n',
    ],
    [image('nginx=other:*'), '  newTag: "1.0"\n', '  newTag: "1.0"\n  newName: other\n'],
    [image('redis:7'), '- digest: sha256:0\n  name: redis\n', '- name: redis\n  newTag: "7"\n'],
    [image('new@sha256:1'), '  name: redis\n', '  name: redis\n- name: new\n  digest: sha256:1\n'],
    [
      { type: 'set', field: 'namespace', value: 'prod' },
      '- path: b.yaml\n',
      '- path: b.yaml\nnamespace: prod\n',
    ],
    [
      { type: 'setReplicas', replicas: [{ name: 'web', count: 3 }] },
      '- path: b.yaml\n',
      '- path: b.yaml\nreplicas:\n- name: web\n  count: 3\n',
    ],
    [
      { type: 'addEntries', kind: 'label', entries: entries('team:a'), force: false },
      '{app: shop}',
      '{app: shop, team: a}',
    ],
    [{ type: 'addEntries', kind: 'label', entries: entries('app:x'), force: true }, 'app: shop', 'app: x'],
    [
      { type: 'addEntries', kind: 'label', entries: entries('a:1'), force: false, withoutSelector: true },
      '- path: b.yaml\n',
      '- path: b.yaml\nlabels:\n- pairs:\n    a: "1"\n',
    ],
    [
      { type: 'removeEntries', kind: 'label', keys: ['app'], ignoreMissing: false },
      'commonLabels: {app: shop}\n',
      '',
    ],
    [
      { type: 'addPaths', field: 'resources', paths: ['ingress.yaml'] },
      '- service.yaml # the door\n',
      '- service.yaml # the door\n- ingress.yaml\n',
    ],
    [
      { type: 'removePaths', field: 'resources', patterns: ['serv*.yaml'] },
      '- service.yaml # the door\n',
      '',
    ],
    [
      { type: 'addPaths', field: 'components', paths: ['../c'] },
      '- path: b.yaml\n',
      '- path: b.yaml\ncomponents:\n- ../c\n',
    ],
    [
      { type: 'addPatch', patch: { path: 'c.yaml', kind: 'Service' } },
      '- path: b.yaml\n',
      '- path: b.yaml\n- path: c.yaml\n  target:\n    kind: Service\n',
    ],
    [
      { type: 'removePatch', patch: { path: 'a.yaml', kind: 'Deployment' } },
      '- path: a.yaml\n  target:\n    kind: Deployment\n',
      '',
    ],
  ])('does %j and nothing else', (edit, before, after) => {
    expect(text).toContain(before);
    expect(run(edit)).toBe(text.replace(before, after));
  });

  it.each<[KustomizationEdit, string]>([
    [
      { type: 'addEntries', kind: 'label', entries: entries('app:x'), force: false },
      'error: label app already in kustomization file. Use --force to override.',
    ],
    [
      { type: 'removeEntries', kind: 'annotation', keys: ['a'], ignoreMissing: false },
      'error: commonAnnotations is not defined in kustomization file',
    ],
    [
      { type: 'removeEntries', kind: 'label', keys: ['a'], ignoreMissing: false },
      'error: label a is not defined in kustomization file',
    ],
    [{ type: 'addPatch', patch: {} }, 'error: must provide either patch or path'],
    [
      { type: 'addPatch', patch: { path: 'a', patch: 'b' } },
      "error: patch and path can't be set at the same time",
    ],
    [{ type: 'removePaths', field: 'resources', patterns: ['['] }, 'error: syntax error in pattern'],
  ])('refuses %j', (edit, message) => {
    expect(run(edit)).toBe(message);
  });

  it.each<[KustomizationEdit, string]>([
    [
      { type: 'addPaths', field: 'resources', paths: ['deploy.yaml'] },
      'resource deploy.yaml already in kustomization file',
    ],
    [{ type: 'addPatch', patch: { path: 'b.yaml' } }, 'patch b.yaml already in kustomization file'],
    [{ type: 'removePatch', patch: { path: 'a.yaml' } }, "patch a.yaml doesn't exist in kustomization file"],
  ])('leaves the file alone and says why: %j', (edit, note) => {
    expect(run(edit)).toBe(`${text}(${note})`);
  });

  it('begins an empty file', () => {
    const done = editKustomization('', [{ type: 'addPaths', field: 'resources', paths: ['a.yaml'] }]);
    expect(done.ok && done.value.text).toBe('resources:\n- a.yaml\n');
  });
});

describe('generated data', () => {
  const text = 'configMapGenerator:\n- name: c\n  literals:\n  - a=1 # one\n  - b=2\n';
  const edited = (edit: KustomizationEdit): string => {
    const done = editKustomization(text, [edit]);
    return done.ok ? done.value.text : `error: ${done.error.message}`;
  };

  it.each<[KustomizationEdit, string]>([
    [
      { type: 'addData', data: { kind: 'ConfigMap', name: 'c', literals: ['d=3'], files: ['k=x.txt'] } },
      'configMapGenerator:\n- name: c\n  literals:\n  - a=1 # one\n  - b=2\n  - d=3\n  files:\n  - k=x.txt\n',
    ],
    [
      {
        type: 'addData',
        data: { kind: 'Secret', name: 's', envFile: 'x.env', secretType: 'kubernetes.io/tls' },
      },
      `${text}secretGenerator:\n- name: s\n  envs:\n  - x.env\n  type: kubernetes.io/tls\n`,
    ],
    [
      {
        type: 'setData',
        kind: 'ConfigMap',
        name: 'c',
        namespace: 'default',
        literals: ['a=9'],
        newNamespace: '',
      },
      text.replace('a=1', 'a=9'),
    ],
    [{ type: 'removeData', kind: 'ConfigMap', names: ['c'], namespace: '' }, ''],
    [
      { type: 'addData', data: { kind: 'ConfigMap', name: 'c', literals: ['a=3'] } },
      'error: failed to create configmap: configmap c illegally repeats the key `a`',
    ],
    [
      { type: 'setData', kind: 'ConfigMap', name: 'c', namespace: '', literals: ['z=9'], newNamespace: '' },
      "error: failed to create configmap: failed to update literal sources: key 'z' not found in resource",
    ],
  ])('%j', (edit, expected) => expect(edited(edit)).toBe(expected));
});

describe('fix', () => {
  const fixed = (text: string): string => {
    const done = editKustomization(text, [{ type: 'fix', isFile: (path) => path.endsWith('.yaml') }]);
    return done.ok ? done.value.text : `error: ${done.error.message}`;
  };
  const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';

  it.each([
    ['# ours\nbases: # all\n- a\n', `# ours\n${head}resources: # all\n- a\n`],
    [`${head}resources:\n- x\nbases:\n- a\n`, `${head}resources:\n- x\n- a\n`],
    [`${head}patchesJson6902:\n- path: a # c\n`, `${head}patches:\n- path: a # c\n`],
    [
      `${head}patchesStrategicMerge:\n- a.yaml # c\n- |-\n  a: 1\n  b: 2\n`,
      `${head}patches:\n- path: a.yaml # c\n- patch: |-\n    a: 1\n    b: 2\n`,
    ],
    [
      `${head}patchesStrategicMerge:\n- a.yaml\npatches:\n- path: b.yaml\n`,
      `${head}patches:\n- path: b.yaml\n- path: a.yaml\n`,
    ],
    [`${head}commonLabels:\n  a: "1"\n`, `${head}labels:\n- includeSelectors: true\n  pairs:\n    a: "1"\n`],
    [
      `${head}commonLabels: {a: x}\nlabels: [{pairs: {a: y}}]\n`,
      "error: label name 'a' exists in both commonLabels and labels",
    ],
    [`${head}imageTags: [{name: a, newTag: b}]\n`, `${head}images: [{name: a, newTag: b}]\n`],
    [
      `${head}configMapGenerator:\n- name: c\n  env: x.env\n`,
      `${head}configMapGenerator:\n- name: c\n  envs:\n  - x.env\n`,
    ],
    [`${head}resources: [a]\n`, `${head}resources: [a]\n`],
    ['kind: Component\n', 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n'],
  ])('%j', (before, after) => expect(fixed(before)).toBe(after));
});

describe('arguments', () => {
  it.each([
    ['nginx:1.0', { name: 'nginx', newName: '', newTag: '1.0', digest: '' }],
    ['localhost:5000/a', undefined],
    ['a=localhost:5000/b', { name: 'a', newName: 'localhost:5000/b', newTag: '', digest: '' }],
    ['a=b:1@sha256:2', { name: 'a', newName: 'b', newTag: '1', digest: 'sha256:2' }],
    ['a@sha256:2', { name: 'a', newName: '', newTag: '', digest: 'sha256:2' }],
    ['a', undefined],
  ])('reads the image %s', (argument, expected) => {
    const read = readImage(argument);
    expect(read.ok ? read.value : undefined).toEqual(expected);
  });

  it('reads replicas and entries', () => {
    expect(readReplica('web=3')).toEqual({ ok: true, value: { name: 'web', count: 3 } });
    expect(readReplica('web=x').ok).toBe(false);
    expect([...entries('a:b:c', 'd', 'e:"f g"')]).toEqual([
      ['a', 'b:c'],
      ['d', ''],
      ['e', 'f g'],
    ]);
    expect(readEntries([':x'], 'label').ok).toBe(false);
  });
});
