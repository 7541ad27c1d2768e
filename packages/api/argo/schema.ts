/** Short names for the pieces of a structural schema (OpenAPI v3 as CustomResourceDefinitions have it). */
export type Schema = Readonly<Record<string, unknown>>;

/** A text. */
export const text: Schema = { type: 'string' };
/** True or false. */
export const flag: Schema = { type: 'boolean' };
/** A whole number of 64 bits. */
export const long: Schema = { type: 'integer', format: 'int64' };
/** A time as RFC 3339 writes it. */
export const time: Schema = { type: 'string', format: 'date-time' };
/** A number or a percentage. */
export const numberOrText: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};
/** Any object, kept as it is. */
export const free: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
/** A list of texts. */
export const texts: Schema = { type: 'array', items: text };
/** Texts by name, such as labels. */
export const textMap: Schema = { type: 'object', additionalProperties: text };

/** A list of such items. */
export function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** An object with these fields and no others; unknown ones are pruned. */
export function record(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return required.length === 0 ? { type: 'object', properties } : { type: 'object', properties, required };
}
