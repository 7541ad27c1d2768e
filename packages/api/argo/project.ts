import type { KubeObject } from '../kubernetes/object.ts';

/** `argoproj.io/v1alpha1 AppProject`: what applications of a project may do. */
export interface AppProject extends KubeObject {
  readonly spec: AppProjectSpec;
}

/**
 * Which repositories, destinations and kinds are permitted, and when. Entries are globs; those that start with `!`
 * forbid.
 */
export interface AppProjectSpec {
  readonly description?: string;
  readonly sourceRepos?: readonly string[];
  readonly sourceNamespaces?: readonly string[];
  readonly destinations?: readonly ApplicationProjectDestination[];
  /** Cluster-scoped kinds are denied unless listed here. */
  readonly clusterResourceWhitelist?: readonly ProjectKind[];
  readonly clusterResourceBlacklist?: readonly ProjectKind[];
  /** Namespaced kinds are permitted where this is absent; an empty list permits none. */
  readonly namespaceResourceWhitelist?: readonly ProjectKind[];
  readonly namespaceResourceBlacklist?: readonly ProjectKind[];
  readonly syncWindows?: readonly SyncWindow[];
}

/** A time in which the applications that it names may or may not be synced. */
export interface SyncWindow {
  readonly kind?: string;
  /** Five fields of cron: when it opens. */
  readonly schedule?: string;
  /** For how long: `1h30m`. */
  readonly duration?: string;
  readonly applications?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly clusters?: readonly string[];
  /** All of the lists must match, instead of one. */
  readonly andOperator?: boolean;
  /** People may sync in spite of it. */
  readonly manualSync?: boolean;
  readonly timeZone?: string;
  /** What was begun before it closed may end. */
  readonly syncOverrun?: boolean;
}

/** A destination that is permitted: globs over address or name of the cluster, and over the namespace. */
export interface ApplicationProjectDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** A kind that is permitted or denied, as globs. */
export interface ProjectKind {
  readonly group: string;
  readonly kind: string;
  readonly name?: string;
}
