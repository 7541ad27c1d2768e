import { keyOf, keyText } from '@plumbline/api';
import type { HealthStatus, KubeObject, LiveObject, ObjectKey, Observation, Target } from '@plumbline/api';
import type { Live } from '@plumbline/kube';
import { liveMarks } from './directives.ts';
import type { Overlay } from './overlay.ts';
import { isSelfReference, parseTracking } from './tracking.ts';

export interface Observer {
  readonly live: Live;
  readonly overlay: Overlay;
  readonly health: (object: KubeObject) => HealthStatus | undefined;
  /** What was seen last, by the options it was seen under: what is the very same object since need not be judged anew. */
  readonly seen: Map<string, ReadonlyMap<string, LiveObject>>;
}

/** Everything that carries an application's mark (owned objects of others aside) and everything that its target names. */
export function observe(
  observer: Observer,
  instance: string,
  target: Target | undefined,
  more: readonly ObjectKey[] = [],
  options: readonly string[] = [],
): Observation {
  const objects = new Map<string, LiveObject>();
  const { live, overlay, seen } = observer;
  const under = options.join('\n');
  const before = seen.get(under);
  const add = (key: ObjectKey, known: KubeObject | undefined): void => {
    const text = keyText(key);
    if (objects.has(text)) return;
    const object = overlay.newest(key, known);
    if (object === undefined) return;
    const same = before?.get(text);
    objects.set(text, same?.object === object ? same : liveObject(object, key, observer, options));
  };
  for (const object of live.indexed(instance)) {
    if ((object.metadata.ownerReferences?.length ?? 0) > 0) continue;
    add(keyOf(object), object);
  }
  for (const resource of target?.resources ?? []) {
    if (resource.key.name !== '') add(resource.key, live.get(resource.key));
  }
  for (const key of more) add(key, live.get(key));
  for (const key of overlay.keys()) {
    const object = overlay.newest(key, live.get(key));
    if (object !== undefined && parseTracking(object)?.instance === instance) add(key, object);
  }
  if (seen.size >= SEEN_MAX && before === undefined) seen.clear();
  seen.set(under, objects);
  return { objects };
}

/** The application's own options and those of the run under way. */
const SEEN_MAX = 2;

function liveObject(
  object: KubeObject,
  key: ObjectKey,
  observer: Observer,
  options: readonly string[],
): LiveObject {
  const tracking = parseTracking(object);
  const health = observer.health(object);
  return {
    key,
    object,
    ...(tracking !== undefined && isSelfReference(object, tracking) ? { owner: tracking.instance } : {}),
    ...(health === undefined ? {} : { health }),
    marks: liveMarks(object, options),
  };
}
