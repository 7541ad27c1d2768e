import type { HelmProfile } from '../chart/types.ts';

/** Kinds in the order in which Helm takes them away; what is not named comes after, by its name. */
const uninstallOrder: readonly string[] = [
  'APIService',
  'Ingress',
  'IngressClass',
  'Service',
  'CronJob',
  'Job',
  'StatefulSet',
  'HorizontalPodAutoscaler',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
  'DaemonSet',
  'RoleBindingList',
  'RoleBinding',
  'RoleList',
  'Role',
  'ClusterRoleBindingList',
  'ClusterRoleBinding',
  'ClusterRoleList',
  'ClusterRole',
  'CustomResourceDefinition',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'ConfigMap',
  'SecretList',
  'Secret',
  'ServiceAccount',
  'PodDisruptionBudget',
  'PodSecurityPolicy',
  'LimitRange',
  'ResourceQuota',
  'NetworkPolicy',
  'Namespace',
  'PriorityClass',
];

const ranks3 = new Map(uninstallOrder.map((kind, i) => [kind, i]));
/** Helm 4 takes webhooks away first, so that they cannot keep anything else from going. */
const ranks4 = new Map(
  ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', ...uninstallOrder].map((kind, i) => [
    kind,
    i,
  ]),
);

/** Compares kinds by the order of their removal. */
export function compareKindsForRemoval(a: string, b: string, profile: HelmProfile): number {
  const ranks = profile === 3 ? ranks3 : ranks4;
  const [first, second] = [ranks.get(a) ?? ranks.size, ranks.get(b) ?? ranks.size];
  if (first !== second) return first - second;
  return first < ranks.size || a === b ? 0 : a < b ? -1 : 1;
}
