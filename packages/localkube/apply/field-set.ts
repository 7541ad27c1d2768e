import { compareElements } from './path-element.ts';

/**
 * A set of field paths in the form in which `fieldsV1` stores it, so that nothing is decoded or encoded: members are path
 * elements (`f:name`, `k:{...}`, `v:...`, `i:0`), `.` says that the place itself is in the set, and an empty node is a place
 * that is in the set and has nothing below. Nodes are sorted, never changed and often shared; an empty set is undefined.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

type Fresh = Record<string, FieldSet>;

export const leaf: FieldSet = Object.freeze({});

function isLeaf(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the place of this node is itself in the set. */
export function owns(set: FieldSet): boolean {
  return isLeaf(set) || Object.hasOwn(set, '.');
}

/** A node of members in any order; undefined where nothing is left. */
export function nodeOf(own: boolean, members: Readonly<Fresh> | undefined): FieldSet | undefined {
  const keys = members === undefined ? [] : Object.keys(members);
  if (members === undefined || keys.length === 0) return own ? leaf : undefined;
  sortElements(keys);
  const out: Fresh = {};
  if (own) out['.'] = leaf;
  for (const key of keys) out[key] = members[key]!;
  return out;
}

function sortElements(keys: string[]): void {
  if (keys.every((key) => key.startsWith('f:'))) keys.sort();
  else keys.sort(compareElements);
}

/** The same set without its root: the object as a whole is never owned. */
export function belowRoot(set: FieldSet | undefined): FieldSet | undefined {
  return set === undefined || !owns(set) ? set : nodeOf(false, membersOf(set));
}

/** The same node with its place in the set. */
export function withOwn(set: FieldSet | undefined): FieldSet {
  if (set === undefined) return leaf;
  return owns(set) ? set : { '.': leaf, ...set };
}

/** Reads a set that a client sent: sorted, and undefined where it is empty. */
export function readFieldSet(fields: unknown): FieldSet | undefined {
  const set = readNode(fields);
  return isLeaf(set) ? undefined : set;
}

function readNode(fields: unknown): FieldSet {
  if (fields === null || typeof fields !== 'object') return leaf;
  const members: Fresh = {};
  for (const [key, value] of Object.entries(fields)) if (key !== '.') members[key] = readNode(value);
  return nodeOf(Object.hasOwn(fields, '.'), members) ?? leaf;
}

export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  const members: Fresh = {};
  for (const key in a) if (key !== '.') members[key] = a[key]!;
  for (const key in b) {
    if (key === '.') continue;
    members[key] = union(own(members, key), b[key]) ?? leaf;
  }
  return nodeOf(owns(a) || owns(b), members);
}

/** What is in `a` and not in `b`; places below those of `b` stay. Returns `a` itself where nothing changes. */
export function difference(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return a;
  return subtract(a, b, false);
}

/** What is in `a` and neither in `b` nor below a place of `b`. */
export function recursiveDifference(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return a;
  return subtract(a, b, true);
}

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet | undefined {
  let members: Fresh | undefined;
  for (const key in b) {
    const before = key === '.' ? undefined : own(a, key);
    if (before === undefined) continue;
    const cut = b[key]!;
    const after = recursive && owns(cut) ? undefined : subtractNode(before, cut, recursive);
    if (after === before) continue;
    members ??= membersOf(a);
    if (after === undefined) delete members[key];
    else members[key] = after;
  }
  return members === undefined ? a : nodeOf(Object.hasOwn(a, '.'), members);
}

/** As `subtract`, and the place of the node itself counts. */
function subtractNode(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet | undefined {
  if (!owns(b)) return isLeaf(a) ? a : subtract(a, b, recursive);
  if (isLeaf(a)) return undefined;
  const rest = subtract(a, b, recursive);
  return rest === undefined || !owns(rest) ? rest : nodeOf(false, membersOf(rest));
}

export function intersection(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return undefined;
  const members: Fresh = {};
  for (const key in a) {
    const other = key === '.' ? undefined : own(b, key);
    const both = other === undefined ? undefined : intersectNode(a[key]!, other);
    if (both !== undefined) members[key] = both;
  }
  return nodeOf(false, members);
}

function intersectNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const below = intersection(a, b);
  return owns(a) && owns(b) ? withOwn(below) : below;
}

export function equalSets(a: FieldSet | undefined, b: FieldSet | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => equalSets(a[key], own(b, key)));
}

/** Calls with each path of the set: a node's own members first, then what is below them, as upstream lists conflicts. */
export function eachPath(
  set: FieldSet | undefined,
  visit: (path: readonly string[]) => void,
  prefix: readonly string[] = [],
): void {
  if (set === undefined) return;
  for (const key in set) if (key !== '.' && owns(set[key]!)) visit([...prefix, key]);
  for (const key in set) if (key !== '.') eachPath(set[key], visit, [...prefix, key]);
}

/** The set of these paths. */
export function setOfPaths(paths: Iterable<readonly string[]>): FieldSet | undefined {
  let set: FieldSet | undefined;
  for (const path of paths) {
    let branch: FieldSet = leaf;
    for (let i = path.length - 1; i >= 0; i--) branch = { [path[i]!]: branch };
    set = union(set, branch);
  }
  return set;
}

function membersOf(set: FieldSet): Fresh {
  const members: Fresh = {};
  for (const key in set) if (key !== '.') members[key] = set[key]!;
  return members;
}

function own(set: FieldSet, key: string): FieldSet | undefined {
  return Object.hasOwn(set, key) ? set[key] : undefined;
}
