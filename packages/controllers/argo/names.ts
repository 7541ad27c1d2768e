import type { KubeObject } from '@plumbline/api';

/** The names that Argo CD and its users have given to things. */
const PREFIX = 'argocd.argoproj.io/';

export const annotations = {
  tracking: `${PREFIX}tracking-id`,
  hook: `${PREFIX}hook`,
  hookDeletePolicy: `${PREFIX}hook-delete-policy`,
  wave: `${PREFIX}sync-wave`,
  syncOptions: `${PREFIX}sync-options`,
  compareOptions: `${PREFIX}compare-options`,
  refresh: `${PREFIX}refresh`,
  skipReconcile: `${PREFIX}skip-reconcile`,
  deletionApproved: `${PREFIX}deletion-approved`,
  ignoreHealthCheck: `${PREFIX}ignore-healthcheck`,
  helmHook: 'helm.sh/hook',
  helmHookWeight: 'helm.sh/hook-weight',
  helmHookDeletePolicy: 'helm.sh/hook-delete-policy',
  helmResourcePolicy: 'helm.sh/resource-policy',
  lastApplied: 'kubectl.kubernetes.io/last-applied-configuration',
} as const;

export const finalizers = {
  hook: `${PREFIX}hook-finalizer`,
  resources: 'resources-finalizer.argocd.argoproj.io',
  preDelete: 'pre-delete-finalizer.argocd.argoproj.io',
  preDeleteCleanup: 'pre-delete-finalizer.argocd.argoproj.io/cleanup',
  postDelete: 'post-delete-finalizer.argocd.argoproj.io',
  postDeleteCleanup: 'post-delete-finalizer.argocd.argoproj.io/cleanup',
} as const;

/** Who applies objects. */
export const OBJECT_MANAGER = 'argocd-controller';
/** Who writes Applications. */
export const APPLICATION_MANAGER = 'argocd-application-controller';
/** The server that stands for the cluster that the control plane lives in. */
export const IN_CLUSTER_SERVER = 'https://kubernetes.default.svc';
export const IN_CLUSTER_NAME = 'in-cluster';

export const APPLICATION = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' } as const;
export const PROJECT = { group: 'argoproj.io', version: 'v1alpha1', kind: 'AppProject' } as const;

export function annotationOf(object: KubeObject, name: string): string | undefined {
  return object.metadata.annotations?.[name];
}

/** Members of a comma-separated annotation, trimmed. */
export function listAnnotation(object: KubeObject, name: string): readonly string[] {
  const text = annotationOf(object, name);
  if (text === undefined) return [];
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The key of an application on the queue and in memory. */
export function applicationKey(application: {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): string {
  return `${application.metadata.namespace ?? ''}/${application.metadata.name}`;
}

/** The name that marks an application's objects: its own in the control plane's namespace, else with its namespace in front. */
export function instanceName(namespace: string, name: string, controlNamespace: string): string {
  return namespace === controlNamespace ? name : `${namespace}_${name}`;
}

/** The application that an instance name stands for. */
export function applicationOfInstance(instance: string, controlNamespace: string): string {
  const cut = instance.indexOf('_');
  return cut < 0 ? `${controlNamespace}/${instance}` : `${instance.slice(0, cut)}/${instance.slice(cut + 1)}`;
}

/** RFC 3339 with seconds, as Kubernetes writes times. */
export function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
