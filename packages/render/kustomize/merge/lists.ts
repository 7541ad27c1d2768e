import { KustomizeError } from '../problem.ts';
import type { Schema } from '../schema/index.ts';
import { resolveScalar } from '@plumbline/languages';
import { setItem } from './items.ts';
import {
  expectKind,
  fieldOf,
  hasName,
  isEmptyMapping,
  isMapping,
  keyText,
  kindOf,
  putField,
} from './nodes.ts';
import type { Walk, WalkItem } from './types.ts';

/**
 * Merges lists whose items are told apart by keys (or, for scalars, by themselves). This follows kyaml step by step,
 * odd corners included: which of several equal items survives and where it stands is what people see in their diffs.
 */
export function walkAssociativeList(
  walking: Walk,
  sources: unknown[],
  schema: Schema | undefined,
  path: readonly string[],
  walkItem: WalkItem,
): unknown {
  const target = walking.visitor.list(sources, true);
  if (!Array.isArray(target)) return undefined;
  sources[0] = target;
  const keys = schema?.mergeKeys() ?? [inferredKey(sources, path)];
  if (keys.length === 0)
    return mergeItems(walking, sources, schema, walkItem, scalarValues(walking, sources), ['']);
  return mergeItems(walking, sources, schema, walkItem, keyedValues(walking, sources, keys), keys);
}

function inferredKey(sources: readonly unknown[], path: readonly string[]): string {
  const filled = sources.filter((source) => Array.isArray(source) && source.length > 0) as unknown[][];
  const named = filled.map((items) => items.every(hasName));
  const field = path.join('.');
  if (named.length > 0 && named.every(Boolean)) return 'name';
  if (!named.some(Boolean)) throw new KustomizeError(`no merge key found for field ${field}`);
  const [first] = named;
  if (first !== true) return 'name';
  throw new KustomizeError(`conflicting merge keys [name,] for field ${field}`);
}

/** The documents in the order in which their items are to stand. */
function inOrder(walking: Walk, sources: readonly unknown[]): unknown[][] {
  const turned = walking.newItems === 'front' ? [...sources.slice(1), sources[0]] : sources;
  return turned.filter((source) => Array.isArray(source)) as unknown[][];
}

function scalarValues(walking: Walk, sources: readonly unknown[]): string[][] {
  const values = new Set(inOrder(walking, sources).flatMap((items) => items.map(keyText)));
  return [...values].map((value) => [value]);
}

/** The values of the keys of all items, each combination once. */
function keyedValues(walking: Walk, sources: readonly unknown[], keys: readonly string[]): string[][] {
  const found = new Map<string, string[]>();
  for (const items of inOrder(walking, sources)) {
    for (const item of items) {
      const values = keys.map((key) => valueOfKey(item, key));
      const text = JSON.stringify(values);
      if (!found.has(text)) found.set(text, values);
    }
  }
  return [...found.values()];
}

function valueOfKey(item: unknown, key: string): string {
  const value = isMapping(item) ? fieldOf(item, key) : undefined;
  return value === null || value === undefined ? '' : keyText(value);
}

function mergeItems(
  walking: Walk,
  sources: unknown[],
  schema: Schema | undefined,
  walkItem: WalkItem,
  combinations: string[][],
  keys: readonly string[],
): unknown {
  const target = sources[0] as unknown[];
  const [key = ''] = keys;
  const indexes = keys.length === 1 ? sources.map((source) => indexByKey(source, key)) : [];
  if (indexes.length > 0 && indexes.every((index) => index !== undefined))
    return mergeIndexed(walking, target, indexes, schema, walkItem, combinations, key);
  const added: unknown[] = [];
  const items = schema?.items();
  const merged = keys.length > 1 ? fillGaps(combinations) : combinations;
  const used = usedKeys(merged, keys);
  for (const combination of merged) {
    const values =
      used === undefined ? combination : combination.filter((_, i) => used.includes(keys[i] ?? ''));
    const names = used ?? keys;
    const found = findItems(sources, names, values);
    const value = walkItem(found, items);
    if (kindOf(value) === undefined || isEmptyMapping(value)) {
      setItem(target, names, values, undefined);
      continue;
    }
    for (const [i, name] of names.entries()) {
      const text = values[i] ?? '';
      if (isMapping(value) && !Object.hasOwn(value, name) && text !== '')
        putField(value, name, resolveScalar(text));
    }
    setItem(added, names, values, value);
  }
  if (merged.length === 0) return target;
  const names = used ?? keys;
  if (walking.newItems === 'front') {
    appendItems(added, target, names);
    target.splice(0, target.length, ...added);
  } else {
    appendItems(target, added, names);
  }
  return target;
}

