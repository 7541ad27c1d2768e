import type { Result } from '@plumbline/base';

/** What of a Flux `Kustomization`'s spec says how its files become manifests. */
export interface FluxSpec {
  readonly path?: string;
  readonly targetNamespace?: string;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
  readonly buildMetadata?: readonly string[];
  readonly patches?: readonly FluxPatch[];
  readonly patchesStrategicMerge?: readonly unknown[];
  readonly patchesJson6902?: readonly { readonly patch: unknown; readonly target?: FluxSelector }[];
  readonly images?: readonly FluxImage[];
  readonly commonMetadata?: CommonMetadata;
  readonly postBuild?: PostBuild;
}

export interface FluxPatch {
  readonly patch?: string;
  readonly target?: FluxSelector;
}

export interface FluxSelector {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

export interface FluxImage {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/** Put on the metadata of every object after the build; selectors and templates stay as they are. */
export interface CommonMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface PostBuild {
  readonly substitute?: Readonly<Record<string, string>>;
  readonly substituteFrom?: readonly SubstituteReference[];
  /** `WithVariables` (default): nothing happens where no variable is defined; `Always`: defaults count all the same. */
  readonly substituteStrategy?: string;
}

/** A ConfigMap or Secret in the namespace of the Kustomization whose data are variables. */
export interface SubstituteReference {
  readonly kind: string;
  readonly name: string;
  readonly optional?: boolean;
}

/** Reads the data of a ConfigMap or (decoded) of a Secret; undefined: there is none. */
export type VariablesPort = (
  reference: SubstituteReference,
) => Promise<Result<Readonly<Record<string, string>> | undefined>>;
