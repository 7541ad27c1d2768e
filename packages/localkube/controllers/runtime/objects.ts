import { equalData } from '@plumbline/base';
import type { KubeObject, OwnerReference } from '@plumbline/api';
import { parseApiVersion } from '@plumbline/api';
import { record, records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import type { Access } from '../../registry/types.ts';

export const MANAGER = 'kube-controller-manager';

export const specOf = (object: KubeObject): Fields => record(object['spec']);
export const statusOf = (object: KubeObject): Fields => record(object['status']);

export { timeText } from '../../registry/time.ts';

export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export function splitKey(key: string): readonly [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

export function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return undefined;
  for (const owner of owners) if (owner.controller === true) return owner;
  return undefined;
}

export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The owner's dependents of one kind that it controls. */
export function controlled(access: Access, owner: KubeObject, kind: string): KubeObject[] {
  const uid = owner.metadata.uid ?? '';
  const found: KubeObject[] = [];
  for (const dependent of access.children(uid)) {
    if (dependent.kind === kind && controllerOf(dependent)?.uid === uid) found.push(dependent);
  }
  return found;
}

export function groupOf(object: Pick<KubeObject, 'apiVersion'>): string {
  return parseApiVersion(object.apiVersion).group;
}

/** Writes a status that differs; answers the object as it is then. */
export function writeStatus(
  access: Access,
  object: KubeObject,
  status: unknown,
  manager = MANAGER,
): KubeObject {
  if (equalData(object['status'], status)) return object;
  const { apiVersion, kind, metadata } = object;
  return access.update({ apiVersion, kind, metadata, status }, manager, 'status');
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** The list with this condition in place of that of its type; the transition time moves only when the status does. */
export function withCondition(
  conditions: readonly Fields[],
  condition: Condition,
  now: string,
  extra: Fields = {},
): readonly Fields[] {
  const present = conditions.find((c) => c['type'] === condition.type);
  const moved = present === undefined || present['status'] !== condition.status;
  const next: Fields = {
    ...extra,
    ...condition,
    lastTransitionTime: moved ? now : present['lastTransitionTime'],
  };
  if (present === undefined) return [...conditions, next];
  return conditions.map((c) => (c === present ? next : c));
}

export function conditionOf(object: KubeObject, type: string): Fields | undefined {
  return records(statusOf(object)['conditions']).find((c) => c['type'] === type);
}

export function hasCondition(object: KubeObject, type: string): boolean {
  return conditionOf(object, type)?.['status'] === 'True';
}

/** Leaves out members that upstream omits when they are zero. */
export function withoutZeros(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== undefined));
}

export function phaseOf(pod: KubeObject): string {
  return text(statusOf(pod)['phase']);
}

/** Neither ended nor going. */
export function isActive(pod: KubeObject): boolean {
  const phase = phaseOf(pod);
  return phase !== 'Succeeded' && phase !== 'Failed' && !isDeleting(pod);
}

export function isReady(pod: KubeObject): boolean {
  return hasCondition(pod, 'Ready');
}

/** Milliseconds until a ready pod counts as available; 0: it does now; undefined: it is not ready. */
export function untilAvailable(pod: KubeObject, minReadySeconds: number, now: number): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.['status'] !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(text(ready['lastTransitionTime']));
  return Math.max(0, since + minReadySeconds * 1000 - now);
}
