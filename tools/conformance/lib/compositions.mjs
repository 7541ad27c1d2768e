// Kustomizations that nobody wrote: bases, components, overlays and patches put together by chance, the same for the same seed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { numbersFrom } from './numbers.mjs';

function chance(seed) {
  const next = numbersFrom(seed);
  const int = (below) => Math.floor(next() * below);
  const pick = (list) => list[int(list.length)];
  const some = (list, likely = 0.5) => list.filter(() => next() < likely);
  return { next, int, pick, some, is: (likely) => next() < likely };
}

const names = ['web', 'api', 'db', 'cache', 'job'];
const images = [
  'nginx:1.25',
  'docker.io/library/redis',
  'reg.io:5000/team/app:v1',
  'busybox@sha256:0a',
  'app',
];
const strings = [
  'plain',
  '"1"',
  '"true"',
  "'it''s'",
  '"a: b"',
  '"line\\nbreak"',
  '""',
  '1.10',
  'yes',
  '0x1F',
  '"ü ✓"',
  '~',
];

function podSpec(c, name) {
  const env = [
    '{name: PLAIN, value: ' + c.pick(['a', '"1"', '"$(OTHER)"']) + '}',
    `{name: FROM, valueFrom: {configMapKeyRef: {name: ${c.pick(names)}-config, key: a}}}`,
    `{name: SECRET, valueFrom: {secretKeyRef: {name: ${c.pick(names)}-secret, key: b}}}`,
  ];
  const lines = [
    'containers:',
    `- name: ${name}`,
    `  image: ${c.pick(images)}`,
    ...(c.is(0.6)
      ? ['  ports:', '  - containerPort: 8080', ...(c.is(0.4) ? ['    protocol: UDP'] : [])]
      : []),
    ...(c.is(0.7) ? ['  env:', ...c.some(env, 0.6).map((one) => `  - ${one}`)] : []).filter(
      (line, i, all) => all.length > 1 || i > 0,
    ),
    ...(c.is(0.4) ? ['  envFrom:', `  - configMapRef: {name: ${c.pick(names)}-config}`] : []),
    ...(c.is(0.4)
      ? ['  volumeMounts:', '  - {name: v, mountPath: /v}', '  - {name: v, mountPath: /w, readOnly: true}']
      : []),
    ...(c.is(0.3)
      ? ['- name: side', '  image: ' + c.pick(images), '  args: ["--name=' + c.pick(names) + '"]']
      : []),
    ...(c.is(0.3) ? ['initContainers:', '- name: init', '  image: ' + c.pick(images)] : []),
    ...(c.is(0.4) ? [`serviceAccountName: ${c.pick(names)}-sa`] : []),
    ...(c.is(0.3) ? [`imagePullSecrets: [{name: ${c.pick(names)}-secret}]`] : []),
    ...(c.is(0.5)
      ? [
          'volumes:',
          '- name: v',
          c.pick([
            `  configMap: {name: ${c.pick(names)}-config}`,
            `  secret: {secretName: ${c.pick(names)}-secret}`,
            `  projected: {sources: [{configMap: {name: ${c.pick(names)}-config}}, {secret: {name: ${c.pick(names)}-secret}}]}`,
            `  persistentVolumeClaim: {claimName: ${c.pick(names)}-pvc}`,
          ]),
        ]
      : []),
  ];
  return lines;
}

const indent = (lines, by) => lines.map((line) => ' '.repeat(by) + line);

function metadata(c, name, more = {}) {
  const lines = ['metadata:', `  name: ${name}`];
  if (more.namespace ?? c.is(0.12)) lines.push(`  namespace: ${c.pick(['default', 'own', 'other'])}`);
  if (c.is(0.4))
    lines.push(
      '  labels:',
      `    app: ${name}`,
      ...(c.is(0.5) ? [`    tier: ${c.pick(strings.slice(0, 7))}`] : []),
    );
  if (c.is(0.3)) lines.push('  annotations:', `    note: ${c.pick(strings.slice(0, 7))}`);
  return lines;
}

