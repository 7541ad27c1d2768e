import { nodeHooks } from './nodes.ts';
import type { KindHooks } from '../registry/types.ts';
import {
  mutatingWebhookHooks,
  policyBindingHooks,
  validatingPolicyHooks,
  validatingWebhookHooks,
} from './admission-registration.ts';
import {
  controllerRevisionHooks,
  daemonSetHooks,
  deploymentHooks,
  replicaSetHooks,
  replicationControllerHooks,
  statefulSetHooks,
} from './apps.ts';
import { cronJobHooks, jobHooks } from './batch.ts';
import { column, nameColumn } from './columns.ts';
import {
  configMapHooks,
  leaseHooks,
  namespaceHooks,
  secretHooks,
  serviceAccountHooks,
} from './core-config.ts';
import { podHooks, podTemplateHooks } from './core-pod.ts';
import { createServiceHooks, endpointsHooks } from './core-service.ts';
import { eventHooks } from './events.ts';
import { text } from './fields.ts';
import { endpointSliceHooks, ingressClassHooks, ingressHooks, networkPolicyHooks } from './networking.ts';
import {
  autoscalerHooks,
  disruptionBudgetHooks,
  priorityClassHooks,
  quotaHooks,
  runtimeClassHooks,
} from './policy.ts';
import { admitQuota } from './quota.ts';
import { addressHooks, apiServiceHooks, serviceRangeHooks } from './addresses.ts';
import { flowSchemaHooks, priorityLevelHooks } from './flow-control.ts';
import { limitRangeHooks } from './limit-range.ts';
import { mutatingBindingHooks, mutatingPolicyHooks } from './mutating-policy.ts';
import { claimOfDevicesHooks, claimTemplateHooks, deviceClassHooks } from './resource-claims.ts';
import { resourceSliceHooks } from './resource-slices.ts';
import {
  attachmentHooks,
  attributesClassHooks,
  storageCapacityHooks,
  storageDriverHooks,
  storageNodeHooks,
} from './storage-drivers.ts';
import { signingRequestHooks } from './certificates.ts';
import { rareColumns } from './rare-columns.ts';
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from './rbac.ts';
import { claimHooks, storageClassHooks, volumeHooks } from './storage.ts';

export { age } from './columns.ts';
export { formatSelector } from './selectors.ts';
import { withoutUnserved } from './pod-unserved.ts';

/** What is special about each built-in kind. A function, since Service's hooks hold a book of addresses. */
type HooksTable = Readonly<Record<string, KindHooks | (() => KindHooks)>>;

