import type { KubeObject, ObjectKey } from '../kubernetes/object.ts';
import type { TargetResource } from './target.ts';

/** From best to worst. */
export type Health = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

/** How well an object is, and why. */
export interface HealthStatus {
  readonly status: Health;
  readonly message?: string;
}

/** One live object as the target sees it. */
export interface LiveObject {
  readonly key: ObjectKey;
  readonly object: KubeObject;
  /** The key of the target whose mark it carries, if it carries a valid one. */
  readonly owner?: string;
  /** Undefined: the kind has no notion of health, which counts as healthy. */
  readonly health?: HealthStatus;
  /** What its own annotations say of how it goes; needed for objects that the target does not name any more. */
  readonly marks?: LiveMarks;
}

/** The marks of a live object in the dialect's reading. Absent: wave 0, prune without asking, no hook. */
export interface LiveMarks extends Pick<TargetResource, 'wave' | 'prune' | 'pruneLast' | 'ignoreExtraneous'> {
  /** It was made by a hook: it is no part of the lasting state and never pruned. */
  readonly hook: boolean;
}

/** The live objects that a target owns or names, by `keyText`. */
export interface Observation {
  readonly objects: ReadonlyMap<string, LiveObject>;
}
