import { equalData } from '@plumbline/base';
import { listRule, mapRule, type FieldRule, type PatchSchema } from './schema.ts';
import {
  checkOrder,
  deleteListPrefix,
  directive,
  interleave,
  isDeletion,
  itemKind,
  keyOfItem,
  orderPrefix,
  partition,
  retainKeys,
  unique,
} from './strategic-lists.ts';
import {
  has,
  isMap,
  kindOf,
  PatchRefusal,
  put,
  show,
  type Fresh,
  type Items,
  type Members,
} from './values.ts';

/** `apply`: a patch meets an object, directives are carried out. `combine`: two patches become one, directives stay. */
export type MergeMode = 'apply' | 'combine';

/** Merges a strategic patch into a map. Nothing that goes in is changed. */
export function mergeMaps(original: Members, patch: Members, schema: PatchSchema, mode: MergeMode): Fresh {
  if (has(patch, directive)) return mergeDirective(patch, mode);
  const out: Fresh = { ...original };
  const rest: Fresh = { ...patch };
  applyRetainKeys(out, rest, mode);
  for (const key of Object.keys(rest)) {
    if (key.startsWith(orderPrefix)) applyOrder(out, rest, key, schema, mode);
  }
  for (const key of Object.keys(rest)) mergeMember(out, key, rest[key], schema, mode);
  return out;
}

function mergeDirective(patch: Members, mode: MergeMode): Fresh {
  const what = patch[directive];
  if (what === 'delete') return {};
  if (what !== 'replace') {
    throw new PatchRefusal(
      'strategic-merge-directive',
      `unknown patch type: ${show(what)} in map: ${show(patch)}`,
    );
  }
  const { [directive]: _, ...rest } = patch;
  return mode === 'apply' ? (settle(rest, false) as Fresh) : rest;
}

/** Clears what the directive does not name. Two patches that are combined must agree on it. */
function applyRetainKeys(out: Fresh, patch: Fresh, mode: MergeMode): void {
  if (!has(patch, retainKeys)) return;
  const keys = patch[retainKeys];
  delete patch[retainKeys];
  if (mode === 'combine') {
    if (has(out, retainKeys) && !equalData(out[retainKeys], keys)) {
      throw new PatchRefusal(
        'strategic-merge-retain-keys',
        `${show(out[retainKeys])} and ${show(keys)} are not deep equal: this may happen when calculating the 3-way diff patch`,
      );
    }
    out[retainKeys] = keys;
    return;
  }
  if (!Array.isArray(keys)) throw badRetainKeys();
  const kept = new Set<unknown>(keys as Items);
  for (const key of Object.keys(patch)) {
    const exempt = patch[key] === null || key.startsWith(deleteListPrefix) || key.startsWith(orderPrefix);
    if (!exempt && !kept.has(key)) throw badRetainKeys();
  }
  for (const key of Object.keys(out)) if (!kept.has(key)) delete out[key];
}

/** Merges a list together with the order that the patch wants for it. */
function applyOrder(
  out: Fresh,
  patch: Fresh,
  directiveKey: string,
  schema: PatchSchema,
  mode: MergeMode,
): void {
  const order = patch[directiveKey];
  if (mode === 'combine') {
    if (has(out, directiveKey) && !equalData(out[directiveKey], order)) {
      throw new PatchRefusal('strategic-merge-order', 'invalid patch format of setElementOrder list');
    }
    out[directiveKey] = order;
  }
  delete patch[directiveKey];
  const key = directiveKey.slice(orderPrefix.length);
  const rule = requireListRule(schema, key);
  const live = has(out, key) ? listOf(out[key]) : undefined;
  const changes = has(patch, key) ? listOf(patch[key]) : undefined;
  const wanted = listOf(order);
  checkOrder(changes ?? [], wanted, rule.mergeKey);
  if (live === undefined && changes === undefined) return;
  const merged = mergeListMember(live, changes, rule, mode);
  const { named, others } = partition(merged.items, wanted, rule.mergeKey);
  put(out, key, interleave(named, others, wanted, merged.serverOrder, rule.mergeKey));
  delete patch[key];
}

/** A merged list, and the order that counts as the server's own when the list is put into the order of the patch. */
interface MergedList {
  readonly items: Items;
  readonly serverOrder: Items;
}

function mergeListMember(
  live: Items | undefined,
  changes: Items | undefined,
  rule: FieldRule,
  mode: MergeMode,
): MergedList {
  if (changes === undefined) return { items: live ?? [], serverOrder: live ?? [] };
  if (live === undefined)
    return { items: mode === 'apply' ? (settle(changes, true) as Items) : changes, serverOrder: [] };
  return rule.strategy === 'merge'
    ? mergeLists(live, changes, rule, mode)
    : { items: changes, serverOrder: live };
}

function mergeMember(out: Fresh, key: string, value: unknown, schema: PatchSchema, mode: MergeMode): void {
  if (key.startsWith(deleteListPrefix)) return deleteFromList(out, key, value, mode);
  if (value === null) {
    delete out[key];
    if (mode === 'combine') put(out, key, null);
    return;
  }
  const kind = kindOf(value);
  if (!has(out, key) || kindOf(out[key]) !== kind) {
    put(out, key, mode === 'apply' ? settle(value, true) : value);
  } else if (kind === 'map') {
    const rule = mapRule(schema, key);
    if (rule === undefined) throw unknownField(key);
    const replaced = rule.strategy === 'replace';
    put(out, key, replaced ? value : mergeMaps(out[key] as Members, value as Members, rule.schema, mode));
  } else if (kind === 'list') {
    put(
      out,
      key,
      mergeListMember(out[key] as Items, value as Items, requireListRule(schema, key), mode).items,
    );
  } else {
    put(out, key, value);
  }
}

