import type { KubeObject, ManagedFieldsEntry } from '@plumbline/api';

/**
 * An object as the log has it that was written over another. Most writes change a status: the parts that are the very ones
 * of before are left out, and so neither encoded nor written once more.
 */
export interface Overwritten {
  /** Parts that were kept have 0 in their place, kept entries of `managedFields` the place that they had before. */
  readonly object: KubeObject;
  /** The fields that were kept. */
  readonly kept: readonly string[];
}

export function withoutKept(object: KubeObject, before: KubeObject): Overwritten {
  const kept: string[] = [];
  const rest: Record<string, unknown> = {};
  for (const field in object) {
    const value = object[field];
    if (field === 'metadata') rest[field] = metadataWithoutKept(object.metadata, before.metadata);
    else if (value !== null && typeof value === 'object' && value === before[field]) {
      kept.push(field);
      rest[field] = 0;
    } else rest[field] = value;
  }
  return { object: rest as unknown as KubeObject, kept };
}

function metadataWithoutKept(metadata: KubeObject['metadata'], before: KubeObject['metadata']): unknown {
  const were = before.managedFields ?? [];
  const { managedFields } = metadata;
  if (managedFields === undefined || were.length === 0) return metadata;
  const rest: Record<string, unknown> = { ...metadata };
  rest['managedFields'] = managedFields.map((entry) => {
    const at = were.indexOf(entry);
    return at < 0 ? entry : at;
  });
  return rest;
}

export function withKept({ object, kept }: Overwritten, before: KubeObject): KubeObject {
  const whole: Record<string, unknown> = { ...object };
  for (const field of kept) whole[field] = before[field];
  const { managedFields } = object.metadata;
  if (managedFields === undefined) return whole as unknown as KubeObject;
  const entries = (managedFields as readonly (ManagedFieldsEntry | number)[]).map((entry) =>
    typeof entry === 'number' ? before.metadata.managedFields?.[entry] : entry,
  );
  return { ...whole, metadata: { ...object.metadata, managedFields: entries } } as unknown as KubeObject;
}
