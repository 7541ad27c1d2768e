/** An object without the book-keeping of its field managers, which nobody reads. */
export function withoutManagedFields<T extends { readonly metadata: object }>(object: T): T {
  const { managedFields: _managedFields, ...metadata } = object.metadata as Record<string, unknown>;
  return { ...object, metadata };
}

/** Parses a manifest that travels as JSON text; '' is none. */
export function parseManifest(text: string | undefined): unknown {
  if (text === undefined || text === '' || text === 'null') return undefined;
  const value = JSON.parse(text) as { metadata?: object };
  return typeof value.metadata === 'object'
    ? withoutManagedFields({ ...value, metadata: value.metadata })
    : value;
}
