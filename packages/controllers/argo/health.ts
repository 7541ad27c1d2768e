import { keyText } from '@plumbline/api';
import type {
  ApplicationStatus,
  Health,
  HealthStatus,
  KubeObject,
  LiveObject,
  Observation,
  ObjectKey,
} from '@plumbline/api';
import { aggregateHealth } from '@plumbline/engine';
import type { Part } from '@plumbline/engine';
import { annotationOf, annotations, finalizers, timeText } from './names.ts';

/** An object that is being deleted is on its way, whatever its kind says; a hook is held on purpose. */
export function objectHealth(
  object: KubeObject,
  byKind: (object: KubeObject) => HealthStatus | undefined,
): HealthStatus | undefined {
  const held = object.metadata.finalizers?.includes(finalizers.hook) ?? false;
  if (object.metadata.deletionTimestamp !== undefined && !held) {
    return { status: 'Progressing', message: 'Pending deletion' };
  }
  return byKind(object);
}

/**
 * The worst of what an application owns and what it names. Objects that are missing do not count as long as one is
 * there; child applications count once they have a health of their own; hooks never count.
 */
export function applicationHealth(
  named: readonly ObjectKey[],
  observation: Observation,
  instance: string,
): Health {
  const parts = new Map<string, Part>();
  const count = (live: LiveObject): void => {
    if (live.marks?.hook !== true) parts.set(keyText(live.key), partOf(live));
  };
  for (const key of named) {
    const live = observation.objects.get(keyText(key));
    if (live === undefined) parts.set(keyText(key), { live: false });
    else count(live);
  }
  for (const live of observation.objects.values()) if (live.owner === instance) count(live);
  return aggregateHealth(parts.values());
}

function partOf(live: LiveObject): Part {
  const { health, key, object } = live;
  const ignored = annotationOf(object, annotations.ignoreHealthCheck) === 'true';
  const child = key.group === 'argoproj.io' && key.kind === 'Application';
  const unsaid = child && (health?.status === 'Missing' || health?.status === 'Unknown');
  return health === undefined || ignored || unsaid ? { live: true } : { live: true, health };
}

/** The status field: the time says since when it is so. */
export function healthField(
  before: ApplicationStatus['health'],
  status: Health,
  now: number,
): ApplicationStatus['health'] {
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  return { status, lastTransitionTime: since ?? timeText(now) };
}
