import { scalars, texts, yamlOf } from './chance.mjs';
import { kinds, makers, someObjects } from './objects.mjs';

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

const imageOf = (c) => ({
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
    const { namespace, ...rest } = table[kind];
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

/** `configurations`, `crds` and `openapi`. */
export function configurations(c) {
  const objects = [
    makers.Widget(c, 'web'),
    makers.Deployment(c, 'web'),
    makers.ConfigMap(c, 'config'),
    ...(c.is(0.5) ? [makers.Secret(c, 'secret')] : []),
  ];
  const [widget] = objects;
  Object.assign(widget.spec, {
    configRef: { name: 'config' },
    refs: [{ name: 'config' }, { secret: 'secret' }],
    labels: { a: 'b' },
    var: '$(NAME)-x',
  });
  const spec = (path, more = {}) => ({
    path,
    kind: 'Widget',
    ...c.fields({ create: [0.3, true], group: [0.3, 'example.com'] }),
    ...more,
  });
  const files = { 'all.yaml': yamlOf(...objects) };
  files['config.yaml'] = yamlOf(
    c.fields({
      nameReference: [
        0.7,
        () => [
          {
            kind: 'ConfigMap',
            version: 'v1',
            fieldSpecs: [
              spec(
                c.pick([
                  'spec/configRef/name',
                  'spec/refs/name',
                  'spec/text',
                  'spec/names',
                  'spec/configRef',
                  'spec/missing',
                ]),
              ),
            ],
          },
          ...(c.is(0.3) ? [{ kind: 'Secret', fieldSpecs: [spec('spec/refs/secret')] }] : []),
        ],
      ],
      images: [
        0.5,
        () => [
          spec(
            c.pick([
              'spec/image',
              'spec/text',
              'spec/names',
              'spec/items',
              'spec/containers/image',
              'spec/size',
            ]),
          ),
        ],
      ],
      commonLabels: [
        0.4,
        () => [spec('spec/labels'), spec(c.pick(['spec/items/labels', 'spec/text', 'spec/new/labels']))],
      ],
      labels: [0.2, () => [spec('spec/labels')]],
      commonAnnotations: [0.3, () => [spec('spec/annotations')]],
      namePrefix: [0.3, () => [spec(c.pick(['metadata/name', 'spec/text', 'spec/names']))]],
      nameSuffix: [0.2, () => [spec('spec/text')]],
      namespace: [0.3, () => [spec(c.pick(['spec/namespace', 'metadata/namespace', 'spec/text']))]],
      replicas: [0.3, () => [spec(c.pick(['spec/size', 'spec/count']))]],
      varReference: [0.4, () => [spec('spec/var'), spec('spec/names')]],
      nonsense: [0.03, []],
    }),
  );
  const properties = {
    spec: {
      type: 'object',
      properties: {
        items: {
          type: 'array',
          'x-kubernetes-patch-merge-key': 'name',
          'x-kubernetes-patch-strategy': 'merge',
          items: { $ref: '#/definitions/item' },
        },
      },
    },
  };
  files['schema.json'] = JSON.stringify({
    definitions: {
      item: { type: 'object' },
      'v1.example.com.Widget': {
        properties,
        type: 'object',
        'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Widget', version: 'v1' }],
      },
    },
  });
  files['crd.json'] = JSON.stringify({
    'github.com/example/v1.Widget': {
      Schema: {
        description: 'x',
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          metadata: {},
          spec: { $ref: 'github.com/example/v1.WidgetSpec' },
        },
      },
      Dependencies: [],
    },
    'github.com/example/v1.WidgetSpec': {
      Schema: {
        properties: {
          configRef: {
            'x-kubernetes-object-ref-api-version': 'v1',
            'x-kubernetes-object-ref-kind': 'ConfigMap',
            $ref: 'x',
            ...c.fields({ 'x-kubernetes-object-ref-name-key': [0.3, 'name'] }),
          },
          labels: { 'x-kubernetes-label-selector': '' },
          annotations: { 'x-kubernetes-annotation': '' },
          text: { 'x-kubernetes-identity': '' },
        },
      },
    },
  });
  files['kustomization.yaml'] = yamlOf({
    resources: ['all.yaml'],
    ...c.fields({
      configurations: [0.8, ['config.yaml']],
      openapi: [
        0.4,
        () =>
          c.pick([
            { path: 'schema.json' },
            { path: 'schema.json' },
            { version: 'v1.21.2' },
            { version: 'v1.20.4' },
            { path: 'schema.json', version: 'v1.21.2' },
            { path: 'missing' },
          ]),
      ],
      crds: [0.35, ['crd.json']],
      namePrefix: [0.6, 'p-'],
      nameSuffix: [0.2, '-s'],
      namespace: [0.4, 'ns'],
      commonLabels: [0.3, { team: 'blue' }],
      labels: [0.3, [{ pairs: { l: '1' }, includeSelectors: true }]],
      commonAnnotations: [0.3, { by: 'x' }],
      images: [0.5, () => [imageOf(c), { name: 'app', newTag: '9' }]],
      replicas: [0.3, [{ name: 'web', count: 4 }]],
      vars: [
        0.4,
        () => [
          {
            name: 'NAME',
            objref: { kind: 'ConfigMap', name: 'config', apiVersion: 'v1' },
            ...c.fields({ fieldref: [0.5, { fieldpath: 'data.host' }] }),
          },
        ],
      ],
      patches: [
        0.5,
        [
          {
            patch: yamlOf({
              apiVersion: 'example.com/v1',
              kind: 'Widget',
              metadata: { name: 'web' },
              spec: { items: [{ name: 'x', v: c.pick(scalars) }, { name: 'new' }] },
            }),
          },
        ],
      ],
      configMapGenerator: [0.3, [{ name: 'gen', literals: ['a=b'] }]],
    }),
  });
  return files;
}

