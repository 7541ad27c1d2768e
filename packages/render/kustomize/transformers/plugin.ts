import type { OriginAct, OriginStep } from '@plumbline/api';
import type { ResourceMap } from '../accumulate/resource-map.ts';
import { applyToFieldSpec } from '../fields/index.ts';
import type { FieldSpecOptions, FieldVisitor } from '../fields/index.ts';
import type { OpenApi } from '../schema/index.ts';
import { gvkOf, gvkSelected } from '../resource.ts';
import type { JsonObject, Resource, ResourceOrigin } from '../resource.ts';
import type { FieldSpec } from '../types.ts';

/** What a transformer is told of the build that it runs in. */
export interface TransformContext {
  readonly openapi: OpenApi | undefined;
  /** Only where the origins of fields are asked for: told of each act on a resource, before and after it. */
  readonly recorder?: ChangeRecorder;
}

/** Finds out which fields an act has changed. */
export interface ChangeRecorder {
  /** Runs an act on resources; what it changes in them is put down to the step (which may depend on the field). */
  act(resources: readonly Resource[], step: StepOf, work: () => void): void;
}

/** The step that stands for a change of a field (a JSON Pointer) of an object, as it is after the act. */
export type StepOf = (pointer: string, object: JsonObject) => OriginStep;

/** A transformer that is ready to run. */
export interface Transformer {
  /** As `buildMetadata` names it. */
  readonly kind: string;
  /** What asked for it, for origins. */
  readonly step: StepOf;
  readonly act: OriginAct;
  transform(map: ResourceMap, context: TransformContext): void | Promise<void>;
}

/** A transformer with the origin that `buildMetadata` gives to what it touches. */
export interface PlannedTransformer {
  readonly transformer: Transformer;
  readonly origin: ResourceOrigin | undefined;
}

/** Runs an act on a resource, and has its changes noted if anybody wants to know. */
export function acting(context: TransformContext, resource: Resource, step: StepOf, work: () => void): void {
  if (context.recorder === undefined) work();
  else context.recorder.act([resource], step, work);
}

/** Field specs by the kinds that they are for, so that each object only meets its own. */
export function specIndex(specs: readonly FieldSpec[]): (object: JsonObject) => readonly FieldSpec[] {
  const byKind = new Map<string, readonly FieldSpec[]>();
  return (object) => {
    const key = `${String(object['apiVersion'])}|${String(object['kind'])}`;
    const known = byKind.get(key);
    if (known !== undefined) return known;
    const gvk = gvkOf(object);
    const own = specs.filter((spec) => gvkSelected(gvk, spec));
    byKind.set(key, own);
    return own;
  };
}

/** Visits the fields of several specs of an object. */
export function visitSpecs(
  object: JsonObject,
  specs: readonly FieldSpec[],
  visit: FieldVisitor,
  options: FieldSpecOptions = {},
): void {
  for (const spec of specs) applyToFieldSpec(object, spec, visit, options);
}
