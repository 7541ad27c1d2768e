import type { KubeObject } from '@plumbline/api';
import { integer, record, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { enqueueOwner, enqueueSelf } from '../runtime/context.ts';
import {
  isDeleting,
  isReady,
  phaseOf,
  specOf,
  splitKey,
  statusOf,
  untilAvailable,
  withoutZeros,
  writeStatus,
} from '../runtime/objects.ts';
import { claimPods, createPod, deletePod } from '../runtime/pods.ts';
import { REVISION_HASH, currentRevision, revisionsOf, trimRevisions } from '../runtime/revisions.ts';
import { dropClaims, ensureClaims, ordinalOf, statefulPod } from './pod.ts';

/** StatefulSets: pods with names and claims of their own, one after the other. */
export function startStatefulSets(context: ControllerContext): void {
  const { access } = context;
  const queue = context.loop.queue('StatefulSet', (key) => {
    const [namespace, name] = splitKey(key);
    const set = access.get('apps', 'StatefulSet', namespace, name);
    if (set !== undefined && !isDeleting(set)) sync(context, set, (ms) => queue.addAfter(key, ms));
  });
  context.watch('apps', 'StatefulSet', enqueueSelf(queue));
  context.watch('', 'Pod', enqueueOwner(queue, 'StatefulSet'));
}

interface Plan {
  readonly set: KubeObject;
  readonly current: KubeObject;
  readonly update: KubeObject;
  readonly first: number;
  readonly replicas: number;
  /** By ordinal. */
  readonly pods: ReadonlyMap<number, KubeObject>;
  readonly ordered: boolean;
}

function sync(context: ControllerContext, set: KubeObject, again: (ms: number) => void): void {
  const revisions = revisionsOf(context, set);
  const update = currentRevision(context, set, revisions);
  const known = text(statusOf(set)['currentRevision']);
  const current = revisions.find((revision) => revision.metadata.name === known) ?? update;
  const first = integer(record(specOf(set)['ordinals'])['start']);
  const plan: Plan = {
    set,
    current,
    update,
    first,
    replicas: integer(specOf(set)['replicas'], 1),
    pods: podsByOrdinal(context, set),
    ordered: text(specOf(set)['podManagementPolicy']) !== 'Parallel',
  };
  act(context, plan);
  const after = { ...plan, pods: podsByOrdinal(context, set) };
  const status = statusFor(context, after, again);
  const used = new Set([
    update.metadata.name,
    text(status['currentRevision']),
    ...[...after.pods.values()].map(revisionName),
  ]);
  trimRevisions(context, set, revisions, used);
  writeStatus(context.access, set, status);
}

function podsByOrdinal(context: ControllerContext, set: KubeObject): ReadonlyMap<number, KubeObject> {
  const pods = claimPods(context, set).map((pod) => [ordinalOf(set, pod), pod] as const);
  return new Map(pods.filter(([ordinal]) => ordinal >= 0).toSorted((a, b) => a[0] - b[0]));
}

const revisionName = (pod: KubeObject): string => text(pod.metadata.labels?.[REVISION_HASH]);
const isHealthy = (pod: KubeObject | undefined): boolean =>
  pod !== undefined && isReady(pod) && !isDeleting(pod);

/** One round: create from below, then remove from above, then replace what has an old template. */
function act(context: ControllerContext, plan: Plan): void {
  if (!fill(context, plan)) return;
  if (!shrink(context, plan)) return;
  roll(context, plan);
}

/** Creates missing pods, replaces ended ones. False: an ordered set waits for the pod it is at. */
function fill(context: ControllerContext, plan: Plan): boolean {
  const { set, pods, ordered } = plan;
  const recorder = context.recorder('statefulset-controller');
  for (let ordinal = plan.first; ordinal < plan.first + plan.replicas; ordinal++) {
    const pod = pods.get(ordinal);
    if (pod === undefined) {
      ensureClaims(context, set, ordinal);
      createPod(context, recorder, set, statefulPod(set, revisionFor(plan, ordinal), ordinal));
    } else if (!isDeleting(pod) && (phaseOf(pod) === 'Failed' || phaseOf(pod) === 'Succeeded')) {
      deletePod(context, recorder, set, pod);
    } else if (isHealthy(pod)) continue;
    if (ordered) {
      // A pod that cannot become ready with its old template is replaced at once, else nothing would ever move.
      if (pod !== undefined && !isDeleting(pod) && isStuck(plan, pod, ordinal))
        deletePod(context, recorder, set, pod);
      return false;
    }
  }
  return true;
}

function isStuck(plan: Plan, pod: KubeObject, ordinal: number): boolean {
  return rolls(plan) && ordinal >= partition(plan) && revisionName(pod) !== plan.update.metadata.name;
}

/** Pods below the partition keep the current template; so do others while the set is told to wait for deletion. */
function revisionFor(plan: Plan, ordinal: number): KubeObject {
  if (!rolls(plan)) return plan.update;
  return ordinal < partition(plan) ? plan.current : plan.update;
}

function rolls(plan: Plan): boolean {
  return text(record(specOf(plan.set)['updateStrategy'])['type']) !== 'OnDelete';
}

function partition(plan: Plan): number {
  return integer(record(record(specOf(plan.set)['updateStrategy'])['rollingUpdate'])['partition']);
}

/** Removes pods beyond the size, the highest first. False: an ordered set waits for one to go. */
function shrink(context: ControllerContext, plan: Plan): boolean {
  const surplus = [...plan.pods]
    .filter(([ordinal]) => ordinal < plan.first || ordinal >= plan.first + plan.replicas)
    .toReversed();
  for (const [ordinal, pod] of surplus) {
    if (!isDeleting(pod)) {
      deletePod(context, context.recorder('statefulset-controller'), plan.set, pod);
      dropClaims(context, plan.set, ordinal);
    }
    if (plan.ordered) return false;
  }
  return true;
}

/** Replaces the highest pod with an old template, when all above it are well. */
function roll(context: ControllerContext, plan: Plan): void {
  if (!rolls(plan)) return;
  for (
    let ordinal = plan.first + plan.replicas - 1;
    ordinal >= Math.max(plan.first, partition(plan));
    ordinal--
  ) {
    const pod = plan.pods.get(ordinal);
    if (pod === undefined) return;
    if (revisionName(pod) !== plan.update.metadata.name) {
      if (!isDeleting(pod)) deletePod(context, context.recorder('statefulset-controller'), plan.set, pod);
      return;
    }
    if (!isHealthy(pod)) return;
  }
}

function statusFor(context: ControllerContext, plan: Plan, again: (ms: number) => void): Fields {
  const { set, update } = plan;
  const minReady = integer(specOf(set)['minReadySeconds']);
  const pods = [...plan.pods.values()];
  const live = pods.filter((pod) => !isDeleting(pod));
  const updated = live.filter((pod) => revisionName(pod) === update.metadata.name).length;
  let ready = 0;
  let available = 0;
  for (const pod of pods) {
    if (!isReady(pod)) continue;
    ready++;
    const wait = untilAvailable(pod, minReady, context.clock.now());
    if (wait === 0) available++;
    else if (wait !== undefined) again(wait);
  }
  const done =
    rolls(plan) && updated === plan.replicas && pods.length === plan.replicas && ready === plan.replicas;
  const current = done ? update : plan.current;
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    ...withoutZeros({
      readyReplicas: ready,
      currentReplicas: live.filter((pod) => revisionName(pod) === current.metadata.name).length,
      updatedReplicas: updated,
    }),
    currentRevision: current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: 0,
    availableReplicas: available,
  };
}
