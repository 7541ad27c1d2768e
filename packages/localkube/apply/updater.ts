import { equalData } from '@plumbline/base';
import type { SchemaNode } from '@plumbline/api';
import { compare, exclude, toFieldSet, type Comparison } from './compare.ts';
import {
  belowRoot,
  difference,
  intersection,
  leaf,
  nodeOf,
  owns,
  recursiveDifference,
  union,
  type FieldSet,
} from './field-set.ts';
import type { Memory } from './memory.ts';
import { mergeTyped } from './merge.ts';
import { ensureNamedFields, removeItems } from './remove.ts';
import { itemNode, memberNode } from './shape.ts';

/** What one manager owns, by the names of the version that it wrote. */
export interface Managed {
  readonly set: FieldSet;
  readonly version: string;
  readonly applied: boolean;
}

export type Managers = ReadonlyMap<string, Managed>;

/** The versions of a kind. */
export interface Versions {
  /** Undefined: the version is no longer served, so what was written in it is forgotten. */
  schema(version: string): SchemaNode | undefined;
  convert(object: unknown, from: string, to: string): unknown;
  /** Places that are never owned through this door. */
  ignored(version: string): FieldSet | undefined;
}

export interface ManagedConflict {
  readonly manager: string;
  readonly set: FieldSet;
}

export type Applied =
  | { readonly ok: true; readonly object: unknown; readonly managers: Managers; readonly changed: boolean }
  | { readonly ok: false; readonly conflicts: readonly ManagedConflict[] };

/** A plain write of the whole object. */
export function updateManaged(
  versions: Versions,
  live: unknown,
  next: unknown,
  version: string,
  managers: Managers,
  manager: string,
): Managers {
  const { left, comparison } = take(versions, live, next, version, reconcile(versions, managers), manager);
  const before = left.get(manager)?.set;
  const owned = union(union(difference(before, comparison.removed), comparison.modified), comparison.added);
  const set = recursiveDifference(owned, versions.ignored(version));
  if (set === undefined) left.delete(manager);
  else left.set(manager, { set, version, applied: false });
  return left;
}

/** What a caller may know already. */
export interface Known {
  readonly memory: Memory;
  /** The places that the applied value sets, without those that are ignored. */
  readonly set: FieldSet | undefined;
}

/** A server-side apply: `applied` holds all that the manager wants to say. */
export function applyManaged(
  versions: Versions,
  live: unknown,
  applied: unknown,
  version: string,
  before: Managers,
  manager: string,
  force: boolean,
  known?: Known,
): Applied {
  const schema = schemaOf(versions, version);
  const managers = new Map(reconcile(versions, before, known?.memory));
  const ignored = versions.ignored(version);
  const last = managers.get(manager);
  const lastSet = last === undefined ? undefined : recursiveDifference(last.set, ignored);
  const set =
    known === undefined ? recursiveDifference(belowRoot(toFieldSet(schema, applied)), ignored) : known.set;
  if (set === undefined) managers.delete(manager);
  else managers.set(manager, { set, version, applied: true });
  let object = mergeTyped(schema, live, applied);
  // Who applies all that he applied before gives nothing up.
  const givenUp = known === undefined ? difference(lastSet, set) : known.memory.difference(lastSet, set);
  if (last !== undefined && lastSet !== undefined && (givenUp !== undefined || last.version !== version)) {
    object = prune(versions, object, version, managers, { ...last, set: lastSet });
  }
  const taken = take(versions, live, object, version, managers, manager);
  if (!force && taken.conflicts.length > 0) return { ok: false, conflicts: taken.conflicts };
  return { ok: true, object, managers: taken.left, changed: object !== live && !equalData(live, object) };
}

interface Taken {
  readonly left: Map<string, Managed>;
  readonly comparison: Comparison;
  readonly conflicts: readonly ManagedConflict[];
}

/** Takes what a write changes away from all other managers. */
function take(
  versions: Versions,
  live: unknown,
  next: unknown,
  version: string,
  managers: Managers,
  manager: string,
): Taken {
  const comparisons = new Map<string, Comparison>();
  const compareIn = (other: string, schema: SchemaNode): Comparison => {
    const known = comparisons.get(other);
    if (known !== undefined) return known;
    const [before, after] = [
      convert(versions, live, version, other),
      convert(versions, next, version, other),
    ];
    const found = compare(schema, before, after);
    const below = {
      added: belowRoot(found.added),
      modified: belowRoot(found.modified),
      removed: belowRoot(found.removed),
    };
    const made = exclude(below, versions.ignored(other));
    comparisons.set(other, made);
    return made;
  };
  const comparison = compareIn(version, schemaOf(versions, version));
  const left = new Map<string, Managed>();
  const conflicts: ManagedConflict[] = [];
  for (const [name, managed] of managers) {
    if (name === manager) {
      left.set(name, managed);
      continue;
    }
    const schema = versions.schema(managed.version);
    if (schema === undefined) continue;
    const { added, modified, removed } = compareIn(managed.version, schema);
    const conflict = intersection(managed.set, union(modified, added));
    if (conflict !== undefined) conflicts.push({ manager: name, set: conflict });
    const set = difference(difference(managed.set, conflict), removed);
    if (set !== undefined) left.set(name, set === managed.set ? managed : { ...managed, set });
  }
  return { left, comparison, conflicts };
}

