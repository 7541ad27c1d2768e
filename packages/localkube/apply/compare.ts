import { equalData } from '@plumbline/base';
import type { SchemaNode } from '@plumbline/api';
import { leaf, nodeOf, recursiveDifference, withOwn, type FieldSet } from './field-set.ts';
import { elementOf } from './path-element.ts';
import {
  isDeclared,
  isEmpty,
  isMap,
  itemNode,
  memberNode,
  shapeOf,
  type Items,
  type Members,
} from './shape.ts';

/** Which places differ between two values. */
export interface Comparison {
  readonly added: FieldSet | undefined;
  readonly modified: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

const nothing: Comparison = { added: undefined, modified: undefined, removed: undefined };
const changedWhole: Comparison = { added: undefined, modified: leaf, removed: undefined };

/** Compares two values of one schema. Parts that both share are not looked into. */
export function compare(node: SchemaNode, before: unknown, after: unknown): Comparison {
  if (before === after) return nothing;
  if (before === undefined) return { ...nothing, added: wholeSet(node, after) };
  if (after === undefined) return { ...nothing, removed: wholeSet(node, before) };
  const shape = shapeOf(node, after);
  if (shapeOf(node, before) !== shape) return compareShapes(node, before, after);
  if (shape === 'whole' || (isEmpty(before) && isEmpty(after))) {
    return equalData(before, after) ? nothing : changedWhole;
  }
  if (shape === 'map') return compareMaps(node, isMap(before) ? before : {}, isMap(after) ? after : {});
  return compareLists(
    node,
    Array.isArray(before) ? (before as Items) : [],
    Array.isArray(after) ? (after as Items) : [],
  );
}

export function isSame(comparison: Comparison): boolean {
  return (
    comparison.added === undefined && comparison.modified === undefined && comparison.removed === undefined
  );
}

export function exclude(comparison: Comparison, ignored: FieldSet | undefined): Comparison {
  if (ignored === undefined) return comparison;
  return {
    added: recursiveDifference(comparison.added, ignored),
    modified: recursiveDifference(comparison.modified, ignored),
    removed: recursiveDifference(comparison.removed, ignored),
  };
}

/** A map became a scalar or the like: the place changed, and what was or is below it came or went. */
function compareShapes(node: SchemaNode, before: unknown, after: unknown): Comparison {
  const below = (value: unknown): FieldSet | undefined => {
    const set = wholeSet(node, value);
    const { '.': _, ...members } = set;
    return nodeOf(false, members);
  };
  return { added: below(after), modified: leaf, removed: below(before) };
}

/** Collects what differs below a place. */
class Collector {
  added: Record<string, FieldSet> | undefined;
  modified: Record<string, FieldSet> | undefined;
  removed: Record<string, FieldSet> | undefined;

  take(element: string, found: Comparison): void {
    if (found.added !== undefined) (this.added ??= {})[element] = found.added;
    if (found.modified !== undefined) (this.modified ??= {})[element] = found.modified;
    if (found.removed !== undefined) (this.removed ??= {})[element] = found.removed;
  }

  done(): Comparison {
    if (this.added === undefined && this.modified === undefined && this.removed === undefined) return nothing;
    return {
      added: nodeOf(false, this.added),
      modified: nodeOf(false, this.modified),
      removed: nodeOf(false, this.removed),
    };
  }
}

function compareMaps(node: SchemaNode, before: Members, after: Members): Comparison {
  const found = new Collector();
  for (const key in after) {
    const value = after[key];
    const old = before[key];
    if (value === undefined || value === old) continue;
    found.take(`f:${key}`, compare(memberNode(node, key), old, value));
  }
  for (const key in before) {
    if (before[key] !== undefined && after[key] === undefined) {
      found.take(`f:${key}`, compare(memberNode(node, key), before[key], undefined));
    }
  }
  return found.done();
}

const unowned = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);

/** Members of metadata that nobody owns, whatever a write says of them. */
export function isNeverOwned(field: string): boolean {
  return unowned.has(field);
}

/** Compares two states of an object but for what is never owned and for the field behind another door. */
export function compareObjects(
  node: SchemaNode,
  before: Members,
  after: Members,
  apart: string | undefined,
): Comparison {
  const found = new Collector();
  const visit = (field: string): void => {
    if (before[field] === after[field] || field === 'apiVersion' || field === 'kind' || field === apart)
      return;
    const by = field === 'metadata' ? compareMetadata : compare;
    found.take(`f:${field}`, by(memberNode(node, field), before[field], after[field]));
  };
  for (const field in after) visit(field);
  for (const field in before) if (after[field] === undefined) visit(field);
  return found.done();
}

