// Valid objects of kinds that few people write: storage, admission, signing, flow control, devices.
import { compact } from './random.mjs';

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
const admission = '/apis/admissionregistration.k8s.io/v1';
const storage = '/apis/storage.k8s.io/v1';
const dra = '/apis/resource.k8s.io/v1';
const flow = '/apis/flowcontrol.apiserver.k8s.io/v1';

/** As in kinds-more.mjs. */
export const kinds = {
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
