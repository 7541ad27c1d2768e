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

/** What a fresh cluster holds before anybody has come. What is there already stays. */
export function createBootObjects(access: Access): void {
  const ensure = (group: string, object: KubeObject): void => {
    const { namespace = '', name } = object.metadata;
    if (access.get(group, object.kind, namespace, name) === undefined) access.create(object, manager);
  };
  for (const name of namespaces) ensure('', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const [name, value, description] of priorityClasses) {
    ensure('scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    });
  }
  ensure('', {
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
    },
  });
  // The controller that removes unused tokens of service accounts asks since when their use is known.
  ensure('', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' },
    data: { since: new Date(access.now()).toISOString().slice(0, 10) },
  });
}
