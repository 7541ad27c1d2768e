import type { Application, SyncOperationResource, SyncStrategy } from '../argo/application.ts';

/**
 * Our HTTP API. Paths, bodies and streams of applications are those of Argo CD's REST API below `/api/v1`, so that its
 * clients' habits carry over; errors are `ApiError` with the matching status code.
 */
export interface ApiError {
  readonly error: string;
  readonly message: string;
  /** gRPC code as Argo CD's gateway sends it. */
  readonly code: number;
}

/** The body of a sign-in. */
export interface SessionRequest {
  readonly username: string;
  readonly password: string;
}

/** The answer to a sign-in: the token for `Authorization: Bearer`. */
export interface SessionResponse {
  readonly token: string;
}

/** Who the caller is. `iss` is the issuer of the token. */
export interface UserInfo {
  readonly loggedIn: boolean;
  readonly username?: string;
  readonly iss?: string;
  readonly groups?: readonly string[];
}

/** The versions of the server; the capitals are Argo CD's. */
export interface VersionMessage {
  readonly Version: string;
  readonly BuildDate?: string;
  readonly Platform: string;
  readonly KubernetesVersion?: string;
}

/** Applications, and the version at which a stream goes on from this list. */
export interface ApplicationList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Application[];
}

/** What became of an application, as the stream of applications tells it. */
export interface ApplicationWatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly application: Application;
}

/** Each `data:` of a stream. */
export type StreamMessage<T> = { readonly result: T } | { readonly error: ApiError };

/** The body of `POST /api/v1/applications/{name}/sync`. */
export interface SyncRequest {
  readonly revision?: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly strategy?: SyncStrategy;
  readonly resources?: readonly SyncOperationResource[];
  readonly syncOptions?: { readonly items: readonly string[] };
  readonly retryStrategy?: Readonly<Record<string, unknown>>;
  readonly infos?: readonly { readonly name: string; readonly value: string }[];
}
