import { resolveScalar } from '@plumbline/languages';
import { parseApiVersion, scalarText } from '../resource.ts';
import type { JsonObject } from '../resource.ts';
import { schemaFor } from '../schema/index.ts';
import type { Schema } from '../schema/index.ts';
import { walkAssociativeList } from './lists.ts';
import { expectKind, fieldOf, hasName, isMapping, keptNull, kindOf, putField } from './nodes.ts';
import type { Walk } from './types.ts';

/**
 * Walks the places that any of the documents has and builds the result in the first one. Undefined: the place goes
 * away. Imitates kyaml's walker, in which each visited target node is changed in place.
 */
export function walk(
  walking: Walk,
  sources: unknown[],
  known: Schema | undefined,
  path: readonly string[],
): unknown {
  const schema = known ?? schemaOfKind(walking, sources);
  const kind = sources.map(kindOf).find((each) => each !== undefined);
  switch (kind) {
    case 'SequenceNode':
      expectKind(kind, sources);
      return isAssociative(walking, sources, schema)
        ? walkAssociativeList(walking, sources, schema, path, (items, shape) =>
            walk(walking, items, shape, path),
          )
        : walking.visitor.list(sources, false);
    case 'ScalarNode':
      expectKind(kind, sources);
      return walking.visitor.scalar(sources);
    default:
      expectKind('MappingNode', sources);
      return walkMapping(walking, sources, schema, path);
  }
}

/** Wherever the shape is not known, an object may still say what it is. */
function schemaOfKind(walking: Walk, sources: readonly unknown[]): Schema | undefined {
  for (const source of sources) {
    if (!isMapping(source)) continue;
    const kind = scalarText(fieldOf(source, 'kind'));
    const apiVersion = scalarText(fieldOf(source, 'apiVersion'));
    if (kind === '' || apiVersion === '') continue;
    const schema = schemaFor({ ...parseApiVersion(apiVersion), kind }, walking.openapi);
    if (schema !== undefined) return schema;
  }
  return undefined;
}

function isAssociative(walking: Walk, sources: readonly unknown[], schema: Schema | undefined): boolean {
  if (schema !== undefined) return schema.mergeKeys() !== undefined;
  if (walking.infer !== true) return false;
  return sources.some((source) => Array.isArray(source) && source.every(hasName));
}

function walkMapping(
  walking: Walk,
  sources: unknown[],
  schema: Schema | undefined,
  path: readonly string[],
): unknown {
  const target = walking.visitor.mapping(sources);
  if (!isMapping(target)) return target === null || target === keptNull ? target : undefined;
  sources[0] = target;
  for (const key of fieldNames(sources)) {
    const beside = shapeBeside(walking, sources, key);
    const values = sources.map((source) => (isMapping(source) ? fieldOf(source, key) : undefined));
    if (
      // An annotation without a value has become an empty text.
      (values[0] === null || values[0] === '') &&
      walking.isSilentNull?.(target, key) === true &&
      values.slice(1).every(isMissing)
    ) {
      delete target[key];
      continue;
    }
    const value = walk(walking, values, beside ?? schema?.field(key), [...path, key]);
    setField(walking, [target, sources[1]], key, value);
  }
  return target;
}

function isMissing(value: unknown): boolean {
  return value === undefined;
}

function shapeBeside(walking: Walk, sources: readonly unknown[], key: string): Schema | undefined {
  if (walking.shapeBeside === undefined) return undefined;
  for (const source of sources) {
    const shape = isMapping(source) ? walking.shapeBeside(source, key) : undefined;
    if (shape !== undefined) return shape;
  }
  return undefined;
}

type Pair = readonly [target: JsonObject, patch: unknown];

function setField(walking: Walk, [target, patch]: Pair, key: string, value: unknown): void {
  if (value === keptNull) putField(target, key, null);
  else if (value === undefined || value === null) delete target[key];
  else if (typeof value === 'string' || kindOf(value) !== 'ScalarNode') putField(target, key, value);
  else putField(target, key, asText(walking, [target, patch], key, value) ?? value);
}

/**
 * Upstream writes a new value in the style of the one that it takes the place of: what takes the place of quotes becomes a
 * text, the one that was written. Where nobody knows of quotes, a text has them that would be read as something else without.
 * A value without a type is taken for a text.
 */
function asText(walking: Walk, [target, patch]: Pair, key: string, value: unknown): string | undefined {
  const before = fieldOf(target, key);
  if (before === value) return walking.untyped?.get(target)?.get(key);
  if (typeof before !== 'string') return undefined;
  const isQuoted = walking.styles?.isQuoted(target, key) ?? typeof resolveScalar(before) !== 'string';
  if (!isQuoted) return undefined;
  return (isMapping(patch) ? walking.patchText?.(patch, key) : undefined) ?? scalarText(value);
}

function fieldNames(sources: readonly unknown[]): string[] {
  const names = new Set<string>();
  for (const source of sources) if (isMapping(source)) for (const key of Object.keys(source)) names.add(key);
  return [...names].sort();
}
