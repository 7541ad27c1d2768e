/** Short names for the pieces of a structural schema (OpenAPI v3 as CustomResourceDefinitions have it). */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const long: Schema = { type: 'integer', format: 'int64' };
export const time: Schema = { type: 'string', format: 'date-time' };
/** A number or a percentage. */
export const numberOrText: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};
/** Any object, kept as it is. */
export const free: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
export const texts: Schema = { type: 'array', items: text };
export const textMap: Schema = { type: 'object', additionalProperties: text };

export function list(items: Schema): Schema {
  return { type: 'array', items };
}

export function record(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return required.length === 0 ? { type: 'object', properties } : { type: 'object', properties, required };
}
