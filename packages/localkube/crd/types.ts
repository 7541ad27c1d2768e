import type { KubeObject, SchemaNode } from '@plumbline/api';
import type { Column, Draft, FieldError } from '../registry/types.ts';

/** A served version of a CustomResourceDefinition, ready for use. */
export interface CompiledVersion {
  readonly version: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecationWarning?: string;
  /** What the definition asks for and this server does not do; said in a Warning header when the definition is written. */
  readonly warnings: readonly string[];
  readonly schema: SchemaNode;
  readonly status: boolean;
  readonly scale?: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath?: string;
  };
  readonly columns: readonly Column[];
  readonly selectableFields: Readonly<Record<string, (object: KubeObject) => string>>;
  /** In place: drops what the schema does not declare; returns the dropped paths (`spec.ports[0].zz`). */
  prune(draft: Draft): readonly string[];
  /** In place. `keepNulls`: a null is what an apply has left of a map, and stays to be judged. */
  default(draft: Draft, keepNulls?: boolean): void;
  validate(object: KubeObject, previous: KubeObject | undefined, subresource?: string): readonly FieldError[];
}

/** crd/index.ts exports this: reads a definition and compiles its versions, or says what is wrong with it. */
export type CompileDefinition = (definition: KubeObject) => {
  readonly versions: readonly CompiledVersion[];
  readonly errors: readonly FieldError[];
};