const kinds = {
  Deployment: (c, name) => workload(c, 'apps/v1', 'Deployment', name),
  StatefulSet: (c, name) => [
    ...workload(c, 'apps/v1', 'StatefulSet', name),
    `  serviceName: ${c.pick(names)}`,
    ...(c.is(0.5)
      ? ['  volumeClaimTemplates:', '  - metadata: {name: data}', '    spec: {accessModes: [ReadWriteOnce]}']
      : []),
  ],
  DaemonSet: (c, name) =>
    workload(c, 'apps/v1', 'DaemonSet', name).filter((line) => !line.includes('replicas')),
  CronJob: (c, name) => [
    'apiVersion: batch/v1',
    'kind: CronJob',
    ...metadata(c, name),
    'spec:',
    '  schedule: "*/5 * * * *"',
    '  jobTemplate:',
    '    spec:',
    '      template:',
    '        spec:',
    ...indent(podSpec(c, name), 10),
  ],
  Service: (c, name) => [
    'apiVersion: v1',
    'kind: Service',
    ...metadata(c, name),
    'spec:',
    ...(c.is(0.8) ? ['  selector:', `    app: ${name}`] : []),
    '  ports:',
    '  - {name: http, port: 80, targetPort: 8080}',
    ...(c.is(0.3) ? ['  - {name: dns, port: 53, protocol: UDP}', '  - {name: dns-tcp, port: 53}'] : []),
  ],
  ConfigMap: (c, name) => [
    'apiVersion: v1',
    'kind: ConfigMap',
    ...metadata(c, `${name}-config`),
    'data:',
    `  a: ${c.pick(strings.slice(0, 7))}`,
    '  text: |',
    '    one',
    '    two: ' + c.pick(names),
  ],
  Secret: (c, name) => [
    'apiVersion: v1',
    'kind: Secret',
    ...metadata(c, `${name}-secret`),
    'data: {b: YQ==}',
  ],
  ServiceAccount: (c, name) => ['apiVersion: v1', 'kind: ServiceAccount', ...metadata(c, `${name}-sa`)],
  PersistentVolumeClaim: (c, name) => [
    'apiVersion: v1',
    'kind: PersistentVolumeClaim',
    ...metadata(c, `${name}-pvc`),
    'spec: {accessModes: [ReadWriteOnce], storageClassName: fast}',
  ],
  Role: (c, name) => [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    ...metadata(c, name),
    'rules:',
    `- {apiGroups: [""], resources: [configmaps], resourceNames: [${c.pick(names)}-config], verbs: [get]}`,
  ],
  RoleBinding: (c, name) => [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: RoleBinding',
    ...metadata(c, name),
    `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ${c.pick(['Role', 'ClusterRole'])}, name: ${c.pick(names)}}`,
    'subjects:',
    `- {kind: ServiceAccount, name: ${c.pick([`${c.pick(names)}-sa`, 'default'])}${c.is(0.5) ? ', namespace: default' : ''}}`,
  ],
  ClusterRole: (c, name) => [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: ClusterRole',
    'metadata:',
    `  name: ${name}`,
    'rules: []',
  ],
  Ingress: (c, name) => [
    'apiVersion: networking.k8s.io/v1',
    'kind: Ingress',
    ...metadata(c, name),
    'spec:',
    '  rules:',
    `  - host: ${name}.example.com`,
    '    http:',
    '      paths:',
    `      - {path: /, pathType: Prefix, backend: {service: {name: ${c.pick(names)}, port: {number: 80}}}}`,
    ...(c.is(0.4) ? [`  tls: [{secretName: ${c.pick(names)}-secret}]`] : []),
  ],
  HorizontalPodAutoscaler: (c, name) => [
    'apiVersion: autoscaling/v2',
    'kind: HorizontalPodAutoscaler',
    ...metadata(c, name),
    'spec:',
    `  scaleTargetRef: {apiVersion: apps/v1, kind: ${c.pick(['Deployment', 'StatefulSet'])}, name: ${c.pick(names)}}`,
    '  maxReplicas: 5',
  ],
  NetworkPolicy: (c, name) => [
    'apiVersion: networking.k8s.io/v1',
    'kind: NetworkPolicy',
    ...metadata(c, name),
    'spec:',
    `  podSelector: {matchLabels: {app: ${name}}}`,
    `  ingress: [{from: [{podSelector: {matchLabels: {app: ${c.pick(names)}}}}]}]`,
  ],
  PodDisruptionBudget: (c, name) => [
    'apiVersion: policy/v1',
    'kind: PodDisruptionBudget',
    ...metadata(c, name),
    `spec: {minAvailable: ${c.pick(['1', '50%'])}, selector: {matchLabels: {app: ${name}}}}`,
  ],
  Widget: (c, name) => [
    'apiVersion: example.com/v1',
    'kind: Widget',
    ...metadata(c, name),
    'spec:',
    `  number: ${c.pick(['1', '1.0', '1e3', '007', '0o17', '.5', '-0'])}`,
    `  text: ${c.pick(strings)}`,
    '  list: [{name: x, v: 1}, {name: y}]',
    '  containers: [{name: c, image: ' + c.pick(images) + '}]',
  ],
  Namespace: (c) => [
    'apiVersion: v1',
    'kind: Namespace',
    'metadata:',
    `  name: ${c.pick(['default', 'own', 'prod'])}`,
  ],
};

