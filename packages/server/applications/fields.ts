import { isRecord } from '@plumbline/base';

/** Which fields of an answer are wanted: Argo CD's `fields` parameter. */
export interface FieldFilter {
  readonly key: string;
  apply(value: unknown): unknown;
}

type Tree = Map<string, Tree>;

const FIELDS_LENGTH_MAX = 4_096;

/** `a.b,c` keeps only these; `-a.b,c` leaves these out. Lists are looked through. Undefined: everything is wanted. */
export function fieldFilter(fields: string | null): FieldFilter | undefined {
  if (fields === null || fields === '' || fields.length > FIELDS_LENGTH_MAX) return undefined;
  const excludes = fields.startsWith('-');
  const tree: Tree = new Map();
  for (const path of (excludes ? fields.slice(1) : fields).split(',')) {
    let node = tree;
    for (const part of path.trim().split('.')) {
      const next = node.get(part) ?? (new Map() as Tree);
      node.set(part, next);
      node = next;
    }
  }
  return { key: fields, apply: (value) => (excludes ? exclude(value, tree) : include(value, tree)) };
}

function include(value: unknown, tree: Tree): unknown {
  if (tree.size === 0) return value;
  if (Array.isArray(value)) return value.map((item) => include(item, tree));
  if (!isRecord(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, below] of tree) if (Object.hasOwn(value, name)) kept[name] = include(value[name], below);
  return kept;
}

function exclude(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.map((item) => exclude(item, tree));
  if (!isRecord(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const below = tree.get(name);
    if (below === undefined) kept[name] = member;
    else if (below.size > 0) kept[name] = exclude(member, below);
  }
  return kept;
}