/** Drops what the manager applied before, does not apply now, and nobody else owns. */
function prune(
  versions: Versions,
  merged: unknown,
  version: string,
  managers: Managers,
  last: Managed,
): unknown {
  const schema = versions.schema(last.version);
  if (schema === undefined) return merged;
  const object = convert(versions, merged, version, last.version);
  const lastNamed = ensureNamedFields(schema, last.set);
  const cut = removeItems(schema, object, lastNamed);
  const kept = addBackOwned(versions, object, cut, last.version, managers);
  const keptSet = ensureNamedFields(schema, belowRoot(toFieldSet(schema, kept)));
  const objectSet = ensureNamedFields(schema, belowRoot(toFieldSet(schema, object)));
  const gone = intersection(difference(objectSet, keptSet), lastNamed);
  const pruned = removeItems(schema, object, gone) ?? {};
  return convert(versions, pruned, last.version, version);
}

/** Puts back what somebody still owns, by each version in which somebody does; the version of the object goes first. */
function addBackOwned(
  versions: Versions,
  merged: unknown,
  cut: unknown,
  version: string,
  managers: Managers,
): unknown {
  const owned = new Map<string, FieldSet | undefined>([[version, undefined]]);
  for (const managed of managers.values()) {
    owned.set(managed.version, union(owned.get(managed.version), managed.set));
  }
  let [whole, pruned, at] = [merged, cut, version];
  for (const [other, set] of owned) {
    const schema = versions.schema(other);
    if (schema === undefined || set === undefined) continue;
    whole = convert(versions, whole, at, other);
    pruned = convert(versions, pruned, at, other);
    at = other;
    const wholeSet = ensureNamedFields(schema, belowRoot(toFieldSet(schema, whole)));
    const stays = union(
      ensureNamedFields(schema, belowRoot(toFieldSet(schema, pruned))),
      ensureNamedFields(schema, set),
    );
    pruned = removeItems(schema, whole, difference(wholeSet, stays));
  }
  return convert(versions, pruned, at, version);
}

/** A place that a newer schema treats as a whole is owned as a whole by who owned something below it. */
function reconcile(versions: Versions, managers: Managers, memory?: Memory): Managers {
  let changed: Map<string, Managed> | undefined;
  for (const [name, managed] of managers) {
    const schema = versions.schema(managed.version);
    if (schema === undefined) continue;
    if (memory?.isSettled(schema, managed.set) === true) continue;
    const set = collapse(schema, managed.set);
    if (set === managed.set) memory?.settle(schema, set);
    else (changed ??= new Map(managers)).set(name, { ...managed, set });
  }
  return changed ?? managers;
}

function collapse(node: SchemaNode, set: FieldSet): FieldSet {
  let members: Record<string, FieldSet> | undefined;
  for (const element in set) {
    if (element === '.') continue;
    const below = element.startsWith('f:') ? memberNode(node, element.slice(2)) : itemNode(node);
    const inner = set[element]!;
    const atomic = isAtomic(below) && Object.keys(inner).length > 0;
    const now = atomic ? leaf : collapse(below, inner);
    if (now !== inner) (members ??= { ...set })[element] = now;
  }
  if (members === undefined) return set;
  const { '.': _, ...rest } = members;
  return nodeOf(owns(set), rest) ?? leaf;
}

function isAtomic(node: SchemaNode): boolean {
  if (node.type === 'list') return node.listType === undefined || node.listType === 'atomic';
  return (node.type === 'object' || node.type === 'map') && node.mapType === 'atomic';
}

function schemaOf(versions: Versions, version: string): SchemaNode {
  const schema = versions.schema(version);
  if (schema === undefined) throw new Error(`no schema for ${version}`);
  return schema;
}

function convert(versions: Versions, object: unknown, from: string, to: string): unknown {
  return from === to || object === undefined ? object : versions.convert(object, from, to);
}
