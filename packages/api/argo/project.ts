import type { KubeObject } from '../kubernetes/object.ts';

/** `argoproj.io/v1alpha1 AppProject`: what applications of a project may do. */
export interface AppProject extends KubeObject {
  readonly spec: AppProjectSpec;
}

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
}

export interface ApplicationProjectDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

export interface ProjectKind {
  readonly group: string;
  readonly kind: string;
  readonly name?: string;
}
