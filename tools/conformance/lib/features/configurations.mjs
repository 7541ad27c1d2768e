// What kustomizations say of kinds that nobody knows, and variables.
import { scalars, yamlOf } from './chance.mjs';
import { makers } from './objects.mjs';
import { imageOf } from './transformers.mjs';

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
