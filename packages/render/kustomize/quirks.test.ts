import { buildKustomization } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';

const deployment = [
  'apiVersion: apps/v1',
  'kind: Deployment',
  'metadata: {name: web}',
  'spec:',
  '  template:',
  '    spec:',
  '      affinity:',
  '        nodeAffinity:',
  '          preferred:',
  '          required: null',
  '',
].join('\n');

const base = {
  'base/kustomization.yaml': 'resources: [web.yaml]\ncommonLabels: {app: x}\nnamePrefix: p-\n',
  'base/web.yaml': deployment,
};

interface Shape {
  readonly metadata: { readonly labels: object; readonly annotations?: object };
  readonly spec: {
    readonly selector: object;
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: object };
  };
}

async function built(kustomization: string): Promise<Shape> {
  const tree = memoryTree({ ...base, 'over/kustomization.yaml': `resources: [../base]\n${kustomization}` });
  const result = await buildKustomization({ tree, path: 'over' });
  if (!result.ok) throw new Error(result.error[0]?.message);
  return result.value.objects[0] as unknown as Shape;
}

const patch = (...lines: readonly string[]): string =>
  `patches:\n- target: {kind: Deployment}\n  patch: |-\n${lines.map((line) => `    ${line}\n`).join('')}`;

/** What real builds show and nobody would guess; each was seen with kustomize itself. */
describe('oddities of kustomize', () => {
  it.each<[string, string]>([
    [
      'a patch',
      'patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web, labels: {app: new}}\n',
    ],
    ['other labels', 'labels: [{pairs: {app: new}}]\n'],
    [
      'a replacement',
      'replacements:\n- sourceValue: new\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: [metadata.labels.app]\n',
    ],
  ])('labels that were set together change together: by %s', async (_, kustomization) => {
    const { metadata, spec } = await built(kustomization);
    expect([metadata.labels, spec.selector, spec.template.metadata.labels]).toEqual([
      { app: 'new' },
      { matchLabels: { app: 'new' } },
      { app: 'new' },
    ]);
  });

  it('a JSON patch takes labels apart again', async () => {
    const { metadata, spec } = await built(patch('- {op: replace, path: /metadata/labels/app, value: new}'));
    expect([metadata.labels, spec.template.metadata.labels]).toEqual([{ app: 'new' }, { app: 'x' }]);
  });

  it('a JSON patch may add an annotation where there are none', async () => {
    const { metadata } = await built(patch('- {op: add, path: /metadata/annotations/a, value: b}'));
    expect(metadata.annotations).toEqual({ a: 'b' });
  });

  it('a null in a patch for several resources is a text', async () => {
    const { metadata } = await built(
      patch('apiVersion: apps/v1', 'kind: Deployment', 'metadata: {name: any, labels: {app: null}}'),
    );
    expect(metadata.labels).toEqual({ app: 'null' });
  });

  it('a merge drops nulls that nobody wrote and keeps those that somebody did', async () => {
    const { spec } = await built(
      patch('apiVersion: apps/v1', 'kind: Deployment', 'metadata: {name: any}', 'spec: {replicas: 2}'),
    );
    expect(spec.template.spec).toEqual({ affinity: { nodeAffinity: { required: null } } });
  });

  it.each([
    ['', { b: '2.10', kept: 'null' }],
    ['  target: {kind: ConfigMap}\n', { b: '2.10', kept: 'null', gone: 'null' }],
  ])('a null annotation deletes where a patch names its target itself%s', async (target, expected) => {
    const files = {
      'kustomization.yaml': `resources: [cm.yaml]\npatches:\n- path: p.yaml\n${target}`,
      'cm.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {b: 1.10, gone: x, kept: null, silent: }}\n',
      'p.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {b: 2.10, gone: null}}\n',
    };
    const result = await buildKustomization({ tree: memoryTree(files), path: '' });
    expect(result.ok && result.value.objects[0]?.metadata.annotations).toEqual(expected);
  });

  it.each([
    ['includeTemplates: true', { team: 'a' }],
    ['includeTemplates: true, includeVolumeClaimTemplates: false', undefined],
    ['includeVolumeClaimTemplates: true', { team: 'a' }],
    ['includeSelectors: true', { team: 'a' }],
  ])('labels with %s on the claims of a StatefulSet', async (option, expected) => {
    const files = {
      'kustomization.yaml': `resources: [db.yaml]\nlabels: [{pairs: {team: a}, ${option}}]\n`,
      'db.yaml':
        'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec: {volumeClaimTemplates: [{metadata: {name: d}}]}\n',
    };
    const result = await buildKustomization({ tree: memoryTree(files), path: '' });
    const [object] = (result.ok ? result.value.objects : []) as unknown as {
      readonly spec: {
        readonly volumeClaimTemplates: readonly { readonly metadata: { readonly labels?: object } }[];
      };
    }[];
    expect(object?.spec.volumeClaimTemplates[0]?.metadata.labels).toEqual(expected);
  });

  it('a number over a text in quotes becomes a text, also where they were not needed', async () => {
    const files = {
      'kustomization.yaml': 'resources: [a.yaml]\npatches: [{path: p.yaml}]\n',
      'a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  double: "x"\n  single: \'y\'\n  plain: x\n  block: |-\n    z\n  deep: {a: "x", b: x}\n',
      'p.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {double: 3, single: true, plain: 3, block: 1.5, deep: {a: 1, b: 1}}\n',
    };
    const result = await buildKustomization({ tree: memoryTree(files), path: '' });
    const [object] = (result.ok ? result.value.objects : []) as unknown as { readonly data: object }[];
    expect(object?.data).toEqual({
      double: '3',
      single: 'true',
      plain: 3,
      block: '1.5',
      deep: { a: '1', b: 1 },
    });
  });

  it.each<[string, string, unknown]>([
    ['a field that a replacement made', 'spec.made', '3'],
    ['one that was there', 'spec.size', 3],
  ])('a merge takes %s for a text where it has no type', async (_, field, expected) => {
    const name = field.split('.')[1] ?? '';
    const files = {
      'base/kustomization.yaml': `resources: [a.yaml]\nreplacements:\n- sourceValue: "3"\n  targets:\n  - select: {kind: Widget}\n    fieldPaths: [${field}]\n    options: {create: true}\n`,
      'base/a.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: 1}\n',
      'over/kustomization.yaml':
        'resources: [../base]\npatches:\n- patch: "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, spec: {x: 1}}"\n',
    };
    const specs: unknown[] = [];
    for (const path of ['base', 'over']) {
      const result = await buildKustomization({ tree: memoryTree(files), path });
      const [object] = (result.ok ? result.value.objects : []) as unknown as {
        readonly spec: Record<string, unknown>;
      }[];
      specs.push(object?.spec[name]);
    }
    expect(specs).toEqual([3, expected]);
  });

  it.each([
    ['spec.whole', 'yaml: cannot decode !!float `1.5` as a !!int'],
    ['spec.fraction', 1.5],
    ['spec.items.[v=2].v', 1.5],
  ])('a fraction over %s', async (field, expected) => {
    const files = {
      'kustomization.yaml': `resources: [a.yaml]\nreplacements:\n- sourceValue: "1.5"\n  targets:\n  - select: {kind: Widget}\n    fieldPaths: ["${field}"]\n    options: {create: true}\n`,
      'a.yaml':
        'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {whole: 1, fraction: 1.0, items: []}\n',
    };
    const result = await buildKustomization({ tree: memoryTree(files), path: '' });
    const got = result.ok ? JSON.stringify(result.value.objects) : result.error[0]?.message;
    expect(got).toContain(String(expected));
  });
});
