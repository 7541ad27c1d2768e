// Valid objects of the kinds around workloads: networking, policy, roles.
import { kinds as rare } from './kinds-rare.mjs';
import { compact } from './random.mjs';

const rules = (r) => [
  r.pick([
    { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['a'], verbs: ['*'] },
    { apiGroups: ['*'], resources: ['*'], verbs: ['watch'] },
  ]),
];
const subjects = (r) => [
  r.pick([
    { kind: 'User', name: 'jane' },
    { kind: 'Group', name: 'devs', apiGroup: 'rbac.authorization.k8s.io' },
    { kind: 'ServiceAccount', name: 'default', namespace: 'default' },
  ]),
];
const backend = (r) =>
  r.pick([
    { service: { name: 'web', port: { number: 80 } } },
    { service: { name: 'web', port: { name: 'http' } } },
    { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'b' } },
  ]);
const metric = (r) =>
  r.pick([
    {
      type: 'Resource',
      resource: {
        name: 'cpu',
        target: r.pick([
          { type: 'Utilization', averageUtilization: 60 },
          { type: 'AverageValue', averageValue: '500m' },
        ]),
      },
    },
    { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } },
    {
      type: 'Object',
      object: {
        metric: { name: 'q' },
        describedObject: { kind: 'Service', name: 's', apiVersion: 'v1' },
        target: { type: 'Value', value: '3' },
      },
    },
    {
      type: 'External',
      external: {
        metric: { name: 'e', selector: { matchLabels: { a: 'b' } } },
        target: { type: 'Value', value: '1k' },
      },
    },
    {
      type: 'ContainerResource',
      containerResource: {
        name: 'memory',
        container: 'c',
        target: { type: 'Utilization', averageUtilization: 50 },
      },
    },
  ]);
