import type { KubeObject } from '@plumbline/api';
import type { Draft } from './types.ts';

/** The order in which Go writes metadata; equal objects have equal texts, and people find what they look for. */
const metadataOrder = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** The wire order that lists rely on: apiVersion and kind, then metadata, then the rest as it was before. */
export function asObject(draft: Draft, live: KubeObject | undefined): KubeObject {
  const { metadata: given } = draft;
  const metadata: Record<string, unknown> = {};
  for (const field of metadataOrder) if (given[field] !== undefined) metadata[field] = given[field];
  const object: Record<string, unknown> = { apiVersion: draft.apiVersion, kind: draft.kind, metadata };
  for (const field in live) if (!inHead(field) && draft[field] !== undefined) object[field] = draft[field];
  for (const field in draft)
    if (!inHead(field) && live?.[field] === undefined && draft[field] !== undefined)
      object[field] = draft[field];
  return object as unknown as KubeObject;
}

function inHead(field: string): boolean {
  return field === 'metadata' || field === 'apiVersion' || field === 'kind';
}
