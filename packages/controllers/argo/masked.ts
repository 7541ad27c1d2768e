import type { KubeObject } from '@plumbline/api';
import { annotations } from './names.ts';

/** A Secret's values are replaced by marks that say nothing of them; its record of the last apply holds them too. */
function masked(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object;
  const hide = (values: unknown): unknown =>
    values !== null && typeof values === 'object'
      ? Object.fromEntries(Object.keys(values).map((name) => [name, '++++++++']))
      : values;
  const { [annotations.lastApplied]: record, ...rest } = object.metadata.annotations ?? {};
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(record === undefined ? {} : { annotations: { ...rest, [annotations.lastApplied]: '++++++++' } }),
    },
    ...(object['data'] === undefined ? {} : { data: hide(object['data']) }),
    ...(object['stringData'] === undefined ? {} : { stringData: hide(object['stringData']) }),
  };
}

/** The JSON text that is shown of an object: no secret value, no field owners. */
export function maskedText(object: KubeObject): string {
  const { managedFields: _owners, ...metadata } = object.metadata;
  return JSON.stringify(masked({ ...object, metadata }));
}