const TABLE: HooksTable = {
  'certificates.k8s.io/CertificateSigningRequest': signingRequestHooks,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchemaHooks,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': priorityLevelHooks,
  'networking.k8s.io/IPAddress': addressHooks,
  'networking.k8s.io/ServiceCIDR': serviceRangeHooks,
  'apiregistration.k8s.io/APIService': apiServiceHooks,
  'resource.k8s.io/ResourceClaim': claimOfDevicesHooks,
  'resource.k8s.io/ResourceClaimTemplate': claimTemplateHooks,
  'resource.k8s.io/DeviceClass': deviceClassHooks,
  'resource.k8s.io/ResourceSlice': resourceSliceHooks,
  'storage.k8s.io/CSIDriver': storageDriverHooks,
  'storage.k8s.io/CSINode': storageNodeHooks,
  'storage.k8s.io/CSIStorageCapacity': storageCapacityHooks,
  'storage.k8s.io/VolumeAttachment': attachmentHooks,
  'storage.k8s.io/VolumeAttributesClass': attributesClassHooks,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': mutatingPolicyHooks,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': mutatingBindingHooks,
  '/Pod': podHooks,
  '/PodTemplate': podTemplateHooks,
  '/ReplicationController': replicationControllerHooks,
  '/Service': createServiceHooks,
  '/Endpoints': endpointsHooks,
  '/ConfigMap': configMapHooks,
  '/Secret': secretHooks,
  '/ServiceAccount': serviceAccountHooks,
  '/Namespace': namespaceHooks,
  '/Node': nodeHooks,
  '/Event': eventHooks,
  'events.k8s.io/Event': eventHooks,
  '/PersistentVolumeClaim': claimHooks,
  '/PersistentVolume': volumeHooks,
  '/ResourceQuota': quotaHooks,
  '/LimitRange': limitRangeHooks,
  'apps/Deployment': deploymentHooks,
  'apps/ReplicaSet': replicaSetHooks,
  'apps/StatefulSet': statefulSetHooks,
  'apps/DaemonSet': daemonSetHooks,
  'apps/ControllerRevision': controllerRevisionHooks,
  'batch/Job': jobHooks,
  'batch/CronJob': cronJobHooks,
  'autoscaling/HorizontalPodAutoscaler': autoscalerHooks,
  'policy/PodDisruptionBudget': disruptionBudgetHooks,
  'networking.k8s.io/Ingress': ingressHooks,
  'networking.k8s.io/IngressClass': ingressClassHooks,
  'networking.k8s.io/NetworkPolicy': networkPolicyHooks,
  'discovery.k8s.io/EndpointSlice': endpointSliceHooks,
  'storage.k8s.io/StorageClass': storageClassHooks,
  'scheduling.k8s.io/PriorityClass': priorityClassHooks,
  'node.k8s.io/RuntimeClass': runtimeClassHooks,
  'coordination.k8s.io/Lease': leaseHooks,
  'rbac.authorization.k8s.io/Role': roleKind,
  'rbac.authorization.k8s.io/ClusterRole': clusterRoleKind,
  'rbac.authorization.k8s.io/RoleBinding': roleBindingKind,
  'rbac.authorization.k8s.io/ClusterRoleBinding': clusterRoleBindingKind,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': validatingWebhookHooks,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': mutatingWebhookHooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': validatingPolicyHooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': policyBindingHooks,
};

const plainColumns = [
  nameColumn,
  column('Created At', (o) => text(o.metadata.creationTimestamp), { type: 'date' }),
];

/** Kinds that also check what is written to their status. */
const STATUS_CHECKED = new Set(['/Namespace', '/Pod', '/Service', 'networking.k8s.io/Ingress']);

/** A write that leaves the spec as it is (the registry shares equal parts) was checked when that spec was written. */
function unlessUnchanged(hooks: KindHooks): KindHooks {
  if (hooks.validate === undefined) return hooks;
  return {
    ...hooks,
    validate(object, previous, context) {
      if (previous !== undefined && object['spec'] !== undefined && object['spec'] === previous['spec'])
        return [];
      return hooks.validate?.(object, previous, context) ?? [];
    },
  };
}

/** Every new object of a namespace is held against its quotas, after the kind's own preparation. */
function withQuota(group: string, hooks: KindHooks): KindHooks {
  return {
    ...hooks,
    prepareForCreate(draft, context) {
      hooks.prepareForCreate?.(draft, context);
      admitQuota(draft, group, context);
    },
  };
}

/** Groups that end like those of Kubernetes itself but are served by its API server. */
const LEGACY_GROUPS = new Set(['', 'apps', 'batch', 'autoscaling', 'policy', 'extensions']);

function isBuiltInGroup(group: string): boolean {
  return LEGACY_GROUPS.has(group) || group.endsWith('.k8s.io');
}

/**
 * What is special about a built-in kind: defaults, checks, allocation, columns. Metadata is the registry's work.
 * Undefined for groups that are no part of Kubernetes. Ask once per server: some hooks hold state of that server.
 */
export function kindHooks(group: string, kind: string): KindHooks | undefined {
  if (!isBuiltInGroup(group)) return undefined;
  const key = `${group}/${kind}`;
  const entry = TABLE[key];
  const own = withoutUnserved(key, (typeof entry === 'function' ? entry() : entry) ?? {});
  const hooks = own.columns === undefined ? { ...own, columns: rareColumns[key] ?? plainColumns } : own;
  return withQuota(group, STATUS_CHECKED.has(key) ? hooks : unlessUnchanged(hooks));
}
