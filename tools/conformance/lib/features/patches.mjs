import { scalars, texts, yamlOf } from './chance.mjs';
import { someObjects } from './objects.mjs';

function pointerOf(c) {
  return c.pick([
    '/metadata/name',
    '/metadata/labels',
    '/metadata/labels/app',
    '/metadata/labels/x~1y',
    '/metadata/annotations',
    '/metadata/annotations/note',
    '/spec',
    '/spec/replicas',
    '/spec/template/spec/containers/0/image',
    '/spec/template/spec/containers/0',
    '/spec/template/spec/containers/-',
    '/spec/template/spec/containers/-1',
    '/spec/template/spec/containers/5',
    '/spec/items/0',
    '/spec/items/-',
    '/spec/items/1/v',
    '/spec/items/2',
    '/spec/names/0',
    '/spec/names/-',
    '/spec/names/x',
    '/spec/new',
    '/spec/new/deep',
    '/spec/nothing',
    '/spec/nothing/x',
    '/spec/ports/0/port',
    '/data/a',
    '/data/new',
    '/kind',
    '/apiVersion',
    '',
    '/',
    'spec',
    '/spec/empty/k',
    '/spec/none/-',
    '/spec/none/0',
    '/metadata/namespace',
  ]);
}

function operation(c) {
  const op = c.pick([
    'add',
    'add',
    'add',
    'replace',
    'replace',
    'remove',
    'copy',
    'move',
    'test',
    ...(c.is(0.1) ? ['merge', ''] : []),
  ]);
  return {
    op,
    ...(c.is(0.98) ? { path: pointerOf(c) } : {}),
    ...(op === 'copy' || op === 'move' ? { from: pointerOf(c) } : {}),
    ...(['add', 'replace', 'test'].includes(op) && c.is(0.97)
      ? { value: c.pick([...scalars, { a: 1 }, [1, { b: 2 }], {}, []]) }
      : {}),
  };
}

/** An operation that most likely works on an object. */
function carefulOperation(c, object) {
  const value = () => c.pick([...scalars, { a: 1 }, [1, { b: 2 }], {}, []]);
  const own =
    object.spec?.template !== undefined
      ? [
          '/spec/template/spec/containers/0/image',
          '/spec/template/spec/containers/0/name',
          '/spec/template/spec/containers',
        ]
      : object.kind === 'Widget'
        ? [
            '/spec/items/0',
            '/spec/items/1/v',
            '/spec/names/0',
            '/spec/size',
            '/spec/nothing',
            '/spec/none',
            '/spec/empty',
            '/spec/text',
          ]
        : object.data !== undefined
          ? ['/data']
          : ['/metadata/name'];
  const path = c.pick(own);
  return c.pick([
    () => ({ op: 'replace', path, value: value() }),
    () => ({ op: 'add', path, value: value() }),
    () => ({
      op: 'add',
      path: c.pick(['/metadata/annotations', '/metadata/labels', '/spec', '/extra', '/metadata/finalizers']),
      value: c.pick([{ a: 'b' }, { a: 1 }, {}]),
    }),
    () => ({ op: 'copy', from: path, path: '/copied' }),
    () => ({ op: 'move', from: path, path: '/moved' }),
    () => ({ op: 'remove', path }),
    () => ({ op: 'test', path: '/kind', value: object.kind }),
    () => ({ op: 'add', path: '/metadata/namespace', value: 'moved' }),
    () => ({ op: 'replace', path: '/metadata/name', value: 'renamed' }),
  ])();
}

