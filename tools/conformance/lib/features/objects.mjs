// Objects that cases are made of.
const meta = (name, more = {}) => ({ name, ...more });

export function podSpec(c, name) {
  const container = (of) => ({
    name: of,
    image: c.pick([
      'nginx:1.25',
      'reg.io:5000/team/app:v1',
      'busybox@sha256:0a',
      'app',
      'quay.io/a/b:1@sha256:ff',
    ]),
    ...c.fields({
      command: [0.3, ['run', '$(VAR)', `--name=${name}`]],
      args: [0.3, ['--host', 'a.example.com:80', '$(NAME)']],
      env: [
        0.5,
        () => [
          { name: 'A', value: '1' },
          { name: 'B', value: 'http://old:8080/x' },
          { name: 'C', valueFrom: { configMapKeyRef: { name: 'config', key: 'a' } } },
        ],
      ],
      ports: [
        0.4,
        [
          { containerPort: 80, name: 'http' },
          { containerPort: 80, protocol: 'UDP' },
        ],
      ],
      volumeMounts: [0.3, [{ name: 'v', mountPath: '/v' }]],
      resources: [0.3, { limits: { cpu: 1, memory: '1Gi' } }],
    }),
  });
  return {
    containers: [container(name), ...(c.is(0.4) ? [container('side')] : [])],
    ...c.fields({
      initContainers: [0.2, () => [container('init')]],
      volumes: [
        0.4,
        [
          { name: 'v', configMap: { name: 'config' } },
          { name: 's', secret: { secretName: 'secret' } },
        ],
      ],
      serviceAccountName: [0.2, 'account'],
      nodeSelector: [0.2, { disk: 'ssd' }],
      tolerations: [
        0.2,
        [
          { key: 'a', operator: 'Exists' },
          { key: 'b', value: 'x' },
        ],
      ],
      imagePullSecrets: [0.2, [{ name: 'secret' }]],
      topologySpreadConstraints: [
        0.1,
        [
          {
            topologyKey: 'zone',
            maxSkew: 1,
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { app: name } },
          },
        ],
      ],
      affinity: [
        0.1,
        {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'host', labelSelector: { matchLabels: { app: name } } },
            ],
          },
        },
      ],
    }),
  };
}

const workload = (kind) => (c, name) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: meta(name, metadataMore(c, name)),
  spec: {
    ...(kind === 'DaemonSet' ? {} : { replicas: c.int(4) }),
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, ...c.fields({ annotations: [0.3, { 'a.b/c': 'old.value.x' }] }) },
      spec: podSpec(c, name),
    },
    ...(kind === 'StatefulSet'
      ? {
          serviceName: 'service',
          volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'fast' } }],
        }
      : {}),
  },
});

export function metadataMore(c, name) {
  return c.fields({
    labels: [0.6, () => ({ app: name, tier: c.pick(['front', 'back']) })],
    annotations: [
      0.5,
      () => ({ note: c.pick(['one.two.three', 'x', '1']), 'example.com/dotted.key': 'a-b-c' }),
    ],
    namespace: [0.2, () => c.pick(['own', 'other', 'default'])],
  });
}

export const makers = {
  Deployment: workload('Deployment'),
  StatefulSet: workload('StatefulSet'),
  DaemonSet: workload('DaemonSet'),
  Job: (c, name) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: meta(name, metadataMore(c, name)),
    spec: { template: { spec: podSpec(c, name) } },
  }),
  CronJob: (c, name) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: meta(name, metadataMore(c, name)),
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: podSpec(c, name) } } } },
  }),
  Pod: (c, name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name, metadataMore(c, name)),
    spec: podSpec(c, name),
  }),
  Service: (c, name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta(name, metadataMore(c, name)),
    spec: {
      selector: { app: name },
      ports: [
        { port: 80, name: 'http' },
        { port: 443, name: 'https', protocol: 'TCP' },
      ],
    },
  }),
  ConfigMap: (c, name) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: meta(name, metadataMore(c, name)),
    data: {
      a: '1',
      host: 'a.example.com',
      'x.json': '{"a": {"b": "old", "list": [{"name": "x", "v": 1}]}}',
      'y.yaml': 'a:\n  b: old # why\n  list:\n  - name: x\n    v: 1\n',
    },
  }),
  Secret: (c, name) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: meta(name, metadataMore(c, name)),
    type: 'Opaque',
    data: { p: 'cGFzcw==' },
  }),
  Ingress: (c, name) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: meta(name, metadataMore(c, name)),
    spec: {
      ingressClassName: 'class',
      tls: [{ hosts: ['a.example.com'], secretName: 'secret' }],
      rules: [
        {
          host: 'a.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'service', port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  }),
  Widget: (c, name) => ({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: meta(name, metadataMore(c, name)),
    spec: {
      size: 1,
      ratio: 1.5,
      on: true,
      nothing: null,
      text: 'a.b.c',
      items: [
        { name: 'x', v: 1 },
        { name: 'y', v: 2 },
      ],
      names: ['one', 'two'],
      empty: {},
      none: [],
      image: 'app:1',
      containers: [{ name: 'c', image: 'app:1' }],
    },
  }),
  Namespace: (c, name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: meta(name) }),
  ServiceAccount: (c, name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: meta(name, metadataMore(c, name)),
  }),
};

export const kinds = Object.keys(makers);

/** Some objects with different ids. */
export function someObjects(c, count, from = kinds) {
  const made = new Map();
  for (let i = 0; i < count; i++) {
    const kind = c.pick(from);
    const name = c.pick(['web', 'api', 'db', 'config', 'secret', 'service', 'account']);
    if (!made.has(`${kind}/${name}`)) made.set(`${kind}/${name}`, makers[kind](c, name));
  }
  return [...made.values()];
}
