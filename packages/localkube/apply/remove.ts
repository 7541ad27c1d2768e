import type { SchemaNode } from '@plumbline/api';
import { nodeOf, owns, type FieldSet } from './field-set.ts';
import { elementOf } from './path-element.ts';
import { isDeclared, isEmpty, itemNode, memberNode, shapeOf, type Items, type Members } from './shape.ts';

/**
 * The value without the places of the set. Nothing is changed. A map or list that loses all it holds becomes null, as
 * upstream has it, so that whoever owns the place itself still does; decoding drops the null later.
 */
export function removeItems(node: SchemaNode, value: unknown, set: FieldSet | undefined): unknown {
  if (set === undefined) return value;
  const shape = shapeOf(node, value);
  if (shape === 'whole' || isEmpty(value)) return value;
  if (shape === 'map') return removeFromMap(node, value as Members, set);
  return removeFromList(node, value as Items, set);
}

function removeFromMap(node: SchemaNode, map: Members, set: FieldSet): unknown {
  const out: Record<string, unknown> = { ...map };
  let left = false;
  for (const key of Object.keys(map)) {
    const below = at(set, `f:${key}`);
    const gone = below !== undefined && owns(below);
    const kept = gone ? undefined : removeItems(memberNode(node, key), map[key], below);
    if (kept === undefined) {
      delete out[key];
      continue;
    }
    left = true;
    if (kept !== map[key]) out[key] = kept;
  }
  return left ? out : null;
}

function removeFromList(node: SchemaNode, list: Items, set: FieldSet): unknown {
  const out: unknown[] = [];
  for (const item of list) {
    const below = at(set, elementOf(node, item));
    if (below !== undefined && owns(below)) continue;
    const kept = removeItems(itemNode(node), item, below);
    if (kept !== undefined) out.push(kept);
  }
  return out.length > 0 ? out : null;
}

/** Only the places of the set: what a manager owns of an object. Items of map lists keep their keys. */
export function extractItems(node: SchemaNode, value: unknown, set: FieldSet | undefined): unknown {
  if (set === undefined) return undefined;
  const shape = shapeOf(node, value);
  if (shape === 'whole') return value;
  if (isEmpty(value)) return value;
  if (shape === 'list') {
    const items = (value as Items).flatMap((item) => {
      const below = at(set, elementOf(node, item));
      if (below === undefined) return [];
      return [isLeafOnly(below) ? item : extractItems(itemNode(node), item, below)];
    });
    return items.length > 0 ? items : undefined;
  }
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value as Members)) {
    const below = at(set, `f:${key}`);
    if (below === undefined) continue;
    const member = (value as Members)[key];
    const kept = isLeafOnly(below)
      ? whole(memberNode(node, key), member)
      : extractItems(memberNode(node, key), member, below);
    if (kept !== undefined) out[key] = kept;
  }
  return Object.keys(out).length > 0 ? out : undefined;
}

/** A place that is owned with nothing below: scalars and atomic values are all of it, others only that they exist. */
function whole(node: SchemaNode, value: unknown): unknown {
  return shapeOf(node, value) === 'whole' ? value : null;
}

function isLeafOnly(set: FieldSet): boolean {
  for (const key in set) if (key !== '.') return false;
  return true;
}

/** Puts the declared fields on the way to what is in the set into the set. */
export function ensureNamedFields(node: SchemaNode, set: FieldSet | undefined): FieldSet | undefined {
  if (set === undefined) return undefined;
  const members: Record<string, FieldSet> = {};
  let grown = false;
  for (const element in set) {
    if (element === '.') continue;
    const key = element.startsWith('f:') ? element.slice(2) : undefined;
    const below = key === undefined ? itemNode(node) : memberNode(node, key);
    const inner = ensureNamedFields(below, set[element]) ?? set[element]!;
    const own = owns(set[element]!) || (key !== undefined && isDeclared(node, key));
    const { '.': _, ...rest } = inner;
    members[element] = nodeOf(own, rest) ?? inner;
    grown = true;
  }
  return grown ? nodeOf(Object.hasOwn(set, '.'), members) : set;
}

function at(set: FieldSet, element: string): FieldSet | undefined {
  return Object.hasOwn(set, element) ? set[element] : undefined;
}
