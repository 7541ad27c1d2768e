import { gvkOf, keyText } from '@plumbline/api';
import type {
  Difference,
  KubeObject,
  Observation,
  ResourceDifference,
  ResourceStatus,
  SyncStatusCode,
} from '@plumbline/api';
import { asksBeforeDeletion, waveOf } from './directives.ts';
import type { Compiled } from './target.ts';

/** `status.resources`: every object of the application with how it compares, in upstream's order. */

function entry(
  object: KubeObject,
  more: Pick<ResourceStatus, 'status' | 'hook' | 'requiresPruning'>,
  live: KubeObject | undefined,
  namespace: string,
): ResourceStatus {
  const { group, version, kind } = gvkOf(object);
  const wave = waveOf(object);
  const asks = asksBeforeDeletion(object) || (live !== undefined && asksBeforeDeletion(live));
  const name = object.metadata.name ?? '';
  // One after the other, in upstream's order: every comparison makes one of these per object.
  const made: { -readonly [field in keyof ResourceStatus]: ResourceStatus[field] } = {} as ResourceStatus;
  if (group !== '') made.group = group;
  if (more.hook === true) made.hook = true;
  made.kind = kind;
  if (name !== '') made.name = name;
  if (namespace !== '') made.namespace = namespace;
  if (asks) made.requiresDeletionConfirmation = true;
  if (more.requiresPruning === true) made.requiresPruning = true;
  if (more.status !== undefined) made.status = more.status;
  if (wave !== 0) made.syncWave = wave;
  made.version = version;
  return made;
}

function ofDifference(resource: ResourceDifference): ResourceStatus | undefined {
  const { desired, live, state, key } = resource;
  const object = desired?.object ?? live?.object;
  if (object === undefined) return undefined;
  if (state === 'extra') {
    const hook = live?.marks?.hook === true;
    const more = hook
      ? { hook, requiresPruning: true }
      : { status: 'OutOfSync' as const, requiresPruning: true };
    return entry(object, more, live?.object, key.namespace);
  }
  const status = desired?.forbidden !== undefined ? 'Unknown' : state === 'equal' ? 'Synced' : 'OutOfSync';
  return entry(object, { status }, live?.object, key.namespace);
}

/**
 * What the engine does not compare is listed too: hooks that are there under another name than their mark says, objects
 * that carry a copied mark, and hooks that are never run.
 */
export function resourceStatuses(
  difference: Difference,
  observation: Observation,
  compiled: Compiled,
): readonly ResourceStatus[] {
  const entries = new Map<string, ResourceStatus>();
  for (const resource of difference.resources) {
    const status = ofDifference(resource);
    if (status !== undefined) entries.set(keyText(resource.key), status);
  }
  const { key: owner } = compiled.target;
  const hooks = new Set(
    compiled.target.resources.filter(({ hook }) => hook !== undefined).map(({ key }) => keyText(key)),
  );
  for (const [text, live] of observation.objects) {
    if (entries.has(text)) continue;
    if (live.owner === undefined && !hasCopiedMark(live.object, owner)) continue;
    if (live.owner !== undefined && live.owner !== owner && !hooks.has(text)) continue;
    const hook = live.marks?.hook === true;
    const own = live.owner === owner;
    entries.set(
      text,
      entry(
        live.object,
        { ...(hook ? { hook } : {}), ...(own ? { requiresPruning: true } : {}) },
        live.object,
        live.key.namespace,
      ),
    );
  }
  for (const object of compiled.skipped) {
    const { group, kind } = gvkOf(object);
    const namespace = object.metadata.namespace ?? '';
    entries.set(
      `skipped ${group}/${kind}/${namespace}/${object.metadata.name}`,
      entry(object, {}, undefined, namespace),
    );
  }
  return [...entries.values()].toSorted(byPlace);
}

/** What is there while nothing is known of what should be there. */
export function unknownStatuses(observation: Observation, instance: string): readonly ResourceStatus[] {
  return [...observation.objects.values()]
    .filter((live) => live.owner === instance)
    .map((live) => {
      const hook = live.marks?.hook === true;
      const status: SyncStatusCode | undefined = hook ? undefined : 'Unknown';
      return entry(
        live.object,
        { ...(status === undefined ? {} : { status }), ...(hook ? { hook } : {}), requiresPruning: true },
        live.object,
        live.key.namespace,
      );
    })
    .toSorted(byPlace);
}

function hasCopiedMark(object: KubeObject, instance: string): boolean {
  return object.metadata.annotations?.['argocd.argoproj.io/tracking-id']?.startsWith(`${instance}:`) === true;
}

function byPlace(a: ResourceStatus, b: ResourceStatus): number {
  const place = (status: ResourceStatus): readonly string[] => [
    status.group ?? '',
    status.kind,
    status.namespace ?? '',
    status.name ?? '',
  ];
  const left = place(a);
  const right = place(b);
  for (let i = 0; i < left.length; i += 1) {
    const one = left[i] ?? '';
    const other = right[i] ?? '';
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
