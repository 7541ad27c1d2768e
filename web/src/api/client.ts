import type {
  Application,
  ApplicationList,
  ManagedResource,
  ResourceTree,
  SessionRequest,
  SessionResponse,
  SyncRequest,
  UserInfo,
  VersionMessage,
} from '@plumbline/api';
import { messageOf, RequestError } from './errors.ts';
import { listFields, streamFields } from './list-fields.ts';
import type { AppId, EventItem, ResourceId, RevisionMetadata } from './shapes.ts';

/** Our HTTP API as functions. Sessions travel in an HttpOnly cookie that the server sets at sign-in. */
export interface ApiClient {
  signIn(request: SessionRequest): Promise<SessionResponse>;
  signOut(): Promise<void>;
  userInfo(): Promise<UserInfo>;
  version(): Promise<VersionMessage>;
  applications(): Promise<ApplicationList>;
  application(id: AppId, refresh?: 'normal' | 'hard'): Promise<Application>;
  sync(id: AppId, request: SyncRequest): Promise<Application>;
  rollback(id: AppId, historyId: number, prune: boolean): Promise<Application>;
  terminate(id: AppId): Promise<void>;
  tree(id: AppId): Promise<ResourceTree>;
  managed(id: AppId): Promise<readonly ManagedResource[]>;
  manifest(id: AppId, resource: ResourceId): Promise<string>;
  events(
    id: AppId,
    resource?: { readonly name: string; readonly namespace: string; readonly uid: string },
  ): Promise<readonly EventItem[]>;
  revision(id: AppId, revision: string): Promise<RevisionMetadata>;
}

export const paths = {
  applicationStream: (resourceVersion: string | undefined): string =>
    `/api/v1/stream/applications${query({ resourceVersion, fields: streamFields })}`,
  treeStream: (id: AppId): string =>
    `/api/v1/stream/applications/${encodeURIComponent(id.name)}/resource-tree${query({ appNamespace: id.namespace })}`,
};

function query(values: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) search.set(name, value);
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

export function createApiClient(options: {
  readonly fetch: typeof fetch;
  /** Told when a request finds that nobody is signed in (any more). */
  readonly onUnauthorized: () => void;
}): ApiClient {
  const request = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await options
      .fetch(path, {
        method,
        credentials: 'same-origin',
        headers: {
          accept: 'application/json',
          ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        },
        ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
      })
      .catch((cause: unknown) => {
        throw new RequestError(0, cause instanceof Error ? cause.message : String(cause));
      });
    const text = await response.text();
    if (response.ok) return text === '' ? {} : (JSON.parse(text) as unknown);
    if (response.status === 401 && path !== '/api/v1/session') options.onUnauthorized();
    throw new RequestError(response.status, messageOf(response.status, text));
  };
  const of = (id: AppId, rest: string, values: Readonly<Record<string, string | undefined>> = {}): string =>
    `/api/v1/applications/${encodeURIComponent(id.name)}${rest}${query({ appNamespace: id.namespace, ...values })}`;

  return {
    signIn: async (body) => (await request('POST', '/api/v1/session', body)) as SessionResponse,
    signOut: async () => void (await request('DELETE', '/api/v1/session')),
    userInfo: async () => (await request('GET', '/api/v1/session/userinfo')) as UserInfo,
    version: async () => (await request('GET', '/api/version')) as VersionMessage,
    applications: async () => {
      const list = (await request(
        'GET',
        `/api/v1/applications${query({ fields: listFields })}`,
      )) as ApplicationList;
      // Argo CD's gateway answers `items: null` for an empty list.
      return { ...list, items: list.items ?? [] };
    },
    application: async (id, refresh) => (await request('GET', of(id, '', { refresh }))) as Application,
    sync: async (id, body) =>
      (await request('POST', of(id, '/sync'), { ...body, appNamespace: id.namespace })) as Application,
    rollback: async (id, historyId, prune) =>
      (await request('POST', of(id, '/rollback'), {
        id: historyId,
        prune,
        appNamespace: id.namespace,
      })) as Application,
    terminate: async (id) => void (await request('DELETE', of(id, '/operation'))),
    tree: async (id) => {
      const tree = (await request('GET', of(id, '/resource-tree'))) as Partial<ResourceTree>;
      return { nodes: tree.nodes ?? [] };
    },
    managed: async (id) => {
      const answer = (await request('GET', of(id, '/managed-resources'))) as {
        items?: readonly ManagedResource[];
      };
      return answer.items ?? [];
    },
    manifest: async (id, resource) => {
      const answer = (await request(
        'GET',
        of(id, '/resource', {
          namespace: resource.namespace,
          resourceName: resource.name,
          version: resource.version,
          group: resource.group,
          kind: resource.kind,
        }),
      )) as { manifest?: string };
      return answer.manifest ?? '';
    },
    events: async (id, resource) => {
      const answer = (await request(
        'GET',
        of(id, '/events', {
          resourceName: resource?.name,
          resourceNamespace: resource?.namespace,
          resourceUID: resource?.uid,
        }),
      )) as { items?: readonly EventItem[] };
      return answer.items ?? [];
    },
    revision: async (id, revision) =>
      (await request(
        'GET',
        of(id, `/revisions/${encodeURIComponent(revision)}/metadata`),
      )) as RevisionMetadata,
  };
}