/** The items of a list by their key; undefined: some have none, or share one, so that the long way has to be gone. */
function indexByKey(source: unknown, key: string): Map<string, unknown> | undefined {
  const index = new Map<string, unknown>();
  if (!Array.isArray(source)) return index;
  for (const item of source as unknown[]) {
    const text = key === '' ? '' : valueOfKey(item, key);
    if (text === '' || index.has(text)) return undefined;
    index.set(text, item);
  }
  return index;
}

/** The short way for lists whose items all have a key of their own: nothing has to be looked for. */
function mergeIndexed(
  walking: Walk,
  target: unknown[],
  indexes: readonly Map<string, unknown>[],
  schema: Schema | undefined,
  walkItem: WalkItem,
  combinations: readonly string[][],
  key: string,
): unknown[] {
  const items = schema?.items();
  const merged = new Map<string, unknown>();
  const before = new Map(indexes[0]);
  for (const [text = ''] of combinations) {
    const value = walkItem(
      indexes.map((index) => index.get(text)),
      items,
    );
    if (kindOf(value) === undefined || isEmptyMapping(value)) {
      before.delete(text);
      continue;
    }
    if (isMapping(value) && !Object.hasOwn(value, key)) putField(value, key, resolveScalar(text));
    merged.set(text, value);
  }
  const front = walking.newItems === 'front';
  // In front the order is that of the patch, but the target's own items win over what a directive put in their place.
  const result = front
    ? [...merged].map(([text, value]) => (before.has(text) ? before.get(text) : value))
    : [...new Set([...before.keys(), ...merged.keys()])].map((text) => merged.get(text));
  target.splice(0, target.length, ...result);
  return target;
}

/**
 * Two combinations that agree in one value and elsewhere only differ in that one of them has no value are taken as the
 * same: a port without a protocol is the one of the same number with a protocol.
 */
function fillGaps(combinations: string[][]): string[][] {
  const filled = [...combinations];
  for (let i = 0; i < filled.length; i++) {
    // Upstream goes on comparing what stood here at first, so of several partners the last one counts.
    const first = filled[i] ?? [];
    for (let j = 0; j < filled.length; j++) {
      const both = agree(first, filled[j] ?? []);
      if (both === undefined) continue;
      filled[i] = both;
      filled[j] = both;
    }
  }
  return filled;
}

function agree(a: readonly string[], b: readonly string[]): string[] | undefined {
  let common = false;
  const both: string[] = [];
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? '';
    if (value === other) common = true;
    else if (value !== '' && other !== '') return undefined;
    both.push(value === '' ? other : value);
  }
  return common ? both : undefined;
}

/** The keys that any combination has a value for; undefined: none has, so all keys count. */
function usedKeys(combinations: readonly string[][], keys: readonly string[]): string[] | undefined {
  const used = keys.filter((_, i) => combinations.some((values) => (values[i] ?? '') !== ''));
  return used.length === 0 ? undefined : used;
}

/** For each document the first item that has the values; keys without a value do not count. */
function findItems(
  sources: readonly unknown[],
  keys: readonly string[],
  values: readonly string[],
): unknown[] {
  const filled = [...keys.keys()].filter((i) => (values[i] ?? '') !== '');
  const indexes = filled.length === 0 ? [...keys.keys()] : filled;
  return sources.map((source) => {
    if (!Array.isArray(source)) return undefined;
    return (source as unknown[]).find((item) =>
      keys[indexes[0] ?? 0] === ''
        ? keyText(item) === (values[0] ?? '')
        : isMapping(item) &&
          indexes.every((i) => {
            const key = keys[i] ?? '';
            return Object.hasOwn(item, key) && keyText(item[key]) === (values[i] ?? '');
          }),
    );
  });
}

/** Puts the items of one list into another one: in the place of those with the same values, or at its end. */
function appendItems(target: unknown[], items: readonly unknown[], keys: readonly string[]): void {
  // Where both are the same list (nothing but what a patch brought along), it must not grow while it is read.
  for (const item of items.slice()) {
    if (keys[0] === '') {
      setItem(target, [''], [keyText(item)], item);
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      expectKind('MappingNode', [item]);
      if (isMapping(item) && Object.hasOwn(item, key)) values.push(keyText(item[key]));
      else target.push(item);
    }
    // With several keys an item may stand there twice after its gaps were filled.
    if (keys.length > 1) setItem(target, keys, values, undefined);
    setItem(target, keys, values, item);
  }
}
