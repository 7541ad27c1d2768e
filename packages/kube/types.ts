import type { Cancel } from '@plumbline/base';
import type {
  GroupVersionKind,
  KubeObject,
  KubeRequest,
  KubeResponse,
  ObjectKey,
  Status,
} from '@plumbline/api';

/** A kind as a server serves it. */
export interface ApiResource extends GroupVersionKind {
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly subresources: readonly string[];
}

/** How a write is made, by the API's names. `dryRun`: checked and answered, but not stored. */
export interface PatchOptions {
  readonly fieldManager?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly subresource?: string;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** `metadata`: the caller does not read the answer, so its metadata will do. Default: the whole object. */
  readonly answer?: 'object' | 'metadata';
}

/** The answer was a metav1.Status: `code` and `reason` say which. */
export interface StatusFailure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly status: Status | undefined;
}

/**
 * A cluster. The same for a real one over HTTPS and the embedded one in process. Methods reject with `StatusError` when
 * the server refuses, and with other errors when it cannot be reached.
 */
export interface Cluster {
  readonly name: string;
  readonly server: string;
  request(request: KubeRequest): Promise<KubeResponse>;
  /** What the server serves, from a shared discovery that is refreshed when a definition changes or a kind is not found. */
  resource(kind: {
    readonly group: string;
    readonly kind: string;
    readonly version?: string;
  }): Promise<ApiResource | undefined>;
  /** The same from what is known now. */
  knownResource(kind: {
    readonly group: string;
    readonly kind: string;
    readonly version?: string;
  }): ApiResource | undefined;
  /**
   * The server's version and what it serves in every version (`apps/v1`, `apps/v1/Deployment`), as templates ask for it.
   * The list is the same array until discovery finds something else.
   */
  capabilities(): Promise<{ readonly version: string; readonly apiVersions: readonly string[] }>;
  get(ref: ObjectReference): Promise<KubeObject | undefined>;
  list(
    kind: GroupVersionKind,
    options?: {
      readonly namespace?: string;
      readonly labelSelector?: string;
      readonly fieldSelector?: string;
    },
  ): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }>;
  create(object: KubeObject, options?: PatchOptions): Promise<KubeObject>;
  update(object: KubeObject, options?: PatchOptions): Promise<KubeObject>;
  patch(
    ref: ObjectReference,
    contentType: string,
    body: unknown,
    options?: PatchOptions,
  ): Promise<KubeObject>;
  delete(
    ref: ObjectReference,
    options?: {
      readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
      readonly uid?: string;
      readonly resourceVersion?: string;
      readonly dryRun?: boolean;
      readonly gracePeriodSeconds?: number;
    },
  ): Promise<void>;
  readonly live: Live;
  close(): Promise<void>;
}

/** Names an object in one version of its kind. */
export interface ObjectReference extends GroupVersionKind {
  readonly namespace?: string;
  readonly name: string;
}

/** What became of an object. */
export interface LiveChange {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: KubeObject;
  /** The state before, for `modified` and `deleted`. */
  readonly previous?: KubeObject;
}

/**
 * What is in the cluster, from one shared list-and-watch per kind. Objects are shared and frozen. A kind joins when it
 * is asked for, or, with `everything`, as soon as the server serves it.
 */
export interface Live {
  /** Starts watching these kinds; resolves when their present state is known. Kinds the server does not serve are skipped. */
  require(kinds: readonly { readonly group: string; readonly kind: string }[]): Promise<void>;
  /** Watches every kind that can be listed and watched, but for the excluded ones, now and in future. */
  everything(exclude: (kind: ApiResource) => boolean): Promise<void>;
  /** False while a kind's watch is broken or not yet filled: absence then means nothing. */
  synced(kind: { readonly group: string; readonly kind: string }): boolean;
  get(key: ObjectKey): KubeObject | undefined;
  all(kind: { readonly group: string; readonly kind: string }): Iterable<KubeObject>;
  /** Objects whose ownerReferences name this uid. */
  children(uid: string): Iterable<KubeObject>;
  /** Objects filed under this text by the index function given at the start. */
  indexed(text: string): Iterable<KubeObject>;
  listen(listener: (change: LiveChange) => void): Cancel;
}