function compareMetadata(node: SchemaNode, before: unknown, after: unknown): Comparison {
  const found = new Collector();
  const left = before as Members;
  const right = after as Members;
  const visit = (field: string): void => {
    if (left[field] === right[field] || unowned.has(field)) return;
    found.take(`f:${field}`, compare(memberNode(node, field), left[field], right[field]));
  };
  for (const field in right) visit(field);
  for (const field in left) if (right[field] === undefined) visit(field);
  return found.done();
}

function compareLists(node: SchemaNode, before: Items, after: Items): Comparison {
  const found = new Collector();
  const items = itemNode(node);
  if (inStep(node, before, after)) {
    for (let i = 0; i < after.length; i++) {
      if (before[i] !== after[i]) found.take(elementOf(node, after[i]), compare(items, before[i], after[i]));
    }
    return found.done();
  }
  const [left, right] = [group(node, before), group(node, after)];
  for (const [element, were] of left) {
    found.take(element, compareGroups(items, were, right.get(element) ?? []));
  }
  for (const [element, are] of right) {
    if (!left.has(element)) found.take(element, compareGroups(items, [], are));
  }
  return found.done();
}

/** Whether both lists have the same items, each once and at the same place: nearly every list that is updated. */
export function inStep(node: SchemaNode, before: Items, after: Items): boolean {
  if (before.length !== after.length) return false;
  const seen: string[] = [];
  for (let i = 0; i < after.length; i++) {
    const element = elementOf(node, after[i]);
    if (before[i] !== after[i] && elementOf(node, before[i]) !== element) return false;
    if (seen.includes(element)) return false;
    seen.push(element);
    // Many items are told apart faster by a map.
    if (i > inStepMax) return false;
  }
  return true;
}

const inStepMax = 32;

/** Items of one name. Several of them are compared as a whole. */
function compareGroups(items: SchemaNode, were: Items, are: Items): Comparison {
  if (were.length <= 1 && are.length <= 1) return compare(items, were[0], are[0]);
  if (were.length >= 2 && are.length >= 2) return equalData(were, are) ? nothing : changedWhole;
  if (were.length >= 2)
    return { ...(are.length > 0 ? compare(items, undefined, are[0]) : nothing), removed: leaf };
  return { ...(were.length > 0 ? compare(items, were[0], undefined) : nothing), added: leaf };
}

function group(node: SchemaNode, list: Items): ReadonlyMap<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const item of list) {
    const element = elementOf(node, item);
    const known = groups.get(element);
    if (known === undefined) groups.set(element, [item]);
    else known.push(item);
  }
  return groups;
}

/** The place and everything below it, as a write that brings it owns it. */
function wholeSet(node: SchemaNode, value: unknown): FieldSet {
  const shape = shapeOf(node, value);
  if (shape === 'whole' || isEmpty(value)) return leaf;
  if (shape === 'list') {
    const members: Record<string, FieldSet> = {};
    for (const [element, items] of group(node, value as Items)) {
      members[element] = items.length > 1 ? leaf : wholeSet(itemNode(node), items[0]);
    }
    return nodeOf(true, members) ?? leaf;
  }
  // Every create comes through here, so the node is made in its order at once.
  const out: Record<string, FieldSet> = { '.': leaf };
  for (const key of Object.keys(value as Members).sort()) {
    const member = (value as Members)[key];
    if (member !== undefined) out[`f:${key}`] = wholeSet(memberNode(node, key), member);
  }
  return out;
}

/** The places that an applied value sets: leaves and the names of list items. */
export function toFieldSet(node: SchemaNode, value: unknown): FieldSet | undefined {
  const shape = shapeOf(node, value);
  if (shape === 'whole') return leaf;
  if (isEmpty(value)) return undefined;
  const members: Record<string, FieldSet> = {};
  if (shape === 'map') {
    for (const key in value as Members) {
      const member = (value as Members)[key];
      if (member === undefined) continue;
      const set = toFieldSet(memberNode(node, key), member);
      const own = member === null || (isMap(member) && isEmpty(member)) || !isDeclared(node, key);
      if (own) members[`f:${key}`] = withOwn(set);
      else if (set !== undefined) members[`f:${key}`] = set;
    }
  } else {
    for (const [element, items] of group(node, value as Items)) {
      members[element] = items.length > 1 ? leaf : withOwn(toFieldSet(itemNode(node), items[0]));
    }
  }
  return nodeOf(false, members);
}
