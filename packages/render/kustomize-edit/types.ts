/** An image as `set image` names it; `*` keeps what the file says. */
export interface ImageArgument {
  readonly name: string;
  readonly newName: string;
  readonly newTag: string;
  readonly digest: string;
}

/** A patch and its target, as the flags say it; only what is not empty counts. */
export interface PatchFlags {
  readonly path?: string;
  readonly patch?: string;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly annotationSelector?: string;
  readonly labelSelector?: string;
}

/** The lists of a kustomization that hold paths. */
type PathField =
  | 'resources'
  | 'components'
  | 'generators'
  | 'transformers'
  | 'validators'
  | 'configurations'
  | 'crds';

/** An entry of `configMapGenerator` or `secretGenerator`, by the flags of the command. */
export interface DataFlags {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly namespace?: string;
  readonly literals?: readonly string[];
  /** `path` or `key=path`; globs are expanded already. */
  readonly files?: readonly string[];
  readonly envFile?: string;
  /** The keys in a file of variables; absent: nobody looks into them. */
  readonly envKeys?: (path: string) => readonly string[];
  readonly behavior?: string;
  readonly disableNameSuffixHash?: boolean;
  /** Of Secrets. */
  readonly secretType?: string;
}

/** One change of a kustomization file. */
export type KustomizationEdit =
  | {
      readonly type: 'set';
      readonly field: 'namespace' | 'namePrefix' | 'nameSuffix';
      readonly value: string;
    }
  | { readonly type: 'setImages'; readonly images: readonly ImageArgument[] }
  | {
      readonly type: 'setReplicas';
      readonly replicas: readonly { readonly name: string; readonly count: number }[];
    }
  | { readonly type: 'setBuildMetadata'; readonly options: readonly string[] }
  | { readonly type: 'addBuildMetadata'; readonly options: readonly string[] }
  | { readonly type: 'removeBuildMetadata'; readonly options: readonly string[] }
  /** Adds sources to the entry of this name and namespace, which is made where there is none. */
  | { readonly type: 'addData'; readonly data: DataFlags }
  /** Gives keys of an entry other values, or the entry another namespace. */
  | {
      readonly type: 'setData';
      readonly kind: DataFlags['kind'];
      readonly name: string;
      readonly namespace: string;
      readonly literals: readonly string[];
      readonly newNamespace: string;
    }
  | {
      readonly type: 'removeData';
      readonly kind: DataFlags['kind'];
      readonly names: readonly string[];
      readonly namespace: string;
    }
  /** Folders that become resources; one that is there already is an error. */
  | { readonly type: 'addBases'; readonly paths: readonly string[] }
  /** Brings old fields into the form of today. `isFile` tells patches in files from those that are written out. */
  | { readonly type: 'fix'; readonly isFile: (path: string) => boolean }
  /** Puts replacements into the place of `vars`; see `convertVars`. */
  | { readonly type: 'replaceVars'; readonly replacements: readonly Readonly<Record<string, unknown>>[] }
  /** `labels`: an entry of `labels` that leaves selectors alone; else the (old) field for all labels. */
  | {
      readonly type: 'addEntries';
      readonly kind: 'label' | 'annotation';
      readonly entries: ReadonlyMap<string, string>;
      /** Entries that are there already are overwritten. */
      readonly force: boolean;
      readonly withoutSelector?: boolean;
      readonly includeTemplates?: boolean;
    }
  | {
      readonly type: 'removeEntries';
      readonly kind: 'label' | 'annotation';
      readonly keys: readonly string[];
      readonly ignoreMissing: boolean;
    }
  | { readonly type: 'addPaths'; readonly field: PathField; readonly paths: readonly string[] }
  /** Patterns of Go's `filepath.Match`. */
  | { readonly type: 'removePaths'; readonly field: PathField; readonly patterns: readonly string[] }
  | { readonly type: 'addPatch'; readonly patch: PatchFlags }
  | { readonly type: 'removePatch'; readonly patch: PatchFlags };
