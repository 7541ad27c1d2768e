const inContainers = ['containers', 'initContainers'].flatMap((list) =>
  ['args', 'command', 'env/value', 'volumeMounts/mountPath'].map((field) => `${list}/${field}`),
);

/** The kinds with pods, and where those are. */
const pods: readonly (readonly [kind: string, path: string])[] = [
  ['CronJob', 'spec/jobTemplate/spec/template/spec'],
  ...['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet'].map(
    (kind) => [kind, 'spec/template/spec'] as const,
  ),
  ['Pod', 'spec'],
];

/** The fields in which `$(VAR)` is replaced, in the notation of `fieldSpec`. */
export const variableTable: readonly string[] = [
  ...pods.flatMap(([kind, path]) => inContainers.map((field) => `${path}/${field}@${kind}`)),
  // Not below the pods' spec: upstream says so.
  'spec/jobTemplate/spec/template/volumes/nfs/server@CronJob',
  ...['DaemonSet', 'Deployment', 'Job', 'ReplicaSet'].map(
    (kind) => `spec/template/spec/volumes/nfs/server@${kind}`,
  ),
  'spec/volumes/nfs/server@Pod',
  'spec/template/metadata/annotations@Deployment',
  'spec/rules/host@Ingress',
  'spec/tls/hosts@Ingress',
  'spec/tls/secretName@Ingress',
  'spec/ports/port@Service',
  'spec/ports/targetPort@Service',
  'spec/volumeClaimTemplates/spec/nfs/server@StatefulSet',
  'spec/nfs/server@PersistentVolume',
  'metadata/labels',
  'metadata/annotations',
];
