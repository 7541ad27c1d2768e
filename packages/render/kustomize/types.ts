import type { Gvk, ResId } from './resource.ts';

/** A field that a transformer knows of: which kinds (empty parts fit all), which path (`spec/template/metadata/labels`). */
export interface FieldSpec extends Gvk {
  readonly path: string;
  /** Make the way to the field where it is absent. */
  readonly create: boolean;
}

/** The fields that hold names of resources of one kind. */
export interface NameBackReferences extends Gvk {
  readonly fieldSpecs: readonly FieldSpec[];
}

/** Which fields the transformers look at: the defaults, and what `configurations` and `crds` add. */
export interface TransformerConfig {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly volumeClaimTemplateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly nameReference: readonly NameBackReferences[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

/** Which resources: regular expressions on the id, selectors on labels and annotations. Empty parts fit everything. */
export interface Selector extends ResId {
  readonly annotationSelector: string;
  readonly labelSelector: string;
}

/** How a replacement reads or writes a part of a field. */
export interface FieldOptions {
  readonly delimiter: string;
  readonly index: number;
  readonly encoding: string;
  readonly create: boolean;
}

/** The field whose value a replacement copies. */
export interface ReplacementSource extends ResId {
  readonly fieldPath: string;
  readonly options?: FieldOptions;
}

/** The fields that a replacement writes. */
export interface ReplacementTarget {
  readonly select?: Selector;
  readonly reject: readonly Selector[];
  readonly fieldPaths: readonly string[];
  readonly options?: FieldOptions;
}

/** A value that is copied from one field to others. */
export interface Replacement {
  readonly source?: ReplacementSource;
  readonly sourceValue?: string;
  readonly targets: readonly ReplacementTarget[];
}
