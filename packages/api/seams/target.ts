import type { KubeObject, ObjectKey } from '../kubernetes/object.ts';
import type { Origin } from './rendering.ts';

/** What shall be true where. All that the engine knows of a dialect. */
export interface Target {
  /** Who wants it; unique in this process and stable over restarts. */
  readonly key: string;
  readonly cluster: string;
  /** Sorted by nothing: ordering is the engine's work. One entry per key and phase. */
  readonly resources: readonly TargetResource[];
  readonly policy: TargetPolicy;
  /** The field manager that applies are made as; what it owns tells whether a server-side apply would change anything. */
  readonly fieldManager: string;
  /** Whom to impersonate, if anybody. */
  readonly identity?: string;
}

/** before → main → after; onFailure only when something of those failed. */
export type Phase = 'before' | 'main' | 'after' | 'onFailure';

/** How objects are sent: as a three-way patch, as a server-side apply, or as a whole. */
export type ApplyMode = 'client' | 'server' | 'replace';

/** One object of a target, and how it is to be handled. */
export interface TargetResource {
  readonly key: ObjectKey;
  /** Complete, as it is to be sent: namespace, ownership marks, a hook's finalizer and all. */
  readonly object: KubeObject;
  readonly origin: Origin;
  readonly phase: Phase;
  readonly wave: number;
  /** A hook runs once per operation and is no part of the lasting state. */
  readonly hook?: Hook;
  readonly apply: ApplyOptions;
  /** Keep it even when it leaves the target, or ask first. */
  readonly prune: 'yes' | 'no' | 'confirm';
  /** Prune it only after everything else was applied. */
  readonly pruneLast: boolean;
  /** Its being extra does not make the target out of sync. */
  readonly ignoreExtraneous: boolean;
  /** Why the dialect's own rules forbid to apply it. A run that contains such a resource is invalid. */
  readonly forbidden?: string;
}

/** When a hook runs and when its object goes. */
export interface Hook {
  readonly phase: Phase;
  /** When the hook's object goes: before it is made anew, or at the end of a run that succeeded or failed. */
  readonly delete: readonly ('beforeCreation' | 'succeeded' | 'failed')[];
  /** The finalizer in its object that keeps it readable until the run has seen how it ended. */
  readonly finalizer?: string;
}

/** How one object is sent. */
export interface ApplyOptions {
  readonly mode: ApplyMode;
  /** Delete and create again where a change is refused because a field is immutable. */
  readonly force: boolean;
  readonly validate: boolean;
  /** An unknown kind is no error before the run: its definition may come with it. */
  readonly tolerateMissingKind: boolean;
}

/** What may be done to reach the target, and when by itself. */
export interface TargetPolicy {
  readonly automated: boolean;
  readonly prune: boolean;
  readonly heal: boolean;
  /** Consent to a run that would delete everything. */
  readonly allowEmpty: boolean;
  readonly prunePropagation: 'Foreground' | 'Background' | 'Orphan';
  readonly pruneLast: boolean;
  /** Leave out what is equal already. */
  readonly onlyOutOfSync: boolean;
  readonly ignore: readonly IgnoreRule[];
  /** The rules of a ClusterRole that aggregates others do not count as a difference. */
  readonly ignoreAggregatedRoles?: boolean;
  /** Fail where another target owns an object already. */
  readonly failOnShared: boolean;
}

/** Fields that do not count as differences. Patterns are globs; absent means any. */
export interface IgnoreRule {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly jsonPointers: readonly string[];
  readonly managers: readonly string[];
}
