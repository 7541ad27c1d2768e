import { isRecord } from '@plumbline/base';
import { KustomizeError } from '../problem.ts';
import type { BuiltIn } from './built-in.ts';
import type { OpenApi, Schema } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

/** More references in a row than any document needs; a longer chain is a circle. */
const referencesMax = 64;

const kindKey = 'x-kubernetes-group-version-kind';

/**
 * Reads an OpenAPI v2 document: shapes from its `definitions`, scopes from its `paths`. References may lead to built-in
 * definitions, too: before its own ones, or where it has none.
 */
export function readOpenApi(document: unknown, builtIn: BuiltIn, order?: 'first' | 'last'): OpenApi {
  if (!isRecord(document)) throw invalid('the document is no mapping');
  const definitions = document['definitions'] ?? {};
  if (!isRecord(definitions)) throw invalid('definitions is no mapping');
  const kinds = new Map<string, Fields>();
  for (const definition of Object.values(definitions)) {
    if (!isRecord(definition)) throw invalid('a definition is no mapping');
    for (const key of kindsOf(definition[kindKey])) kinds.set(key, definition);
  }
  const scopes = readScopes(document['paths']);
  const reader = readerOf(definitions, order === undefined ? undefined : builtIn, order === 'first');
  return {
    schema: (key) => {
      const definition = kinds.get(key);
      return definition === undefined ? undefined : reader(definition);
    },
    isNamespaced: (key) => scopes.get(key),
  };
}

function invalid(why: string): KustomizeError {
  return new KustomizeError(`invalid schema file: ${why}`);
}

function kindsOf(listed: unknown): string[] {
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((gvk: unknown) => {
    const key = kindKeyOf(gvk);
    return key === undefined ? [] : [key];
  });
}

function kindKeyOf(gvk: unknown): string | undefined {
  if (!isRecord(gvk)) return undefined;
  const { group, version, kind } = gvk;
  if (typeof version !== 'string' || typeof kind !== 'string') return undefined;
  return typeof group === 'string' && group !== '' ? `${group}/${version}/${kind}` : `${version}/${kind}`;
}

/** A kind with a path below a namespace is namespaced, any other one that has a path is not. */
function readScopes(paths: unknown): Map<string, boolean> {
  const scopes = new Map<string, boolean>();
  if (!isRecord(paths)) return scopes;
  for (const [path, item] of Object.entries(paths)) {
    const get = isRecord(item) ? item['get'] : undefined;
    const key = isRecord(get) ? kindKeyOf(get[kindKey]) : undefined;
    if (key === undefined) continue;
    if (path.includes('namespaces/{namespace}')) scopes.set(key, true);
    else if (!scopes.has(key)) scopes.set(key, false);
  }
  return scopes;
}

/** Turns definitions into shapes, each one when it is first asked for. */
function readerOf(
  definitions: Fields,
  builtIn: BuiltIn | undefined,
  builtInFirst: boolean,
): (definition: Fields) => Schema | undefined {
  const known = new WeakMap<Fields, Schema>();
  /** Follows references to a definition of the document, or to a built-in one. */
  function follow(definition: unknown): Fields | Schema | undefined {
    let at = definition;
    for (let i = 0; i < referencesMax && isRecord(at); i++) {
      const reference = at['$ref'];
      if (typeof reference !== 'string' || reference === '') return at;
      const name = decodeReference(reference);
      const own = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
      const other = builtIn?.definition(name);
      if (other !== undefined && (builtInFirst || own === undefined)) return other;
      at = own;
    }
    return undefined;
  }
  function read(definition: unknown): Schema | undefined {
    const followed = follow(definition);
    if (followed === undefined || isSchema(followed)) return followed;
    const schema = known.get(followed) ?? shapeOf(followed, read);
    known.set(followed, schema);
    return schema;
  }
  return read;
}

function isSchema(value: Fields | Schema): value is Schema {
  return typeof value['mergeKeys'] === 'function';
}

function decodeReference(reference: string): string {
  return reference
    .replace(/^#\/definitions\//, '')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

function shapeOf(definition: Fields, read: (definition: unknown) => Schema | undefined): Schema {
  const properties = isRecord(definition['properties']) ? definition['properties'] : {};
  const keys = mergeKeysOf(definition);
  return {
    field: (name) =>
      read(Object.hasOwn(properties, name) ? properties[name] : definition['additionalProperties']),
    items: () => (isListType(definition['type']) ? read(definition['items']) : undefined),
    mergeKeys: () => keys,
  };
}

function isListType(type: unknown): boolean {
  return type === 'array' || (Array.isArray(type) && type.length === 1 && type[0] === 'array');
}

function mergeKeysOf(definition: Fields): readonly string[] | undefined {
  const strategy = definition['x-kubernetes-patch-strategy'];
  if (typeof strategy !== 'string' || !strategy.split(',').includes('merge')) return undefined;
  const several = definition['x-kubernetes-list-map-keys'];
  if (Array.isArray(several)) return several.map(String);
  const one = definition['x-kubernetes-patch-merge-key'];
  return typeof one === 'string' ? [one] : [];
}
