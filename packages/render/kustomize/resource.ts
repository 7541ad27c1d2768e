import { TypeMismatch } from './problem.ts';
import { isNamespaceScoped } from './schema/index.ts';
import type { FieldOrigins } from '@plumbline/api';
import type { ScalarStyles, TextPosition } from '@plumbline/languages';

/** A mapping. The order of its keys never shows: output is sorted. */
export type JsonObject = Record<string, unknown>;

/** What kind of resource: an API group ('' is core), a version, a kind. In selectors an empty part fits everything. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What names a resource. `clusterScoped` is set on ids that were read from a resource, as upstream does it: ids of selectors and of earlier layers do not have it. */
export interface ResId extends Gvk {
  readonly name: string;
  readonly namespace: string;
  readonly clusterScoped?: boolean;
}

/** What a resource was called in an earlier layer. Group and version are always those of today, as upstream keeps it. */
interface PreviousId {
  readonly name: string;
  /** The effective one: `default` where none was set, `_non_namespaceable_` for what has none. */
  readonly namespace: string;
  readonly kind: string;
}

/** What a generator does to a resource that is already there. */
export type Behavior = 'unspecified' | 'create' | 'replace' | 'merge';

/** Where a resource came from, or what changed it, as `buildMetadata` prints it. */
export interface ResourceOrigin {
  readonly path?: string;
  readonly repo?: string;
  readonly ref?: string;
  readonly configuredIn?: string;
  readonly configuredBy?: ResourceIdentifier;
}

