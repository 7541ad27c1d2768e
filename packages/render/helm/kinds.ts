import type { HelmProfile } from './chart/types.ts';

/** The order in which Helm 3 installs kinds. */
const installOrder: readonly string[] = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
];

const ranks3 = new Map(installOrder.map((kind, i) => [kind, i]));
const ranks4 = new Map(
  [...installOrder, 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind, i) => [
    kind,
    i,
  ]),
);

/** Compares kinds by the order of installation; unknown ones come last, by name. A stable sort keeps the rest. */
export function compareKinds(a: string, b: string, profile: HelmProfile): number {
  const ranks = profile === 3 ? ranks3 : ranks4;
  const first = ranks.get(a);
  const second = ranks.get(b);
  if (first !== undefined && second !== undefined) return first - second;
  if (first !== undefined) return -1;
  if (second !== undefined) return 1;
  return a === b ? 0 : a < b ? -1 : 1;
}
