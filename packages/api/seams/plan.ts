import type { ObjectKey } from '../kubernetes/object.ts';
import type { Phase } from './target.ts';

/** What a run would do, printable and hashable: dry-run, preview and page show it, the run executes it. */
export interface Plan {
  readonly hash: string;
  readonly waves: readonly PlanWave[];
}

/** The steps that may run at the same time; waves run one after the other. */
export interface PlanWave {
  readonly phase: Phase;
  readonly wave: number;
  readonly steps: readonly PlanStep[];
}

/** What a run would do to one object. */
export interface PlanStep {
  readonly key: ObjectKey;
  readonly action: 'create' | 'update' | 'unchanged' | 'prune' | 'keep' | 'hook';
  /** Why, in a few words: `differs in 2 fields`, `not in Git any more`. */
  readonly reason: string;
  /** What stands in its way: a missing consent, an earlier wave. */
  readonly blockers: readonly string[];
}