function workload(c, apiVersion, kind, name) {
  return [
    `apiVersion: ${apiVersion}`,
    `kind: ${kind}`,
    ...metadata(c, name),
    'spec:',
    ...(c.is(0.6) ? [`  replicas: ${c.int(4)}`] : []),
    ...(c.is(0.8) ? [`  selector: {matchLabels: {app: ${name}}}`] : []),
    '  template:',
    ...(c.is(0.8) ? ['    metadata:', `      labels: {app: ${name}}`] : []),
    '    spec:',
    ...indent(podSpec(c, name), 6),
  ];
}

/** A patch of something that may be there. */
function patch(c, known) {
  const target = c.pick(known);
  const [apiVersion, kind] = target.head;
  const pod = ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind);
  const head = [`apiVersion: ${apiVersion}`, `kind: ${kind}`, 'metadata:', `  name: ${target.name}`];
  const bodies = pod
    ? [
        ['spec:', `  replicas: ${c.int(9)}`],
        [
          'spec:',
          '  template:',
          '    spec:',
          '      containers:',
          `      - name: ${target.base}`,
          '        env:',
          '        - {name: PLAIN, value: patched}',
          '        - {name: NEW, value: "1"}',
        ],
        [
          'spec:',
          '  template:',
          '    spec:',
          '      containers:',
          '      - name: side',
          '        $patch: delete',
        ],
        [
          'spec:',
          '  template:',
          '    spec:',
          '      containers:',
          '      - name: added',
          `        image: ${c.pick(images)}`,
        ],
        [
          'spec:',
          '  template:',
          '    spec:',
          '      volumes:',
          '      - name: v',
          '        emptyDir: {}',
          '        configMap: null',
        ],
        [
          'spec:',
          '  template:',
          '    spec:',
          '      $patch: replace',
          '      containers: [{name: only, image: x}]',
        ],
        [
          'spec:',
          '  template:',
          '    spec:',
          '      containers:',
          `      - name: ${target.base}`,
          '        ports:',
          '        - {containerPort: 8080, name: http}',
          '        - {containerPort: 9090}',
        ],
        ['spec:', '  selector: null'],
      ]
    : [
        ['data:', '  a: patched', '  c: null'],
        ['spec:', '  extra: {deep: [1, 2]}'],
        ['spec: null'],
        ['spec:', '  ports:', '  - {port: 80, name: web}', '  - {port: 81}'],
        ['spec:', '  list: [{name: x, v: 2}]'],
      ];
  const more = c.is(0.3) ? ['  labels: {patched: "yes"}'] : c.is(0.2) ? ['  annotations: {note: null}'] : [];
  return [...head, ...more, ...c.pick(bodies)];
}

function jsonPatch(c) {
  const operations = [
    '- {op: add, path: /metadata/labels, value: {json: "1"}}',
    ...(c.is(0.2) ? ['- {op: replace, path: /metadata/name, value: renamed}'] : []),
    ...(c.is(0.3) ? ['- {op: add, path: /spec/added, value: [1, {a: b}]}'] : []),
    ...(c.is(0.15) ? ['- {op: remove, path: /spec}', '- {op: test, path: /kind, value: Service}'] : []),
    '- {op: add, path: /metadata/annotations/a~1b, value: x}',
    '- {op: copy, from: /metadata/name, path: /metadata/generateName}',
  ];
  return c.some(operations, 0.25).concat(c.is(0.5) ? [operations[0]] : []);
}

const block = (lines, by) => lines.map((line) => `${' '.repeat(by)}${line}`);