function deleteFromList(out: Fresh, directiveKey: string, value: unknown, mode: MergeMode): void {
  if (mode === 'combine') {
    out[directiveKey] = value;
    return;
  }
  const key = directiveKey.slice(deleteListPrefix.length);
  if (!has(out, key) || !Array.isArray(out[key])) return;
  const gone = new Set<unknown>(listOf(value));
  put(
    out,
    key,
    (out[key] as Items).filter((item) => !gone.has(item)),
  );
}

function mergeLists(live: Items, patch: Items, rule: FieldRule, mode: MergeMode): MergedList {
  if (live.length === 0 && patch.length === 0) return { items: live, serverOrder: live };
  const { mergeKey } = rule;
  if (itemKind(live, patch) !== 'map') {
    const merged = unique([...live, ...patch]);
    const { named, others } = partition(merged, patch, '');
    return { items: interleave(named, others, patch, live, ''), serverOrder: live };
  }
  if (mergeKey === '')
    throw new PatchRefusal('strategic-merge-no-key', 'cannot merge lists without merge key');
  const special = applySpecialItems(live, patch, mergeKey);
  const merged = mergeItems(special.live, special.patch, rule, mode);
  const { named, others } = partition(merged, special.patch, mergeKey);
  return {
    items: interleave(named, others, special.patch, special.live, mergeKey),
    // Upstream deletes and appends within the memory of the live list, so that new items take the places of deleted
    // ones in what it then reads as the server's order. The final order of items depends on it.
    serverOrder: special.replaced ? live : merged.slice(0, live.length),
  };
}

/** Carries out items with `$patch` and takes them out of the patch. */
function applySpecialItems(
  live: Items,
  patch: Items,
  mergeKey: string,
): { readonly live: Items; readonly patch: Items; readonly replaced: boolean } {
  const plain: unknown[] = [];
  let [kept, replace] = [live, false];
  for (const item of patch) {
    const what = (item as Members)[directive];
    if (what === undefined) {
      plain.push(item);
    } else if (what === 'delete') {
      const gone = keyOfItem(item, mergeKey);
      kept = kept.filter((other) => !equalData(keyOfItem(other, mergeKey), gone));
    } else if (what === 'replace') {
      replace = true;
    } else if (what === 'merge') {
      throw new PatchRefusal(
        'strategic-merge-directive',
        'merging lists cannot yet be specified in the patch',
      );
    } else {
      throw new PatchRefusal(
        'strategic-merge-directive',
        `unknown patch type: ${show(what)} in map: ${show(item)}`,
      );
    }
  }
  return replace ? { live: plain, patch: [], replaced: true } : { live: kept, patch: plain, replaced: false };
}

function mergeItems(live: Items, patch: Items, rule: FieldRule, mode: MergeMode): Items {
  const out = [...live];
  const places = new Map<unknown, number>();
  out.forEach((item, index) => {
    const identity = isMap(item) ? item[rule.mergeKey] : undefined;
    if (identity !== undefined && !places.has(identity)) places.set(identity, index);
  });
  for (const item of patch) {
    const identity = keyOfItem(item, rule.mergeKey);
    const place = places.get(identity);
    if (place === undefined) {
      places.set(identity, out.length);
      out.push(mode === 'apply' ? settle(item, false) : item);
    } else {
      out[place] = mergeMaps(out[place] as Members, item as Members, rule.schema, mode);
    }
  }
  return out;
}

/**
 * A value that the object does not have yet is taken from the patch without the patch's own language: directives go, and
 * so do nulls where `dropNulls` says so (a null in a list stays).
 */
function settle(value: unknown, dropNulls: boolean): unknown {
  if (Array.isArray(value)) {
    const items = (value as Items).filter(
      (item) => !isDeletion(item) && !(isMap(item) && item[directive] === 'replace'),
    );
    return items.map((item) => settle(item, dropNulls));
  }
  if (!isMap(value)) return value;
  if (value[directive] === 'delete') return {};
  const out: Fresh = {};
  for (const key of Object.keys(value)) {
    const isDirective =
      key === directive ||
      key === retainKeys ||
      key.startsWith(orderPrefix) ||
      key.startsWith(deleteListPrefix);
    if (isDirective || (dropNulls && value[key] === null)) continue;
    put(out, key, settle(value[key], dropNulls));
  }
  return out;
}

function requireListRule(schema: PatchSchema, key: string): FieldRule {
  const rule = listRule(schema, key);
  if (rule === undefined) throw unknownField(key);
  return rule;
}

function listOf(value: unknown): Items {
  if (Array.isArray(value)) return value as Items;
  throw new PatchRefusal('strategic-merge-not-a-list', `expected a list, but received: ${show(value)}`);
}

function unknownField(key: string): PatchRefusal {
  return new PatchRefusal(
    'strategic-merge-unknown-field',
    `unable to find api field in struct for the json field ${JSON.stringify(key)}`,
  );
}

function badRetainKeys(): PatchRefusal {
  return new PatchRefusal('strategic-merge-retain-keys', 'invalid patch format of retainKeys');
}
