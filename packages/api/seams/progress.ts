import type { Problem } from '@plumbline/base';
import type { GroupVersionKind, KubeObject, ObjectKey } from '../kubernetes/object.ts';
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
  /** Milliseconds since the epoch of the latest consent to deletions, if any. It counts if it is not older than the run. */
  readonly deletionsApprovedAt?: number;
}

/**
 * The state of a run. Plain data that a dialect can write into its status and read back: a run that was killed goes on
 * from what was written. `transient` need not be written.
 */
export interface Progress {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly phase: RunPhase;
  readonly reason: ProgressReason;
  readonly results: readonly StepResult[];
  /** What only the process that executes the run knows. Handed back as it is; left out after a restart. */
  readonly transient?: Readonly<Record<string, unknown>>;
}

/** Where a run stands. `Error`: it could not be carried out; `Failed`: it was, and something in it failed. */
export type RunPhase = 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error';

/** Why the run stands where it stands. The dialect finds the words. */
export type ProgressReason =
  | { readonly type: 'started' }
  | WaitingReason
  /** Prunes that need consent; the first and how many more. */
  | { readonly type: 'waitingForConsent'; readonly key: ObjectKey; readonly more: number }
  | { readonly type: 'validating' }
  | { readonly type: 'applying'; readonly phase: Phase; readonly wave: number }
  /** All tasks ran in one pass / there were no more tasks left. */
  | { readonly type: 'allRun' | 'noMore' }
  /** Refused before anything was sent: kinds that the server does not know, objects that the dialect forbids. */
  | { readonly type: 'invalid'; readonly problems: readonly InvalidStep[] }
  /** Objects that other targets own. */
  | {
      readonly type: 'shared';
      readonly objects: readonly { readonly key: ObjectKey; readonly owner: string }[];
    }
  /** The dry run before the run found objects that cannot be sent. */
  | { readonly type: 'dryRunFailed'; readonly messages: readonly string[] }
  /** Nothing is left but what could not be sent; the messages are theirs. */
  | { readonly type: 'applyFailed'; readonly messages: readonly string[] }
  /** Something that had been sent ended badly, or was sent in a wave with something that could not be. */
  | { readonly type: 'stepsFailed'; readonly messages: readonly string[] }
  /** An action that the run depends on failed: a finalizer could not be removed, an object not be read. */
  | { readonly type: 'broken'; readonly message: string }
  | { readonly type: 'terminated' };

/** The first that is waited for (hooks before lasting resources) and how many more. */
export interface WaitingReason {
  readonly type: 'waiting';
  /** A hook completes; a resource becomes healthy; either is deleted. */
  readonly for: 'completion' | 'health' | 'deletion';
  readonly key: ObjectKey;
  readonly hook: boolean;
  readonly more: number;
  /** Whether all that is waited for are hooks. */
  readonly moreOf: 'hooks' | 'resources';
}

/** A resource for which a run is refused before anything is sent. */
export interface InvalidStep {
  readonly key: ObjectKey;
  readonly kind: GroupVersionKind;
  /** `kind-unknown` or `not-permitted`. */
  readonly problem: Problem;
}

/** What became of one step; `key` and `phase` identify it. Kept in the order in which steps first had a result. */
export interface StepResult {
  readonly key: ObjectKey;
  readonly version: string;
  readonly phase: Phase;
  readonly hook?: Phase;
  /** What became of sending it. */
  readonly outcome: 'synced' | 'failed' | 'pruned' | 'pruneSkipped';
  /** What became of it afterwards; `pending`: it was refused before it was sent. */
  readonly state: 'pending' | 'running' | 'succeeded' | 'failed' | 'error';
  readonly message: string;
  readonly images?: readonly string[];
}

/**
 * Something that the engine wants done. The executor does it and answers with `done` for the same id.
 * A dry `apply` checks what a client can check (name, known kind, the present object readable, fields if `validate`);
 * with `RunRequest.dryRun` its message is shown. `delete` and `removeFinalizer` of what is gone already are ok.
 */
export type Action =
  | {
      readonly id: string;
      readonly type: 'apply';
      readonly resource: TargetResource;
      readonly live?: KubeObject;
      readonly force: boolean;
      readonly dryRun: boolean;
      /** Begins when all actions of lower stages are answered, well or not. Left out: 0, as for all other actions. */
      readonly stage?: number;
    }
  | {
      readonly id: string;
      readonly type: 'delete';
      readonly key: ObjectKey;
      readonly live: KubeObject;
      readonly propagation: 'Foreground' | 'Background' | 'Orphan';
    }
  | {
      readonly id: string;
      readonly type: 'removeFinalizer';
      readonly key: ObjectKey;
      readonly live: KubeObject;
      readonly finalizer: string;
    }
  /** The observation may lag behind: what does the server say? `object` is left out of the answer where there is none. */
  | { readonly id: string; readonly type: 'read'; readonly key: ObjectKey; readonly kind: GroupVersionKind };

/** What came of an action. `message` is the server's where it had one. */
export type ActionResult =
  | { readonly ok: true; readonly message: string; readonly object?: KubeObject }
  | { readonly ok: false; readonly message: string };

/** What a run goes on for. */
export type RunEvent =
  /** The run starts or goes on with fresh eyes: after a start, a change of a live object, or a wake-up. */
  | { readonly type: 'observed' }
  /** All actions of the last advance were done; the context holds what is observed now. */
  | { readonly type: 'done'; readonly results: ReadonlyMap<string, ActionResult> }
  | { readonly type: 'terminate' };

/** All that a step of a run may look at. */
export interface RunContext {
  readonly target: Target;
  readonly request: RunRequest;
  readonly observation: Observation;
  readonly now: number;
  /** Whether the server knows the kind in this version. */
  serves(kind: GroupVersionKind): boolean;
  health(object: KubeObject): HealthStatus | undefined;
  /** By `keyText`, what is equal already; only looked at where the policy says to leave it out. */
  readonly equal?: ReadonlySet<string>;
}

/** Where the run stands now and what to do next. */
export interface Advance {
  readonly progress: Progress;
  /** To be done in parallel, in this order where there is a choice; nothing else happens to this run until all are answered. */
  readonly actions: readonly Action[];
  /** Milliseconds from now after which to come back even if nothing was heard. */
  readonly wakeUp?: number;
}
