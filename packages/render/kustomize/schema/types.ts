/** A kind; the group '' is core. */
export interface KindName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What merging needs to know of a value's shape. */
export interface Schema {
  /** The shape of a field of a mapping; undefined: not known. */
  field(name: string): Schema | undefined;
  /** The shape of the items of a list; undefined: not known, or no list. */
  items(): Schema | undefined;
  /**
   * The keys by which the items of a list are told apart when it is merged; none for lists of scalars. Undefined: the
   * list is replaced as a whole.
   */
  mergeKeys(): readonly string[] | undefined;
}

/** A set of kinds: the built-in one, or that of an `openapi.path` document. */
export interface OpenApi {
  /** By `apiVersion/kind`. */
  schema(key: string): Schema | undefined;
  /** Whether objects of the kind live in namespaces; undefined: not known. */
  isNamespaced(key: string): boolean | undefined;
}
