import type { Clock, Logger, Random } from '@plumbline/base';
import type { KubeObject, Transport } from '@plumbline/api';
import type { WebhookCaller } from './admission/types.ts';
import type { Access } from './registry/types.ts';
import type { StoreState } from './store/index.ts';
import type { PodStreams } from './streams/index.ts';
import type { User } from './user.ts';

export interface LocalKubeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** What another server held, from its `snapshot()`. */
  readonly initial?: StoreState;
  /** Where the log is kept; in memory only without it. */
  readonly dataDir?: string;
  /** Garbage collection, namespaces, workloads. */
  readonly controllers: boolean;
  /** Who plays scheduler and kubelet. With `local`, containers that name a command run as processes of this machine. */
  readonly pods: 'simulated' | 'local' | 'none';
  /**
   * For `local`: where pods and the data of claims are kept (a temporary folder where left out), and which folders of
   * this machine pods may mount.
   */
  readonly localPods?: { readonly folder?: string; readonly hostPaths?: readonly string[] };
  /** Authentication and RBAC; without it everybody is admin, so only for loopback. */
  readonly security?: Security;
  /** Calls admission webhooks; over HTTPS without it. */
  readonly webhooks?: WebhookCaller;
}

/** What `security/` makes and the HTTP layer asks. */
export interface Security {
  /** Who sends this request, or undefined: 401. */
  authenticate(request: {
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly clientCertificate?: { readonly subject: string; readonly groups: readonly string[] };
  }): User | undefined;
  /** Undefined: allowed; else why not. */
  authorize(user: User, attributes: Attributes, access: Access): string | undefined;
  /** As `authorize`, with the reason for both answers. */
  decide?(user: User, attributes: Attributes, access: Access): Decision;
  /** Every rule that a user has in a namespace. */
  rules?(
    user: User,
    namespace: string,
    access: Access,
  ): { readonly rules: readonly PolicyRule[]; readonly errors: readonly string[] };
  /** Whose bearer token it is, and whom it was made for. */
  identify?(token: string): { readonly user: User; readonly audiences: readonly string[] } | undefined;
  /** Issues the tokens of service accounts. */
  readonly tokens?: {
    readonly issuer: string;
    issue(subject: {
      readonly account: KubeObject;
      readonly audiences: readonly string[];
      readonly seconds: number;
      readonly bound?: { readonly kind: string; readonly object: KubeObject } | undefined;
    }): { readonly token: string; readonly expires: number };
    /** The public keys, as `/openid/v1/jwks` shows them. */
    readonly keys: unknown;
  };
}

/** An answer to whether a user may do something. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** A rule of a role. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export type { User };

export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** For paths that name no resource. */
  readonly path: string;
  readonly isResource: boolean;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** PEM; plain HTTP without it. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientCa: string };
}

/** A running embedded Kubernetes. */
export interface LocalKube {
  /** The API in process. */
  readonly transport: Transport;
  readonly access: Access;
  /** The ways into containers in process, as a trusted caller has them; without pods there are none. */
  readonly streams?: PodStreams;
  listen(
    options: ListenOptions,
  ): Promise<{ readonly url: string; readonly port: number; close(): Promise<void> }>;
  /** The resource version of the last write. */
  readonly resourceVersion: number;
  /** All objects as they are now, for another server to begin with. */
  snapshot(): StoreState;
  /** Writes what is not yet on disk and stops. */
  stop(): Promise<void>;
}
