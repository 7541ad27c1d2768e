import type { SchemaNode } from '@plumbline/api';
import { compare, isNeverOwned } from './compare.ts';
import { nodeOf, union, type FieldSet } from './field-set.ts';
import { freezeSet } from './intern.ts';
import { elementOf } from './path-element.ts';
import { isEmpty, isMap, itemNode, memberNode, shapeOf, type Items, type Members } from './shape.ts';

/**
 * What a create owns. Thousands of objects are made from one template, so sets are remembered by the form of the value:
 * the names that it has and which of them differ from what is there before.
 */
export function createdSet(
  schema: SchemaNode,
  before: Members,
  after: Members,
  statusApart: boolean,
): FieldSet | undefined {
  const parts: Part[] = [];
  let unique = false;
  for (const field in after) {
    if (field === 'apiVersion' || field === 'kind' || (field === 'status' && statusApart)) continue;
    if (field === 'metadata') unique = collectMetadata(schema, after, parts);
    else collect(parts, false, schema, field, before, after);
  }
  // Names of owners are of one object only, and would fill the memory with sets that nobody asks for again.
  if (unique) return assemble(parts, true);
  const text = parts.map((part) => part.text).join('');
  return remembered(schema, text, () => assemble(parts, false));
}

/** One member of the object or, `inner`, of its metadata. */
interface Part {
  readonly field: string;
  readonly inner: boolean;
  readonly text: string;
  readonly node: SchemaNode;
  readonly before: unknown;
  readonly after: unknown;
}

function collectMetadata(schema: SchemaNode, after: Members, parts: Part[]): boolean {
  const metadata = after['metadata'] as Members;
  const node = memberNode(schema, 'metadata');
  for (const field in metadata) if (!isNeverOwned(field)) collect(parts, true, node, field, {}, metadata);
  return metadata['ownerReferences'] !== undefined;
}

function collect(
  parts: Part[],
  inner: boolean,
  owner: SchemaNode,
  field: string,
  before: Members,
  after: Members,
): void {
  if (after[field] === undefined) return;
  const node = memberNode(owner, field);
  const text = `${inner ? '<' : '>'}${name(field)}${formOf(node, before[field], after[field])}`;
  parts.push({ field, inner, text, node, before: before[field], after: after[field] });
}

function assemble(parts: readonly Part[], single: boolean): FieldSet | undefined {
  const top: Record<string, FieldSet> = {};
  const metadata: Record<string, FieldSet> = {};
  for (const part of parts) {
    const make = (): FieldSet | undefined => {
      const { added, modified } = compare(part.node, part.before, part.after);
      return union(added, modified);
    };
    const set = single && part.field !== 'ownerReferences' ? remembered(part.node, part.text, make) : make();
    if (set !== undefined) (part.inner ? metadata : top)[`f:${part.field}`] = set;
  }
  const inner = nodeOf(false, metadata);
  if (inner !== undefined) top['f:metadata'] = inner;
  const set = nodeOf(false, top);
  return set === undefined ? undefined : freezeSet(set);
}

const formsMax = 2048;
const known = new WeakMap<SchemaNode, Map<string, FieldSet | undefined>>();

function remembered(node: SchemaNode, text: string, make: () => FieldSet | undefined): FieldSet | undefined {
  let sets = known.get(node);
  if (sets === undefined) known.set(node, (sets = new Map()));
  const found = sets.get(text);
  if (found !== undefined || sets.has(text)) return found;
  const made = make();
  if (sets.size >= formsMax) sets.clear();
  sets.set(text, made === undefined ? undefined : freezeSet(made));
  return made;
}

/** Names have their length in front, so that no name can pass for a form. */
function name(text: string): string {
  return `${text.length}:${text}`;
}

/** A text that is equal for values that own the same places. */
function formOf(node: SchemaNode, before: unknown, after: unknown): string {
  if (before === undefined) return wholeForm(node, after);
  if (before === after) return '=';
  if (isMap(before) && isMap(after) && shapeOf(node, after) === 'map' && shapeOf(node, before) === 'map') {
    let text = '(';
    for (const key in after) {
      if (after[key] !== undefined)
        text += name(key) + formOf(memberNode(node, key), before[key], after[key]);
    }
    return `${text})`;
  }
  // Any other value differs from a null and from the zero of a scalar.
  if (before === null || typeof before !== 'object') return `!${wholeForm(node, after)}`;
  return `!${JSON.stringify(after) ?? ''}`;
}

function wholeForm(node: SchemaNode, value: unknown): string {
  const shape = shapeOf(node, value);
  if (shape === 'whole' || isEmpty(value)) return '.';
  let text = '{';
  if (shape === 'list') {
    for (const item of value as Items) {
      text += name(elementOf(node, item)) + wholeForm(itemNode(node), item);
    }
    return `${text}}`;
  }
  for (const key in value as Members) {
    const member = (value as Members)[key];
    if (member !== undefined) text += name(key) + wholeForm(memberNode(node, key), member);
  }
  return `${text}}`;
}
