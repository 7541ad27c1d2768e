import type { SchemaNode } from '@plumbline/api';
import { canonicalJson } from '@plumbline/base';
import { compare, toFieldSet } from './compare.ts';
import { belowRoot, difference, type FieldSet } from './field-set.ts';
import type { Draft } from '../registry/types.ts';

/** Where client-side `kubectl apply` keeps what it applied last. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** Annotations of more bytes are refused, so a text that would be too long is left out. */
const annotationsBytesMax = 256 * 1024;

export function annotationsOf(object: Readonly<Draft> | undefined): Readonly<Record<string, unknown>> {
  return (object?.metadata['annotations'] ?? {}) as Readonly<Record<string, unknown>>;
}

/**
 * What client-side apply set and nobody changed since. The same person goes on with server-side apply, so conflicts about
 * these places are none. Undefined where there is no such text, or one of another version.
 */
export function lastAppliedSet(
  schema: SchemaNode,
  live: Readonly<Draft> | undefined,
  apiVersion: string,
): FieldSet | undefined {
  const text = annotationsOf(live)[lastAppliedAnnotation];
  if (typeof text !== 'string') return undefined;
  let last: unknown;
  try {
    last = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (last === null || typeof last !== 'object' || (last as Draft).apiVersion !== apiVersion)
    return undefined;
  const { added, modified, removed } = compare(schema, last, live);
  const set = belowRoot(toFieldSet(schema, last));
  return difference(difference(difference(set, modified), added), removed);
}

/** Keeps the text of client-side apply in step, so that both ways of applying may be mixed. */
export function withLastApplied(object: Readonly<Draft>, applied: Readonly<Draft>): Readonly<Draft> {
  const annotations = annotationsOf(object);
  if (annotations[lastAppliedAnnotation] === undefined) return object;
  const text = `${canonicalJson(withoutAnnotation(applied))}\n`;
  const { [lastAppliedAnnotation]: _, ...others } = annotations;
  const fits = text.length + JSON.stringify(others).length <= annotationsBytesMax;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: fits ? { ...annotations, [lastAppliedAnnotation]: text } : others,
    },
  };
}

function withoutAnnotation(applied: Readonly<Draft>): unknown {
  const { managedFields: _, ...metadata } = applied.metadata as Record<string, unknown>;
  const { [lastAppliedAnnotation]: __, ...annotations } = annotationsOf(applied);
  if (metadata['annotations'] === undefined) return { ...applied, metadata };
  return { ...applied, metadata: { ...metadata, annotations } };
}
