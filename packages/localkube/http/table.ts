import type { KubeObject, WatchEvent } from '@plumbline/api';
import type { Column, Served } from '../registry/index.ts';
import { age } from '../kinds/index.ts';

/** Which part of each object a row carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

const nameDescription =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
const createdDescription =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: nameDescription,
  cell: (object) => object.metadata.name,
};
const createdColumn: Column = {
  name: 'Created At',
  type: 'date',
  description: createdDescription,
  cell: (object) => object.metadata.creationTimestamp ?? null,
};
const ageColumn: Column = {
  name: 'Age',
  type: 'date',
  description: createdDescription,
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** The columns of a kind: its own, or name and age. */
function columnsOf(resource: Pick<Served, 'columns' | 'custom'>): readonly Column[] {
  const own = resource.columns ?? [];
  if (!resource.custom) return own.length > 0 ? own : [nameColumn, createdColumn];
  const columns = own.some((column) => column.name.toLowerCase() === 'name') ? own : [nameColumn, ...own];
  return own.length > 0 ? columns : [nameColumn, ageColumn];
}

function definitionsOf(columns: readonly Column[]): readonly unknown[] {
  return columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
}

/** The count of a daemon set's templates is no annotation where only metadata is looked at. */
function withoutCount(metadata: KubeObject['metadata']): unknown {
  const { annotations, ...rest } = metadata;
  const { 'deprecated.daemonset.template.generation': _, ...others } = annotations ?? {};
  return { ...rest, ...(Object.keys(others).length > 0 && { annotations: others }) };
}

/** An object without its state. */
export function partialOf(object: KubeObject, version: 'v1' | 'v1beta1'): unknown {
  const metadata = object.kind === 'DaemonSet' ? withoutCount(object.metadata) : object.metadata;
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
}

export interface TableOptions {
  readonly version: 'v1' | 'v1beta1';
  readonly include: IncludeObject;
  readonly now: number;
}

function rowOf(columns: readonly Column[], object: KubeObject, options: TableOptions): unknown {
  const cells = columns.map((column) => column.cell(object, options.now) ?? null);
  if (options.include === 'None') return { cells, object: null };
  return { cells, object: options.include === 'Object' ? object : partialOf(object, options.version) };
}

/** A bookmark is an object of its kind without anything in it, and is printed as such. */
function emptyRow(columns: readonly Column[], object: KubeObject, options: TableOptions): unknown {
  const { cells } = rowOf(columns, { ...object, metadata: { ...object.metadata, name: '' } }, options) as {
    readonly cells: unknown;
  };
  return { cells, object: partialOf(object, options.version) };
}

/** Kinds without columns of their own are printed by another printer, which begins its rows with the first of them. */
function isPlain(columns: readonly Column[]): boolean {
  return columns.length === 2 && columns[1]?.name === 'Created At';
}

/** Objects as `kubectl get` prints them. */
export function tableOfObjects(
  resource: Pick<Served, 'columns' | 'custom'>,
  objects: readonly KubeObject[],
  metadata: unknown,
  options: TableOptions,
): unknown {
  const columns = columnsOf(resource);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata,
    columnDefinitions: definitionsOf(columns),
    rows:
      objects.length === 0 && isPlain(columns)
        ? null
        : objects.map((object) => rowOf(columns, object, options)),
  };
}

/** Shapes a watch's events as tables; only the first one defines the columns. */
export function tableEvents(
  resource: Pick<Served, 'columns' | 'custom'>,
  options: Omit<TableOptions, 'now'>,
  now: () => number,
): (event: WatchEvent) => WatchEvent {
  const columns = columnsOf(resource);
  let first = true;
  return (event) => {
    if (event.type === 'ERROR') return event;
    const at = { ...options, now: now() };
    const { resourceVersion } = event.object.metadata;
    const table = {
      kind: 'Table',
      apiVersion: `meta.k8s.io/${options.version}`,
      metadata: { resourceVersion },
      columnDefinitions: first ? definitionsOf(columns) : null,
      rows: [
        event.type === 'BOOKMARK' ? emptyRow(columns, event.object, at) : rowOf(columns, event.object, at),
      ],
    };
    first = false;
    // What travels in an event is any object of the API, also one without a name.
    return { type: event.type, object: table as unknown as KubeObject };
  };
}
