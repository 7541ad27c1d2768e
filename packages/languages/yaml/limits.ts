/** How much YAML is read at most. Each number has its reason beside it. */
export interface YamlLimits {
  /** The largest files in the field are operator bundles of about 4 MB; Argo CD caps a whole folder at 10M. */
  readonly bytesMax: number;
  /** CRD schemas nest about 60 levels; everything that walks a value recursively must stay clear of the stack's end. */
  readonly depthMax: number;
  /** A rendered monorepo has some thousand documents in one stream. */
  readonly documentsMax: number;
  /** Nodes of one document after its aliases are expanded: below this Go's library does not look at aliases at all. */
  readonly expandedNodesMax: number;
  /** Keys copied by `<<` in one document; a merge of merges multiplies the work of few bytes. */
  readonly mergedKeysMax: number;
}

/** The limits where the caller names none. */
export const yamlLimits: YamlLimits = {
  bytesMax: 16 * 1024 * 1024,
  depthMax: 200,
  documentsMax: 50_000,
  expandedNodesMax: 400_000,
  mergedKeysMax: 100_000,
};
