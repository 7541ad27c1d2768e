import { equalData } from '@plumbline/base';
import type { SchemaNode } from '@plumbline/api';
import { compare, isNeverOwned } from './compare.ts';
import { nodeOf, union, type FieldSet } from './field-set.ts';
import { nameForm, wholeForm } from './forms.ts';
import { freezeSet, type Memory } from './memory.ts';
import { namesOneObject } from './newcomers.ts';
import { specIsOfServer } from './versions.ts';
import { isMap, memberNode, shapeOf, type Members } from './shape.ts';

/**
 * What a create owns. Thousands of objects are made from one template, so sets are remembered by the form of the value:
 * the names that it has and which of them differ from what is there before.
 */
export function createdSet(
  memory: Memory,
  schema: SchemaNode,
  before: Members,
  after: Members,
  statusApart: boolean,
): FieldSet | undefined {
  const parts: Part[] = [];
  let unique = false;
  for (const field in after) {
    if (field === 'apiVersion' || field === 'kind' || (field === 'status' && statusApart)) continue;
    if (field === 'spec' && specIsOfServer(schema)) continue;
    if (field === 'metadata') unique = collectMetadata(schema, after, parts);
    else collect(parts, false, schema, field, before, after);
  }
  // Names of owners are of one object only, and would fill the memory with sets that nobody asks for again.
  const common = unique ? parts.filter((part) => !isUnique(part)) : parts;
  const text = common.map((part) => part.text).join('');
  const { set } = memory.recall('created ', schema, text, () => ({ set: assemble(common) }));
  return unique ? withOwners(set, assemble(parts.filter(isUnique))) : set;
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
  const text = `${inner ? '<' : '>'}${nameForm(field)}${formOf(node, before[field], after[field])}`;
  parts.push({ field, inner, text, node, before: before[field], after: after[field] });
}

function isUnique(part: Part): boolean {
  return part.inner && namesOneObject(part.node);
}

function assemble(parts: readonly Part[]): FieldSet | undefined {
  const top: Record<string, FieldSet> = {};
  const metadata: Record<string, FieldSet> = {};
  for (const part of parts) {
    const { added, modified } = compare(part.node, part.before, part.after);
    const set = union(added, modified);
    if (set !== undefined) (part.inner ? metadata : top)[`f:${part.field}`] = set;
  }
  const inner = nodeOf(false, metadata);
  if (inner !== undefined) top['f:metadata'] = inner;
  const set = nodeOf(false, top);
  return set === undefined ? undefined : freezeSet(set);
}

/** The set together with one that has nothing but the owners of one object. */
function withOwners(set: FieldSet | undefined, owners: FieldSet | undefined): FieldSet | undefined {
  const all = union(set, owners);
  return all === undefined ? undefined : freezeSet(all);
}

/** A text that is equal for values that own the same places. */
function formOf(node: SchemaNode, before: unknown, after: unknown): string {
  if (before === undefined) return wholeForm(node, after);
  if (before === after) return '=';
  if (isMap(before) && isMap(after) && shapeOf(node, after) === 'map' && shapeOf(node, before) === 'map') {
    let text = '(';
    for (const key in after) {
      if (after[key] !== undefined)
        text += nameForm(key) + formOf(memberNode(node, key), before[key], after[key]);
    }
    return `${text})`;
  }
  // Any other value differs from a null and from the zero of a scalar.
  if (before === null || typeof before !== 'object') return `!${wholeForm(node, after)}`;
  if (shapeOf(node, before) === 'whole' && shapeOf(node, after) === 'whole')
    return equalData(before, after) ? '=' : '!';
  return `!${JSON.stringify(after) ?? ''}`;
}
