import { yamlOf } from './chance.mjs';
import { someObjects } from './objects.mjs';

const sourcePaths = [
  undefined,
  'metadata.name',
  'metadata.namespace',
  'kind',
  'apiVersion',
  'spec.replicas',
  'data.host',
  'data.a',
  'metadata.annotations.note',
  'metadata.annotations.[example.com/dotted.key]',
  'metadata.annotations.example\\.com/dotted\\.key',
  'metadata.labels',
  'spec.template.spec.containers.[name=web].image',
  'spec.template.spec.containers.0.image',
  'spec.template.spec.containers.0.env.[name=B].value',
  'spec.size',
  'spec.ratio',
  'spec.on',
  'spec.nothing',
  'spec.items',
  'spec.items.[name=x].v',
  'spec.items.1',
  'spec.names.0',
  'spec.names',
  'spec.empty',
  'spec.none',
  'spec.ports.[name=http].port',
  'spec.ports.0.port',
  'spec.missing',
  'spec.template.metadata.labels.app',
  'spec.rules.0.host',
  'spec.names.[=two]',
  'spec.names.-',
  'spec.items.*.v',
  '',
];
const targetPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.labels.app',
  'metadata.labels.new',
  'metadata.annotations.note',
  'metadata.annotations.[new.io/x.y]',
  'metadata.annotations',
  'metadata.annotations.example\\.com/dotted\\.key',
  'spec.replicas',
  'spec.template.spec.containers.*.image',
  'spec.template.spec.containers.[name=web].image',
  'spec.template.spec.containers.[name=side].env.[name=A].value',
  'spec.template.spec.containers.0.env.[name=NEW].value',
  'spec.template.spec.containers.*.env.[name=B].value',
  'spec.template.spec.containers.-.name',
  'spec.template.spec.containers.7.image',
  'spec.template.spec.nodeSelector',
  'spec.template.spec.nodeSelector.disk',
  'spec.size',
  'spec.text',
  'spec.items',
  'spec.items.[name=x].v',
  'spec.items.*',
  'spec.items.*.v',
  'spec.items.-',
  'spec.names.0',
  'spec.names.[=one]',
  'spec.names.[=three]',
  'spec.names.*',
  'spec.names',
  'spec.new.deep.path',
  'spec.nothing',
  'spec.nothing.x',
  'spec.empty.x',
  'spec.none.0',
  'spec.none.*',
  'spec.none.-',
  'data.host',
  'data.a',
  'data.new',
  'data.[x.json]',
  'data.x\\.json',
  'spec.ports.[name=http].port',
  'spec.ports.*.targetPort',
  'spec.rules.*.host',
  'spec.tls.*.hosts.*',
  'spec.selector',
  'spec.template.metadata.annotations.[a.b/c]',
  'spec.volumes.0',
  'type',
  '',
  'metadata..name',
  'spec.items.[v=2].name',
  'spec.items.[name=x',
  'spec.items.[nope]',
  '*',
  'spec.*',
];

/** Paths that lead somewhere in objects of a kind. */
const pod = [
  'spec.template.spec.containers.*.image',
  'spec.template.spec.containers.0.name',
  'spec.template.spec.containers.[name=web].image',
  'spec.template.metadata.labels.app',
  'spec.template.metadata.labels',
  'spec.selector.matchLabels.app',
  'spec.replicas',
];
const good = {
  Deployment: pod,
  StatefulSet: [...pod, 'spec.serviceName', 'spec.volumeClaimTemplates.0.spec.storageClassName'],
  Widget: [
    'spec.size',
    'spec.ratio',
    'spec.on',
    'spec.text',
    'spec.items',
    'spec.items.*.v',
    'spec.items.[name=x].v',
    'spec.items.[name=y]',
    'spec.items.1.name',
    'spec.names',
    'spec.names.0',
    'spec.names.[=two]',
    'spec.names.*',
    'spec.image',
    'spec.containers.[name=c].image',
    'spec.empty',
    'spec.none',
  ],
  ConfigMap: ['data.a', 'data.host', 'data.[x.json]', 'data.y\\.yaml', 'data'],
  Service: [
    'spec.selector.app',
    'spec.selector',
    'spec.ports.[name=http].port',
    'spec.ports.*.port',
    'spec.ports.0',
    'spec.ports',
  ],
  Ingress: [
    'spec.rules.0.host',
    'spec.rules.*.host',
    'spec.tls.0.hosts.0',
    'spec.tls.*.secretName',
    'spec.rules.0.http.paths.[path=/].backend.service.name',
    'spec.ingressClassName',
  ],
  Secret: ['data.p', 'type'],
};
const always = ['metadata.name', 'kind', 'apiVersion'];
const created = [
  'metadata.annotations.copied',
  'metadata.annotations.[a.b/c]',
  'metadata.labels.copied',
  'spec.new',
  'spec.new.deep',
  'data.new',
  'spec.list.[name=made].value',
  'spec.items.[name=made].v',
  'spec.names.-',
  'spec.template.spec.containers.[name=made].image',
  'spec.template.spec.nodeSelector.x',
];

