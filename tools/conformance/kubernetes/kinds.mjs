// A valid object of each built-in kind, with choices.
import { kinds as others } from './kinds-more.mjs';
import { labelsFor, podSpecFor, templateFor } from './pods.mjs';
import { compact } from './random.mjs';

const selectorFor = (r, labels) =>
  r.chance(0.8)
    ? { matchLabels: labels }
    : { matchExpressions: [{ key: 'app', operator: 'In', values: [labels.app] }] };

const claimSpec = (r) =>
  compact({
    accessModes: [r.pick(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'])],
    resources: { requests: { storage: r.pick(['1Gi', '10Gi', '500Mi']) } },
    storageClassName: r.maybe(0.4, () => r.pick(['fast', ''])),
    volumeMode: r.maybe(0.2, () => r.pick(['Block', 'Filesystem'])),
    volumeName: r.maybe(0.1, 'pv-1'),
    selector: r.maybe(0.1, { matchLabels: { a: 'b' } }),
  });

const jobSpec = (r) =>
  compact({
    parallelism: r.maybe(0.3, () => r.between(0, 3)),
    completions: r.maybe(0.3, () => r.between(1, 4)),
    backoffLimit: r.maybe(0.3, () => r.between(0, 6)),
    activeDeadlineSeconds: r.maybe(0.2, 60),
    ttlSecondsAfterFinished: r.maybe(0.2, 100),
    suspend: r.maybe(0.3, () => r.chance(0.5)),
    podReplacementPolicy: r.maybe(0.1, () => r.pick(['Failed', 'TerminatingOrFailed'])),
    template: {
      ...templateFor(r, undefined, ['Never', 'OnFailure']),
      ...(r.chance(0.5) && { metadata: { labels: labelsFor(r) } }),
    },
  });

/** By kind: where it is served, and `make(random, name)` for what follows metadata. */
export const kinds = {
  Pod: {
    api: '/api/v1',
    plural: 'pods',
    namespaced: true,
    weight: 4,
    make: (r) => ({ spec: podSpecFor(r, ['Always', 'Never', 'OnFailure', undefined]) }),
  },
  PodTemplate: {
    api: '/api/v1',
    plural: 'podtemplates',
    namespaced: true,
    make: (r) => ({ template: templateFor(r, labelsFor(r)) }),
  },
  ReplicationController: {
    api: '/api/v1',
    plural: 'replicationcontrollers',
    namespaced: true,
    make(r) {
      const labels = labelsFor(r);
      return {
        spec: compact({
          replicas: r.maybe(0.6, () => r.between(0, 3)),
          selector: r.maybe(0.6, labels),
          template: templateFor(r, labels),
          minReadySeconds: r.maybe(0.2, 5),
        }),
      };
    },
  },
  Deployment: {
    api: '/apis/apps/v1',
    plural: 'deployments',
    namespaced: true,
    weight: 4,
    make(r) {
      const labels = labelsFor(r);
      return {
        spec: compact({
          replicas: r.maybe(0.6, () => r.between(0, 5)),
          selector: selectorFor(r, labels),
          template: templateFor(r, labels),
          strategy: r.maybe(0.4, () =>
            r.pick([
              { type: 'Recreate' },
              { type: 'RollingUpdate' },
              { rollingUpdate: { maxSurge: r.pick([1, '50%']) } },
              { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: r.pick([1, '10%']), maxSurge: 0 } },
            ]),
          ),
          minReadySeconds: r.maybe(0.2, 10),
          revisionHistoryLimit: r.maybe(0.2, 3),
          progressDeadlineSeconds: r.maybe(0.2, 300),
          paused: r.maybe(0.1, true),
        }),
      };
    },
  },
  ReplicaSet: {
    api: '/apis/apps/v1',
    plural: 'replicasets',
    namespaced: true,
    make(r) {
      const labels = labelsFor(r);
      return {
        spec: compact({
          replicas: r.maybe(0.6, () => r.between(0, 5)),
          selector: selectorFor(r, labels),
          template: templateFor(r, labels),
          minReadySeconds: r.maybe(0.2, 1),
        }),
      };
    },
  },
  StatefulSet: {
    api: '/apis/apps/v1',
    plural: 'statefulsets',
    namespaced: true,
    weight: 2,
    make(r) {
      const labels = labelsFor(r);
      return {
        spec: compact({
          replicas: r.maybe(0.6, () => r.between(0, 5)),
          serviceName: r.maybe(0.7, 'peers'),
          selector: selectorFor(r, labels),
          template: templateFor(r, labels),
          podManagementPolicy: r.maybe(0.3, () => r.pick(['Parallel', 'OrderedReady'])),
          updateStrategy: r.maybe(0.3, () =>
            r.pick([
              { type: 'OnDelete' },
              { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
              { type: 'RollingUpdate' },
            ]),
          ),
          volumeClaimTemplates: r.maybe(0.4, () => [{ metadata: { name: 'data' }, spec: claimSpec(r) }]),
          persistentVolumeClaimRetentionPolicy: r.maybe(0.2, () =>
            r.pick([{ whenDeleted: 'Delete' }, { whenScaled: 'Delete', whenDeleted: 'Retain' }]),
          ),
          ordinals: r.maybe(0.1, { start: 2 }),
        }),
      };
    },
  },
  DaemonSet: {
    api: '/apis/apps/v1',
    plural: 'daemonsets',
    namespaced: true,
    make(r) {
      const labels = labelsFor(r);
      return {
        spec: compact({
          selector: selectorFor(r, labels),
          template: templateFor(r, labels),
          updateStrategy: r.maybe(0.4, () =>
            r.pick([
              { type: 'OnDelete' },
              { rollingUpdate: { maxUnavailable: '20%' } },
              { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
            ]),
          ),
          minReadySeconds: r.maybe(0.2, 1),
          revisionHistoryLimit: r.maybe(0.2, 2),
        }),
      };
    },
  },
  Job: {
    api: '/apis/batch/v1',
    plural: 'jobs',
    namespaced: true,
    weight: 2,
    make: (r) => ({
      spec: r.chance(0.15)
        ? {
            ...jobSpec(r),
            completionMode: 'Indexed',
            completions: 3,
            ...(r.chance(0.4) && { backoffLimitPerIndex: 1, maxFailedIndexes: 2 }),
          }
        : {
            ...jobSpec(r),
            ...(r.chance(0.1) && {
              podFailurePolicy: {
                rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1, 42] } }],
              },
            }),
          },
    }),
  },
  CronJob: {
    api: '/apis/batch/v1',
    plural: 'cronjobs',
    namespaced: true,
    make: (r) => ({
      spec: compact({
        schedule: r.pick(['*/5 * * * *', '0 0 * * 1-5', '@daily', '15 3 1 JAN,JUL *']),
        timeZone: r.maybe(0.2, () => r.pick(['Etc/UTC', 'Europe/Berlin'])),
        concurrencyPolicy: r.maybe(0.3, () => r.pick(['Allow', 'Forbid', 'Replace'])),
        startingDeadlineSeconds: r.maybe(0.2, 30),
        suspend: r.maybe(0.3, true),
        successfulJobsHistoryLimit: r.maybe(0.2, 5),
        failedJobsHistoryLimit: r.maybe(0.2, 0),
        jobTemplate: compact({ metadata: r.maybe(0.3, { labels: { from: 'cron' } }), spec: jobSpec(r) }),
      }),
    }),
  },
  Service: {
    api: '/api/v1',
    plural: 'services',
    namespaced: true,
    weight: 4,
    make(r) {
      const type = r.pick([undefined, 'ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName', 'headless']);
      if (type === 'ExternalName') return { spec: { type, externalName: 'a.example.com' } };
      const ports = Array.from({ length: r.pick([1, 1, 2]) }, (_, n) =>
        compact({
          name: `p${n}`,
          port: 80 + n,
          targetPort: r.maybe(0.5, () => r.pick([8080, 'http'])),
          protocol: r.maybe(0.3, () => r.pick(['TCP', 'UDP'])),
          appProtocol: r.maybe(0.1, 'kubernetes.io/h2c'),
        }),
      );
      if (ports.length === 1 && r.chance(0.5)) delete ports[0].name;
      return {
        spec: compact({
          type: type === 'headless' ? undefined : type,
          clusterIP: type === 'headless' ? 'None' : undefined,
          ports,
          selector: r.maybe(0.8, { app: 'web' }),
          sessionAffinity: r.maybe(0.2, () => r.pick(['None', 'ClientIP'])),
          externalTrafficPolicy:
            type === 'NodePort' || type === 'LoadBalancer'
              ? r.maybe(0.4, () => r.pick(['Cluster', 'Local']))
              : undefined,
          internalTrafficPolicy: r.maybe(0.2, () => r.pick(['Cluster', 'Local'])),
          publishNotReadyAddresses: r.maybe(0.1, true),
          loadBalancerSourceRanges: type === 'LoadBalancer' ? r.maybe(0.3, ['10.0.0.0/8']) : undefined,
          allocateLoadBalancerNodePorts: type === 'LoadBalancer' ? r.maybe(0.3, false) : undefined,
          loadBalancerClass: type === 'LoadBalancer' ? r.maybe(0.2, 'example.com/lb') : undefined,
          externalIPs: r.maybe(0.05, ['203.0.113.9']),
          ipFamilyPolicy: r.maybe(0.1, 'SingleStack'),
          trafficDistribution: r.maybe(0.05, 'PreferClose'),
        }),
      };
    },
  },
  Endpoints: {
    api: '/api/v1',
    plural: 'endpoints',
    namespaced: true,
    make: (r) => ({
      subsets: [
        compact({
          addresses: [{ ip: '10.1.2.3', nodeName: r.maybe(0.2, 'n1') }, { ip: '10.1.2.2' }],
          notReadyAddresses: r.maybe(0.3, [{ ip: '10.1.2.9' }]),
          ports: [compact({ name: r.maybe(0.5, 'http'), port: 80, protocol: r.maybe(0.3, 'UDP') })],
        }),
      ],
    }),
  },
  ConfigMap: {
    api: '/api/v1',
    plural: 'configmaps',
    namespaced: true,
    weight: 2,
    make: (r) =>
      compact({
        data: r.maybe(0.9, { a: '1', 'b.c_d-E': 'x\ny' }),
        binaryData: r.maybe(0.2, { bin: 'AAEC' }),
        immutable: r.maybe(0.1, true),
      }),
  },
  Secret: {
    api: '/api/v1',
    plural: 'secrets',
    namespaced: true,
    weight: 2,
    make: (r) =>
      r.pick([
        compact({ data: { a: 'Yg==' }, stringData: r.maybe(0.4, { c: 'd' }), immutable: r.maybe(0.1, true) }),
        { type: 'kubernetes.io/basic-auth', stringData: { username: 'u', password: 'p' } },
        { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{"auths":{}}' } },
        { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } },
        { type: 'example.com/own', data: { x: 'eA==' } },
        { type: 'kubernetes.io/ssh-auth', stringData: { 'ssh-privatekey': 'k' } },
      ]),
  },
  ServiceAccount: {
    api: '/api/v1',
    plural: 'serviceaccounts',
    namespaced: true,
    make: (r) =>
      compact({
        automountServiceAccountToken: r.maybe(0.3, false),
        imagePullSecrets: r.maybe(0.3, [{ name: 'pull' }]),
        secrets: r.maybe(0.2, [{ name: 's' }]),
      }),
  },
  PersistentVolumeClaim: {
    api: '/api/v1',
    plural: 'persistentvolumeclaims',
    namespaced: true,
    make: (r) => ({ spec: claimSpec(r) }),
  },
  PersistentVolume: {
    api: '/api/v1',
    plural: 'persistentvolumes',
    make: (r) => ({
      spec: compact({
        capacity: { storage: r.pick(['1Gi', '10Gi']) },
        accessModes: [r.pick(['ReadWriteOnce', 'ReadWriteMany'])],
        persistentVolumeReclaimPolicy: r.maybe(0.4, () => r.pick(['Retain', 'Delete', 'Recycle'])),
        storageClassName: r.maybe(0.4, 'fast'),
        volumeMode: r.maybe(0.2, 'Filesystem'),
        mountOptions: r.maybe(0.2, ['hard']),
        ...r.pick([
          { hostPath: { path: '/data' } },
          { nfs: { server: 's', path: '/p' } },
          { csi: { driver: 'd.local', volumeHandle: 'h' } },
          {
            local: { path: '/mnt' },
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['n1'] }] },
                ],
              },
            },
          },
        ]),
        claimRef: r.maybe(0.2, { namespace: 'x', name: 'y' }),
      }),
    }),
  },
  ...others,
};

export const kindNames = Object.keys(kinds);

/** A whole object. */
export function objectOf(r, kind, name, namespace) {
  const { api, namespaced, make } = kinds[kind];
  const metadata = compact({
    name,
    namespace: namespaced ? r.maybe(0.3, namespace) : undefined,
    labels: r.maybe(0.5, () => labelsFor(r)),
    annotations: r.maybe(0.3, { 'example.com/note': 'x' }),
  });
  return {
    apiVersion: api.replace(/^\/apis?\//, ''),
    kind: kinds[kind].kind ?? kind,
    metadata,
    ...make(r, name),
  };
}

/** Where objects of a kind are. */
export function collectionOf(kind, namespace) {
  const { api, namespaced, plural } = kinds[kind];
  return `${api}${namespaced ? `/namespaces/${namespace}` : ''}/${plural}`;
}
