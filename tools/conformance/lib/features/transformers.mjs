import { texts, yamlOf } from './chance.mjs';
import { kinds, someObjects } from './objects.mjs';

const specs = (c) =>
  Array.from({ length: 1 + c.int(2) }, () => ({
    path: c.pick([
      'metadata/labels',
      'spec/selector',
      'spec/items/labels',
      'spec/template/metadata/labels',
      'spec/new/labels',
      'spec/empty',
      'spec/items[]/x',
      'spec/names',
      'spec/text',
      'metadata/annotations/a.b\\/c',
      'spec/containers/image',
      'spec/image',
      'spec/size',
      'metadata/name',
      'spec/nothing',
      'spec/items/name',
      'metadata/namespace',
      '',
      '/spec/text',
      'spec/template/spec/containers/image',
      'spec/containers[]/image',
      'data/a',
    ]),
    ...c.fields({
      kind: [0.5, () => c.pick(kinds)],
      group: [0.2, () => c.pick(['apps', 'example.com', ''])],
      version: [0.2, 'v1'],
      create: [0.5, true],
    }),
  }));

export const imageOf = (c) => ({
  name: c.pick([
    'nginx',
    'reg.io:5000/team/app',
    'busybox',
    'app',
    'quay.io/a/b',
    'ng.*',
    'a(pp)?',
    '',
    'app:1',
    'team/app',
    '*',
  ]),
  ...c.fields({
    newName: [0.5, () => c.pick(['new.io/x', 'x', 'reg:5000/y', 'y:tagged'])],
    newTag: [0.5, () => c.pick(['v2', '', '1.0', 'v@x'])],
    digest: [0.2, () => c.pick(['sha256:ee', 'ee', ''])],
    tagSuffix: [0.15, '-alpine'],
  }),
});

const labelEntry = (c) => ({
  pairs: Object.fromEntries(c.some(['app', 'team', 'z.io/x', 'env'], 0.5).map((key) => [key, c.pick(texts)])),
  ...c.fields({
    includeSelectors: [0.3, true],
    includeTemplates: [0.3, true],
    fields: [0.25, () => specs(c)],
  }),
});

/** Every field of a kustomization that changes resources, alone or together. */
export function fields(c) {
  const objects = someObjects(c, 1 + c.int(5));
  const extras = [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'rb', ...(c.is(0.5) ? { namespace: 'own' } : {}) },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [
        {
          kind: 'ServiceAccount',
          name: c.pick(['default', 'account']),
          ...(c.is(0.5) ? { namespace: c.pick(['own', 'x', 'default']) } : {}),
        },
        { kind: 'User', name: 'u' },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'crb' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cr' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'x' }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'cr' },
      rules: [{ resources: ['configmaps'], resourceNames: ['config'] }],
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: c.pick(['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']),
      metadata: { name: 'hook' },
      webhooks: [
        {
          name: 'a.b.c',
          clientConfig: { service: { name: 'service', namespace: c.pick(['own', 'default', 'x']) } },
        },
      ],
    },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        conversion: {
          strategy: 'Webhook',
          webhook: { clientConfig: { service: { name: 'service', namespace: 'x' } } },
        },
      },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.example.com' },
      spec: { service: { name: 'service', namespace: 'own' } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv' },
      spec: { storageClassName: 'fast' },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'pdb' },
      spec: { selector: { matchLabels: { app: 'x' } } },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'np' },
      spec: {
        podSelector: { matchLabels: { app: 'x' } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'y' } } }] }],
        egress: [{ to: [{ podSelector: {} }] }],
      },
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'own' } },
    {
      apiVersion: 'v1',
      kind: 'List',
      metadata: { name: 'l' },
      items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'in-list' } }],
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'ro' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'x' } },
        template: { metadata: {}, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } },
      },
    },
  ];
  const names = objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .map(({ metadata }) => metadata.name);
  const kustomization = {
    resources: ['all.yaml'],
    ...c.fields({
      namespace: [0.35, () => c.pick(['ns', 'own', 'default'])],
      namePrefix: [0.3, 'p-'],
      nameSuffix: [0.2, '-s'],
      labels: [0.4, () => Array.from({ length: 1 + c.int(2) }, () => labelEntry(c))],
      commonLabels: [0.15, () => ({ common: c.pick(texts), app: 'c' })],
      commonAnnotations: [0.3, () => ({ by: c.pick(texts), 'x.io/y': 'z' })],
      images: [0.4, () => Array.from({ length: 1 + c.int(2) }, () => imageOf(c))],
      replicas: [
        names.length > 0 ? 0.3 : 0.02,
        () => [{ name: c.is(0.95) ? (c.pick(names) ?? 'x') : 'nobody', count: c.pick([0, 5, 100]) }],
      ],
      sortOptions: [
        0.2,
        () =>
          c.pick([
            { order: 'fifo' },
            { order: 'legacy' },
            {
              order: 'legacy',
              legacySortOptions: { orderFirst: ['Service', 'Pod'], orderLast: ['Namespace'] },
            },
            { order: 'legacy', legacySortOptions: { orderFirst: ['ConfigMap'] } },
            { order: 'random' },
            { order: 'fifo', legacySortOptions: {} },
            {},
          ]),
      ],
      buildMetadata: [
        0.2,
        () =>
          c.some(
            [
              'originAnnotations',
              'transformerAnnotations',
              'managedByLabel',
              ...(c.is(0.05) ? ['nonsense'] : []),
            ],
            0.6,
          ),
      ],
    }),
  };
  return {
    'all.yaml': yamlOf(...objects, ...c.some(extras, 0.2)),
    'kustomization.yaml': yamlOf(kustomization),
  };
}