/** A replacement that most likely works. */
function careful(c, objects) {
  const from = c.pick(objects);
  const to = c.pick(objects);
  const create = c.is(0.4);
  const paths = create ? created : [...(good[to.kind] ?? []), ...(good[to.kind] ?? []), 'metadata.name'];
  const source = {
    kind: from.kind,
    name: from.metadata.name,
    fieldPath: c.pick([...(good[from.kind] ?? []), ...(good[from.kind] ?? []), ...always]),
  };
  const delimited = c.is(0.3)
    ? { delimiter: c.pick(['.', '-', ':', '/']), index: c.pick([0, 1, -1, 9]) }
    : {};
  return {
    source: c.is(0.15) ? { ...source, options: { delimiter: c.pick(['.', ':', '/']), index: 0 } } : source,
    targets: [
      {
        select: { kind: to.kind, ...c.fields({ name: [0.8, to.metadata.name] }) },
        fieldPaths: c.some(paths, 0.25).concat(c.pick(paths)),
        ...(create || c.is(0.3) ? { options: { ...(create ? { create } : {}), ...delimited } } : {}),
      },
    ],
  };
}

function selectorOf(c, object) {
  return c.fields({
    kind: [0.8, object.kind],
    name: [0.7, () => c.pick([object.metadata.name, object.metadata.name, '.*', 'w.*', 'nobody'])],
    namespace: [0.1, () => object.metadata.namespace ?? 'default'],
    group: [0.15, object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : ''],
    version: [0.15, object.apiVersion.split('/').at(-1)],
    labelSelector: [0.1, () => c.pick(['app', 'tier=front', 'tier in (front,back)', '!x', 'tier!=front'])],
    annotationSelector: [0.08, () => c.pick(['note', 'note=x', '!x'])],
  });
}

function optionsOf(c, isSource) {
  return c.fields({
    delimiter: [0.6, () => c.pick(['.', '-', ':', '/', ',', '//', ''])],
    index: [0.5, () => c.pick([0, 1, 2, -1, 9])],
    create: [isSource ? 0.05 : 0.5, true],
    encoding: [0.06, () => c.pick(['base64', 'hex', ''])],
  });
}

function replacement(c, objects) {
  const from = c.pick(objects);
  const path = c.pick(sourcePaths);
  const source = {
    kind: from.kind,
    ...c.fields({
      name: [0.9, from.metadata.name],
      group: [0.1, 'apps'],
      version: [0.15, 'v1'],
      namespace: [0.1, from.metadata.namespace ?? 'default'],
    }),
    ...(path === undefined ? {} : { fieldPath: path }),
    ...(c.is(0.2) ? { options: optionsOf(c, true) } : {}),
  };
  const targets = Array.from({ length: 1 + c.int(2) }, () => ({
    select: selectorOf(c, c.pick(objects)),
    ...(c.is(0.2)
      ? { reject: c.some([selectorOf(c, c.pick(objects)), selectorOf(c, c.pick(objects))], 0.7) }
      : {}),
    ...(c.is(0.95) ? { fieldPaths: Array.from({ length: 1 + c.int(2) }, () => c.pick(targetPaths)) } : {}),
    ...(c.is(0.7)
      ? { options: { ...(c.is(0.6) ? { create: true } : {}), ...(c.is(0.4) ? optionsOf(c, false) : {}) } }
      : {}),
  }));
  return { ...(c.is(0.97) ? { source } : { sourceValue: c.pick(['v', '7', '']) }), targets };
}

export function replacements(c) {
  const objects = someObjects(c, 2 + c.int(4), [
    'Deployment',
    'Widget',
    'ConfigMap',
    'Service',
    'Ingress',
    'Widget',
    'ConfigMap',
    'Secret',
    'StatefulSet',
  ]);
  const isCareful = c.is(0.75);
  const list = Array.from({ length: 1 + c.int(2) }, () =>
    isCareful ? careful(c, objects) : replacement(c, objects),
  );
  const files = { 'all.yaml': yamlOf(...objects) };
  const inFile = c.is(0.15);
  if (inFile) files['replacement.yaml'] = yamlOf(c.is(0.5) ? list : list[0]);
  files['kustomization.yaml'] = yamlOf({
    resources: ['all.yaml'],
    ...c.fields({ namePrefix: [0.2, 'p-'], namespace: [0.15, 'ns'] }),
    replacements: inFile ? [{ path: 'replacement.yaml' }] : list,
  });
  return files;
}
