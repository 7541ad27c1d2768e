import type { Draft, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { isAbsent, record, records } from './fields.ts';

/** Fields of pods behind switches that are off: they go once their owner has been noted. */
function dropUnserved(spec: Fields): void {
  if (Object.isFrozen(spec)) return;
  delete spec['schedulingGroup'];
  for (const volume of records(spec['volumes'])) {
    for (const source of records(record(volume['projected'])['sources'])) {
      if (Object.isFrozen(source)) continue;
      delete source['clusterTrustBundle'];
      delete source['podCertificate'];
    }
  }
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const container of records(spec[field])) dropStopSignal(container);
}

function dropStopSignal(container: Fields): void {
  const lifecycle = record(container['lifecycle']);
  if (isAbsent(lifecycle['stopSignal']) || Object.isFrozen(lifecycle)) return;
  delete lifecycle['stopSignal'];
  if (isAbsent(lifecycle['postStart']) && isAbsent(lifecycle['preStop'])) delete container['lifecycle'];
}

/** Where the kinds that have pods keep what those are like. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec'],
  '/PodTemplate': ['template', 'spec'],
  '/ReplicationController': ['spec', 'template', 'spec'],
  'apps/DaemonSet': ['spec', 'template', 'spec'],
  'apps/Deployment': ['spec', 'template', 'spec'],
  'apps/ReplicaSet': ['spec', 'template', 'spec'],
  'apps/StatefulSet': ['spec', 'template', 'spec'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  'batch/Job': ['spec', 'template', 'spec'],
};

/** The hooks of a kind that has pods, without what its pods may not say yet. */
export function withoutUnserved(key: string, hooks: KindHooks): KindHooks {
  const place = PLACES[key];
  if (place === undefined) return hooks;
  const drop = (draft: Draft): void =>
    dropUnserved(place.reduce<Fields>((at, field) => record(at[field]), draft));
  return {
    ...hooks,
    prepareForCreate(draft, context) {
      drop(draft);
      hooks.prepareForCreate?.(draft, context);
    },
    prepareForUpdate(draft, previous, context) {
      drop(draft);
      hooks.prepareForUpdate?.(draft, previous, context);
    },
  };
}
