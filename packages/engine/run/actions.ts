import { gvkOf, keyText, type Action, type KubeObject } from '@plumbline/api';
import type { Task } from '../order/index.ts';
import { currentOf, identity, type Purpose, type Run } from './state.ts';

export interface Asked {
  readonly purpose: Purpose;
  readonly task: Task;
  readonly action: Action;
}

export function applyAction(run: Run, task: Task, dryRun: boolean, stage = 0): Asked[] {
  const { resource } = task;
  if (resource === undefined) return [];
  const current = currentOf(run, task);
  const action: Action = {
    id: `${dryRun ? 'validate' : 'apply'} ${task.id}`,
    type: 'apply',
    resource,
    ...(current === undefined ? {} : { live: current }),
    force: run.context.request.force || resource.apply.force,
    dryRun,
    ...(stage === 0 ? {} : { stage }),
  };
  return [{ purpose: dryRun ? 'validate' : 'apply', task, action }];
}

export function deleteAction(run: Run, task: Task, live: KubeObject, purpose: Purpose): Asked {
  const { prunePropagation: propagation } = run.context.target.policy;
  return {
    purpose,
    task,
    action: { id: `delete ${task.id}`, type: 'delete', key: task.key, live, propagation },
  };
}

/** Takes a hook's finalizer off, if it is still on. */
export function releaseActions(run: Run, task: Task, live: KubeObject): Asked[] {
  const finalizer = task.resource?.hook?.finalizer;
  if (finalizer === undefined || live.metadata.finalizers?.includes(finalizer) !== true) return [];
  if (run.released.has(identity(live))) return [];
  const id = `release ${task.id}`;
  return [
    { purpose: 'finalizer', task, action: { id, type: 'removeFinalizer', key: task.key, live, finalizer } },
  ];
}

/** How long the observation may take to show what the server has answered already, in milliseconds. */
const lagMax = 2_000;

/**
 * Asks the server for what should be there and is not observed: it may have been deleted. What was answered a moment ago
 * gets the time to be observed first. `wakeUp` says when to look again.
 */
export function readUnseen(
  run: Run,
  unseen: readonly Task[],
): { readonly asked: Asked[]; readonly wakeUp?: number } {
  if (unseen.length === 0) return { asked: [] };
  const due = unseen.filter((task) => {
    const answered = run.stored.get(keyText(task.key));
    return answered === undefined || run.context.now - answered.at >= lagMax;
  });
  return { asked: run.fresh ? due.flatMap(readAction) : [], wakeUp: lagMax };
}

function readAction(task: Task): Asked[] {
  const object = task.resource?.object ?? task.live?.object;
  if (object === undefined) return [];
  const kind = gvkOf(object);
  return [{ purpose: 'read', task, action: { id: `read ${task.id}`, type: 'read', key: task.key, kind } }];
}

/** Releases and deletes a hook's object; nothing where both were accepted already. */
export function removeActions(run: Run, task: Task, live: KubeObject, purpose: Purpose): Asked[] {
  const asked = releaseActions(run, task, live);
  const going = live.metadata.deletionTimestamp !== undefined || run.deleted.has(identity(live));
  return going ? asked : [...asked, deleteAction(run, task, live, purpose)];
}