const net = '/apis/networking.k8s.io/v1';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** `dry`: what a stored one would do to other sequences forbids to store any. `alone`: it needs a namespace of its own. */
export const kinds = {
  Namespace: { api: '/api/v1', plural: 'namespaces', make: () => ({}) },
  Node: {
    api: '/api/v1',
    plural: 'nodes',
    make: (r) =>
      compact({
        spec: r.maybe(0.8, () =>
          compact({
            podCIDR: r.maybe(0.3, '10.5.0.0/24'),
            providerID: r.maybe(0.3, 'x://y'),
            unschedulable: r.maybe(0.2, true),
            taints: r.maybe(0.4, [{ key: 'a', value: 'b', effect: 'NoSchedule' }]),
          }),
        ),
        status: r.maybe(0.4, {
          capacity: { cpu: '4', memory: '8Gi', pods: '110' },
          allocatable: { cpu: '4' },
          addresses: [{ type: 'InternalIP', address: '10.0.0.9' }],
        }),
      }),
  },
  Event: {
    api: '/api/v1',
    plural: 'events',
    namespaced: true,
    make: (r) =>
      compact({
        involvedObject: { kind: 'Pod', name: 'a', namespace: '{ns}' },
        reason: 'Started',
        message: 'm',
        type: r.maybe(0.7, 'Normal'),
        count: r.maybe(0.4, 2),
        source: r.maybe(0.5, { component: 'kubelet' }),
      }),
  },
  EventsEvent: {
    kind: 'Event',
    api: '/apis/events.k8s.io/v1',
    plural: 'events',
    namespaced: true,
    make: (r) =>
      compact({
        regarding: { kind: 'Pod', name: 'a', namespace: '{ns}' },
        eventTime: '2026-01-02T03:04:05.000000Z',
        reportingController: 'example.com/c',
        reportingInstance: 'i',
        action: 'Do',
        reason: 'R',
        note: r.maybe(0.6, 'n'),
        type: 'Warning',
      }),
  },
  LimitRange: {
    api: '/api/v1',
    plural: 'limitranges',
    namespaced: true,
    alone: true,
    make: (r) => ({
      spec: {
        limits: [
          r.pick([
            { type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '100m' } },
            { type: 'Container', max: { memory: '1Gi' }, min: { memory: '1Mi' } },
            { type: 'Pod', max: { cpu: '4' } },
            { type: 'PersistentVolumeClaim', min: { storage: '1Gi' } },
            { type: 'Container', maxLimitRequestRatio: { cpu: '4' } },
          ]),
        ],
      },
    }),
  },
  ResourceQuota: {
    api: '/api/v1',
    plural: 'resourcequotas',
    namespaced: true,
    alone: true,
    make: (r) => ({
      spec: r.pick([
        { hard: { pods: '10', 'requests.cpu': '4' } },
        { hard: { 'count/deployments.apps': '5', configmaps: '10' } },
        { hard: { pods: '5' }, scopes: ['BestEffort'] },
        { hard: { 'requests.storage': '10Gi' } },
        {
          hard: { pods: '3' },
          scopeSelector: {
            matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }],
          },
        },
      ]),
    }),
  },
  Ingress: {
    api: net,
    plural: 'ingresses',
    namespaced: true,
    weight: 2,
    make: (r) => ({
      spec: r.chance(0.2)
        ? { defaultBackend: backend(r) }
        : compact({
            ingressClassName: r.maybe(0.5, 'public'),
            tls: r.maybe(0.3, [{ hosts: ['a.example.com'], secretName: 'tls' }]),
            rules: [
              {
                host: r.pick(['a.example.com', '*.example.com', '']),
                http: {
                  paths: [
                    {
                      path: r.pick(['/', '/a']),
                      pathType: r.pick(['Prefix', 'Exact', 'ImplementationSpecific']),
                      backend: backend(r),
                    },
                  ],
                },
              },
            ],
          }),
    }),
  },
  IngressClass: {
    api: net,
    plural: 'ingressclasses',
    make: (r) => ({
      spec: compact({
        controller: 'example.com/c',
        parameters: r.maybe(0.4, () =>
          r.pick([
            { apiGroup: 'example.com', kind: 'P', name: 'p' },
            { apiGroup: 'example.com', kind: 'P', name: 'p', scope: 'Namespace', namespace: 'n' },
          ]),
        ),
      }),
    }),
  },
  NetworkPolicy: {
    api: net,
    plural: 'networkpolicies',
    namespaced: true,
    make: (r) => ({
      spec: compact({
        podSelector: r.pick([{}, { matchLabels: { app: 'web' } }]),
        policyTypes: r.maybe(0.5, ['Ingress', 'Egress']),
        ingress: r.maybe(0.6, [
          compact({
            from: [{ podSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
            ports: [{ port: 80 }, { port: 'http', protocol: 'UDP' }],
          }),
        ]),
        egress: r.maybe(0.4, [{ to: [{ namespaceSelector: {} }], ports: [{ port: 1000, endPort: 2000 }] }]),
      }),
    }),
  },
  IPAddress: {
    api: net,
    plural: 'ipaddresses',
    dry: true,
    name: '192.168.7.9',
    make: () => ({ spec: { parentRef: { resource: 'services', name: 'a', namespace: 'b' } } }),
  },
  ServiceCIDR: {
    api: net,
    plural: 'servicecidrs',
    dry: true,
    make: () => ({ spec: { cidrs: ['10.120.0.0/16'] } }),
  },
  PodDisruptionBudget: {
    api: '/apis/policy/v1',
    plural: 'poddisruptionbudgets',
    namespaced: true,
    make: (r) => ({
      spec: compact({
        ...r.pick([{ minAvailable: 1 }, { maxUnavailable: '30%' }, {}]),
        selector: r.maybe(0.8, { matchLabels: { app: 'web' } }),
        unhealthyPodEvictionPolicy: r.maybe(0.2, 'AlwaysAllow'),
      }),
    }),
  },
  HorizontalPodAutoscaler: {
    api: '/apis/autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    namespaced: true,
    weight: 2,
    make: (r) => ({
      spec: compact({
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: r.maybe(0.6, 2),
        maxReplicas: 10,
        metrics: r.maybe(0.7, () => Array.from({ length: r.between(1, 2) }, () => metric(r))),
        behavior: r.maybe(0.3, () =>
          compact({
            scaleDown: {
              stabilizationWindowSeconds: r.maybe(0.5, 60),
              policies: r.maybe(0.7, [{ type: 'Percent', value: 10, periodSeconds: 30 }]),
              selectPolicy: r.maybe(0.3, 'Min'),
            },
          }),
        ),
      }),
    }),
  },
  AutoscalerV1: {
    kind: 'HorizontalPodAutoscaler',
    api: '/apis/autoscaling/v1',
    plural: 'horizontalpodautoscalers',
    namespaced: true,
    make: (r) => ({
      spec: compact({
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: r.maybe(0.5, 2),
        maxReplicas: 5,
        targetCPUUtilizationPercentage: r.maybe(0.6, 70),
      }),
    }),
  },
  Role: { api: rbac, plural: 'roles', namespaced: true, make: (r) => ({ rules: rules(r) }) },
  ClusterRole: {
    api: rbac,
    plural: 'clusterroles',
    make: (r) =>
      r.pick([
        { rules: rules(r) },
        { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] },
        { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }, rules: [] },
      ]),
  },
  RoleBinding: {
    api: rbac,
    plural: 'rolebindings',
    namespaced: true,
    make: (r) => ({
      subjects: subjects(r),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: r.pick(['Role', 'ClusterRole']), name: 'view' },
    }),
  },
  ClusterRoleBinding: {
    api: rbac,
    plural: 'clusterrolebindings',
    make: (r) => ({
      subjects: subjects(r),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    }),
  },
  PriorityClass: {
    api: '/apis/scheduling.k8s.io/v1',
    plural: 'priorityclasses',
    make: (r) =>
      compact({
        value: r.pick([0, 100, -5]),
        preemptionPolicy: r.maybe(0.4, () => r.pick(['Never', 'PreemptLowerPriority'])),
        description: r.maybe(0.3, 'd'),
      }),
  },
  RuntimeClass: {
    api: '/apis/node.k8s.io/v1',
    plural: 'runtimeclasses',
    make: (r) =>
      compact({
        handler: 'runc',
        overhead: r.maybe(0.3, { podFixed: { cpu: '10m' } }),
        scheduling: r.maybe(0.3, {
          nodeSelector: { a: 'b' },
          tolerations: [{ key: 'x', operator: 'Exists' }],
        }),
      }),
  },
  Lease: {
    api: '/apis/coordination.k8s.io/v1',
    plural: 'leases',
    namespaced: true,
    make: (r) => ({
      spec: compact({
        holderIdentity: r.maybe(0.7, 'me'),
        leaseDurationSeconds: r.maybe(0.7, 15),
        acquireTime: r.maybe(0.4, '2026-01-02T03:04:05.123456Z'),
        renewTime: r.maybe(0.4, '2026-01-02T03:04:05.123456Z'),
        leaseTransitions: r.maybe(0.4, 1),
      }),
    }),
  },
  EndpointSlice: {
    api: '/apis/discovery.k8s.io/v1',
    plural: 'endpointslices',
    namespaced: true,
    make: (r) =>
      compact({
        addressType: r.pick(['IPv4', 'IPv4', 'FQDN']),
        endpoints: [],
        ports: r.maybe(0.8, () => [
          compact({ name: r.maybe(0.5, 'http'), port: 80, protocol: r.maybe(0.4, 'TCP') }),
        ]),
      }),
  },
  EndpointSlices: {
    kind: 'EndpointSlice',
    api: '/apis/discovery.k8s.io/v1',
    plural: 'endpointslices',
    namespaced: true,
    make: (r) => ({
      addressType: 'IPv4',
      endpoints: [
        compact({
          addresses: ['10.1.2.3'],
          conditions: r.maybe(0.7, { ready: true }),
          hostname: r.maybe(0.2, 'h'),
          nodeName: r.maybe(0.3, 'n'),
          zone: r.maybe(0.2, 'z'),
          targetRef: r.maybe(0.3, { kind: 'Pod', name: 'p' }),
        }),
      ],
      ports: [{ port: 80 }],
    }),
  },
  ...rare,
};