/** Variables, as they were before replacements. */
export function variables(c) {
  const objects = [
    makers.Deployment(c, 'web'),
    makers.Service(c, 'service'),
    makers.ConfigMap(c, 'config'),
    ...(c.is(0.5) ? [makers.Ingress(c, 'web')] : []),
  ];
  delete objects[1].metadata.namespace;
  const container = objects[0].spec.template.spec.containers[0];
  container.args = c.some(
    ['$(A)', 'http://$(A):$(B)/', '$$(A)', '$(MISSING)', '$(A', '$(B)$(A)', '$', '$(C)', '$()', '$((A))'],
    0.5,
  );
  container.env = [{ name: 'N', value: c.pick(['$(B)', '$(A)', 'x']) }];
  objects[0].metadata.annotations = { v: c.pick(['$(A)', '$(B)']) };
  const refs = [
    { name: 'A', objref: { kind: 'Service', name: 'service', apiVersion: 'v1' } },
    {
      name: 'B',
      objref: { kind: 'Service', name: 'service', apiVersion: 'v1' },
      fieldref: {
        fieldpath: c.pick([
          'spec.ports[0].port',
          'spec.ports[0].name',
          'spec.selector.app',
          'spec.ports',
          'spec.missing',
          'metadata.namespace',
          'spec.ports[?(@.name=="http")].port',
        ]),
      },
    },
    {
      name: 'C',
      objref: {
        kind: 'Deployment',
        name: 'web',
        apiVersion: 'apps/v1',
        ...c.fields({ group: [0.2, 'apps'] }),
      },
      fieldref: {
        fieldpath: c.pick([
          'spec.replicas',
          'metadata.name',
          'spec.template.spec.containers[0].image',
          'metadata.annotations.v',
          'spec.template.metadata',
        ]),
      },
    },
    {
      name: 'D',
      objref: { kind: 'ConfigMap', name: c.pick(['config', 'config', 'nobody']), apiVersion: 'v1' },
      fieldref: { fieldPath: 'data.host' },
    },
  ];
  const vars = c.some(refs, 0.7);
  if (c.is(0.05) && vars.length > 0) vars.push(vars[0]);
  const files = {
    'base/all.yaml': yamlOf(...objects),
    'base/kustomization.yaml': yamlOf({
      resources: ['all.yaml'],
      ...(vars.length > 0 ? { vars } : {}),
      ...c.fields({ namePrefix: [0.4, 'p-'] }),
    }),
  };
  files['top/kustomization.yaml'] = yamlOf({
    resources: ['../base'],
    ...c.fields({ nameSuffix: [0.4, '-s'], namespace: [0.4, 'ns'], vars: [0.1, [refs[0]]] }),
  });
  return files;
}
