/** Where pods refer to the kinds of which all workloads know. */
const podFields = {
  configMap: [
    'volumes/configMap/name',
    'containers/env/valueFrom/configMapKeyRef/name',
    'initContainers/env/valueFrom/configMapKeyRef/name',
    'containers/envFrom/configMapRef/name',
    'initContainers/envFrom/configMapRef/name',
    'volumes/projected/sources/configMap/name',
  ],
  secret: [
    'volumes/secret/secretName',
    'containers/env/valueFrom/secretKeyRef/name',
    'initContainers/env/valueFrom/secretKeyRef/name',
    'containers/envFrom/secretRef/name',
    'initContainers/envFrom/secretRef/name',
    'imagePullSecrets/name',
    'volumes/projected/sources/secret/name',
  ],
} as const;

/** The kinds with pods, and where those are, for ConfigMaps and Secrets. */
const allPods: readonly (readonly [kind: string, path: string])[] = [
  ['v1/Pod', 'spec'],
  ['PodTemplate', 'template/spec'],
  ['Deployment', 'spec/template/spec'],
  ['ReplicaSet', 'spec/template/spec'],
  ['DaemonSet', 'spec/template/spec'],
  ['StatefulSet', 'spec/template/spec'],
  ['Job', 'spec/template/spec'],
  ['CronJob', 'spec/jobTemplate/spec/template/spec'],
];

/** The same for everything else: other kinds, and pods of any version. */
const otherPods: typeof allPods = [
  ['Pod', 'spec'],
  ['StatefulSet', 'spec/template/spec'],
  ['Deployment', 'spec/template/spec'],
  ['ReplicationController', 'spec/template/spec'],
  ['CronJob', 'spec/jobTemplate/spec/template/spec'],
  ['Job', 'spec/template/spec'],
  ['DaemonSet', 'spec/template/spec'],
];

function inPods(pods: typeof allPods, fields: readonly string[]): string[] {
  return pods.flatMap(([kind, path]) => fields.map((field) => `${path}/${field}@${kind}`));
}

const scaled = ['spec/scaleTargetRef/name@HorizontalPodAutoscaler'];
const rules = ['rules/resourceNames@Role', 'rules/resourceNames@ClusterRole'];
const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';

/** By the kind that is referred to: the fields that hold its name, in the notation of `fieldSpec`. */
export const referenceTable: Readonly<Record<string, readonly string[]>> = {
  Deployment: scaled,
  ReplicationController: scaled,
  ReplicaSet: scaled,
  StatefulSet: scaled,
  'v1/ConfigMap': [
    ...inPods(allPods, podFields.configMap),
    'spec/configSource/configMap@Node',
    ...rules,
    'metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap@Ingress',
  ],
  'v1/Secret': [
    ...inPods(allPods, podFields.secret),
    'spec/tls/secretName@Ingress',
    'metadata/annotations/ingress.kubernetes.io\\/auth-secret@Ingress',
    'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret@Ingress',
    'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret@Ingress',
    'imagePullSecrets/name@ServiceAccount',
    'parameters/secretName@StorageClass',
    'parameters/adminSecretName@StorageClass',
    'parameters/userSecretName@StorageClass',
    'parameters/secretRef@StorageClass',
    ...rules,
    'spec/template/spec/containers/env/valueFrom/secretKeyRef/name@serving.knative.dev/v1/Service',
    'spec/azureFile/secretName@PersistentVolume',
  ],
  'v1/Service': [
    'spec/serviceName@apps/StatefulSet',
    'spec/rules/http/paths/backend/serviceName@Ingress',
    'spec/backend/serviceName@Ingress',
    'spec/rules/http/paths/backend/service/name@Ingress',
    'spec/defaultBackend/service/name@Ingress',
    'spec/service/name@apiregistration.k8s.io/APIService',
    `webhooks/clientConfig/service@${admission}/ValidatingWebhookConfiguration`,
    `webhooks/clientConfig/service@${admission}/MutatingWebhookConfiguration`,
  ],
  [`${rbac}/Role`]: [`roleRef/name@${rbac}/RoleBinding`],
  [`${rbac}/ClusterRole`]: [`roleRef/name@${rbac}/RoleBinding`, `roleRef/name@${rbac}/ClusterRoleBinding`],
  'v1/ServiceAccount': [
    `subjects@${rbac}/RoleBinding`,
    `subjects@${rbac}/ClusterRoleBinding`,
    ...inPods(otherPods, ['serviceAccountName']),
  ],
  'v1/PersistentVolumeClaim': inPods(otherPods, ['volumes/persistentVolumeClaim/claimName']),
  'v1/PersistentVolume': ['spec/volumeName@PersistentVolumeClaim', 'rules/resourceNames@ClusterRole'],
  'storage.k8s.io/v1/StorageClass': [
    'spec/storageClassName@PersistentVolume',
    'spec/storageClassName@PersistentVolumeClaim',
    'spec/volumeClaimTemplates/spec/storageClassName@StatefulSet',
  ],
  'scheduling.k8s.io/v1/PriorityClass': inPods(otherPods, ['priorityClassName']),
  // Upstream's table has the version in the group here, so this one never fits.
  'networking.k8s.io%2Fv1/v1/IngressClass': ['spec/ingressClassName@Ingress'],
  [`${admission}/ValidatingAdmissionPolicy`]: [
    `spec/policyName@${admission}/ValidatingAdmissionPolicyBinding`,
  ],
};
