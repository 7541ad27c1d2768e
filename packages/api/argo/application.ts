import type { KubeObject } from '../kubernetes/object.ts';

/** `argoproj.io/v1alpha1 Application`, as far as we act on it. Field names and meanings are Argo CD's. */
export interface Application extends KubeObject {
  readonly spec: ApplicationSpec;
  readonly operation?: Operation;
  readonly status?: ApplicationStatus;
}

/** What shall be where, and how it is kept so. */
export interface ApplicationSpec {
  readonly project?: string;
  readonly destination?: ApplicationDestination;
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly syncPolicy?: SyncPolicy;
  readonly ignoreDifferences?: readonly ResourceIgnoreDifferences[];
  readonly info?: readonly { readonly name: string; readonly value: string }[];
  readonly revisionHistoryLimit?: number;
}

/** The cluster, by its address or its name, and the namespace for objects that name none. */
export interface ApplicationDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** A folder (or a chart) at a revision of a repository, and how its files become manifests. */
export interface ApplicationSource {
  readonly repoURL: string;
  readonly path?: string;
  readonly chart?: string;
  readonly targetRevision?: string;
  readonly ref?: string;
  readonly name?: string;
  readonly helm?: Readonly<Record<string, unknown>>;
  readonly kustomize?: Readonly<Record<string, unknown>>;
  readonly plugin?: Readonly<Record<string, unknown>>;
  readonly directory?: {
    readonly recurse?: boolean;
    readonly include?: string;
    readonly exclude?: string;
    readonly jsonnet?: Readonly<Record<string, unknown>>;
  };
}

/** Whether syncs start by themselves, with what options, and how failed ones are tried again. */
export interface SyncPolicy {
  readonly automated?: {
    readonly prune?: boolean;
    readonly selfHeal?: boolean;
    readonly allowEmpty?: boolean;
    readonly enabled?: boolean;
  };
  readonly syncOptions?: readonly string[];
  readonly retry?: RetryStrategy;
  readonly managedNamespaceMetadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** How often a failed sync is tried again (`limit`; below zero: without end) and after which pauses (`5s`, `3m`). */
export interface RetryStrategy {
  readonly limit?: number;
  readonly backoff?: { readonly duration?: string; readonly factor?: number; readonly maxDuration?: string };
  readonly refresh?: boolean;
}

/** Fields of objects that match which do not count as differences. Group, kind, name and namespace may be globs. */
export interface ResourceIgnoreDifferences {
  readonly group?: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly jsonPointers?: readonly string[];
  readonly jqPathExpressions?: readonly string[];
  readonly managedFieldsManagers?: readonly string[];
}

/** A wish that somebody wrote into the application: to sync now, in this way. It goes when it starts to run. */
export interface Operation {
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean };
  readonly info?: readonly { readonly name: string; readonly value: string }[];
  readonly retry?: RetryStrategy;
  readonly sync?: SyncOperation;
}

/** What to sync and how. A revision, a source or options that are named here stand before those of the spec. */
export interface SyncOperation {
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly syncStrategy?: SyncStrategy;
  readonly resources?: readonly SyncOperationResource[];
  readonly manifests?: readonly string[];
  readonly syncOptions?: readonly string[];
  readonly autoHealAttemptsCount?: number;
}

/** Whether hooks run (`hook`, the default) or not (`apply`), and whether objects that cannot be changed are made anew. */
export interface SyncStrategy {
  readonly apply?: { readonly force?: boolean };
  readonly hook?: { readonly force?: boolean };
}

/** A resource that is chosen for a sync; without a namespace it means that of the destination. */
export interface SyncOperationResource {
  readonly group?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Whether what is live is what the source says. */
export type SyncStatusCode = 'Synced' | 'OutOfSync' | 'Unknown';
/** How well live objects are, from best to worst. */
export type HealthStatusCode = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';
/**
 * Where an operation stands. `Failed`: something was refused or became unhealthy; `Error`: it could not be carried
 * out.
 */
export type OperationPhase = 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';

/** What the controller found and did, in the shape that Argo CD's tools read. Times are RFC 3339. */
export interface ApplicationStatus {
  readonly resources?: readonly ResourceStatus[];
  readonly sync?: {
    readonly status: SyncStatusCode;
    readonly comparedTo?: Readonly<Record<string, unknown>>;
    readonly revision?: string;
    readonly revisions?: readonly string[];
  };
  readonly health?: {
    readonly status?: HealthStatusCode;
    readonly message?: string;
    readonly lastTransitionTime?: string;
  };
  readonly history?: readonly RevisionHistory[];
  readonly conditions?: readonly ApplicationCondition[];
  readonly operationState?: OperationState;
  readonly reconciledAt?: string;
  readonly sourceType?: string;
  readonly sourceTypes?: readonly string[];
  readonly summary?: ApplicationSummary;
  readonly resourceHealthSource?: string;
  readonly controllerNamespace?: string;
}

/** One resource of an application: whether it is in sync and how well it is. */
export interface ResourceStatus {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: SyncStatusCode;
  readonly health?: { readonly status?: HealthStatusCode; readonly message?: string };
  readonly hook?: boolean;
  readonly requiresPruning?: boolean;
  readonly syncWave?: number;
  readonly requiresDeletionConfirmation?: boolean;
}

/** A sync that succeeded, to roll back to. `id` counts from 0 and never again names another one. */
export interface RevisionHistory {
  readonly id: number;
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly deployedAt: string;
  readonly deployStartedAt?: string;
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean };
}

/** Something that people should know of the application; types that end in `Error` keep it from being synced. */
export interface ApplicationCondition {
  readonly type: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

/** The operation that runs or ran last, and what came of it. */
export interface OperationState {
  readonly operation: Operation;
  readonly phase: OperationPhase;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly retryCount?: number;
  readonly syncResult?: SyncOperationResult;
}

/** What a sync did to each resource, and from which revision. */
export interface SyncOperationResult {
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly managedNamespaceMetadata?: SyncPolicy['managedNamespaceMetadata'];
  readonly resources?: readonly ResourceResult[];
}

/** What a sync did to one resource; for a hook also how it ended. */
export interface ResourceResult {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status?: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  readonly message?: string;
  readonly hookType?: string;
  readonly hookPhase?: OperationPhase;
  readonly syncPhase?: string;
  readonly images?: readonly string[];
}

/** What is in the application as a whole: addresses of its ingresses, images of its pods. */
export interface ApplicationSummary {
  readonly externalURLs?: readonly string[];
  readonly images?: readonly string[];
  readonly isAppOfApps?: boolean;
}
