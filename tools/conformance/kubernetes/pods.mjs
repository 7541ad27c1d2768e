// Valid pods and pod templates with a few of their many features each.
import { compact } from './random.mjs';

export const labelsFor = (r) =>
  compact({ app: r.pick(['web', 'db']), tier: r.maybe(0.4, () => r.pick(['front', 'back'])) });

const quantities = ['100m', '1', '0.5', '250m', '2'];
const sizes = ['64Mi', '1Gi', '500M', '1073741824', '1.5Gi'];

export function resourcesFor(r) {
  const requests = compact({
    cpu: r.maybe(0.7, () => r.pick(['100m', '0.1', '1m'])),
    memory: r.maybe(0.5, '16Mi'),
  });
  return compact({
    requests: r.maybe(0.7, requests),
    limits: r.maybe(0.6, () =>
      compact({ cpu: r.pick(quantities), memory: r.maybe(0.5, () => r.pick(sizes)) }),
    ),
  });
}

export function probeFor(r) {
  return compact({
    ...r.pick([
      {
        httpGet: compact({
          path: r.maybe(0.7, '/ready'),
          port: r.pick([8080, 'http']),
          scheme: r.maybe(0.3, 'HTTPS'),
        }),
      },
      { tcpSocket: { port: 8080 } },
      { exec: { command: ['true'] } },
      { grpc: compact({ port: 9090, service: r.maybe(0.5, 'live') }) },
    ]),
    initialDelaySeconds: r.maybe(0.3, () => r.between(0, 10)),
    periodSeconds: r.maybe(0.3, () => r.between(1, 20)),
    timeoutSeconds: r.maybe(0.2, 3),
    failureThreshold: r.maybe(0.2, 5),
  });
}

function envFor(r, n) {
  return compact({
    name: `VAR_${n}`,
    ...r.pick([
      { value: r.pick(['', 'x', '1', 'a b']) },
      {
        valueFrom: {
          fieldRef: compact({
            apiVersion: r.maybe(0.3, 'v1'),
            fieldPath: r.pick(['metadata.name', 'status.podIP', "metadata.labels['app']"]),
          }),
        },
      },
      {
        valueFrom: { configMapKeyRef: compact({ name: 'settings', key: 'a', optional: r.maybe(0.4, true) }) },
      },
      { valueFrom: { secretKeyRef: { name: 'secrets', key: 'b' } } },
      {
        valueFrom: {
          resourceFieldRef: compact({
            resource: r.pick(['limits.cpu', 'requests.memory']),
            divisor: r.maybe(0.4, '1'),
          }),
        },
      },
    ]),
  });
}

export function containerFor(r, name, volumes = []) {
  return compact({
    name,
    image: r.pick([
      'nginx',
      'nginx:1.29',
      'registry.local:5000/a/b:latest',
      'busybox@sha256:0000000000000000000000000000000000000000000000000000000000000000',
    ]),
    imagePullPolicy: r.maybe(0.2, () => r.pick(['Always', 'IfNotPresent', 'Never'])),
    command: r.maybe(0.2, ['sh', '-c']),
    args: r.maybe(0.2, ['sleep 1']),
    workingDir: r.maybe(0.1, '/data'),
    ports: r.maybe(0.4, () =>
      compact([
        { containerPort: 8080, name: 'http', protocol: r.maybe(0.3, 'TCP') },
        ...(r.chance(0.3) ? [{ containerPort: 8081, protocol: r.pick(['TCP', 'UDP', 'SCTP']) }] : []),
      ]),
    ),
    env: r.maybe(0.4, () => Array.from({ length: r.between(1, 3) }, (_, n) => envFor(r, n))),
    envFrom: r.maybe(0.1, () => [
      r.pick([
        { configMapRef: { name: 'settings' } },
        { prefix: 'P_', secretRef: { name: 's', optional: true } },
      ]),
    ]),
    resources: r.maybe(0.4, () => resourcesFor(r)),
    volumeMounts: r.maybe(volumes.length > 0 ? 0.8 : 0, () =>
      volumes.map((volume, n) =>
        compact({
          name: volume,
          mountPath: `/data/${n}`,
          readOnly: r.maybe(0.3, true),
          subPath: r.maybe(0.2, 'inner'),
        }),
      ),
    ),
    livenessProbe: r.maybe(0.2, () => probeFor(r)),
    readinessProbe: r.maybe(0.2, () => probeFor(r)),
    startupProbe: r.maybe(0.1, () => probeFor(r)),
    lifecycle: r.maybe(0.1, () =>
      r.pick([
        { preStop: { exec: { command: ['x'] } } },
        { postStart: { httpGet: { port: 80 } } },
        { preStop: { sleep: { seconds: 3 } } },
      ]),
    ),
    securityContext: r.maybe(0.25, () =>
      compact({
        runAsUser: r.maybe(0.4, 1000),
        runAsNonRoot: r.maybe(0.4, true),
        privileged: r.maybe(0.1, true),
        readOnlyRootFilesystem: r.maybe(0.3, true),
        capabilities: r.maybe(0.4, { drop: ['ALL'], add: ['NET_ADMIN'] }),
        seccompProfile: r.maybe(0.2, { type: 'RuntimeDefault' }),
      }),
    ),
    terminationMessagePath: r.maybe(0.05, '/dev/x'),
    terminationMessagePolicy: r.maybe(0.1, 'FallbackToLogsOnError'),
    stdin: r.maybe(0.05, true),
    tty: r.maybe(0.05, true),
  });
}

