import { equalData } from '@plumbline/base';
import type { SchemaNode } from '@plumbline/api';
import { isNeverOwned, inStep } from './compare.ts';
import { ElementError, elementOf } from './path-element.ts';
import {
  fieldOf,
  isEmpty,
  isMap,
  itemNode,
  memberNode,
  otherOf,
  shapeOf,
  type Items,
  type Members,
} from './shape.ts';
import { fits } from './validate.ts';

/** Names have their length in front, so that no name can pass for a form. */
export function nameForm(text: string): string {
  return `${text.length}:${text}`;
}

/** A text that is equal for values that own the same places when they come new. */
export function wholeForm(node: SchemaNode, value: unknown): string {
  const shape = shapeOf(node, value);
  if (shape === 'whole' || isEmpty(value)) return '.';
  let text = '{';
  if (shape === 'list') {
    for (const item of value as Items) {
      text += nameForm(elementOf(node, item)) + wholeForm(itemNode(node), item);
    }
    return `${text}}`;
  }
  for (const key in value as Members) {
    const member = (value as Members)[key];
    if (member !== undefined) text += nameForm(key) + wholeForm(memberNode(node, key), member);
  }
  return `${text}}`;
}

/**
 * A text that is equal for applied values that set the same places; undefined for one that does not fit its schema. Both
 * are asked of every applied value, so one walk answers both.
 */
export function appliedForm(node: SchemaNode, value: unknown): string | undefined {
  try {
    return fittingForm(node, value);
  } catch (thrown) {
    // Items that lack all of their keys do not fit either.
    if (thrown instanceof ElementError) return undefined;
    throw thrown;
  }
}

function fittingForm(node: SchemaNode, value: unknown): string | undefined {
  if (value === null) return '0';
  const shape = shapeOf(node, value);
  if (shape === 'whole') return fits(node, value) ? '.' : undefined;
  if (isEmpty(value)) return 'e';
  return shape === 'list' ? fittingItems(node, value as Items) : fittingMembers(node, value as Members);
}

function fittingItems(node: SchemaNode, list: Items): string | undefined {
  const items = itemNode(node);
  const seen = list.length > 1 ? new Set<string>() : undefined;
  let text = '{';
  for (const item of list) {
    const element = elementOf(node, item);
    if (seen?.has(element) === true) return undefined;
    seen?.add(element);
    const form = fittingForm(items, item);
    if (form === undefined) return undefined;
    text += nameForm(element) + form;
  }
  return `${text}}`;
}

function fittingMembers(node: SchemaNode, members: Members): string | undefined {
  let text = '{';
  for (const key in members) {
    const declared = fieldOf(node, key);
    const below = declared ?? otherOf(node);
    if (below === undefined) return undefined;
    const member = members[key];
    if (member === undefined) continue;
    const form = fittingForm(below, member);
    if (form === undefined) return undefined;
    text += `${declared === undefined ? '?' : ''}${nameForm(key)}${form}`;
  }
  return `${text}}`;
}

/** A text that is equal for changes that add, modify and remove the same places; empty where nothing differs. */
function changeForm(node: SchemaNode, before: unknown, after: unknown): string {
  if (before === after) return '';
  if (before === undefined) return `+${wholeForm(node, after)}`;
  if (after === undefined) return `-${wholeForm(node, before)}`;
  const shape = shapeOf(node, after);
  if (shapeOf(node, before) !== shape) return unique(before, after);
  if (shape === 'whole' || (isEmpty(before) && isEmpty(after))) return equalData(before, after) ? '' : '!';
  if (shape === 'map') return mapForm(node, isMap(before) ? before : {}, isMap(after) ? after : {});
  return listForm(node, before, after);
}

function mapForm(node: SchemaNode, before: Members, after: Members): string {
  let text = '';
  for (const key in after) {
    const value = after[key];
    if (value === undefined || value === before[key]) continue;
    const form = changeForm(memberNode(node, key), before[key], value);
    if (form !== '') text += nameForm(key) + form;
  }
  for (const key in before) {
    if (before[key] !== undefined && after[key] === undefined)
      text += `${nameForm(key)}-${wholeForm(memberNode(node, key), before[key])}`;
  }
  return text === '' ? '' : `(${text})`;
}

function listForm(node: SchemaNode, before: unknown, after: unknown): string {
  const left: Items = Array.isArray(before) ? before : [];
  const right: Items = Array.isArray(after) ? after : [];
  if (!inStep(node, left, right)) return movedForm(node, left, right) ?? unique(before, after);
  let text = '';
  for (let i = 0; i < right.length; i++) {
    const form = changeForm(itemNode(node), left[i], right[i]);
    if (form !== '') text += nameForm(elementOf(node, right[i])) + form;
  }
  return text === '' ? '' : `[${text}]`;
}

/** Lists whose items came, went or moved; undefined where a name is there twice. */
function movedForm(node: SchemaNode, before: Items, after: Items): string | undefined {
  const [left, right] = [byElement(node, before), byElement(node, after)];
  if (left === undefined || right === undefined) return undefined;
  const items = itemNode(node);
  let text = '';
  for (const [element, item] of left) {
    const form = changeForm(items, item, right.get(element));
    if (form !== '') text += nameForm(element) + form;
  }
  for (const [element, item] of right) {
    if (!left.has(element)) text += `${nameForm(element)}+${wholeForm(items, item)}`;
  }
  return text === '' ? '' : `[${text}]`;
}

function byElement(node: SchemaNode, list: Items): ReadonlyMap<string, unknown> | undefined {
  const items = new Map<string, unknown>();
  for (const item of list) items.set(elementOf(node, item), item);
  return items.size === list.length ? items : undefined;
}

/** What has no form short of itself. */
function unique(before: unknown, after: unknown): string {
  return `=${nameForm(JSON.stringify(before) ?? '')}${nameForm(JSON.stringify(after) ?? '')}`;
}

/** The form of a change of an object, but for what is never owned and for the field behind another door. */
export function objectChangeForm(
  node: SchemaNode,
  before: Members,
  after: Members,
  apart: string | undefined,
): string {
  let text = '';
  const visit = (field: string): void => {
    if (before[field] === after[field] || field === 'apiVersion' || field === 'kind' || field === apart)
      return;
    const below = memberNode(node, field);
    const form =
      field === 'metadata'
        ? metadataForm(below, before[field] as Members, after[field] as Members)
        : changeForm(below, before[field], after[field]);
    if (form !== '') text += nameForm(field) + form;
  };
  for (const field in after) visit(field);
  for (const field in before) if (after[field] === undefined) visit(field);
  return text;
}

function metadataForm(node: SchemaNode, before: Members, after: Members): string {
  let text = '';
  const visit = (field: string): void => {
    if (before[field] === after[field] || isNeverOwned(field)) return;
    const form = changeForm(memberNode(node, field), before[field], after[field]);
    if (form !== '') text += nameForm(field) + form;
  };
  for (const field in after) visit(field);
  for (const field in before) if (after[field] === undefined) visit(field);
  return text === '' ? '' : `(${text})`;
}
