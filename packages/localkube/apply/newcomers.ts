import type { SchemaNode } from '@plumbline/api';
import { compare } from './compare.ts';
import { union, type FieldSet } from './field-set.ts';
import { isMap, memberNode, type Members } from './shape.ts';

/**
 * Whether the items of a list are named by what no two objects share: the owners of an object, the addresses of a pod. What
 * follows from them is not worth remembering, for nobody asks for it again.
 */
export function namesOneObject(node: SchemaNode): boolean {
  if (node.type !== 'list' || node.listType !== 'map' || node.listMapKeys?.length !== 1) return false;
  const [key] = node.listMapKeys;
  return key === 'uid' || key === 'ip';
}

/** A list of that kind, two steps below the object. */
interface Place {
  readonly field: string;
  readonly inner: string;
  readonly node: SchemaNode;
}

const known = new WeakMap<SchemaNode, readonly Place[]>();

function placesOf(schema: SchemaNode): readonly Place[] {
  const there = known.get(schema);
  if (there !== undefined) return there;
  const places: Place[] = [];
  for (const field of ['metadata', 'status']) {
    const below = memberNode(schema, field);
    for (const inner of Object.keys(below.fields ?? {})) {
      const node = memberNode(below, inner);
      if (namesOneObject(node)) places.push({ field, inner, node });
    }
  }
  known.set(schema, places);
  return places;
}

/** What a change brings that no other object has, apart from what many have. */
export interface Newcomers {
  /** The object without them. */
  readonly rest: Members;
  /** Their places. */
  readonly set: FieldSet;
}

/** Undefined where a change brings none. `apart`: the field behind another door. */
export function newcomersOf(
  schema: SchemaNode,
  before: Members,
  after: Members,
  apart: string | undefined,
): Newcomers | undefined {
  let found: Newcomers | undefined;
  for (const place of placesOf(schema)) {
    const { field, inner } = place;
    const was = before[field];
    const is = after[field];
    if (was === is || field === apart || !isMap(is) || is[inner] === undefined) continue;
    if (isMap(was) && was[inner] !== undefined) continue;
    const { added } = compare(place.node, undefined, is[inner]);
    if (added === undefined) continue;
    const set = union(found?.set, { [`f:${field}`]: { [`f:${inner}`]: added } })!;
    found = { rest: { ...(found?.rest ?? after), [field]: { ...is, [inner]: undefined } }, set };
  }
  return found;
}
