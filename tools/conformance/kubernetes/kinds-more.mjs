// Valid objects of the kinds around workloads: networking, policy, roles, storage, admission, resources.
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
const webhook = (r, more = {}) =>
  compact({
    name: 'check.example.com',
    admissionReviewVersions: ['v1'],
    sideEffects: r.pick(['None', 'NoneOnDryRun']),
    clientConfig: r.pick([
      { url: 'https://example.com/x' },
      { service: { namespace: 'a', name: 'b', path: r.maybe(0.5, '/p'), port: r.maybe(0.3, 8443) } },
    ]),
    rules: [
      compact({
        apiGroups: ['example.com'],
        apiVersions: ['v1'],
        operations: [r.pick(['CREATE', '*', 'UPDATE'])],
        resources: ['widgets'],
        scope: r.maybe(0.3, 'Namespaced'),
      }),
    ],
    failurePolicy: r.maybe(0.4, () => r.pick(['Fail', 'Ignore'])),
    matchPolicy: r.maybe(0.2, 'Exact'),
    timeoutSeconds: r.maybe(0.3, 5),
    namespaceSelector: r.maybe(0.2, { matchLabels: { a: 'b' } }),
    matchConditions: r.maybe(0.2, [{ name: 'c', expression: 'object.metadata.name != "x"' }]),
    ...more,
  });
const constraints = (r) =>
  compact({
    matchPolicy: r.maybe(0.3, 'Equivalent'),
    resourceRules: [
      {
        apiGroups: ['example.com'],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['widgets'],
      },
    ],
  });
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
const deviceRequest = (r) =>
  r.pick([
    {
      name: 'r',
      exactly: compact({
        deviceClassName: 'gpu',
        count: r.maybe(0.3, 2),
        allocationMode: r.maybe(0.3, 'ExactCount'),
        selectors: r.maybe(0.3, [{ cel: { expression: 'device.driver == "x"' } }]),
      }),
    },
    { name: 'r', firstAvailable: [{ name: 's', deviceClassName: 'gpu' }] },
  ]);
