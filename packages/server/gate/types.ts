/** Who calls. */
export interface Subject {
  readonly username: string;
  readonly groups: readonly string[];
  readonly issuer: string;
}

/** What permissions are about, by Argo CD's names. */
export type Resource = 'applications' | 'projects' | 'clusters' | 'repositories' | 'accounts' | 'logs';
/** What may be done to it, by Argo CD's names. */
export type Action = 'get' | 'create' | 'update' | 'delete' | 'sync' | 'rollback' | 'override';

/** An action on a kind of resource. */
export interface Permission {
  readonly resource: Resource;
  readonly action: Action;
}

/**
 * The one authorization function. `object` is `project/name` for applications, as in Argo CD's policies; undefined asks
 * whether the subject may do this to any object at all.
 */
export type Authorize = (
  subject: Subject,
  resource: Resource,
  action: Action,
  object: string | undefined,
) => boolean;

/** The built-in policy: there are no roles yet, so that only the administrator may do anything. */
export const adminOnly: Authorize = (subject) => subject.username === 'admin';
