import type { ScalarStyles } from '@plumbline/languages';
import type { JsonObject, Untyped } from '../resource.ts';
import type { OpenApi, Schema } from '../schema/index.ts';

/** How documents are merged. */
export interface MergeOptions {
  /** The kinds to look up instead of the built-in ones. */
  readonly openapi?: OpenApi | undefined;
  /** Where new items of merged lists go; kustomize puts those of a patch in front. */
  readonly newItems?: 'front' | 'back';
  /** Merge lists of an unknown shape whose items all have a `name`. Kustomize never does. */
  readonly infer?: boolean;
  /** The shape that is written beside a field (upstream reads it from comments); it counts more than any other. */
  readonly shapeBeside?: (mapping: JsonObject, key: string) => Schema | undefined;
  /** Whether a null of the target was written as nothing (`key:`): such a field goes away, `key: null` stays. */
  readonly isSilentNull?: (mapping: JsonObject, key: string) => boolean;
  /** How scalars of the target were written: what replaces one in quotes gets them, too. */
  readonly styles?: ScalarStyles;
  /** How those of the patch were written. */
  readonly patchStyles?: { readonly original: JsonObject; readonly styles: ScalarStyles };
  /** Scalars of the target without a type, as text: a merge makes texts of them. */
  readonly untyped?: Untyped;
}

/** What becomes of one place: given the nodes there (the target's first), the node that is walked on as the target's. */
export interface Visitor {
  /** Also for places where no document has more than null. */
  mapping(sources: readonly unknown[]): unknown;
  scalar(sources: readonly unknown[]): unknown;
  list(sources: readonly unknown[], associative: boolean): unknown;
}

/** One walk over several documents at once. */
export interface Walk extends MergeOptions {
  readonly visitor: Visitor;
  /** The text of a number of the patch, where it may be another than it is printed. */
  readonly patchText?: ((mapping: object, key: string) => string | undefined) | undefined;
}

/** Walks one item of a list. */
export type WalkItem = (sources: unknown[], schema: Schema | undefined) => unknown;
