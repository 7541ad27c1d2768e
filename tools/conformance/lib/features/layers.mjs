// Bases over bases, components within components, the same base twice, and the fields of earlier versions among them.
import { yamlOf } from './chance.mjs';
import { makers, someObjects } from './objects.mjs';

const component = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' };

/** What a layer of any kind may do to what it gets. */
function acts(c, objects, i) {
  const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  const target = c.pick(objects);
  const patched = {
    apiVersion: target.apiVersion,
    kind: target.kind,
    metadata: { name: target.metadata.name, labels: { [`l${i}`]: String(i) } },
  };
  return c.fields({
    namePrefix: [0.35, `p${i}-`],
    nameSuffix: [0.2, `-s${i}`],
    namespace: [0.25, () => c.pick(['ns', 'own', `n${i}`])],
    commonLabels: [0.12, { app: `c${i}` }],
    labels: [
      0.25,
      () => [
        {
          pairs: { team: `t${i}` },
          ...c.fields({ includeSelectors: [0.3, true], includeTemplates: [0.4, true] }),
        },
      ],
    ],
    commonAnnotations: [0.2, { [`note${i}`]: '1' }],
    images: [0.25, () => [{ name: c.pick(['app', 'busybox', 'reg.io:5000/team/app']), newTag: `v${i}` }]],
    imageTags: [0.05, [{ name: 'app', newTag: 'old' }]],
    replicas: [workloads.length > 0 ? 0.2 : 0, () => [{ name: c.pick(workloads).metadata.name, count: i }]],
    patches: [
      0.35,
      () => [
        c.pick([
          { patch: yamlOf(patched) },
          { patch: yamlOf(patched), target: { kind: target.kind, name: `.*${target.metadata.name}.*` } },
          {
            patch: '[{"op": "add", "path": "/metadata/labels/json", "value": "x"}]',
            target: { labelSelector: 'app' },
          },
          {
            patch: yamlOf({ ...patched, metadata: { ...patched.metadata, name: `renamed${i}` } }),
            target: { kind: target.kind, name: target.metadata.name },
            options: { allowNameChange: true },
          },
          {
            patch: yamlOf({ ...patched, kind: 'Gadget', apiVersion: 'example.com/v1' }),
            target: { kind: target.kind, name: target.metadata.name },
            options: { allowKindChange: true },
          },
        ]),
      ],
    ],
    patchesStrategicMerge: [0.12, () => [yamlOf(patched)]],
    patchesJson6902: [
      0.08,
      () => [
        {
          target: {
            version: target.apiVersion.split('/').at(-1),
            kind: target.kind,
            name: target.metadata.name,
            ...(target.apiVersion.includes('/') ? { group: target.apiVersion.split('/')[0] } : {}),
          },
          patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"j": "1"}}]',
        },
      ],
    ],
    configMapGenerator: [
      0.3,
      () => [
        {
          ...c.pick([
            { name: `gen${i}` },
            { name: `gen${i}`, behavior: 'create' },
            ...(c.is(0.3)
              ? [
                  { name: 'gen', behavior: 'merge' },
                  { name: 'config', behavior: 'replace' },
                ]
              : []),
            ...(i === 0 ? [{ name: 'gen' }] : []),
          ]),
          literals: [`k${i}=v`, `same=${i}`],
          ...c.fields({
            options: [0.3, { disableNameSuffixHash: true, labels: { g: '1' } }],
            namespace: [0.15, 'own'],
          }),
        },
      ],
    ],
    generatorOptions: [
      0.12,
      () => c.pick([{ disableNameSuffixHash: true }, { labels: { all: 'x' } }, { immutable: true }]),
    ],
    secretGenerator: [0.12, () => [{ name: c.is(0.1) ? 'secret' : `sec${i}`, literals: ['p=q'] }]],
    vars: [
      i === 0 ? 0.12 : 0.02,
      () => [
        { name: `VAR${c.is(0.5) ? '' : i}`, objref: { apiVersion: 'v1', kind: 'ConfigMap', name: 'config' } },
      ],
    ],
    replacements: [
      0.15,
      () => [
        {
          source: {
            kind: target.kind,
            name: target.metadata.name,
            fieldPath: c.is(0.85) ? 'metadata.name' : 'metadata.labels.app',
          },
          targets: [
            {
              select: { kind: c.pick(['Deployment', 'Service', 'Widget', target.kind]) },
              ...c.fields({ reject: [0.3, [{ name: c.pick(['web', 'p0-web', 'db']) }]] }),
              fieldPaths: [
                c.pick([
                  'metadata.annotations.from',
                  'metadata.labels.app',
                  'spec.template.spec.containers.[name=web].image',
                ]),
              ],
              options: { create: c.is(0.9) },
            },
          ],
        },
      ],
    ],
    sortOptions: [0.08, () => ({ order: c.pick(['legacy', 'fifo']) })],
    buildMetadata: [
      0.08,
      () => c.some(['originAnnotations', 'transformerAnnotations', 'managedByLabel'], 0.6),
    ],
  });
}

export function layers(c) {
  const objects = someObjects(c, 3 + c.int(4), [
    'Deployment',
    'StatefulSet',
    'ConfigMap',
    'Service',
    'Secret',
    'ServiceAccount',
    'Ingress',
    'Widget',
    'CronJob',
  ]);
  if (c.is(0.6) && !objects.some(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'config'))
    objects.push(makers.ConfigMap(c, 'config'));
  if (c.is(0.4))
    objects.push({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: c.pick(['RoleBinding', 'ClusterRoleBinding']),
      metadata: { name: 'binding' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [
        {
          kind: 'ServiceAccount',
          name: c.pick(['account', 'default']),
          ...c.fields({ namespace: [0.5, () => c.pick(['own', 'default', 'ns'])] }),
        },
      ],
    });
  const files = {
    'base/all.yaml': yamlOf(...objects),
    'base/kustomization.yaml': yamlOf({ resources: ['all.yaml'], ...acts(c, objects, 0) }),
    'inner/kustomization.yaml': yamlOf({ ...component, ...acts(c, objects, 1) }),
    'outer/kustomization.yaml': yamlOf({
      ...component,
      ...(c.is(0.5) ? { components: ['../inner'] } : {}),
      ...acts(c, objects, 2),
    }),
    'extra/kustomization.yaml': yamlOf({
      ...component,
      resources: ['more.yaml'],
      ...acts(c, [makers.Widget(c, 'more')], 3),
    }),
    'extra/more.yaml': yamlOf(makers.Widget(c, 'more'), makers.Service(c, 'more')),
  };
  const middle = (i) => ({
    [c.is(0.15) ? 'bases' : 'resources']: ['../base'],
    ...c.fields({ components: [0.5, () => c.some(['../outer', '../extra', '../inner'], 0.5)] }),
    ...acts(c, objects, i),
  });
  files['left/kustomization.yaml'] = yamlOf({ ...middle(4) });
  files['right/kustomization.yaml'] = yamlOf({
    ...middle(5),
    ...(c.is(0.8) ? { nameSuffix: '-right' } : {}),
  });
  const both = c.is(0.45);
  files['top/kustomization.yaml'] = yamlOf({
    resources: both ? ['../left', '../right'] : ['../left'],
    ...c.fields({ components: [0.25, ['../inner']] }),
    ...acts(c, objects, 6),
  });
  return files;
}
