import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from './client.ts';
import { stateOf } from './cache.ts';
import type { AppId, ResourceId } from './shapes.ts';

/** Streams keep everything current, so nothing goes stale by age alone. */
const live = { staleTime: Infinity, gcTime: 5 * 60_000 } as const;

export const keys = {
  session: ['session'] as const,
  applications: ['applications'] as const,
  application: (id: AppId) => ['application', id.namespace, id.name] as const,
  tree: (id: AppId) => ['tree', id.namespace, id.name] as const,
  managed: (id: AppId) => ['managed', id.namespace, id.name] as const,
  manifests: (id: AppId) => ['manifest', id.namespace, id.name] as const,
  events: (id: AppId) => ['events', id.namespace, id.name] as const,
};

export function sessionQuery(api: ApiClient) {
  return queryOptions({ queryKey: keys.session, queryFn: () => api.userInfo(), ...live });
}

export function versionQuery(api: ApiClient) {
  return queryOptions({ queryKey: ['version'], queryFn: () => api.version(), ...live });
}

export function applicationsQuery(api: ApiClient) {
  return queryOptions({
    queryKey: keys.applications,
    queryFn: async () => {
      const list = await api.applications();
      return stateOf(list.items, list.metadata?.resourceVersion);
    },
    structuralSharing: false,
    ...live,
  });
}

export function applicationQuery(api: ApiClient, id: AppId) {
  return queryOptions({ queryKey: keys.application(id), queryFn: () => api.application(id), ...live });
}

export function treeQuery(api: ApiClient, id: AppId) {
  return queryOptions({ queryKey: keys.tree(id), queryFn: () => api.tree(id), ...live });
}

export function managedQuery(api: ApiClient, id: AppId) {
  return queryOptions({ queryKey: keys.managed(id), queryFn: () => api.managed(id), ...live });
}

export function manifestQuery(
  api: ApiClient,
  id: AppId,
  resource: ResourceId,
  resourceVersion: string | undefined,
) {
  return queryOptions({
    queryKey: [...keys.manifests(id), resource, resourceVersion],
    queryFn: () => api.manifest(id, resource),
    placeholderData: (previous: string | undefined) => previous,
    ...live,
  });
}

export function eventsQuery(
  api: ApiClient,
  id: AppId,
  of?: { readonly name: string; readonly namespace: string; readonly uid: string },
) {
  return queryOptions({
    queryKey: [...keys.events(id), of?.uid ?? ''],
    queryFn: () => api.events(id, of),
    ...live,
    staleTime: 0,
  });
}

/** Commits never change, so their metadata is asked for once. */
export function revisionQuery(api: ApiClient, id: AppId, revision: string) {
  return queryOptions({
    queryKey: ['revision', id.namespace, id.name, revision],
    queryFn: () => api.revision(id, revision),
    retry: false,
    staleTime: Infinity,
    gcTime: Infinity,
  });
}
