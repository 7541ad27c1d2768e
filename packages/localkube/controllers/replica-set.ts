import { messageOf } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { integer, record, records, stringMap } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import { selectorMatches } from '../kinds/selectors.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueOwner, enqueueSelf } from './runtime/context.ts';
import {
  controllerOf,
  isActive,
  isDeleting,
  isReady,
  keyOf,
  specOf,
  splitKey,
  statusOf,
  timeText,
  untilAvailable,
  withCondition,
  withoutZeros,
  writeStatus,
} from './runtime/objects.ts';
import { byDeletionRank, claimPods, createPod, deletePod, podFromTemplate } from './runtime/pods.ts';

/** Upstream creates and deletes at most so many pods of one set in a round. */
const BURST = 500;

/** ReplicaSets and, with another selector and status, ReplicationControllers. */
export function startReplicaSets(context: ControllerContext): void {
  startReplicas(context, 'apps', 'ReplicaSet', 'replicaset-controller');
  startReplicas(context, '', 'ReplicationController', 'replication-controller');
}

function startReplicas(context: ControllerContext, group: string, kind: string, component: string): void {
  const { access } = context;
  const recorder = context.recorder(component);
  const queue = context.loop.queue(kind, (key) => {
    const [namespace, name] = splitKey(key);
    const set = access.get(group, kind, namespace, name);
    if (set !== undefined) sync(context, asSet(set), recorder, (ms) => queue.addAfter(key, ms));
  });
  context.watch(group, kind, enqueueSelf(queue));
  context.watch('', 'Pod', enqueueOwner(queue, kind));
  context.watch('', 'Pod', ({ type, object }) => {
    // A pod that nobody owns may be one that a set is waiting to adopt.
    if (type === 'deleted' || controllerOf(object) !== undefined || isDeleting(object)) return;
    for (const set of access.list(group, kind, object.metadata.namespace ?? '')) {
      if (selectorMatches(specOf(asSet(set))['selector'], object.metadata.labels)) queue.add(keyOf(set));
    }
  });
}

/** A ReplicationController's plain map as the label selector that it means. */
function asSet(object: KubeObject): KubeObject {
  if (object.kind !== 'ReplicationController') return object;
  const spec = specOf(object);
  return { ...object, spec: { ...spec, selector: { matchLabels: stringMap(spec['selector']) } } };
}

function sync(
  context: ControllerContext,
  set: KubeObject,
  recorder: ReturnType<ControllerContext['recorder']>,
  again: (ms: number) => void,
): void {
  let pods = claimPods(context, set);
  let failure: { readonly reason: string; readonly message: string } | undefined;
  if (!isDeleting(set)) {
    try {
      pods = manage(context, set, pods, recorder);
    } catch (thrown) {
      const tooFew = pods.filter(isActive).length < integer(specOf(set)['replicas']);
      failure = { reason: tooFew ? 'FailedCreate' : 'FailedDelete', message: messageOf(thrown) };
      writeReplicaStatus(context, set, pods, failure, again);
      throw thrown;
    }
  }
  writeReplicaStatus(context, set, pods, failure, again);
}

/** Creates or deletes pods until the number is right; answers the pods as they are then. */
function manage(
  context: ControllerContext,
  set: KubeObject,
  pods: readonly KubeObject[],
  recorder: ReturnType<ControllerContext['recorder']>,
): KubeObject[] {
  const active = pods.filter(isActive);
  const wanted = integer(specOf(set)['replicas'], 1);
  const result = [...pods];
  if (active.length < wanted) {
    const template = record(specOf(set)['template']);
    for (let missing = Math.min(wanted - active.length, BURST); missing > 0; missing--) {
      const pod = podFromTemplate(set, template, { generateName: `${set.metadata.name}-` });
      result.push(createPod(context, recorder, set, pod));
    }
    return result;
  }
  for (const surplus of active.toSorted(byDeletionRank).slice(0, Math.min(active.length - wanted, BURST))) {
    deletePod(context, recorder, set, surplus);
    const index = result.indexOf(surplus);
    const now = context.access.get('', 'Pod', surplus.metadata.namespace ?? '', surplus.metadata.name);
    if (now?.metadata.uid === surplus.metadata.uid && now !== undefined) result[index] = now;
    else result.splice(index, 1);
  }
  return result;
}

function writeReplicaStatus(
  context: ControllerContext,
  set: KubeObject,
  pods: readonly KubeObject[],
  failure: { readonly reason: string; readonly message: string } | undefined,
  again: (ms: number) => void,
): void {
  const spec = specOf(set);
  const now = context.clock.now();
  const labels = stringMap(record(record(spec['template'])['metadata'])['labels']);
  const minReady = integer(spec['minReadySeconds']);
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  const active = pods.filter(isActive);
  for (const pod of active) {
    if (Object.keys(labels).every((key) => pod.metadata.labels?.[key] === labels[key])) fullyLabeled++;
    if (!isReady(pod)) continue;
    ready++;
    const wait = untilAvailable(pod, minReady, now);
    if (wait === 0) available++;
    else if (wait !== undefined) again(wait);
  }
  const before = statusOf(set);
  let conditions: readonly Fields[] = records(before['conditions']).filter(
    (c) => c['type'] !== 'ReplicaFailure',
  );
  if (failure !== undefined) {
    const condition = { type: 'ReplicaFailure', status: 'True', ...failure } as const;
    conditions = withCondition(records(before['conditions']), condition, timeText(now));
  }
  const terminating =
    set.kind === 'ReplicaSet' ? { terminatingReplicas: pods.filter(isDeleting).length } : {};
  writeStatus(context.access, set, {
    ...withoutZeros({
      fullyLabeledReplicas: fullyLabeled,
      readyReplicas: ready,
      availableReplicas: available,
      observedGeneration: set.metadata.generation,
      conditions: conditions.length === 0 ? undefined : conditions,
    }),
    replicas: active.length,
    ...terminating,
  });
}
