import type { Tree } from '@plumbline/api';
import type { HelmOptions, HelmPort } from '../generators/helm.ts';
import type { ReadKustomization } from '../kustomization/read.ts';
import type { Loader } from '../load/loader.ts';
import type { Variable } from '../references/vars.ts';
import type { ResourceOrigin } from '../resource.ts';
import type { OpenApi } from '../schema/index.ts';
import type { OriginRecorder } from '../metadata/recorder.ts';
import type { TransformContext } from '../transformers/plugin.ts';
import type { TransformerConfig } from '../types.ts';
import { emptyConfig } from './config.ts';
import { createResourceMap } from './resource-map.ts';
import type { ResourceMap } from './resource-map.ts';

/** What all kustomizations of one build share. */
export interface BuildState {
  readonly tree: Tree;
  readonly warnings: string[];
  /** The schema that `openapi` names; the first kustomization that names one wins. */
  openapi: { readonly schema: OpenApi | undefined } | undefined;
  /** Whether any resource was read before. */
  sawResources?: boolean;
  /** Where the built-in schema stands beside a schema of the user's, whatever was read before. */
  readonly builtInSchema?: 'first' | 'last';
  readonly helm: HelmPort | undefined;
  readonly helmOptions: HelmOptions;
  readonly recorder: OriginRecorder | undefined;
  readonly ignoreMissingComponents: boolean;
  readonly signal: AbortSignal | undefined;
  /** Kustomizations that were read; a few hundred is a lot. */
  layers: number;
}

/** One kustomization in a build. */
export interface Target {
  readonly state: BuildState;
  readonly loader: Loader;
  readonly read: ReadKustomization;
  /** Where its resources come from; undefined: nobody asked. */
  readonly origin: ResourceOrigin | undefined;
  /** The namespace that charts get when this kustomization and its charts name none. */
  readonly helmNamespace: string;
}

/** What was gathered so far: resources, the fields that transformers know, variables. */
export interface Accumulator {
  readonly map: ResourceMap;
  config: TransformerConfig;
  readonly variables: Map<string, Variable>;
}

export function newAccumulator(): Accumulator {
  return { map: createResourceMap(), config: emptyConfig, variables: new Map() };
}

/** What transformers are told. */
export function contextOf(state: BuildState): TransformContext {
  return {
    openapi: state.openapi?.schema,
    ...(state.recorder === undefined ? {} : { recorder: state.recorder }),
  };
}
