import type { Problem } from '@plumbline/base';
import type { KubeObject, ObjectKey } from '../kubernetes/object.ts';
import type { HealthStatus, Observation } from './observation.ts';
import type { Phase, Target, TargetResource } from './target.ts';

/** What somebody asked for: one run of a target. */
export interface RunRequest {
  readonly prune: boolean;
  readonly dryRun: boolean;
  /** Hooks run; without them only the lasting resources are applied. */
  readonly hooks: boolean;
  readonly force: boolean;
  /** Only these; hooks do not run then. */
  readonly selected?: readonly ObjectKey[];
  /** Milliseconds since the epoch of the latest consent to deletions, if any. */
  readonly deletionsApprovedAt?: number;
}

/**
 * The state of a run. Plain data that a dialect can write into its status and read back: a run that was killed goes on
 * from what was written.
 */
export interface Progress {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly phase: 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error';
  readonly reason: ProgressReason;
  readonly results: readonly StepResult[];
}

/** Why the run stands where it stands. The dialect finds the words. */
export type ProgressReason =
  | { readonly type: 'started' }
  | { readonly type: 'waitingForHook' | 'waitingForHealth'; readonly key: ObjectKey; readonly more: number }
  | { readonly type: 'waitingForDeletion'; readonly key: ObjectKey; readonly more: number }
  | { readonly type: 'waitingForConsent'; readonly keys: readonly ObjectKey[] }
  | { readonly type: 'applying'; readonly phase: Phase; readonly wave: number }
  /** All tasks ran in one pass / there were no more tasks left. */
  | { readonly type: 'allRun' | 'noMore' }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly type: 'stepsFailed'; readonly messages: readonly string[] }
  | { readonly type: 'terminated' };

export interface StepResult {
  readonly key: ObjectKey;
  readonly version: string;
  readonly phase: Phase;
  readonly wave: number;
  readonly hook?: Phase;
  /** What became of sending it. */
  readonly outcome: 'synced' | 'failed' | 'pruned' | 'pruneSkipped';
  /** What became of it afterwards. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'error';
  readonly message: string;
  readonly images?: readonly string[];
}

/** Something that the engine wants done. The executor does it and answers with `done` for the same id. */
export type Action =
  | { readonly id: string; readonly type: 'apply'; readonly resource: TargetResource; readonly live?: KubeObject; readonly dryRun: boolean }
  | { readonly id: string; readonly type: 'delete'; readonly key: ObjectKey; readonly live: KubeObject; readonly propagation: 'Foreground' | 'Background' | 'Orphan'; readonly dryRun: boolean }
  | { readonly id: string; readonly type: 'removeFinalizer'; readonly key: ObjectKey; readonly live: KubeObject; readonly finalizer: string };

export type ActionResult =
  | { readonly ok: true; readonly message: string; readonly object?: KubeObject }
  | { readonly ok: false; readonly message: string };

export type RunEvent =
  /** The run starts or goes on with fresh eyes: after a start, a change of a live object, or a wake-up. */
  | { readonly type: 'observed' }
  | { readonly type: 'done'; readonly results: ReadonlyMap<string, ActionResult> }
  | { readonly type: 'terminate' };

/** All that a step of a run may look at. */
export interface RunContext {
  readonly target: Target;
  readonly request: RunRequest;
  readonly observation: Observation;
  readonly now: number;
  /** Kinds the server knows, by `group/kind`: their scope and version. */
  readonly kinds: ReadonlyMap<string, { readonly namespaced: boolean }>;
  health(object: KubeObject): HealthStatus | undefined;
}

export interface Advance {
  readonly progress: Progress;
  /** To be done in parallel; nothing else happens to this run until all are answered. */
  readonly actions: readonly Action[];
  /** Milliseconds from now after which to come back even if nothing was heard. */
  readonly wakeUp?: number;
}
