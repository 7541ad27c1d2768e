/**
 * What strategic merge needs to know of a kind's shape. A structural subset of the `SchemaNode` of the `api` package,
 * so that a `SchemaNode` can be passed as it is.
 */
export interface PatchSchema {
  readonly type: string;
  /** By JSON name, for objects. */
  readonly fields?: Readonly<Record<string, PatchSchema>>;
  /** The values of a map, the items of a list. */
  readonly items?: PatchSchema;
  readonly patchMergeKey?: string;
  readonly patchStrategy?: readonly string[];
  readonly preserveUnknown?: boolean;
}

/** How one field is patched. */
export interface FieldRule {
  /** For a map field the schema of its value, for a list field that of its items. */
  readonly schema: PatchSchema;
  readonly strategy: '' | 'merge' | 'replace';
  readonly retainKeys: boolean;
  readonly mergeKey: string;
}

const anything: PatchSchema = { type: 'any' };

/** The rule of a field whose value is a map, or undefined where the schema does not declare the field. */
export function mapRule(schema: PatchSchema, key: string): FieldRule | undefined {
  const node = fieldOf(schema, key);
  return node === undefined ? undefined : ruleOf(node, node);
}

/** The rule of a field whose value is a list, or undefined where the schema does not declare the field. */
export function listRule(schema: PatchSchema, key: string): FieldRule | undefined {
  const node = fieldOf(schema, key);
  return node === undefined ? undefined : ruleOf(node, node.items ?? anything);
}

function fieldOf(schema: PatchSchema, key: string): PatchSchema | undefined {
  if (schema.fields !== undefined && Object.hasOwn(schema.fields, key)) return schema.fields[key];
  if (schema.type === 'map') return schema.items ?? anything;
  if (schema.type === 'any' || schema.preserveUnknown === true) return anything;
  return undefined;
}

function ruleOf(node: PatchSchema, schema: PatchSchema): FieldRule {
  const strategies = node.patchStrategy ?? [];
  const strategy = strategies.includes('merge') ? 'merge' : strategies.includes('replace') ? 'replace' : '';
  return {
    schema,
    strategy,
    retainKeys: strategies.includes('retainKeys'),
    mergeKey: node.patchMergeKey ?? '',
  };
}