function targetOf(c, objects) {
  const object = c.pick(objects);
  return c.fields({
    kind: [0.85, () => c.pick([object.kind, object.kind, '.*', 'Dep.*|Widget', object.kind.toLowerCase()])],
    name: [
      0.5,
      () => c.pick([object.metadata.name, '.*', 'we', 'w.b', 'a|b', '^web$', '(?i)WEB', '[', 'nobody']),
    ],
    namespace: [0.1, () => c.pick(['own', '.*', 'default', ''])],
    group: [0.15, () => c.pick(['apps', '', 'app.*', 'example.com'])],
    version: [0.15, () => c.pick(['v1', 'v.*'])],
    labelSelector: [
      0.15,
      () =>
        c.pick([
          'app=web',
          'tier in (front)',
          'tier notin (front),app',
          '!tier',
          'app',
          'tier==back',
          'a=b=c',
          'app,',
        ]),
    ],
    annotationSelector: [
      0.12,
      () => c.pick(['note', 'note=x', '!note', 'note in (x,1)', 'example.com/dotted.key']),
    ],
  });
}

/** Parts of objects as merges say them. */
function mergePart(c, object) {
  const name = object.metadata.name;
  const pods = [
    { spec: { replicas: c.pick([5, '5', null]) } },
    {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name,
                image: 'patched:1',
                env: [
                  { name: 'A', value: c.pick(['x', 1, true, null]) },
                  { name: 'NEW', value: 'n' },
                ],
              },
            ],
          },
        },
      },
    },
    {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'side', $patch: 'delete' },
              { name: 'added', image: 'x' },
            ],
          },
        },
      },
    },
    { spec: { template: { spec: { containers: [{ $patch: 'replace' }, { name: 'only', image: 'x' }] } } } },
    {
      spec: {
        template: {
          spec: {
            $patch: c.pick(['replace', 'merge', 'delete', 'nonsense']),
            containers: [{ name, image: 'r' }],
          },
        },
      },
    },
    {
      spec: {
        template: {
          spec: {
            volumes: [
              { name: 'v', $patch: 'delete' },
              { name: 'w', emptyDir: {} },
            ],
          },
        },
      },
    },
    { spec: { template: { spec: { volumes: [{ name: 'v', configMap: null, emptyDir: {} }] } } } },
    {
      spec: {
        template: {
          spec: {
            containers: [
              { name, ports: [{ containerPort: 80, protocol: 'UDP', name: 'dns' }, { containerPort: 81 }] },
            ],
          },
        },
      },
    },
    { spec: { template: { spec: { containers: [{ name, command: ['new'], args: null }] } } } },
    {
      spec: {
        template: { spec: { tolerations: [{ key: 'z' }], nodeSelector: { $patch: 'replace', arch: 'arm' } } },
      },
    },
    {
      spec: {
        template: {
          spec: {
            imagePullSecrets: [{ name: 'other' }],
            topologySpreadConstraints: [
              { topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', maxSkew: 2 },
              { topologyKey: 'host' },
            ],
          },
        },
      },
    },
    { spec: { template: { spec: { containers: null } } } },
    { spec: { template: { spec: { containers: [{ image: 'noname' }] } } } },
    { spec: { template: { spec: { initContainers: [{ name: 'init', image: 'i' }, { name: 'init2' }] } } } },
    { spec: null },
    { spec: { template: { metadata: { annotations: { 'a.b/c': null, n: 'x' } } } } },
    { spec: { selector: { matchLabels: { extra: 'x' } } } },
    {
      spec: {
        template: {
          spec: { containers: [{ name, resources: { limits: { cpu: '2', $patch: 'replace' } } }] },
        },
      },
    },
    {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name,
                volumeMounts: [
                  { mountPath: '/v', name: 'v', readOnly: true },
                  { mountPath: '/w', name: 'v' },
                ],
                $setElementOrder: [1],
              },
            ],
          },
        },
      },
    },
  ];
  const others = [
    {
      spec: {
        ports: [
          { port: 80, name: 'renamed' },
          { port: 8080, protocol: 'TCP' },
        ],
      },
    },
    { spec: { items: [{ name: 'x', v: 9 }] } },
    { spec: { items: null, size: c.pick(scalars) } },
    { spec: { names: ['three'] } },
    { spec: { empty: { x: 1 }, none: [1], nothing: { y: 2 } } },
    { spec: { $patch: c.pick(['replace', 'delete']), only: 1 } },
    { spec: { text: { now: 'a map' } } },
    { spec: { items: { now: 'a map' } } },
    { spec: { empty: 'now a scalar' } },
    { data: { a: c.pick(texts), new: 'x' } },
    { data: null },
    { data: { a: null } },
    { data: { $patch: 'replace', z: '1' } },
    { spec: { rules: [{ host: 'b.example.com' }], tls: null } },
    { spec: { selector: { app: null, x: 'y' } } },
    { metadata: { finalizers: ['a', 'b'], ownerReferences: [{ uid: '1', kind: 'X' }] } },
    { $patch: 'delete' },
    { $patch: 'replace', spec: { fresh: true } },
    { secrets: [{ name: 'a' }] },
  ];
  return c.pick(
    object.spec?.template !== undefined || c.is(0.05) ? [...pods, ...others.slice(15, 18)] : others,
  );
}

