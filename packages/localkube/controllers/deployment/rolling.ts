import type { KubeObject } from '@plumbline/api';
import { text } from '../../kinds/fields.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { controlled, isActive, phaseOf, specOf } from '../runtime/objects.ts';
import { record } from '../../kinds/fields.ts';
import { scaled } from './numbers.ts';
import { DESIRED, replicasOf, scaleSet, statusNumber, sum } from './replica-sets.ts';

/** The sets of a deployment: the one of the present template, if it exists yet, and the others. */
export interface Sets {
  readonly current: KubeObject | undefined;
  readonly old: readonly KubeObject[];
}

export const allOf = (sets: Sets): readonly KubeObject[] =>
  sets.current === undefined ? sets.old : [...sets.old, sets.current];

/** How many replicas the new set may have now. */
export function newReplicas(deployment: KubeObject, all: readonly KubeObject[], present: number): number {
  const { replicas, surge } = scaled(deployment);
  if (isRecreate(deployment)) return replicas;
  const total = sum(all, replicasOf);
  const room = replicas + surge - total;
  return room <= 0 ? present : present + Math.max(0, Math.min(room, replicas - present));
}

export function isRecreate(deployment: KubeObject): boolean {
  return text(record(specOf(deployment)['strategy'])['type']) === 'Recreate';
}

/** One step of a rolling update: up with the new within the surge, down with the old within what may be unavailable. */
export function roll(context: ControllerContext, deployment: KubeObject, sets: Sets): Sets {
  const { current } = sets;
  if (current === undefined) return sets;
  const { replicas } = scaled(deployment);
  const present = replicasOf(current);
  const wanted = present > replicas ? replicas : newReplicas(deployment, allOf(sets), present);
  if (wanted !== present) return { ...sets, current: scaleSet(context, deployment, current, wanted) };
  return { current, old: shrinkOld(context, deployment, sets.old, current) };
}

function shrinkOld(
  context: ControllerContext,
  deployment: KubeObject,
  old: readonly KubeObject[],
  current: KubeObject,
): readonly KubeObject[] {
  const oldPods = sum(old, replicasOf);
  if (oldPods === 0) return old;
  const { replicas, unavailable } = scaled(deployment);
  const least = replicas - unavailable;
  const newUnavailable = replicasOf(current) - statusNumber(current, 'availableReplicas');
  let mayGo = oldPods + replicasOf(current) - least - newUnavailable;
  if (mayGo <= 0) return old;
  const sizes = new Map(old.map((set) => [set, replicasOf(set)]));
  // First the pods that serve nobody.
  for (const set of old) {
    const size = sizes.get(set) ?? 0;
    const unhealthy = Math.min(mayGo, size - Math.min(size, statusNumber(set, 'availableReplicas')));
    sizes.set(set, size - unhealthy);
    mayGo -= unhealthy;
  }
  const available = sum([...old, current], (set) => statusNumber(set, 'availableReplicas'));
  let healthy = available - least;
  for (const set of old) {
    if (healthy <= 0) break;
    const size = sizes.get(set) ?? 0;
    const down = Math.min(size, healthy);
    sizes.set(set, size - down);
    healthy -= down;
  }
  return old.map((set) => scaleSet(context, deployment, set, sizes.get(set) ?? 0));
}

/** One step of a recreation: the old ones must be gone before the new one starts. `undefined`: still waiting. */
export function recreateOld(
  context: ControllerContext,
  deployment: KubeObject,
  old: readonly KubeObject[],
): {
  readonly old: readonly KubeObject[];
  readonly gone: boolean;
} {
  const shrunk = old.map((set) => scaleSet(context, deployment, set, 0));
  const running = old.some((set) =>
    controlled(context.access, set, 'Pod').some((pod) => isActive(pod) || isStopping(pod)),
  );
  return { old: shrunk, gone: !running };
}

/** A pod that is told to stop still runs until it is gone. */
function isStopping(pod: KubeObject): boolean {
  const phase = phaseOf(pod);
  return phase !== 'Succeeded' && phase !== 'Failed';
}

/** True if the size in the deployment changed since its sets were last sized: scaling comes before rolling. */
export function isScaling(deployment: KubeObject, all: readonly KubeObject[]): boolean {
  const wanted = String(scaled(deployment).replicas);
  return all.some(
    (set) =>
      replicasOf(set) > 0 &&
      set.metadata.annotations?.[DESIRED] !== undefined &&
      set.metadata.annotations[DESIRED] !== wanted,
  );
}

/** Spreads a new size over the sets that run, in proportion to what each has. */
export function scaleAll(context: ControllerContext, deployment: KubeObject, sets: Sets): Sets {
  const { replicas, surge } = scaled(deployment);
  const all = allOf(sets);
  const running = all.filter((set) => replicasOf(set) > 0);
  const only = running.length <= 1 ? (running[0] ?? sets.current ?? all.at(-1)) : undefined;
  if (only !== undefined) return replaceIn(sets, only, scaleSet(context, deployment, only, replicas));
  const saturated =
    sets.current !== undefined &&
    replicasOf(sets.current) >= replicas &&
    statusNumber(sets.current, 'availableReplicas') >= replicas;
  if (saturated || isRecreate(deployment))
    return { ...sets, old: sets.old.map((set) => scaleSet(context, deployment, set, 0)) };
  const total = sum(running, replicasOf);
  const allowed = replicas > 0 ? replicas + surge : 0;
  let result = sets;
  let left = allowed;
  // The biggest takes what rounding leaves over.
  const bySize = running.toSorted((a, b) => replicasOf(b) - replicasOf(a));
  const shares = new Map(bySize.map((set) => [set, Math.floor((replicasOf(set) * allowed) / total)]));
  for (const share of shares.values()) left -= share;
  for (const [index, set] of bySize.entries()) {
    const share = (shares.get(set) ?? 0) + (index === 0 ? left : 0);
    result = replaceIn(result, set, scaleSet(context, deployment, set, share));
  }
  return result;
}

function replaceIn(sets: Sets, before: KubeObject, after: KubeObject): Sets {
  if (sets.current === before) return { ...sets, current: after };
  return { ...sets, old: sets.old.map((set) => (set === before ? after : set)) };
}
