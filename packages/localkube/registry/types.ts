import type { Cancel } from '@plumbline/base';
import type { KubeObject, SchemaNode, Status } from '@plumbline/api';

/** An object while it is being made: a private copy that may be changed in place. */
export interface Draft {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown> & { name: string; namespace?: string };
  [field: string]: unknown;
}

/** A mistake in an object, as metav1.StatusCause has it. `field` is a path like `spec.containers[0].image`. */
export interface FieldError {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound';
  readonly field: string;
  /** Without the field in front: `Required value`, `Invalid value: "x": must be ...`. */
  readonly message: string;
}

/** A column of `kubectl get`, as metav1.TableColumnDefinition has it. Priority 1 shows with `-o wide`. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  cell(object: KubeObject, now: number): unknown;
}

/** What the registry asks of the world outside an object while it is written. */
export interface WriteContext {
  readonly now: number;
  readonly dryRun: boolean;
  /** The group through which the client writes, where that is not the one in which the object is kept. */
  readonly through?: string;
  /** The subresource that is written; none or empty for the object itself. */
  readonly subresource?: string;
  /** A name that nothing else has. */
  uuid(): string;
  /** Reads another object, for checks and allocations. */
  find(group: string, kind: string, namespace: string, name: string): KubeObject | undefined;
  list(group: string, kind: string, namespace?: string): Iterable<KubeObject>;
}

/** What is special about a kind. All members are optional; without any a kind is stored by its schema alone. */
export interface KindHooks {
  /** Fills defaults in place, as upstream's defaulting and admission do. */
  default?(draft: Draft, context: WriteContext): void;
  /** On create, before validation: drops what clients may not set, allocates addresses and the like. */
  prepareForCreate?(draft: Draft, context: WriteContext): void;
  /** On update, before validation: keeps what may not change silently. */
  prepareForUpdate?(draft: Draft, previous: KubeObject, context: WriteContext): void;
  /** On a write to the status: takes back what such a write may not own either. */
  resetForStatus?(draft: Draft, previous: KubeObject): void;
  /** What reading from upstream's storage fills in again, and nobody owns. */
  fillOnRead?(draft: Draft): void;
  /** On a write to the status, before validation. */
  prepareStatus?(draft: Draft, previous: KubeObject, context: WriteContext): void;
  validate?(
    object: KubeObject,
    previous: KubeObject | undefined,
    context: WriteContext,
  ): readonly FieldError[];
  /** What is allowed but ought to be mended; clients show it as `Warning:`. */
  warnings?(object: KubeObject, previous: KubeObject | undefined): readonly string[];
  /** Whether metadata.generation is kept, starting at 1 and counting changes outside metadata and status. */
  readonly generation?: boolean;
  /** Whether status is a subresource: main writes keep the old status and status writes keep the rest. */
  readonly status?: boolean;
  /** A create may bring a status although it is a subresource. */
  readonly statusOnCreate?: boolean;
  readonly columns?: readonly Column[];
  /** Fields that a field selector may name, with how to read them. metadata.name and metadata.namespace always are. */
  readonly selectableFields?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Seconds that DELETE waits when it names no gracePeriodSeconds; 0 deletes at once. */
  gracePeriod?(object: KubeObject): number;
  /** PUT to a missing name creates. */
  readonly createOnUpdate?: boolean;
  /** `false`: PUT needs metadata.resourceVersion. */
  readonly unconditionalUpdate?: boolean;
}

/** A served kind: its names, its shape and what is special about it. */
export interface Resource extends KindHooks {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
  readonly schema: SchemaNode;
  /** A custom resource: other rules for patches, unknown fields and updates. */
  readonly custom: boolean;
}

export interface StoreEvent {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: KubeObject;
  readonly previous?: KubeObject;
  readonly resourceVersion: number;
}

/**
 * The server as its own controllers use it: synchronous, because there is one writer, and past authorization. Objects
 * that come out are frozen and shared. Refused writes throw `StatusError`.
 */
export interface Access {
  /** Whether this server does the work of kube-controller-manager itself. */
  readonly controllers?: boolean;
  readonly now: () => number;
  get(group: string, kind: string, namespace: string, name: string): KubeObject | undefined;
  list(group: string, kind: string, namespace?: string): Iterable<KubeObject>;
  /** Objects of any kind whose ownerReferences name this uid. */
  children(uid: string): Iterable<KubeObject>;
  /** `derived`: its spec comes from the template of an object that was checked when it was written. */
  create(object: KubeObject, manager: string, derived?: boolean): KubeObject;
  /**
   * Creates an object that is whole and right by construction, as it would be stored but for its UID, times and version:
   * nothing is decoded, defaulted or checked. `fields`: the set (FieldsV1) that the manager owns.
   */
  createStored(object: KubeObject, manager: string, fields: Readonly<Record<string, unknown>>): KubeObject;
  /**
   * Replaces the object (or, with `status`, its status; with `finalize`, a namespace's finalizers). Checked against
   * metadata.resourceVersion when that is set.
   */
  update(object: KubeObject, manager: string, subresource?: 'status' | 'finalize'): KubeObject;
  delete(group: string, kind: string, namespace: string, name: string, options?: DeleteOptions): void;
  /** Writes an Event of one of the server's own components the short way; answers its name. */
  record(facts: EventFacts, component: string): string;
  /**
   * Puts a pod on a node, as the scheduler's binding does. `status`: what kubelet says of it in the same instant,
   * which saves a write per pod.
   */
  bind(pod: KubeObject, node: string, status?: Readonly<Record<string, unknown>>): KubeObject;
  /** Every kind served now, custom ones included. */
  resources(): readonly Resource[];
  /** Called after each write of a kind ('*' for every kind), in order, in the same turn of the event loop. */
  subscribe(group: string, kind: string, listener: (event: StoreEvent) => void): Cancel;
}

/** What an Event says. */
export interface EventFacts {
  readonly about: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly fieldPath?: string;
  readonly host?: string;
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
  /** Said the old way, which makes an answer that waits an accepted one. */
  readonly orphanDependents?: boolean;
}

/** A refused request. `status` is what goes over the wire. */
export class StatusError extends Error {
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? 'refused');
    this.name = 'StatusError';
    this.status = status;
  }
}
