import type { Application } from '../argo/application.ts';

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

export interface SessionRequest {
  readonly username: string;
  readonly password: string;
}

export interface SessionResponse {
  readonly token: string;
}

export interface UserInfo {
  readonly loggedIn: boolean;
  readonly username?: string;
  readonly iss?: string;
  readonly groups?: readonly string[];
}

export interface VersionMessage {
  readonly Version: string;
  readonly BuildDate?: string;
  readonly Platform: string;
  readonly KubernetesVersion?: string;
}

export interface ApplicationList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Application[];
}

export interface ApplicationWatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly application: Application;
}

/** Each `data:` of a stream. */
export type StreamMessage<T> = { readonly result: T } | { readonly error: ApiError };

export interface SyncRequest {
  readonly revision?: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly strategy?: {
    readonly apply?: { readonly force?: boolean };
    readonly hook?: { readonly force?: boolean };
  };
  readonly resources?: readonly {
    readonly group?: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
  readonly syncOptions?: { readonly items: readonly string[] };
  readonly retryStrategy?: Readonly<Record<string, unknown>>;
  readonly infos?: readonly { readonly name: string; readonly value: string }[];
}
