import type { ManagedFieldsEntry, SchemaNode } from '@plumbline/api';
import type { Draft } from '../registry/types.ts';

/** Two managers want different values for one field. */
export interface Conflict {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  /** `.spec.template.spec.containers[name="c"].image` */
  readonly path: string;
}

export interface ApplyRequest {
  readonly live: Readonly<Draft> | undefined;
  readonly applied: Readonly<Draft>;
  readonly manager: string;
  readonly force: boolean;
  readonly schema: SchemaNode;
  readonly apiVersion: string;
  readonly subresource?: string;
  /** RFC 3339, second precision. */
  readonly time: string;
}

/** `unchanged`: the live object and its managers stay as they are. */
export type ApplyResult =
  | { readonly type: 'applied'; readonly object: Draft; readonly unchanged: boolean }
  | { readonly type: 'conflict'; readonly conflicts: readonly Conflict[]; readonly message: string }
  /** The applied object does not fit the schema; the message is upstream's. */
  | { readonly type: 'invalid'; readonly message: string };

export interface UpdateRequest {
  readonly before: Readonly<Draft> | undefined;
  /** The object as it is about to be stored, its managedFields as the client sent them. */
  readonly after: Readonly<Draft>;
  /** All that the client sent, where a part of it does not come to be: what does not fit the schema ends ownership. */
  readonly sent?: Readonly<Draft>;
  readonly manager: string;
  readonly schema: SchemaNode;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time: string;
}

/** Who owns what after a plain write. */
export type UpdateManagers = (request: UpdateRequest) => readonly ManagedFieldsEntry[];
