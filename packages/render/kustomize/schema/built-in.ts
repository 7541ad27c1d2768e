import { tableText } from './table.gen.ts';
import type { OpenApi, Schema } from './types.ts';

/**
 * The table: fields per definition, and per kind its scope (`n`, `c`) and the number of its definition. A field is
 * `definition shape !keys`: `12[]!name` is a list of definition 12 that is merged by `name`, `[]!` a merged list of
 * scalars, `5{}` a map of definition 5, `7` definition 7 itself. What is left out leads to no merged list.
 */
interface Table {
  readonly types: readonly Readonly<Record<string, string>>[];
  /** Of the definitions; `~` stands for `io.k8s.api.`. */
  readonly names: readonly string[];
  readonly kinds: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The built-in kinds, and their definitions by name. */
export interface BuiltIn extends OpenApi {
  definition(name: string): Schema | undefined;
}

/** A shape that is known to hold no merged list. It is not the same as unknown: objects in it are not looked up by their kind. */
const plain: Schema = { field: () => plain, items: () => plain, mergeKeys: () => undefined };

function listOf(item: Schema, keys: readonly string[] | undefined): Schema {
  return { field: () => undefined, items: () => item, mergeKeys: () => keys };
}

function mapOf(value: Schema): Schema {
  return { field: () => value, items: () => undefined, mergeKeys: () => undefined };
}

function objectOf(fields: ReadonlyMap<string, Schema>): Schema {
  return { field: (name) => fields.get(name) ?? plain, items: () => undefined, mergeKeys: () => undefined };
}

function readTable(table: Table): BuiltIn {
  const fieldsOfTypes = table.types.map(() => new Map<string, Schema>());
  const types = fieldsOfTypes.map(objectOf);
  for (const [number, fields] of table.types.entries()) {
    for (const [name, code] of Object.entries(fields))
      fieldsOfTypes[number]?.set(name, readField(code, types));
  }
  const schemas = new Map<string, Schema>();
  const scopes = new Map<string, boolean>();
  for (const [groupVersion, kinds] of Object.entries(table.kinds)) {
    for (const [kind, code] of Object.entries(kinds)) {
      const key = `${groupVersion}/${kind}`;
      const scope = code.charAt(0);
      if (scope === 'n' || scope === 'c') scopes.set(key, scope === 'n');
      const number = code.replace(/^[nc]/, '');
      schemas.set(key, number === '' ? plain : (types[Number(number)] ?? plain));
    }
  }
  const definitions = new Map(
    table.names.map((name, number) => [name.replace(/^~/, 'io.k8s.api.'), types[number]] as const),
  );
  return {
    schema: (key) => schemas.get(key),
    isNamespaced: (key) => scopes.get(key),
    definition: (name) => definitions.get(name),
  };
}

function readField(code: string, types: readonly Schema[]): Schema {
  const [, number = '', shape, keys] = /^(\d*)(\[\]|\{\})?(?:!(.*))?$/.exec(code) ?? [];
  const inner = number === '' ? plain : (types[Number(number)] ?? plain);
  if (shape === '[]') return listOf(inner, keys === undefined ? undefined : keys.split(',').filter(Boolean));
  return shape === '{}' ? mapOf(inner) : inner;
}

/** The kinds of Kubernetes that kustomize has built in. */
export const builtInKinds: BuiltIn = readTable(JSON.parse(tableText) as Table);

const generators = listOf(plain, ['name']);

const kustomization = objectOf(
  new Map([
    ['configMapGenerator', generators],
    ['secretGenerator', generators],
  ]),
);

/** Kustomize's own kind, known even beside a schema of the user's. */
export const kustomizeKinds: OpenApi = {
  schema: (key) => (key === 'kustomize.config.k8s.io/v1beta1/Kustomization' ? kustomization : undefined),
  isNamespaced: () => undefined,
};
