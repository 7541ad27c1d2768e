import type { KubeObject, Observation, Target, TargetResource } from '@plumbline/api';
import { gvkOf, keyText } from '@plumbline/api';
import {
  applyMergePatch,
  applyStrategicMerge,
  diffMergePatch,
  twoWayStrategicMerge,
} from '@plumbline/languages';
import type { SchemaLookup } from './pair.ts';
import { ignoredIn, withoutIgnored, type Ignored } from './ignore.ts';

/**
 * The target with the live values in all places that its rules ignore, so that applying it leaves them alone. Without
 * this, ignoring only hides differences, and the next apply writes the wanted values.
 */
export function respectIgnored(target: Target, observation: Observation, schemas: SchemaLookup): Target {
  const { ignore } = target.policy;
  if (ignore.length === 0) return target;
  const resources = target.resources.map((resource) => {
    const live = observation.objects.get(keyText(resource.key))?.object;
    return live === undefined || resource.hook !== undefined
      ? resource
      : withLiveValues(resource, live, target, schemas);
  });
  return { ...target, resources };
}

function withLiveValues(
  resource: TargetResource,
  live: KubeObject,
  target: Target,
  schemas: SchemaLookup,
): TargetResource {
  const ignored = withoutStatus(ignoredIn(resource.key, live, target.policy.ignore, false));
  if (ignored === undefined) return resource;
  const schema = schemas(gvkOf(resource.object));
  const [wanted, visible] = [withoutIgnored(resource.object, ignored), withoutIgnored(live, ignored)];
  // What leads from the visible live object to the whole one is just what is ignored.
  const hidden =
    schema === undefined ? diffMergePatch(visible, live) : twoWayStrategicMerge(visible, live, schema);
  if (!hidden.ok) return resource;
  const merged =
    schema === undefined
      ? applyMergePatch(wanted, hidden.value)
      : applyStrategicMerge(wanted, hidden.value, schema);
  return merged.ok ? { ...resource, object: merged.value as KubeObject } : resource;
}

/** Nobody applies a status, so there is nothing to leave alone in it. */
function withoutStatus(ignored: Ignored | undefined): Ignored | undefined {
  if (ignored === undefined) return undefined;
  const pointers = ignored.pointers.filter(([first]) => first !== 'status');
  const sets = ignored.sets.map((set) =>
    Object.fromEntries(Object.entries(set).filter(([name]) => name !== 'f:status')),
  );
  return pointers.length === 0 && sets.length === 0 ? undefined : { pointers, sets };
}
