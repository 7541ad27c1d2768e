/**
 * The shape of a kind, as far as merging, pruning and strict decoding need it. Built-in kinds get theirs from the
 * distilled table, custom ones from their definition's structural schema, so that one set of algorithms serves both.
 */
export interface SchemaNode {
  readonly type:
    | 'object'
    | 'map'
    | 'list'
    | 'string'
    | 'integer'
    | 'number'
    | 'boolean'
    | 'int-or-string'
    | 'quantity'
    | 'time'
    | 'bytes'
    | 'any';
  /** For `object`: its fields by JSON name. */
  readonly fields?: Readonly<Record<string, SchemaNode>>;
  /** For `map`: the values; for `list`: the items. */
  readonly items?: SchemaNode;
  /** For `list` (x-kubernetes-list-type). Default: atomic. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** For `object` and `map` (x-kubernetes-map-type). Default: granular. */
  readonly mapType?: 'granular' | 'atomic';
  /** Strategic merge patch (x-kubernetes-patch-merge-key, x-kubernetes-patch-strategy). */
  readonly patchMergeKey?: string;
  readonly patchStrategy?: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly required?: readonly string[];
  readonly nullable?: boolean;
  readonly default?: unknown;
  /** x-kubernetes-preserve-unknown-fields, RawExtension and the like: fields that are not declared are kept. */
  readonly preserveUnknown?: boolean;
  /** For the root of a custom kind without the subresource: its status is a field like any other. */
  readonly plainStatus?: boolean;
  /** x-kubernetes-embedded-resource. */
  readonly embeddedResource?: boolean;
}
