import type { KubeObject, ObjectKey } from '../kubernetes/object.ts';

/** From best to worst. */
export type Health = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

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
}

/** The live objects that a target owns or names, by `keyText`. */
export interface Observation {
  readonly objects: ReadonlyMap<string, LiveObject>;
}
