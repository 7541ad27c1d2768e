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
import { annotationOf, annotations, finalizers, timeText } from './names.ts';

const ORDER: readonly Health[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'];

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
  let worst: Health = 'Healthy';
  let there = 0;
  const counted = new Set<string>();
  const count = (live: LiveObject): void => {
    const text = keyText(live.key);
    if (counted.has(text)) return;
    counted.add(text);
    there += 1;
    const status = live.health?.status;
    if (status === undefined || annotationOf(live.object, annotations.ignoreHealthCheck) === 'true') return;
    const child = live.key.group === 'argoproj.io' && live.key.kind === 'Application';
    if (child && (status === 'Missing' || status === 'Unknown')) return;
    if (ORDER.indexOf(status) > ORDER.indexOf(worst)) worst = status;
  };
  for (const key of named) {
    const live = observation.objects.get(keyText(key));
    if (live !== undefined && live.marks?.hook !== true) count(live);
  }
  for (const live of observation.objects.values()) {
    if (live.owner === instance && live.marks?.hook !== true) count(live);
  }
  return there === 0 && named.length > 0 ? 'Missing' : worst;
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
