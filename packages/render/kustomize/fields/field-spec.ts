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
  readonly path: readonly string[];
  readonly visit: FieldVisitor;
  readonly createKind: NodeKind | undefined;
}

/** What holds the value where the walk stands; undefined: it is the object itself. */
type Holder = JsonObject | unknown[] | undefined;

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
    const walk = { spec, path: splitPath(spec.path), visit, createKind: options.createKind };
    descend(walk, object, undefined, '', 0);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    const id = idText({ ...gvk, name: nameOf(object), namespace: namespaceOf(object) });
    throw thrown.prefixed(`considering field '${spec.path}' of object ${id}`);
  }
}

// Every build walks thousands of paths, most of which end soon: nothing is made on the way that is not needed.
function descend(walk: Walk, value: unknown, holder: Holder, key: string | number, depth: number): void {
  if (depth === walk.path.length) {
    const wanted = walk.visit(value, { key });
    if (wanted !== value) write(holder, key, wanted);
    return;
  }
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) return descendList(walk, value, depth);
  if (isMapping(value)) return descendMapping(walk, value, depth);
  throw new KustomizeError('expected sequence or mapping node');
}

function write(holder: Holder, key: string | number, value: unknown): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else if (holder !== undefined) putField(holder, String(key), value);
}

function descendList(walk: Walk, items: unknown[], depth: number): void {
  try {
    for (let i = 0; i < items.length; i++) descend(walk, items[i], items, i, depth);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(`visit traversal on path: [${walk.path.slice(depth).join(' ')}]`);
  }
}

function descendMapping(walk: Walk, mapping: JsonObject, depth: number): void {
  const part = walk.path[depth] ?? '';
  const isList = part.endsWith('[]');
  const name = isList ? part.slice(0, -2) : part;
  if (name === '') throw new KustomizeError('cannot set or create an empty field name');
  const found = Object.hasOwn(mapping, name) ? fieldOf(mapping, name) : lookup(mapping, name);
  const next = depth + 1;
  if (!walk.spec.create || walk.createKind === undefined || isList) {
    // What is to be a list and is nothing becomes an empty one, as upstream's hint by `[]` does it.
    if (isList && found === null)
      return descend(walk, made('SequenceNode', mapping, name), mapping, name, next);
    if (found !== undefined) descend(walk, found, mapping, name, next);
    return;
  }
  const kind = next === walk.path.length ? walk.createKind : 'MappingNode';
  const value = kindOf(found) === undefined ? made(kind, mapping, name) : found;
  descend(walk, value, mapping, name, next);
}

/** Names that look like indexes or conditions are refused by upstream's lookup; others are just not there. */
function lookup(mapping: JsonObject, name: string): unknown {
  if (/^[a-zA-Z][\w-]*$/.test(name)) return undefined;
  try {
    return lookupPath(mapping, [name]);
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed(`fieldName: ${name}`) : thrown;
  }
}

/** Puts something new into a field; a scalar is nothing at first. */
function made(kind: NodeKind, mapping: JsonObject, name: string): unknown {
  const value = kind === 'MappingNode' ? {} : kind === 'SequenceNode' ? [] : undefined;
  putField(mapping, name, value ?? null);
  return value;
}
