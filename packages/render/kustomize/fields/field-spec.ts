import { isMapping, kindOf, putField, fieldOf } from '../merge/nodes.ts';
import type { NodeKind } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import { gvkOf, gvkSelected, idText, nameOf, namespaceOf } from '../resource.ts';
import type { JsonObject } from '../resource.ts';
import type { FieldSpec } from '../types.ts';
import { lookupPath } from './lookup.ts';
import { splitPath } from './path.ts';

/**
 * Sees the value at the end of a path (undefined where it was just made) and gives what is to stand there; what is the
 * same is not written.
 */
export type FieldVisitor = (value: unknown, field: { readonly key: string | number }) => unknown;

export interface FieldSpecOptions {
  /** What is made at the end of a path whose field spec says `create`; absent: nothing is made. */
  readonly createKind?: NodeKind;
}

interface Walk {
  readonly spec: FieldSpec;
  readonly visit: FieldVisitor;
  readonly createKind: NodeKind | undefined;
}

/** Where the walk stands: a value, and how to put another one in its place. */
interface Spot {
  readonly value: unknown;
  readonly key: string | number;
  readonly write: (value: unknown) => void;
}

/** Visits the fields of all specs, one spec after the other. */
export function applyToFieldSpecs(
  object: JsonObject,
  specs: readonly FieldSpec[],
  visit: FieldVisitor,
  options: FieldSpecOptions = {},
): void {
  for (const spec of specs) applyToFieldSpec(object, spec, visit, options);
}

/** Visits the fields of a spec if the object is of its kind: lists on the way are walked through item by item. */
export function applyToFieldSpec(
  object: JsonObject,
  spec: FieldSpec,
  visit: FieldVisitor,
  options: FieldSpecOptions = {},
): void {
  const gvk = gvkOf(object);
  if (!gvkSelected(gvk, spec)) return;
  try {
    const walk = { spec, visit, createKind: options.createKind };
    descend(walk, { value: object, key: '', write: () => undefined }, splitPath(spec.path));
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    const id = idText({ ...gvk, name: nameOf(object), namespace: namespaceOf(object) });
    throw thrown.prefixed(`considering field '${spec.path}' of object ${id}`);
  }
}

function descend(walk: Walk, spot: Spot, path: readonly string[]): void {
  const { value } = spot;
  if (path.length === 0) {
    const wanted = walk.visit(value, { key: spot.key });
    if (wanted !== value) spot.write(wanted);
    return;
  }
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) return descendList(walk, value, path);
  if (isMapping(value)) return descendMapping(walk, value, path);
  throw new KustomizeError('expected sequence or mapping node');
}

function descendList(walk: Walk, items: unknown[], path: readonly string[]): void {
  try {
    for (const [i, value] of items.entries()) {
      const write = (wanted: unknown) => {
        items[i] = wanted;
      };
      descend(walk, { value, key: i, write }, path);
    }
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(`visit traversal on path: [${path.join(' ')}]`);
  }
}

function descendMapping(walk: Walk, mapping: JsonObject, path: readonly string[]): void {
  const [part = '', ...rest] = path;
  const name = part.replace(/\[\]$/, '');
  const isList = name !== part;
  if (name === '') throw new KustomizeError('cannot set or create an empty field name');
  const write = (value: unknown) => putField(mapping, name, value);
  const spotOf = (value: unknown): Spot => ({ value, key: name, write });
  const found = Object.hasOwn(mapping, name) ? fieldOf(mapping, name) : lookup(mapping, name);
  if (!walk.spec.create || walk.createKind === undefined || isList) {
    // What is to be a list and is nothing becomes an empty one, as upstream's hint by `[]` does it.
    if (isList && found === null) return descend(walk, madeOf('SequenceNode', spotOf), rest);
    if (found !== undefined) descend(walk, spotOf(found), rest);
    return;
  }
  const kind = rest.length === 0 ? walk.createKind : 'MappingNode';
  descend(walk, kindOf(found) === undefined ? madeOf(kind, spotOf) : spotOf(found), rest);
}

/** Names that look like indexes or conditions are refused by upstream's lookup; others are just not there. */
function lookup(mapping: JsonObject, name: string): unknown {
  try {
    return lookupPath(mapping, [name]);
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed(`fieldName: ${name}`) : thrown;
  }
}

function madeOf(kind: NodeKind, spotOf: (value: unknown) => Spot): Spot {
  const value = kind === 'MappingNode' ? {} : kind === 'SequenceNode' ? [] : undefined;
  const spot = spotOf(value);
  spot.write(value ?? null);
  return spot;
}