const request =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQ2FEQ0NBVkFDQVFBd0l6RVFNQTRHQTFVRUF3d0hjMjl0Wlc5dVpURVBNQTBHQTFVRUNnd0djR1Z2Y0d4bApNSUlCSWpBTkJna3Foa2lHOXcwQkFRRUZBQU9DQVE4QU1JSUJDZ0tDQVFFQXZ0V2hBT3Zua3hOeGIzTS9zQjJhCkpSbHVuN3VtZmdsN2Q1c2Y2eWlvNUxTbXUwME42Yk5pRUlIZm9ucVJraEtkT28rSXZpQmVqRFR2b2JWem9xSk4KUWkrdTkvcEpCeEtmdnFpcGlKNDcyODZERVFZbUxvZkt6VGlPbk1JUFpRQ00zTXZ5VEt0bmJWY0kvamxDb3ZvUQpzdFZhb0h2T0V2WXd6dmdML2phdzgwallIMG54elAza1h2Wkowdk1pelh1STVtNndKVEwvNWV5UjRkSzRwZDI1CnVzbEMzc09lYk43YzJyM3QrMGlOS1VISkp3cEkycHB2N1BNdTJpditrOUJzK0xhTlpKaXRNWTRTaDNBU0dlOEEKRHFRZ3NTMDBjY3FZcHA0dXBmczVRSVdReWM3ZFBNOVZxS2NIVWRvb3RnajBGSmx3QSs5U2JqMmpRMWpCc1hNVgovd0lEQVFBQm9BQXdEUVlKS29aSWh2Y05BUUVMQlFBRGdnRUJBSWtoTnVyYkZKUTdGQU52VzlqQnBiUU1QV0ZqCnlETndZSHo0YlN1SzNCUVZUN0Z2SVd5dWt4dTMzTGEvVVhVZTdCd2g1WGlpK3lJUE9EdHpsV1dWa2dRdlFiMzYKTE5Nb1BnYTErNTlLMmNYVXJsMUVaajJzN1VOeEZ0U3B2elA0Zm8yYXg4MkZKdFRYcUY5S2JYd2F1QUkzWVUzcAo1VE1MSDh2blBVYktzWVlHL1ZOUVlTdVQwRERpSFg0SDF2TGNoUXhFVHc0TnVybGVQNm5GOHp1MEdRUlArSGdDClpzZDVpb05DS3R1S1hkajlFTGc3YlVucmFpMkNTWWhBV3haTzgzSjk3NVpzWUxIeTVZWSt0NXEwNDF4WWd3UGwKNUZSMmZqdktSM2RTSWV5WWpoV0JadUp5dlNrRDQyUS9UL3JYVW0yVlJyVm4xNlRpSTBnd1E2Zm5qSFk9Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
const net = '/apis/networking.k8s.io/v1';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const admission = '/apis/admissionregistration.k8s.io/v1';
const storage = '/apis/storage.k8s.io/v1';
const dra = '/apis/resource.k8s.io/v1';
const flow = '/apis/flowcontrol.apiserver.k8s.io/v1';

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
  StorageClass: {
    api: storage,
    plural: 'storageclasses',
    make: (r) =>
      compact({
        provisioner: 'example.com/p',
        parameters: r.maybe(0.4, { a: 'b' }),
        reclaimPolicy: r.maybe(0.4, () => r.pick(['Retain', 'Delete'])),
        volumeBindingMode: r.maybe(0.4, () => r.pick(['Immediate', 'WaitForFirstConsumer'])),
        allowVolumeExpansion: r.maybe(0.3, true),
        mountOptions: r.maybe(0.2, ['ro']),
        allowedTopologies: r.maybe(0.2, [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }]),
      }),
  },
  CSIDriver: {
    api: storage,
    plural: 'csidrivers',
    make: (r) => ({
      spec: compact({
        attachRequired: r.maybe(0.5, false),
        podInfoOnMount: r.maybe(0.3, true),
        volumeLifecycleModes: r.maybe(0.4, ['Ephemeral']),
        fsGroupPolicy: r.maybe(0.3, 'File'),
        storageCapacity: r.maybe(0.3, true),
        tokenRequests: r.maybe(0.2, [{ audience: 'a' }]),
      }),
    }),
  },
  CSINode: {
    api: storage,
    plural: 'csinodes',
    make: (r) => ({
      spec: {
        drivers: r.pick([
          [],
          [{ name: 'd.local', nodeID: 'n', topologyKeys: ['zone'] }],
          [{ name: 'd.local', nodeID: 'n', allocatable: { count: 3 } }],
        ]),
      },
    }),
  },
  CSIStorageCapacity: {
    api: storage,
    plural: 'csistoragecapacities',
    namespaced: true,
    make: (r) =>
      compact({
        storageClassName: 'fast',
        capacity: r.maybe(0.7, '10Gi'),
        maximumVolumeSize: r.maybe(0.3, '1Gi'),
        nodeTopology: r.maybe(0.4, { matchLabels: { a: 'b' } }),
      }),
  },
  VolumeAttachment: {
    api: storage,
    plural: 'volumeattachments',
    make: (r) => ({
      spec: { attacher: 'd.local', nodeName: 'n1', source: { persistentVolumeName: r.pick(['pv', 'pv2']) } },
    }),
  },
  VolumeAttributesClass: {
    api: storage,
    plural: 'volumeattributesclasses',
    make: (r) => compact({ driverName: 'd.local', parameters: { iops: r.pick(['1', '2']) } }),
  },
  ControllerRevision: {
    api: '/apis/apps/v1',
    plural: 'controllerrevisions',
    namespaced: true,
    make: (r) => compact({ revision: r.between(0, 3), data: r.maybe(0.8, { spec: { a: 1 } }) }),
  },
  ValidatingWebhookConfiguration: {
    api: admission,
    plural: 'validatingwebhookconfigurations',
    dry: true,
    make: (r) => ({ webhooks: [webhook(r)] }),
  },
  MutatingWebhookConfiguration: {
    api: admission,
    plural: 'mutatingwebhookconfigurations',
    dry: true,
    make: (r) => ({ webhooks: [webhook(r, compact({ reinvocationPolicy: r.maybe(0.4, 'IfNeeded') }))] }),
  },
  ValidatingAdmissionPolicy: {
    api: admission,
    plural: 'validatingadmissionpolicies',
    dry: true,
    make: (r) => ({
      spec: compact({
        failurePolicy: r.maybe(0.4, 'Ignore'),
        matchConstraints: constraints(r),
        validations: [
          compact({
            expression: r.pick(['object.spec.size > 1', 'has(object.spec.x)', 'request.name != "y"']),
            message: r.maybe(0.4, 'm'),
            reason: r.maybe(0.3, 'Invalid'),
            messageExpression: r.maybe(0.2, '"a" + object.metadata.name'),
          }),
        ],
        variables: r.maybe(0.2, [{ name: 'v', expression: 'object.metadata.name' }]),
        auditAnnotations: r.maybe(0.1, [{ key: 'k', valueExpression: '"v"' }]),
      }),
    }),
  },
  ValidatingAdmissionPolicyBinding: {
    api: admission,
    plural: 'validatingadmissionpolicybindings',
    dry: true,
    make: (r) => ({
      spec: compact({
        policyName: 'none-of-these',
        validationActions: r.pick([['Deny'], ['Warn', 'Audit']]),
        matchResources: r.maybe(0.3, () => constraints(r)),
        paramRef: r.maybe(0.3, { name: 'p', parameterNotFoundAction: 'Deny' }),
      }),
    }),
  },
  MutatingAdmissionPolicy: {
    api: admission,
    plural: 'mutatingadmissionpolicies',
    dry: true,
    make: (r) => ({
      spec: compact({
        failurePolicy: r.maybe(0.4, 'Ignore'),
        reinvocationPolicy: r.pick(['Never', 'IfNeeded']),
        matchConstraints: constraints(r),
        mutations: [
          r.pick([
            {
              patchType: 'ApplyConfiguration',
              applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"a": "b"}}}' },
            },
            {
              patchType: 'JSONPatch',
              jsonPatch: { expression: '[JSONPatch{op: "add", path: "/metadata/labels/a", value: "b"}]' },
            },
          ]),
        ],
      }),
    }),
  },
  MutatingAdmissionPolicyBinding: {
    api: admission,
    plural: 'mutatingadmissionpolicybindings',
    dry: true,
    make: () => ({ spec: { policyName: 'none-of-these' } }),
  },
  APIService: {
    api: '/apis/apiregistration.k8s.io/v1',
    plural: 'apiservices',
    dry: true,
    name: 'v1.things.example.com',
    make: (r) => ({
      spec: compact({
        group: 'things.example.com',
        version: 'v1',
        groupPriorityMinimum: 1000,
        versionPriority: 15,
        service: { name: 's', namespace: 'n', port: r.maybe(0.3, 8443) },
        insecureSkipTLSVerify: true,
      }),
    }),
  },
  CertificateSigningRequest: {
    api: '/apis/certificates.k8s.io/v1',
    plural: 'certificatesigningrequests',
    make: (r) => ({
      spec: compact({
        request,
        signerName: 'example.com/signer',
        usages: r.pick([['client auth'], ['digital signature', 'key encipherment', 'server auth']]),
        expirationSeconds: r.maybe(0.3, 3600),
      }),
    }),
  },
  FlowSchema: {
    api: flow,
    plural: 'flowschemas',
    make: (r) => ({
      spec: compact({
        priorityLevelConfiguration: { name: 'exempt' },
        matchingPrecedence: r.maybe(0.5, 500),
        distinguisherMethod: r.maybe(0.3, { type: 'ByUser' }),
        rules: [
          {
            subjects: [{ kind: 'Group', group: { name: 'g' } }],
            nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }],
          },
        ],
      }),
    }),
  },
  PriorityLevelConfiguration: {
    api: flow,
    plural: 'prioritylevelconfigurations',
    make: (r) => ({
      spec: r.pick([
        { type: 'Limited', limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' } } },
        {
          type: 'Limited',
          limited: {
            limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 4, queueLengthLimit: 50 } },
          },
        },
        { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } },
      ]),
    }),
  },
  DeviceClass: {
    api: dra,
    plural: 'deviceclasses',
    make: (r) => ({
      spec: compact({
        selectors: r.maybe(0.6, [{ cel: { expression: 'device.driver == "gpu.local"' } }]),
        config: r.maybe(0.3, [{ opaque: { driver: 'gpu.local', parameters: { a: 1 } } }]),
      }),
    }),
  },
  ResourceClaim: {
    api: dra,
    plural: 'resourceclaims',
    namespaced: true,
    make: (r) => ({ spec: { devices: { requests: [deviceRequest(r)] } } }),
  },
  ResourceClaimTemplate: {
    api: dra,
    plural: 'resourceclaimtemplates',
    namespaced: true,
    make: (r) => ({ spec: { spec: { devices: { requests: [deviceRequest(r)] } } } }),
  },
  ResourceSlice: {
    api: dra,
    plural: 'resourceslices',
    make: (r) => ({
      spec: {
        driver: 'gpu.local',
        pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
        ...r.pick([{ nodeName: 'n' }, { allNodes: true }]),
        devices: [
          compact({
            name: 'd0',
            attributes: r.maybe(0.5, { model: { string: 'x' }, index: { int: 1 } }),
            capacity: r.maybe(0.4, { memory: { value: '1Gi' } }),
          }),
        ],
      },
    }),
  },
};