/** The configuration of a generator or a transformer, as `buildMetadata` prints it. */
interface ResourceIdentifier {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/**
 * Fields of one name that hold one and the same node upstream, because a transformer put it into all of them: whatever sets
 * one of them in place later sets all.
 */
export interface Link {
  readonly key: string;
  value: unknown;
  holders: readonly LinkHolder[];
}

/** A mapping that holds such a field, and the path to it. */
export interface LinkHolder {
  readonly path: string;
  readonly mapping: JsonObject;
}

/** The texts of scalars that have no type, only what they look like, by the mapping that holds them. */
export type Untyped = Map<object, Map<string, string>>;

/** Where a resource was written. */
export interface Written {
  readonly file: string;
  readonly line: number;
  readonly document: number;
}

/**
 * A resource on its way through the layers. `object` belongs to this resource alone (nothing in it is shared with
 * another one), so transformers may change it in place. Everything that upstream keeps in internal annotations is beside it.
 */
export interface Resource {
  object: JsonObject;
  /** Oldest first; the first one is the original id. */
  previous: PreviousId[];
  prefixes: string[];
  suffixes: string[];
  behavior: Behavior;
  /** Made by a generator for ConfigMaps or Secrets. */
  generated: boolean;
  needsHash: boolean;
  /** Ids of the resources that refer to this one, as text. */
  refBy: string[];
  refVarNames: string[];
  /** Fields that one transformer has made, which change together. */
  links: Link[];
  origin: ResourceOrigin | undefined;
  transformations: ResourceOrigin[];
  written: Written | undefined;
  /** Where each of its fields was written, while a build lasts; reads the file again. */
  positions: (() => ReadonlyMap<string, TextPosition>) | undefined;
  /** Whether a null in it was written as nothing; undefined: none was. */
  isSilentNull: ((mapping: object, key: string) => boolean) | undefined;
  /** How its scalars were written; undefined: all alike. */
  styles: ScalarStyles | undefined;
  /** Fields whose scalars have no type; undefined: none. */
  untyped: Untyped | undefined;
  /** Made by a chart that was told its own namespace. */
  helmGenerated: boolean;
  /** Only where the build was asked for the origins of fields. */
  fields: FieldOrigins | undefined;
}

/** A resource without a history. */
export function newResource(object: JsonObject, written?: Written): Resource {
  return {
    object,
    previous: [],
    prefixes: [],
    suffixes: [],
    behavior: 'unspecified',
    generated: false,
    needsHash: false,
    refBy: [],
    refVarNames: [],
    links: [],
    origin: undefined,
    transformations: [],
    written,
    positions: undefined,
    isSilentNull: undefined,
    styles: undefined,
    untyped: undefined,
    helmGenerated: false,
    fields: undefined,
  };
}

/** The text of a scalar as it stands in a file; '' for what is none. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  return value instanceof TypeMismatch ? value.text : '';
}

/** Splits an `apiVersion`. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `metadata`, where it is a mapping. */
export function metadataOf(object: JsonObject): JsonObject | undefined {
  const metadata = object['metadata'];
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
    ? (metadata as JsonObject)
    : undefined;
}

export function gvkOf(object: JsonObject): Gvk {
  // Asked for all the time, so it is written out.
  const apiVersion = scalarText(object['apiVersion']);
  const slash = apiVersion.indexOf('/');
  const kind = scalarText(object['kind']);
  if (slash < 0) return { group: '', version: apiVersion, kind };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}

export function nameOf(object: JsonObject): string {
  return scalarText(metadataOf(object)?.['name']);
}

export function namespaceOf(object: JsonObject): string {
  return scalarText(metadataOf(object)?.['namespace']);
}

/** What a resource is called now. */
export function currentId(resource: Resource): ResId {
  const gvk = gvkOf(resource.object);
  const metadata = metadataOf(resource.object);
  return {
    group: gvk.group,
    version: gvk.version,
    kind: gvk.kind,
    name: scalarText(metadata?.['name']),
    namespace: scalarText(metadata?.['namespace']),
    clusterScoped: isNamespaceScoped(gvk) === false,
  };
}

/** What a resource was called in earlier layers, oldest first. */
export function previousIds(resource: Resource): ResId[] {
  if (resource.previous.length === 0) return [];
  const { group, version } = gvkOf(resource.object);
  return resource.previous.map((id) => ({ group, version, ...id }));
}

/** What a resource was called at first. */
export function originalId(resource: Resource): ResId {
  const first = resource.previous[0];
  if (first === undefined) return currentId(resource);
  const { group, version } = gvkOf(resource.object);
  return { group, version, ...first };
}

/** Notes what a resource is called now, before that changes. */
export function storePreviousId(resource: Resource): void {
  const id = currentId(resource);
  resource.previous.push({ name: id.name, namespace: effectiveNamespace(id), kind: id.kind });
}

/** Stands for the namespace of what has none. */
export const noNamespaceAtAll = '_non_namespaceable_';

/** The namespace that counts when ids are compared. */
export function effectiveNamespace(id: ResId): string {
  if (id.clusterScoped === true) return noNamespaceAtAll;
  return id.namespace === '' ? 'default' : id.namespace;
}

/** Same kind, same name, same effective namespace. */
export function sameId(a: ResId, b: ResId): boolean {
  return (
    a.name === b.name &&
    a.kind === b.kind &&
    a.group === b.group &&
    a.version === b.version &&
    effectiveNamespace(a) === effectiveNamespace(b)
  );
}

/** Equal for ids that are the same: a key for maps. */
export function idKey(id: ResId): string {
  return `${id.group}|${id.version}|${id.kind}|${effectiveNamespace(id)}|${id.name}`;
}

/** Whether a kind fits a selector, whose empty parts fit everything. */
export function gvkSelected(gvk: Gvk, selector: Gvk): boolean {
  return (
    (selector.group === '' || selector.group === gvk.group) &&
    (selector.version === '' || selector.version === gvk.version) &&
    (selector.kind === '' || selector.kind === gvk.kind)
  );
}

/** Whether an id fits a selector, whose empty parts fit everything. */
export function idSelected(id: ResId, selector: ResId): boolean {
  return (
    (selector.name === '' || selector.name === id.name) &&
    (selector.namespace === '' || effectiveNamespace(selector) === effectiveNamespace(id)) &&
    gvkSelected(id, selector)
  );
}

export function gvkText(gvk: Gvk): string {
  return `${gvk.kind || '[noKind]'}.${gvk.version || '[noVer]'}.${gvk.group || '[noGrp]'}`;
}

/** An id as messages print it: `Deployment.v1.apps/web.[noNs]`. */
export function idText(id: ResId): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`;
}