const objectsOfKinds = (c) => ({
  PrefixTransformer: { prefix: c.pick(['t-', '', '1']), fieldSpecs: specs(c) },
  SuffixTransformer: { suffix: '-t', fieldSpecs: specs(c) },
  NamespaceTransformer: {
    fieldSpecs: specs(c),
    ...c.fields({
      unsetOnly: [0.4, true],
      setRoleBindingSubjects: [0.4, () => c.pick(['none', 'defaultOnly', 'allServiceAccounts', 'x'])],
    }),
  },
  LabelTransformer: { labels: { t: c.pick(texts), a: 'b' }, fieldSpecs: specs(c) },
  AnnotationsTransformer: { annotations: { t: c.pick(texts) }, fieldSpecs: specs(c) },
  ImageTagTransformer: { imageTag: imageOf(c), fieldSpecs: specs(c) },
  ReplicaCountTransformer: {
    replica: { name: c.pick(['web', 'api']), count: 7 },
    fieldSpecs: [
      {
        path: c.pick(['spec/replicas', 'spec/size']),
        create: c.is(0.5),
        kind: c.pick(['Deployment', 'Widget']),
      },
    ],
  },
  PatchTransformer: {
    patch: c.pick([
      '[{"op": "add", "path": "/metadata/labels", "value": {"x": "y"}}]',
      'apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: web\nspec:\n  size: 8\n',
    ]),
    ...c.fields({ target: [0.7, () => ({ kind: c.pick(['Widget', 'Deployment']) })] }),
  },
  PatchJson6902Transformer: {
    target: { version: 'v1', kind: 'Widget', name: c.pick(['web', 'api']), group: 'example.com' },
    jsonOp: '[{"op": "replace", "path": "/spec/size", "value": 3}]',
  },
  PatchStrategicMergeTransformer: {
    patches: 'apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: web\nspec:\n  size: 8\n',
  },
  ReplacementTransformer: {
    replacements: [
      {
        source: { kind: 'Widget', fieldPath: 'spec.size' },
        targets: [{ select: { kind: 'ConfigMap' }, fieldPaths: ['data.a'] }],
      },
    ],
  },
  ValueAddTransformer: {
    value: c.pick(['added', 'a/b']),
    targets: [
      {
        fieldPath: c.pick(['metadata/labels/v', 'spec/text', 'metadata/namespace']),
        ...(c.is(0.5) ? { selector: { kind: c.pick(kinds) } } : {}),
        ...c.fields({ filePathPosition: [0.2, () => c.int(3)] }),
      },
    ],
  },
  HashTransformer: {},
  SortOrderTransformer: { sortOptions: { order: c.pick(['legacy', 'fifo']) } },
  LegacyOrderTransformer: {},
  NonsenseTransformer: {},
  IAMPolicyGenerator: {},
});

const generatorsOfKinds = (c) => ({
  ConfigMapGenerator: {
    literals: ['a=1'],
    ...c.fields({ behavior: [0.2, 'create'], options: [0.3, { disableNameSuffixHash: true }] }),
  },
  SecretGenerator: { literals: ['a=1'], type: 'Opaque' },
  IAMPolicyGenerator: {
    cloud: c.pick(['gke', 'aws', '']),
    kubernetesService: { name: 'k8s', ...(c.is(0.5) ? { namespace: 'n' } : {}) },
    serviceAccount: { name: 'sa', projectId: 'p' },
  },
});

/** Transformers and generators as objects of their own. */
export function plugins(c) {
  const objects = someObjects(c, 2 + c.int(4), [
    'Widget',
    'Deployment',
    'ConfigMap',
    'Service',
    'Widget',
    'StatefulSet',
  ]);
  const files = { 'all.yaml': yamlOf(...objects) };
  const config = (table, i) => {
    const kind = c.pick(Object.keys(table));
    const rest = table[kind];
    return {
      apiVersion: c.is(0.97) ? 'builtin' : 'builtin/v1',
      kind,
      metadata: {
        name: `t${i}`,
        ...(kind === 'NamespaceTransformer' ? { namespace: c.is(0.9) ? 'tns' : undefined } : {}),
      },
      ...rest,
    };
  };
  const transformers = Array.from({ length: 1 + c.int(2) }, (_, i) => config(objectsOfKinds(c), i));
  const kustomization = {
    resources: ['all.yaml'],
    ...c.fields({
      namePrefix: [0.2, 'p-'],
      buildMetadata: [0.15, ['transformerAnnotations', 'originAnnotations']],
    }),
  };
  const clean = (one) => JSON.parse(JSON.stringify(one));
  if (c.is(0.3)) kustomization.transformers = transformers.map((one) => yamlOf(clean(one)));
  else {
    files['t.yaml'] = yamlOf(...transformers.map(clean));
    kustomization.transformers = ['t.yaml'];
  }
  if (c.is(0.35)) {
    files['g.yaml'] = yamlOf(clean(config(generatorsOfKinds(c), 9)));
    kustomization.generators = ['g.yaml'];
  }
  if (c.is(0.15)) {
    files['v.yaml'] = yamlOf(clean(config(objectsOfKinds(c), 7)));
    kustomization.validators = ['v.yaml'];
  }
  files['kustomization.yaml'] = yamlOf(kustomization);
  return files;
}