function mergePatch(c, object) {
  const part = mergePart(c, object);
  return {
    apiVersion: c.is(0.95) ? object.apiVersion : 'other/v1',
    kind: object.kind,
    ...part,
    metadata: {
      name: c.is(0.97) ? object.metadata.name : 'other',
      ...(object.metadata.namespace === undefined || c.is(0.05)
        ? {}
        : { namespace: object.metadata.namespace }),
      ...c.fields({
        labels: [0.2, () => c.pick([{ patched: 'yes' }, { app: null }, null])],
        annotations: [0.2, () => c.pick([{ note: null }, { n: '1' }, { 'long.io/x': 'y\nz' }])],
      }),
      ...part.metadata,
    },
  };
}

export function patches(c) {
  const objects = someObjects(c, 1 + c.int(4));
  const files = { 'all.yaml': yamlOf(...objects) };
  const kustomization = { resources: ['all.yaml'], ...c.fields({ namePrefix: [0.1, 'p-'] }) };
  const list = [];
  for (let i = 0; i <= c.int(3); i++) {
    const isJson = c.is(0.4);
    const isCareful = c.is(0.7);
    const aim = c.pick(objects);
    const bodies = isJson
      ? [Array.from({ length: 1 + c.int(3) }, () => (isCareful ? carefulOperation(c, aim) : operation(c)))]
      : Array.from({ length: c.is(0.15) ? 2 : 1 }, () => mergePatch(c, c.pick(objects)));
    const text = isJson && c.is(0.3) ? JSON.stringify(bodies[0]) : yamlOf(...bodies);
    const hasTarget = isJson ? c.is(0.97) : c.is(0.3);
    const entry = {
      ...(hasTarget
        ? { target: isCareful ? { kind: aim.kind, name: aim.metadata.name } : targetOf(c, objects) }
        : {}),
      ...(c.is(0.15)
        ? { options: c.fields({ allowNameChange: [0.6, true], allowKindChange: [0.4, true] }) }
        : {}),
    };
    if (c.is(0.4)) {
      files[`patch-${i}.yaml`] = text;
      list.push({ path: `patch-${i}.yaml`, ...entry });
    } else list.push({ patch: text, ...entry });
    if (c.is(0.02))
      list.push(
        c.pick([
          {},
          { path: 'missing.yaml' },
          { patch: 'x', path: 'patch-0.yaml' },
          { patch: 'nonsense' },
          { patch: '' },
        ]),
      );
  }
  const way = c.next();
  if (way < 0.1)
    kustomization.patchesStrategicMerge = list.map((one) => one.path ?? one.patch).filter(Boolean);
  else if (way < 0.2)
    kustomization.patchesJson6902 = list.map((one) => ({
      ...one,
      options: undefined,
      target: one.target ?? targetOf(c, objects),
    }));
  else kustomization.patches = list;
  files['kustomization.yaml'] = yamlOf(kustomization);
  return files;
}
