import type { Cancel, Result } from '@plumbline/base';
import type { ObjectKey } from '../kubernetes/object.ts';
import type { Plan } from '../seams/plan.ts';
import type { OriginStep } from '../seams/rendering.ts';
import type { RevisionInfo } from '../seams/snapshot.ts';
import type { Application, HealthStatusCode, SyncStatusCode } from './application.ts';

/** The resources of an application and what they made, as Argo CD's `ApplicationTree` has it. */
export interface ResourceTree {
  readonly nodes: readonly ResourceNode[];
}

/** One object of the tree. `createdAt` is RFC 3339. */
export interface ResourceNode {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  /** Owners within the tree; none: managed by the application itself. */
  readonly parentRefs?: readonly ResourceRef[];
  readonly health?: { readonly status: HealthStatusCode; readonly message?: string };
  /** Only for managed resources. */
  readonly status?: SyncStatusCode;
  readonly requiresPruning?: boolean;
  readonly hook?: boolean;
  readonly images?: readonly string[];
  readonly info?: readonly { readonly name: string; readonly value: string }[];
  readonly createdAt?: string;
  readonly resourceVersion?: string;
}

/** Names a node of the tree. */
export interface ResourceRef {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/** One managed resource with its states as JSON texts (secret values masked); '' where there is none. */
export interface ManagedResource {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly targetState: string;
  readonly liveState: string;
  readonly normalizedLiveState: string;
  readonly predictedLiveState: string;
  readonly modified: boolean;
  readonly hook: boolean;
  /** Where the desired state was written. */
  readonly origin?: { readonly file: string; readonly line: number };
}

/** Why a field of a resource is what it is: what made it, who wrote that, and who has changed it in the cluster. */
export interface FieldHistory {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** JSON Pointer of the field in the desired object. */
  readonly pointer: string;
  /** Secret values are masked. */
  readonly desired: unknown;
  readonly live?: unknown;
  readonly repoURL: string;
  /** The commit that was rendered. */
  readonly revision: string;
  readonly steps: readonly FieldStep[];
  /** Those who own the field in the cluster, the last one to write it last. */
  readonly managers: readonly FieldManager[];
}

/** One act that made the field, with the commit that wrote its line. */
export interface FieldStep extends OriginStep {
  readonly commit?: {
    readonly revision: string;
    readonly author: string;
    readonly email: string;
    readonly date: string;
    readonly message: string;
  };
}

/** An entry of `managedFields` that has the field. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: string;
  readonly time?: string;
  readonly subresource?: string;
}

/** Names a field of a resource as people write it. */
export interface FieldWanted {
  readonly kind: string;
  readonly name: string;
  /** Undefined: any; the name has to be clear then. */
  readonly namespace?: string;
  /** `spec.template.spec.containers[0].image`. */
  readonly field: string;
}

/** What the API shows of applications beyond their resources. Made by the controllers, wired by the composition root. */
export interface ApplicationViews {
  tree(application: { readonly namespace: string; readonly name: string }): ResourceTree | undefined;
  managed(application: {
    readonly namespace: string;
    readonly name: string;
  }): readonly ManagedResource[] | undefined;
  /** What a full sync would do now, in its order; undefined while nothing was compared. */
  plan(
    application: { readonly namespace: string; readonly name: string },
    options: { readonly prune: boolean },
  ): Plan | undefined;
  /** The live object of a node of the tree, secret values masked. */
  live(
    application: { readonly namespace: string; readonly name: string },
    key: ObjectKey,
  ): string | undefined;
  revision(repoURL: string, revision: string): Promise<RevisionInfo | undefined>;
  /** Renders what was deployed last once more and tells of one field of it. */
  why(application: Application, wanted: FieldWanted): Promise<Result<FieldHistory>>;
  /** Called with the application whose tree or comparison changed. */
  listen(listener: (application: { readonly namespace: string; readonly name: string }) => void): Cancel;
}