function volumeFor(r, name) {
  return compact({
    name,
    ...r.pick([
      { emptyDir: compact({ medium: r.maybe(0.3, 'Memory'), sizeLimit: r.maybe(0.3, '1Gi') }) },
      {
        configMap: compact({
          name: 'settings',
          defaultMode: r.maybe(0.3, 0o400),
          items: r.maybe(0.3, [{ key: 'a', path: 'b/c' }]),
          optional: r.maybe(0.2, true),
        }),
      },
      { secret: compact({ secretName: 's', defaultMode: r.maybe(0.3, 0o600) }) },
      { persistentVolumeClaim: compact({ claimName: 'data', readOnly: r.maybe(0.3, true) }) },
      {
        hostPath: compact({
          path: '/var/x',
          type: r.maybe(0.5, () => r.pick(['Directory', 'DirectoryOrCreate', 'File'])),
        }),
      },
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      {
        projected: compact({
          defaultMode: r.maybe(0.3, 0o440),
          sources: [
            r.pick([
              { configMap: { name: 'c' } },
              { secret: { name: 's' } },
              { serviceAccountToken: { path: 'token' } },
              { downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name' } }] } },
            ]),
          ],
        }),
      },
      { nfs: { server: 'files.local', path: '/share' } },
      { csi: { driver: 'csi.local' } },
      { iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } },
      {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
      { azureDisk: { diskName: 'd', diskURI: 'https://blob/x' } },
      { rbd: { monitors: ['m'], image: 'i' } },
      { image: { reference: 'registry.local/data:1' } },
      {},
    ]),
  });
}

function affinityFor(r) {
  const term = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' };
  return r.pick([
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
        },
      },
    },
    {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 10, preference: { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] } },
        ],
      },
    },
    { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
      },
    },
  ]);
}

/** A pod spec. `restart`: what the owner allows. */
export function podSpecFor(r, restart = ['Always', undefined]) {
  const volumes = Array.from({ length: r.pick([0, 0, 1, 2]) }, (_, n) => `vol${n}`);
  return compact({
    containers: Array.from({ length: r.pick([1, 1, 1, 2]) }, (_, n) => containerFor(r, `main${n}`, volumes)),
    initContainers: r.maybe(0.15, () => [
      {
        ...containerFor(r, 'prepare'),
        livenessProbe: undefined,
        readinessProbe: undefined,
        startupProbe: undefined,
        lifecycle: undefined,
        restartPolicy: undefined,
      },
    ]),
    volumes: r.maybe(volumes.length > 0 ? 1 : 0, () => volumes.map((name) => volumeFor(r, name))),
    restartPolicy: r.pick(restart),
    terminationGracePeriodSeconds: r.maybe(0.2, () => r.pick([0, 5, 60])),
    activeDeadlineSeconds: undefined,
    dnsPolicy: r.maybe(0.1, () => r.pick(['ClusterFirst', 'Default', 'ClusterFirstWithHostNet'])),
    nodeSelector: r.maybe(0.15, { zone: 'a' }),
    serviceAccountName: r.maybe(0.15, 'default'),
    automountServiceAccountToken: r.maybe(0.15, () => r.chance(0.5)),
    hostNetwork: r.maybe(0.05, true),
    hostPID: r.maybe(0.04, true),
    shareProcessNamespace: r.maybe(0.04, false),
    securityContext: r.maybe(0.2, () =>
      compact({
        runAsUser: r.maybe(0.5, 1000),
        fsGroup: r.maybe(0.5, 2000),
        fsGroupChangePolicy: r.maybe(0.2, 'OnRootMismatch'),
        seccompProfile: r.maybe(0.2, { type: 'RuntimeDefault' }),
        sysctls: r.maybe(0.1, [{ name: 'kernel.shm_rmid_forced', value: '1' }]),
        supplementalGroups: r.maybe(0.2, [5]),
      }),
    ),
    imagePullSecrets: r.maybe(0.1, [{ name: 'pull' }]),
    hostname: r.maybe(0.08, 'box'),
    subdomain: r.maybe(0.08, 'boxes'),
    affinity: r.maybe(0.12, () => affinityFor(r)),
    schedulerName: r.maybe(0.05, 'mine'),
    tolerations: r.maybe(0.15, () => [
      r.pick([
        { operator: 'Exists' },
        { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
        {
          key: 'node.kubernetes.io/not-ready',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 5,
        },
      ]),
    ]),
    hostAliases: r.maybe(0.05, [{ ip: '10.1.2.3', hostnames: ['a.local'] }]),
    priorityClassName: r.maybe(0.04, 'system-cluster-critical'),
    dnsConfig: r.maybe(0.06, {
      nameservers: ['1.1.1.1'],
      searches: ['a.b'],
      options: [{ name: 'ndots', value: '2' }],
    }),
    readinessGates: r.maybe(0.04, [{ conditionType: 'example.com/ready' }]),
    enableServiceLinks: r.maybe(0.05, false),
    topologySpreadConstraints: r.maybe(0.08, [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ]),
    setHostnameAsFQDN: r.maybe(0.03, true),
    os: r.maybe(0.03, { name: 'linux' }),
    overhead: undefined,
  });
}

export const templateFor = (r, labels, restart) => ({
  metadata: compact({ labels, annotations: r.maybe(0.2, { note: 'x' }) }),
  spec: podSpecFor(r, restart),
});
