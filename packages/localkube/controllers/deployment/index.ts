import type { KubeObject } from '@plumbline/api';
import { integer } from '../../kinds/fields.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { enqueueOwner, enqueueSelf } from '../runtime/context.ts';
import {
  MANAGER,
  controllerOf,
  isDeleting,
  keyOf,
  specOf,
  splitKey,
  statusOf,
  writeStatus,
} from '../runtime/objects.ts';
import { selectorMatches } from '../../kinds/selectors.ts';
import { StatusError } from '../../registry/types.ts';
import {
  REVISION,
  findNewSet,
  newSet,
  refreshSet,
  replicasOf,
  revisionOf,
  setsOf,
  statusNumber,
} from './replica-sets.ts';
import type { Sets } from './rolling.ts';
import { allOf, isRecreate, isScaling, newReplicas, recreateOld, roll, scaleAll } from './rolling.ts';
import type { Event } from './status.ts';
import { deploymentStatus, isComplete } from './status.ts';

/** Deployments: one ReplicaSet per template, rolled from the old to the new. */
export function startDeployments(context: ControllerContext): void {
  const { access } = context;
  const queue = context.loop.queue('Deployment', (key) => {
    const [namespace, name] = splitKey(key);
    const deployment = access.get('apps', 'Deployment', namespace, name);
    if (deployment === undefined) return;
    const wait = sync(context, deployment);
    if (wait !== undefined) queue.addAfter(key, wait);
  });
  context.watch('apps', 'Deployment', enqueueSelf(queue));
  const ownerOfSet = enqueueOwner(queue, 'Deployment');
  context.watch('apps', 'ReplicaSet', (event) => {
    ownerOfSet(event);
    const { type, object } = event;
    if (type === 'deleted' || controllerOf(object) !== undefined || isDeleting(object)) return;
    for (const deployment of access.list('apps', 'Deployment', object.metadata.namespace ?? '')) {
      if (selectorMatches(specOf(deployment)['selector'], object.metadata.labels))
        queue.add(keyOf(deployment));
    }
  });
  // A recreation goes on when the last old pod is gone.
  context.watch('', 'Pod', ({ type, object }) => {
    if (type !== 'deleted') return;
    const owner = controllerOf(object);
    if (owner?.kind !== 'ReplicaSet') return;
    const set = access.get('apps', 'ReplicaSet', object.metadata.namespace ?? '', owner.name);
    const above = set === undefined ? undefined : controllerOf(set);
    if (above?.kind === 'Deployment') queue.add(`${object.metadata.namespace ?? ''}/${above.name}`);
  });
}

function sync(context: ControllerContext, deployment: KubeObject): number | undefined {
  const all = setsOf(context, deployment);
  const current = findNewSet(deployment, all);
  let sets: Sets = { current, old: all.filter((set) => set !== current) };
  let live = deployment;
  let event: Event;
  if (!isDeleting(deployment)) {
    if (isPaused(deployment)) {
      if (all.length > 0) sets = scaleAll(context, deployment, sets);
    } else if (isScaling(deployment, all)) {
      [live, sets, event] = withNewSet(context, deployment, sets, false);
      sets = scaleAll(context, live, sets);
    } else [live, sets, event] = rollOut(context, deployment, sets);
    if (!isPaused(deployment)) sets = cleanUp(context, live, sets);
  }
  const { status, wait } = deploymentStatus(live, sets, event, context.clock.now());
  if (live === deployment) writeStatus(context.access, live, status);
  else context.access.update({ ...live, status }, MANAGER, 'status');
  return wait;
}

function isPaused(deployment: KubeObject): boolean {
  return specOf(deployment)['paused'] === true;
}

function rollOut(
  context: ControllerContext,
  deployment: KubeObject,
  sets: Sets,
): readonly [KubeObject, Sets, Event] {
  if (!isRecreate(deployment)) {
    const [live, made, event] = withNewSet(context, deployment, sets, true);
    return [live, roll(context, live, made), event];
  }
  const { old, gone } = recreateOld(context, deployment, sets.old);
  if (!gone) return [deployment, { ...sets, old }, undefined];
  const [live, made, event] = withNewSet(context, deployment, { ...sets, old }, true);
  return [live, roll(context, live, made), event];
}

/** Makes sure that the set of the present template exists and carries its revision; the deployment shows it too. */
function withNewSet(
  context: ControllerContext,
  deployment: KubeObject,
  sets: Sets,
  create: boolean,
): readonly [KubeObject, Sets, Event] {
  const highest = sets.old.reduce((most, set) => Math.max(most, revisionOf(set)), 0);
  const revision = Math.max(
    highest + 1,
    sets.current === undefined ? 0 : revisionOf(sets.current) > highest ? revisionOf(sets.current) : 0,
  );
  if (sets.current !== undefined) {
    const found = refreshSet(context, deployment, sets.current, revision);
    const known = integer(statusOf(deployment)['observedGeneration']) > 0;
    const event: Event = known || statusOf(deployment)['conditions'] !== undefined ? undefined : 'found';
    return [withRevision(deployment, revision), { ...sets, current: found }, event];
  }
  if (!create) return [deployment, sets, undefined];
  const replicas = newReplicas(deployment, sets.old, 0);
  let made: KubeObject;
  try {
    made = context.access.create(newSet(deployment, replicas, revision), MANAGER, true);
  } catch (thrown) {
    if (thrown instanceof StatusError && thrown.status.reason === 'AlreadyExists') {
      // Another template with the same hash: count the collision, the next round takes another name.
      const collisionCount = statusNumber(deployment, 'collisionCount') + 1;
      writeStatus(context.access, deployment, { ...statusOf(deployment), collisionCount });
    }
    throw thrown;
  }
  if (replicas > 0) {
    const message = `Scaled up replica set ${made.metadata.name} from 0 to ${replicas}`;
    context.recorder('deployment-controller').event(deployment, 'Normal', 'ScalingReplicaSet', message);
  }
  return [withRevision(deployment, revision), { ...sets, current: made }, 'created'];
}

/** The revision is written together with the status, which is how upstream writes it too. */
function withRevision(deployment: KubeObject, revision: number): KubeObject {
  if (deployment.metadata.annotations?.[REVISION] === String(revision)) return deployment;
  const annotations = { ...deployment.metadata.annotations, [REVISION]: String(revision) };
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}

/** Deletes the oldest of the emptied sets beyond the limit, once the rollout is over. */
function cleanUp(context: ControllerContext, deployment: KubeObject, sets: Sets): Sets {
  const limit = integer(specOf(deployment)['revisionHistoryLimit'], 10);
  if (sets.old.length <= limit || !isComplete(deployment, statusOf(deployment))) return sets;
  const surplus = sets.old.length - limit;
  const gone = sets.old
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, surplus)
    .filter((set) => replicasOf(set) === 0 && statusNumber(set, 'replicas') === 0 && !isDeleting(set));
  for (const set of gone) {
    context.access.delete('apps', 'ReplicaSet', set.metadata.namespace ?? '', set.metadata.name, {
      propagationPolicy: 'Background',
    });
  }
  return { ...sets, old: allOf({ current: undefined, old: sets.old }).filter((set) => !gone.includes(set)) };
}
