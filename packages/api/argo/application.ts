import type { KubeObject } from '../kubernetes/object.ts';

/** `argoproj.io/v1alpha1 Application`, as far as we act on it. Field names and meanings are Argo CD's. */
export interface Application extends KubeObject {
  readonly spec: ApplicationSpec;
  readonly operation?: Operation;
  readonly status?: ApplicationStatus;
}

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

export interface ApplicationDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

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

export interface RetryStrategy {
  readonly limit?: number;
  readonly backoff?: { readonly duration?: string; readonly factor?: number; readonly maxDuration?: string };
  readonly refresh?: boolean;
}

export interface ResourceIgnoreDifferences {
  readonly group?: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly jsonPointers?: readonly string[];
  readonly jqPathExpressions?: readonly string[];
  readonly managedFieldsManagers?: readonly string[];
}

export interface Operation {
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean };
  readonly info?: readonly { readonly name: string; readonly value: string }[];
  readonly retry?: RetryStrategy;
  readonly sync?: SyncOperation;
}

export interface SyncOperation {
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly syncStrategy?: {
    readonly apply?: { readonly force?: boolean };
    readonly hook?: { readonly force?: boolean };
  };
  readonly resources?: readonly {
    readonly group?: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
  readonly manifests?: readonly string[];
  readonly syncOptions?: readonly string[];
  readonly autoHealAttemptsCount?: number;
}

export type SyncStatusCode = 'Synced' | 'OutOfSync' | 'Unknown';
export type HealthStatusCode = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';
export type OperationPhase = 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';

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

export interface ApplicationCondition {
  readonly type: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface OperationState {
  readonly operation: Operation;
  readonly phase: OperationPhase;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly retryCount?: number;
  readonly syncResult?: SyncOperationResult;
}

export interface SyncOperationResult {
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly managedNamespaceMetadata?: SyncPolicy['managedNamespaceMetadata'];
  readonly resources?: readonly ResourceResult[];
}

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

export interface ApplicationSummary {
  readonly externalURLs?: readonly string[];
  readonly images?: readonly string[];
  readonly isAppOfApps?: boolean;
}
