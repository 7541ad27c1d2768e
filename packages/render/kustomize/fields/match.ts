import { compileRegex, readKyaml, resolveScalar, writeYaml } from '@plumbline/languages';
import type { GoRegex } from '@plumbline/languages';
import { expectKind, fieldOf, isMapping, kindOf, putField } from '../merge/nodes.ts';
import type { NodeKind } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import { scalarText } from '../resource.ts';
import { itemsOf } from './lookup.ts';
import { conditionNeeded, indexOf, isListCondition, splitCondition } from './path.ts';

/** A place in a document: the mapping or list that holds it, and the key or index. */
export interface Place {
  readonly value: unknown;
  /** The place was made for this path, so its value has no type yet. */
  readonly fresh: boolean;
  /** The mapping and the field, where it is one. */
  readonly field?: { readonly holder: object; readonly key: string };
  /** What is written is seen nowhere. */
  readonly detached?: boolean;
  write(value: unknown): void;
}

/**
 * All places that a path leads to. With `create` missing parts are made: mappings and lists on the way, at its end a node
 * of that kind; list items by an index only where it is the next one. Imitates kyaml's PathMatcher: conditions are
 * unanchored regular expressions, and what follows a condition on scalars is not looked at.
 */
export function matchPath(root: unknown, path: readonly string[], create?: NodeKind): Place[] {
  return match({ value: root, fresh: false, write: () => undefined }, path, create);
}

function match(at: Place, path: readonly string[], create: NodeKind | undefined): Place[] {
  const [part, ...rest] = path;
  if (part === undefined) return [at];
  const index = indexOf(part);
  if (index !== undefined && index >= 0) return matchIndex(at, index, part, rest, create);
  if (isListCondition(part)) return matchCondition(at, part, rest, create);
  if (part === '*') {
    const items = itemsOf(at.value);
    return items.flatMap((_, i) => match(itemPlace(items, i), rest, create));
  }
  return matchField(at, part, rest, create);
}

function matchField(at: Place, name: string, rest: readonly string[], create: NodeKind | undefined): Place[] {
  const kind = name === '' ? 'ScalarNode' : 'MappingNode';
  expectKind(kind, [at.value]);
  if (!isMapping(at.value)) {
    // Upstream makes fields below a null, but they are seen nowhere.
    if (create === undefined || kindOf(at.value) !== undefined) return [];
    return detached(matchField({ ...at, value: {} }, name, rest, create));
  }
  const holder = at.value;
  const found = fieldOf(holder, name);
  if (found === undefined && create === undefined) return [];
  const place =
    found === undefined
      ? newField(holder, name, kindOfPart(rest[0], create))
      : { ...fieldPlace(holder, name), fresh: at.fresh };
  const isScalar = kindOf(place.value) === 'ScalarNode';
  return rest.length > 0 && isScalar
    ? detached(match(parsed(place.value), rest, create))
    : match(place, rest, create);
}

function detached(places: readonly Place[]): Place[] {
  return places.map((place) => ({ ...place, detached: true }));
}

/** A way that goes on behind a scalar goes on in the document that the scalar's text is. Nothing is written back. */
function parsed(value: unknown): Place {
  const read = readKyaml(scalarText(value), '');
  if (!read.ok) throw new KustomizeError(read.error.message);
  return { value: read.value[0]?.value, fresh: false, write: () => undefined };
}

function matchIndex(
  at: Place,
  index: number,
  part: string,
  rest: readonly string[],
  create: NodeKind | undefined,
): Place[] {
  const items = itemsOf(at.value);
  if (items.length === index && create !== undefined && Array.isArray(at.value)) {
    items.push(emptyOf(kindOfPart(rest[0], create)));
    return match({ ...itemPlace(items, index), fresh: true }, rest, create);
  }
  if (index >= items.length)
    throw new KustomizeError(`index ${part} specified but only ${items.length} elements found`);
  return match(itemPlace(items, index), rest, create);
}

function matchCondition(
  at: Place,
  part: string,
  rest: readonly string[],
  create: NodeKind | undefined,
): Place[] {
  const condition = splitCondition(part);
  if (condition === undefined) throw new KustomizeError(conditionNeeded);
  const { field, text } = condition;
  const items = itemsOf(at.value);
  const regex = items.length > 0 || create !== undefined ? regexOf(text) : undefined;
  const found = items.flatMap((item, i) => {
    if (regex === undefined) return [];
    if (field === '') return regex.test(nodeText(item)) ? [itemPlace(items, i)] : [];
    const value = isMapping(item) ? fieldOf(item, field) : undefined;
    return value !== undefined && regex.test(nodeText(value)) ? match(itemPlace(items, i), rest, create) : [];
  });
  if (create === undefined || found.length > 0 || !Array.isArray(at.value)) return found;
  if (regex?.test(text) !== true)
    throw new KustomizeError(
      `failed to create element for ${JSON.stringify(part)}: the new element would not match`,
    );
  // What is made of a condition has no type but that of its look.
  const made = resolveScalar(text);
  items.push(field === '' ? made : { [field]: made });
  return field === ''
    ? [itemPlace(items, items.length - 1)]
    : match({ ...itemPlace(items, items.length - 1), fresh: true }, rest, create);
}

function regexOf(text: string): GoRegex {
  const compiled = compileRegex(text);
  if (!compiled.ok) throw new KustomizeError(compiled.error.message);
  return compiled.value;
}

/** What a node looks like as YAML. */
function nodeText(node: unknown): string {
  return kindOf(node) === 'ScalarNode' ? scalarText(node) : writeYaml(node ?? null).trim();
}

/** What a part has to be for the next part to lead into it. */
function kindOfPart(next: string | undefined, last: NodeKind | undefined): NodeKind | undefined {
  if (next === undefined || next === '') return last;
  const index = indexOf(next);
  return isListCondition(next) || (index !== undefined && index >= 0) ? 'SequenceNode' : 'MappingNode';
}

function emptyOf(kind: NodeKind | undefined): unknown {
  if (kind === 'MappingNode') return {};
  return kind === 'SequenceNode' ? [] : null;
}

function newField(holder: Record<string, unknown>, key: string, kind: NodeKind | undefined): Place {
  putField(holder, key, emptyOf(kind));
  return { ...fieldPlace(holder, key), fresh: true };
}

function fieldPlace(holder: Record<string, unknown>, key: string): Place {
  return {
    value: fieldOf(holder, key),
    fresh: false,
    field: { holder, key },
    write: (value) => putField(holder, key, value),
  };
}

function itemPlace(items: unknown[], index: number): Place {
  return {
    value: items[index],
    fresh: false,
    write: (value) => {
      items[index] = value;
    },
  };
}