/** One kustomization with its files; gives back what may be named from above. */
function layer(c, folder, files, below, isComponent) {
  const lines = isComponent ? ['apiVersion: kustomize.config.k8s.io/v1alpha1', 'kind: Component'] : [];
  const known = [...below.known];
  const resources = [...below.paths];
  if (!isComponent || c.is(0.5)) {
    const count = isComponent ? 1 : 1 + c.int(below.paths.length > 0 ? 2 : 6);
    const documents = [];
    for (let i = 0; i < count; i++) {
      const kind = c.pick(Object.keys(kinds));
      const base = `${c.pick(names)}${below.paths.length > 0 || isComponent ? `-${folder.split('/').at(-1)}` : ''}`;
      const text = kinds[kind](c, base);
      const name = /^ {2}name: (.*)$/m.exec(text.join('\n'))?.[1] ?? base;
      if (known.some((one) => one.head[1] === kind && one.name === name)) continue;
      known.push({ head: [text[0].slice('apiVersion: '.length), kind], name, base });
      documents.push(text.join('\n'));
    }
    if (documents.length > 0) {
      files.set(`${folder}/all.yaml`, `${documents.join('\n---\n')}\n`);
      resources.push('all.yaml');
    }
  }
  if (resources.length > 0) lines.push('resources:', ...resources.map((path) => `- ${path}`));
  if (below.components.length > 0) lines.push('components:', ...below.components.map((path) => `- ${path}`));
  if (c.is(0.3)) lines.push(`namePrefix: ${c.pick(['a-', 'b-'])}`);
  if (c.is(0.2)) lines.push(`nameSuffix: ${c.pick(['-x', '-y'])}`);
  if (c.is(0.35)) lines.push(`namespace: ${c.pick(['prod', 'default', 'own'])}`);
  if (c.is(0.2)) lines.push(`commonLabels: {common: ${c.pick(['"1"', 'x'])}}`);
  if (c.is(0.3))
    lines.push(
      'labels:',
      `- pairs: {team: ${c.pick(['blue', '"7"'])}}`,
      ...(c.is(0.4) ? ['  includeSelectors: true'] : c.is(0.4) ? ['  includeTemplates: true'] : []),
    );
  if (c.is(0.25)) lines.push('commonAnnotations: {by: "chance"}');
  if (c.is(0.35))
    lines.push(
      'images:',
      ...c
        .some(['nginx', 'docker.io/library/redis', 'reg.io:5000/team/app', 'busybox', 'app'], 0.4)
        .concat('nginx')
        .filter((name, i, all) => all.indexOf(name) === i)
        .map(
          (name) =>
            `- {name: "${name}", ${c.pick(['newTag: "2"', 'newName: other/it', 'digest: sha256:ff', 'newName: z, newTag: v9'])}}`,
        ),
    );
  const scalable = (below.renamed ? [] : known).filter(({ head }) =>
    ['Deployment', 'StatefulSet'].includes(head[1]),
  );
  if (scalable.length > 0 && c.is(0.25))
    lines.push('replicas:', `- {name: ${c.pick(scalable).name}, count: ${c.int(9)}}`);
  if (c.is(0.4)) {
    const behavior = below.generated && c.is(0.5) ? c.pick(['merge', 'replace']) : undefined;
    const name = behavior === undefined ? `gen-${folder.replaceAll('/', '-')}` : below.generated;
    files.set(`${folder}/x.env`, 'ENV=1\n# no\nTWO=a b\n');
    files.set(`${folder}/file.txt`, c.pick(['text\n', 'no end', 'ü\n', '']));
    lines.push(
      'configMapGenerator:',
      `- name: ${name}`,
      ...(behavior === undefined ? [] : [`  behavior: ${behavior}`]),
      `  literals: [one=${c.int(9)}, "quoted='q'"]`,
      ...(c.is(0.5) ? ['  envs: [x.env]'] : []),
      ...(c.is(0.5) ? ['  files: [file.txt, key=file.txt]'] : []),
      ...(c.is(0.2) ? ['  options: {disableNameSuffixHash: true}'] : []),
    );
    if (behavior === undefined) below = { ...below, generated: name };
  }
  if (c.is(0.2))
    lines.push(
      'secretGenerator:',
      `- name: ${c.pick(names)}-gen-${folder.replaceAll('/', '-')}`,
      '  literals: [p=w]',
      '  type: Opaque',
    );
  if (c.is(0.15))
    lines.push(
      `generatorOptions: {${c.pick(['disableNameSuffixHash: true', 'labels: {g: "1"}', 'immutable: true'])}}`,
    );
  if (known.length > 0 && c.is(0.6)) {
    lines.push('patches:');
    for (let i = 0; i <= c.int(2); i++) {
      if (c.is(0.7)) {
        const text = patch(c, known);
        if (c.is(0.5)) lines.push('- patch: |-', ...block(text, 4));
        else {
          files.set(`${folder}/patch-${i}.yaml`, `${text.join('\n')}\n`);
          lines.push(`- path: patch-${i}.yaml`);
        }
        if (c.is(0.2) || below.renamed) lines.push(`  target: {kind: ${c.pick(known).head[1]}}`);
      } else {
        const operations = jsonPatch(c);
        if (operations.length === 0)
          operations.push('- {op: add, path: /metadata/labels, value: {only: "1"}}');
        lines.push(
          '- patch: |-',
          ...block(operations, 4),
          `  target: {kind: ${c.pick(known).head[1]}, name: "${c.pick(['.*', c.pick(known).name])}"}`,
        );
      }
    }
  }
  if (known.length > 1 && c.is(below.renamed ? 0.03 : 0.25)) {
    const [from, to] = [c.pick(known), c.pick(known)];
    lines.push(
      'replacements:',
      `- source: {kind: ${from.head[1]}, name: ${from.name}, fieldPath: ${c.pick(['metadata.name', 'metadata.name', 'kind', 'spec.replicas', 'metadata.labels.app'])}}`,
      '  targets:',
      `  - select: {kind: ${to.head[1]}, name: ${to.name}}`,
      `    fieldPaths: [${c.pick(['metadata.annotations.copied', 'spec.template.spec.containers.0.image', 'spec.template.spec.containers.*.name', 'metadata.labels.from'])}]`,
      ...(c.is(0.7) ? ['    options: {create: true}'] : []),
    );
  }
  if (c.is(0.1)) lines.push(`sortOptions: {order: ${c.pick(['legacy', 'fifo'])}}`);
  if (c.is(0.1)) lines.push('buildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]');
  if (c.is(0.15)) {
    files.set(
      `${folder}/transformer.yaml`,
      c.pick([
        'apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: t}\nprefix: t-\nfieldSpecs: [{path: metadata/name}]\n',
        'apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\nlabels: {t: "1"}\nfieldSpecs: [{path: metadata/labels, create: true}]\n',
        'apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: t, namespace: tns}\nunsetOnly: true\nfieldSpecs: [{path: metadata/namespace, create: true}]\n',
        'apiVersion: builtin\nkind: ImageTagTransformer\nmetadata: {name: t}\nimageTag: {name: app, newTag: t}\nfieldSpecs: [{path: spec/containers/image}]\n',
      ]),
    );
    lines.push('transformers: [transformer.yaml]');
  }
  files.set(`${folder}/kustomization.yaml`, `${lines.join('\n')}\n`);
  return { known, generated: below.generated };
}

/** Writes one composition below a folder and gives the folder of its topmost overlay. */
export function writeComposition(seed, root) {
  const c = chance(seed * 7919 + 13);
  const files = new Map();
  const nothing = { known: [], paths: [], components: [], generated: undefined };
  const bases = ['base', ...(c.is(0.3) ? ['second'] : [])].map((folder) => ({
    folder,
    ...layer(c, folder, files, nothing, false),
  }));
  const components = c.is(0.4) ? ['comp', ...(c.is(0.3) ? ['comp2'] : [])] : [];
  const known = bases.flatMap((base) => base.known);
  for (const folder of components) layer(c, folder, files, { ...nothing, known }, true);
  let below = {
    known,
    paths: bases.map(({ folder }) => `../${folder}`),
    components: components.map((path) => `../${path}`),
    generated: bases[0].generated,
  };
  let top = 'base';
  for (let depth = 0; depth <= c.int(2); depth++) {
    top = `over${depth}`;
    const made = layer(c, top, files, below, false);
    below = { known: made.known, paths: [`../${top}`], components: [], generated: made.generated };
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return join(root, top);
}
