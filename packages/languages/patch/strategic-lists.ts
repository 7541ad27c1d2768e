import { equalData } from '@plumbline/base';
import { has, isMap, kindOf, PatchRefusal, show, type Items, type JsonKind, type Members } from './values.ts';

/** The key of a directive in a map: `replace`, `delete`, `merge`. */
export const directive = '$patch';
/** The key of the list of members that stay; all others go. */
export const retainKeys = '$retainKeys';
/** Before the name of a list of scalars: the items that go. */
export const deleteListPrefix = '$deleteFromPrimitiveList/';
/** Before the name of a list: the order of its items. */
export const orderPrefix = '$setElementOrder/';

/** The kind that all items share; undefined where there are no items. */
export function itemKind(...lists: readonly Items[]): JsonKind | undefined {
  let kind: JsonKind | undefined;
  for (const list of lists) {
    for (const item of list) {
      const found = kindOf(item);
      if (found === 'list')
        throw new PatchRefusal('strategic-merge-lists-of-lists', 'lists of lists are not supported');
      if (kind !== undefined && found !== kind) {
        throw new PatchRefusal(
          'strategic-merge-mixed-list',
          `list element types are not identical: ${show(lists)}`,
        );
      }
      kind = found;
    }
  }
  return kind;
}

/** The member that identifies an item of a merge list. */
export function keyOfItem(item: unknown, mergeKey: string): unknown {
  if (!isMap(item))
    throw new PatchRefusal(
      'strategic-merge-not-a-map',
      `expected a map in a merge list, but received: ${show(item)}`,
    );
  if (!has(item, mergeKey)) {
    throw new PatchRefusal(
      'strategic-merge-no-key',
      `map: ${show(item)} does not contain declared merge key: ${mergeKey}`,
    );
  }
  return item[mergeKey];
}

/** Whether an item of a patch says that the item with its key goes. */
export function isDeletion(item: unknown): boolean {
  return isMap(item) && item[directive] === 'delete';
}

/** By the text of the value, as upstream sorts scalars. */
export function byText(a: unknown, b: unknown): number {
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** By the text of the merge key, as upstream sorts maps. */
export function sortedByKey(list: Items, mergeKey: string): readonly Members[] {
  const keyed = list.map((item) => ({ item: item as Members, text: String(keyOfItem(item, mergeKey)) }));
  keyed.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return keyed.map((entry) => entry.item);
}

/** Each scalar once, at its first place. */
export function unique(list: Items): Items {
  return [...new Set(list)];
}

/** First position of each identity. */
function positions(list: Items, mergeKey: string): ReadonlyMap<unknown, number> {
  const found = new Map<unknown, number>();
  list.forEach((item, index) => {
    const identity = identityOf(item, mergeKey);
    if (!found.has(identity)) found.set(identity, index);
  });
  return found;
}

function identityOf(item: unknown, mergeKey: string): unknown {
  return mergeKey === '' ? item : keyOfItem(item, mergeKey);
}

/** Sorts by the place in `order`; deletions go last. Items that `order` does not name go first, as upstream has it. */
export function sortByOrder(list: Items, order: Items, mergeKey: string): Items {
  const place = positions(order, mergeKey);
  const ranked: { item: unknown; rank: number }[] = [];
  const deletions: unknown[] = [];
  for (const item of list) {
    const rank = place.get(identityOf(item, mergeKey)) ?? -1;
    if (mergeKey !== '' && isDeletion(item)) deletions.push(item);
    else ranked.push({ item, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank);
  return [...ranked.map((entry) => entry.item), ...deletions];
}

/** The items that `by` names and those that only the server has. */
export function partition(
  list: Items,
  by: Items,
  mergeKey: string,
): { readonly named: Items; readonly others: Items } {
  const names = positions(by, mergeKey);
  const named: unknown[] = [];
  const others: unknown[] = [];
  for (const item of list) (names.has(identityOf(item, mergeKey)) ? named : others).push(item);
  return { named, others };
}

/** Interleaves the items of the patch (in the order of the patch) with those of the server (in their own order). */
export function interleave(
  patchItems: Items,
  serverItems: Items,
  patchOrder: Items,
  serverOrder: Items,
  mergeKey: string,
): Items {
  const right = sortByOrder(patchItems, patchOrder, mergeKey);
  const left = sortByOrder(serverItems, serverOrder, mergeKey);
  const place = positions(serverOrder, mergeKey);
  const out: unknown[] = [];
  let i = 0;
  for (const item of right) {
    const limit = place.get(identityOf(item, mergeKey));
    while (i < left.length && limit !== undefined) {
      const at = place.get(identityOf(left[i], mergeKey));
      if (at === undefined || at >= limit) break;
      out.push(left[i++]);
    }
    out.push(item);
  }
  return [...out, ...left.slice(i)];
}

/** The items of a patch list must come in the order that its `$setElementOrder` names. */
export function checkOrder(patch: Items, order: Items, mergeKey: string): void {
  const wanted = mergeKey === '' ? patch : patch.filter((item) => !isDeletion(item));
  let at = 0;
  for (const item of order) {
    if (at === wanted.length) return;
    if (equalData(identityOf(wanted[at], mergeKey), identityOf(item, mergeKey))) at++;
  }
  if (at < wanted.length) {
    throw new PatchRefusal(
      'strategic-merge-order',
      `The order in patch list:\n${show(patch)}\n doesn't match $setElementOrder list:\n${show(order)}\n`,
    );
  }
}
