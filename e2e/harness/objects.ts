import type { KubeObject } from './kube.ts';

export function application(
  name: string,
  repoURL: string,
  path: string,
  more: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, path, targetRevision: 'HEAD' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
      ...more,
    },
  };
}

export function configMap(name: string, data: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }, undefined, 2);
}

export function isReady(app: KubeObject): boolean {
  return (
    app['status']?.sync?.status === 'Synced' &&
    app['status']?.health?.status === 'Healthy' &&
    app['operation'] === undefined
  );
}

export const applications = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
export const one = (collection: string, name: string): string =>
  `${collection}?fieldSelector=metadata.name%3D${name}`;
export const configMaps = '/api/v1/namespaces/default/configmaps';
