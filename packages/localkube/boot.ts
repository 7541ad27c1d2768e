import { parseApiVersion } from '@plumbline/api';
import type { KubeObject } from '@plumbline/api';
import type { Access } from './registry/index.ts';

const manager = 'kube-apiserver';
const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const priorityClasses = [
  [
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
  [
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ],
] as const;

/** An object as it is stored, and the set of its fields that the API server owns. */
type Stored = readonly [object: KubeObject, fields: Readonly<Record<string, unknown>>];

/**
 * What a fresh cluster holds before anybody has come. What is there already stays. The objects are given as they are stored:
 * checking what is right would take a tenth of a start.
 */
export function createBootObjects(access: Access): void {
  for (const [object, fields] of bootObjects(access.now())) {
    const { namespace = '', name } = object.metadata;
    const { group } = parseApiVersion(object.apiVersion);
    if (access.get(group, object.kind, namespace, name) === undefined)
      access.createStored(object, manager, fields);
  }
}

function bootObjects(now: number): readonly Stored[] {
  return [
    ...namespaces.map(namespaceOf),
    ...priorityClasses.map(([name, value, description]) => priorityClassOf(name, value, description)),
    apiService,
    tokenTracking(now),
  ];
}

function namespaceOf(name: string): Stored {
  const object = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
  return [object, { 'f:metadata': { 'f:labels': { '.': {}, 'f:kubernetes.io/metadata.name': {} } } }];
}

function priorityClassOf(name: string, value: number, description: string): Stored {
  const object = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name, generation: 1 },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  };
  return [object, { 'f:description': {}, 'f:preemptionPolicy': {}, 'f:value': {} }];
}

const apiService: Stored = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.1',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      clusterIPs: ['10.96.0.1'],
      ipFamilyPolicy: 'SingleStack',
      ipFamilies: ['IPv4'],
    },
    status: { loadBalancer: {} },
  },
  {
    'f:metadata': { 'f:labels': { '.': {}, 'f:component': {}, 'f:provider': {} } },
    'f:spec': {
      'f:clusterIP': {},
      'f:internalTrafficPolicy': {},
      'f:ports': {
        '.': {},
        'k:{"port":443,"protocol":"TCP"}': {
          '.': {},
          'f:name': {},
          'f:port': {},
          'f:protocol': {},
          'f:targetPort': {},
        },
      },
      'f:sessionAffinity': {},
      'f:type': {},
    },
  },
];

/** The controller that removes unused tokens of service accounts asks since when their use is known. */
function tokenTracking(now: number): Stored {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' },
    data: { since: new Date(now).toISOString().slice(0, 10) },
  };
  return [object, { 'f:data': { '.': {}, 'f:since': {} } }];
}
