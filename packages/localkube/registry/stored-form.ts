import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Served } from './catalogue.ts';
import { tableOf } from './core.ts';
import type { Core } from './core.ts';

/**
 * Stored objects that hold more than is read of them. Upstream stores what an apply makes of a custom object as it is,
 * with maps in its metadata that are empty or null, which every reader drops: such a text equals nothing that is written
 * later, so the next write is one even if it changes nothing.
 */
const unclean = new WeakSet<object>();

/** Whether metadata that an apply has made loses something when it is read. What goes into another version loses it before. */
export function losesOnRead(resource: Served, metadata: unknown): boolean {
  if (!resource.custom || resource.version !== resource.storage.version || !isRecord(metadata)) return false;
  return ['labels', 'annotations', 'ownerReferences', 'finalizers'].some((field) => {
    const value = metadata[field];
    return value !== undefined && (value === null || Object.keys(value).length === 0);
  });
}

export function noteUnclean(core: Core, resource: Served, { metadata }: KubeObject): void {
  const stored = tableOf(core, resource).get(metadata.namespace ?? '', metadata.name);
  if (stored !== undefined) unclean.add(stored);
}

export function isUnclean(core: Core, resource: Served, { metadata }: KubeObject): boolean {
  if (!resource.custom) return false;
  const stored = tableOf(core, resource).get(metadata.namespace ?? '', metadata.name);
  return stored !== undefined && unclean.has(stored);
}
