/** What a kind is for; nodes of one family share a hue. */
export type KindFamily = 'workload' | 'network' | 'config' | 'storage' | 'access' | 'other';

const known: Readonly<Record<string, readonly [string, KindFamily]>> = {
  Application: ['app', 'workload'],
  Deployment: ['deploy', 'workload'],
  ReplicaSet: ['rs', 'workload'],
  StatefulSet: ['sts', 'workload'],
  DaemonSet: ['ds', 'workload'],
  ControllerRevision: ['cr', 'workload'],
  Pod: ['pod', 'workload'],
  Job: ['job', 'workload'],
  CronJob: ['cj', 'workload'],
  HorizontalPodAutoscaler: ['hpa', 'workload'],
  PodDisruptionBudget: ['pdb', 'workload'],
  Rollout: ['ro', 'workload'],
  Service: ['svc', 'network'],
  Endpoints: ['ep', 'network'],
  EndpointSlice: ['eps', 'network'],
  Ingress: ['ing', 'network'],
  NetworkPolicy: ['netpol', 'network'],
  Gateway: ['gw', 'network'],
  HTTPRoute: ['route', 'network'],
  ConfigMap: ['cm', 'config'],
  Secret: ['secret', 'config'],
  SealedSecret: ['sealed', 'config'],
  ExternalSecret: ['es', 'config'],
  PersistentVolume: ['pv', 'storage'],
  PersistentVolumeClaim: ['pvc', 'storage'],
  StorageClass: ['sc', 'storage'],
  ServiceAccount: ['sa', 'access'],
  Role: ['role', 'access'],
  RoleBinding: ['rb', 'access'],
  ClusterRole: ['c-role', 'access'],
  ClusterRoleBinding: ['crb', 'access'],
  Namespace: ['ns', 'other'],
  CustomResourceDefinition: ['crd', 'other'],
  LimitRange: ['limits', 'other'],
  ResourceQuota: ['quota', 'other'],
};

/** A kind's short name as kubectl has it; for unknown kinds its capitals: `KafkaTopic` is `kt`. */
export function kindBadge(kind: string): { readonly text: string; readonly family: KindFamily } {
  const found = known[kind];
  if (found !== undefined) return { text: found[0], family: found[1] };
  const capitals = kind.replace(/[^A-Z]/g, '').toLowerCase();
  return { text: (capitals.length > 1 ? capitals : kind.toLowerCase()).slice(0, 5), family: 'other' };
}
