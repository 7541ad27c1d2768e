import type { KubeObject, ObjectKey } from '../kubernetes/object.ts';
import type { LiveObject } from './observation.ts';
import type { TargetResource } from './target.ts';

/** Desired against live. Hooks that a target names are no part of it; live objects that hooks left are, as `extra`. */
export interface Difference {
  readonly resources: readonly ResourceDifference[];
  /** Nothing is missing, changed or extra; what hooks left and what is marked to be ignored when extra does not count. */
  readonly synced: boolean;
}

/** One resource, desired against live. */
export interface ResourceDifference {
  readonly key: ObjectKey;
  readonly state: 'equal' | 'missing' | 'extra' | 'changed';
  readonly desired?: TargetResource;
  readonly live?: LiveObject;
  /** What the live object would become; only for `changed`. */
  readonly predicted?: KubeObject;
  /** The server has yet to answer this question (`Question.id`); until then the state is a local guess. */
  readonly question?: string;
  /** Why the server would refuse the change. */
  readonly refused?: string;
  /** Field by field, for people; values of Secrets are masked. */
  readonly fields: readonly FieldDifference[];
}

/** One field, desired against live. */
export interface FieldDifference {
  /** JSON Pointer. */
  readonly path: string;
  readonly state: 'missing' | 'extra' | 'changed' | 'ignored';
  readonly desired?: unknown;
  readonly live?: unknown;
}

/**
 * A dry run that the comparison needs before it can tell: sending `patch` would change something, but defaulting on the
 * server may make that nothing. Asked once per `id`, which names both sides.
 */
export interface Question {
  readonly id: string;
  readonly key: ObjectKey;
  readonly resource: TargetResource;
  readonly live: LiveObject;
  /** How to send it: a strategic merge patch, a JSON merge patch or a server-side apply by `Target.fieldManager`. */
  readonly patch: { readonly type: 'strategic' | 'merge' | 'apply'; readonly body: unknown };
}

/** The server's answer to a question: the object as it would be stored, or why it was refused. */
export type Verdict = { readonly object: KubeObject } | { readonly refused: string };
