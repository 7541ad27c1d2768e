// What the runs create.
const container = (image) => ({ name: 'main', image });
const pods = (name, image, more = {}) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [container(image)], ...more },
});
const meta = (name, namespace) => ({ name, namespace });

export const namespace = (name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

export const configMap = (name, space, owners = []) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...meta(name, space), ...(owners.length > 0 && { ownerReferences: owners }) },
});

export const ownedBy = ({ apiVersion, kind, metadata }) => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
  blockOwnerDeletion: true,
});

export const workload = (kind, name, space, image, replicas) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: meta(name, space),
  spec: {
    ...(replicas !== undefined && { replicas }),
    ...(kind === 'StatefulSet' && { serviceName: name }),
    selector: { matchLabels: { app: name } },
    template: pods(name, image),
  },
});

export const job = (name, space, more = {}, annotations = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: meta(name, space),
  spec: {
    ...more,
    template: {
      metadata: { annotations },
      spec: { restartPolicy: 'Never', containers: [container('job:1')] },
    },
  },
});

export const cronJob = (name, space, schedule) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: meta(name, space),
  spec: { schedule, jobTemplate: { spec: job(name, space).spec } },
});

export const service = (name, space) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(name, space),
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
});

export const quota = (space, hard) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: meta('limits', space),
  spec: { hard },
});

export const budget = (name, space) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: meta(name, space),
  spec: { minAvailable: 1, selector: { matchLabels: { app: name } } },
});

export const volume = (name) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: name,
    hostPath: { path: `/tmp/${name}` },
  },
});

export const claim = (name, space, storageClassName) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: meta(name, space),
  spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});
