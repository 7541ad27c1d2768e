import { expectKind, isEmptyMapping, isMapping, keyText, kindOf } from './nodes.ts';

/**
 * Replaces the items that have the values, or adds the item where none has them; without an item they are removed.
 * Items that are empty are dropped in passing, and without any values all items are: upstream does so.
 */
export function setItem(
  items: unknown[],
  keys: readonly string[],
  values: readonly string[],
  item: unknown,
): void {
  const forMappings = (keys[0] ?? '') !== '' && (values[0] ?? '') !== '';
  const kept: unknown[] = [];
  let found = false;
  for (const each of items) {
    if (kindOf(each) === undefined || isEmptyMapping(each)) continue;
    if (forMappings && !isMapping(each)) {
      kept.push(each);
      continue;
    }
    if (!matches(each, keys, values)) {
      if (values.length > 0) kept.push(each);
      continue;
    }
    found = true;
    if (item !== undefined) kept.push(item);
  }
  if (item !== undefined && item !== null && !found) kept.push(item);
  items.splice(0, items.length, ...kept);
}

function matches(item: unknown, keys: readonly string[], values: readonly string[]): boolean {
  let found = false;
  for (const [i, key] of keys.entries()) {
    const value = values[i];
    if (value !== undefined) found = matchesOne(item, key, value);
    if (!found) return false;
  }
  return found;
}

function matchesOne(item: unknown, key: string, value: string): boolean {
  if (key === '') {
    expectKind('ScalarNode', [item]);
    return keyText(item) === value;
  }
  expectKind('MappingNode', [item]);
  if (!isMapping(item) || !Object.hasOwn(item, key)) return false;
  return value === '' || keyText(item[key]) === value;
}
