import { equalData } from '@plumbline/base';
import { listRule, mapRule, type FieldRule, type PatchSchema } from './schema.ts';
import {
  byText,
  deleteListPrefix,
  directive,
  itemKind,
  keyOfItem,
  orderPrefix,
  retainKeys,
  sortByOrder,
  sortedByKey,
  unique,
} from './strategic-lists.ts';
import { has, kindOf, PatchRefusal, put, type Fresh, type Items, type Members } from './values.ts';

/** Which kinds of changes a patch shall hold. */
export interface DiffOptions {
  /** Write `$setElementOrder` directives. */
  readonly order: boolean;
  readonly ignoreChanges: boolean;
  readonly ignoreDeletions: boolean;
}

/** The strategic patch from one map to another. */
export function diffMaps(
  from: Members,
  to: Members,
  schema: PatchSchema,
  options: DiffOptions,
  retain = false,
): Fresh {
  const patch: Fresh = {};
  for (const key of Object.keys(to)) {
    const after = to[key];
    if (!has(from, key)) {
      if (!options.ignoreChanges) put(patch, key, after);
      continue;
    }
    const before = from[key];
    if (before === after) continueEqual(patch, key, after, schema, options);
    else diffMember(patch, key, before, after, schema, options);
  }
  if (!options.ignoreDeletions) {
    for (const key of Object.keys(from)) if (!has(to, key)) put(patch, key, null);
  }
  if (retain) addRetainKeys(patch, from, to);
  return patch;
}

/** A map with strategy `replace` is sent even when it did not change, as upstream does. */
function continueEqual(
  patch: Fresh,
  key: string,
  value: unknown,
  schema: PatchSchema,
  options: DiffOptions,
): void {
  if (options.ignoreChanges || kindOf(value) !== 'map') return;
  if (mapRule(schema, key)?.strategy === 'replace') put(patch, key, value);
}

function diffMember(
  patch: Fresh,
  key: string,
  before: unknown,
  after: unknown,
  schema: PatchSchema,
  options: DiffOptions,
): void {
  const kind = kindOf(after);
  if (key === directive) {
    if (!equalData(before, after)) patch[directive] = after;
  } else if (kind !== kindOf(before)) {
    if (!options.ignoreChanges) put(patch, key, after);
  } else if (kind === 'map') {
    diffMapMember(patch, key, before as Members, after as Members, mapRule(schema, key), options);
  } else if (kind === 'list') {
    diffListMember(patch, key, before as Items, after as Items, listRule(schema, key), options);
  } else if (!options.ignoreChanges && !equalData(before, after)) {
    put(patch, key, after);
  }
}

function diffMapMember(
  patch: Fresh,
  key: string,
  before: Members,
  after: Members,
  rule: FieldRule | undefined,
  options: DiffOptions,
): void {
  if (rule === undefined) return refuseUnlessEqual(key, before, after);
  if (rule.strategy === 'replace') {
    if (!options.ignoreChanges) put(patch, key, after);
    return;
  }
  const inner = diffMaps(before, after, rule.schema, options, rule.retainKeys);
  if (Object.keys(inner).length > 0) put(patch, key, inner);
}

function diffListMember(
  patch: Fresh,
  key: string,
  before: Items,
  after: Items,
  rule: FieldRule | undefined,
  options: DiffOptions,
): void {
  if (rule === undefined) return refuseUnlessEqual(key, before, after);
  if (rule.strategy !== 'merge') {
    if (!options.ignoreChanges && !equalData(before, after)) put(patch, key, after);
    return;
  }
  const { add, remove, order } = diffLists(before, after, rule, options);
  if (add.length > 0) put(patch, key, add);
  if (remove.length > 0) patch[`${deleteListPrefix}${key}`] = remove;
  if (order.length > 0) patch[`${orderPrefix}${key}`] = order;
}

interface ListDiff {
  readonly add: Items;
  readonly remove: Items;
  readonly order: Items;
}

function diffLists(before: Items, after: Items, rule: FieldRule, options: DiffOptions): ListDiff {
  if (before.length === 0) return { add: options.ignoreChanges ? [] : after, remove: [], order: [] };
  if (itemKind(before, after) === 'map') return diffMapLists(before, after, rule, options);
  const { add, remove } = diffScalarLists(before, after, options);
  const changed = add.length > 0 || remove.length > 0 || !equalData(before, after);
  return { add: sortByOrder(add, after, ''), remove, order: options.order && changed ? after : [] };
}

function diffScalarLists(
  before: Items,
  after: Items,
  options: DiffOptions,
): { readonly add: Items; readonly remove: Items } {
  const [left, right] = [before.toSorted(byText), after.toSorted(byText)];
  const add: unknown[] = [];
  const remove: unknown[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const side = i >= left.length ? 1 : j >= right.length ? -1 : byText(left[i], right[j]);
    if (side > 0 && !options.ignoreChanges) add.push(right[j]);
    if (side < 0 && !options.ignoreDeletions) remove.push(left[i]);
    if (side <= 0) i++;
    if (side >= 0) j++;
  }
  return { add, remove: unique(remove) };
}

function diffMapLists(before: Items, after: Items, rule: FieldRule, options: DiffOptions): ListDiff {
  const { mergeKey } = rule;
  if (mergeKey === '')
    throw new PatchRefusal('strategic-merge-no-key', 'cannot merge lists without merge key');
  const [left, right] = [sortedByKey(before, mergeKey), sortedByKey(after, mergeKey)];
  const changes: unknown[] = [];
  const deletions: unknown[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [was, is] = [left[i], right[j]];
    const side = was === undefined ? 1 : is === undefined ? -1 : byText(was[mergeKey], is[mergeKey]);
    if (side === 0 && was !== undefined && is !== undefined) {
      const inner = diffMaps(was, is, rule.schema, options, rule.retainKeys);
      if (Object.keys(inner).length > 0) {
        inner[mergeKey] = is[mergeKey];
        changes.push(inner);
      }
    } else if (side > 0 && is !== undefined && !options.ignoreChanges) {
      changes.push(is);
    } else if (side < 0 && was !== undefined && !options.ignoreDeletions) {
      deletions.push({ [mergeKey]: was[mergeKey], [directive]: 'delete' });
    }
    if (side <= 0) i++;
    if (side >= 0) j++;
  }
  const add = [...sortByOrder(changes, after, mergeKey), ...deletions];
  const ordered = options.order && (add.length > 0 || !sameOrder(before, after, mergeKey));
  return {
    add,
    remove: [],
    order: ordered ? after.map((item) => ({ [mergeKey]: keyOfItem(item, mergeKey) })) : [],
  };
}

function sameOrder(before: Items, after: Items, mergeKey: string): boolean {
  if (before.length !== after.length) return false;
  return before.every((item, i) => equalData(keyOfItem(item, mergeKey), keyOfItem(after[i], mergeKey)));
}

/** `$retainKeys` is written where something changes or the old map has members that the new one has not. */
function addRetainKeys(patch: Fresh, from: Members, to: Members): void {
  const keys = Object.keys(to);
  if (keys.length === 0) return;
  if (Object.keys(patch).length > 0 || Object.keys(from).some((key) => !has(to, key))) {
    patch[retainKeys] = keys.toSorted(byText);
  }
}

function refuseUnlessEqual(key: string, before: unknown, after: unknown): void {
  if (equalData(before, after)) return;
  throw new PatchRefusal(
    'strategic-merge-unknown-field',
    `unable to find api field in struct for the json field ${JSON.stringify(key)}`,
  );
}
