import { keyText, type LiveObject, type ObjectKey, type Phase, type TargetResource } from '@plumbline/api';

/** One thing that a run has to do: apply a resource, or prune a live object. */
export interface Task {
  /** Phase and key: what a result is filed under. */
  readonly id: string;
  readonly key: ObjectKey;
  readonly phase: Phase;
  readonly wave: number;
  /** What to apply; undefined: the live object is to be pruned. */
  readonly resource?: TargetResource;
  readonly live?: LiveObject;
}

export function taskId(phase: Phase, key: ObjectKey): string {
  return `${phase} ${keyText(key)}`;
}
