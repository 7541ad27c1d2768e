import type { Advance, ProgressReason } from '@plumbline/api';
import type { Task } from '../order/index.ts';
import { removeActions, type Asked } from './actions.ts';
import { beginBatch } from './batch.ts';
import {
  ask,
  close,
  currentOf,
  isHook,
  isPending,
  isRunning,
  setResult,
  type Ending,
  type Run,
} from './state.ts';
import { updateState } from './waiting.ts';

/** The run cannot succeed any more: what is there for that case runs, then the run ends. */
export function fail(run: Run, reason: ProgressReason): Advance | undefined {
  const pending = run.tasks.filter((task) => task.phase === 'onFailure' && isPending(run, task));
  return pending.length === 0 ? finish(run, { phase: 'Failed', reason }) : beginBatch(run, pending, false);
}

/** Deletes the hooks that are to go with such an end, then ends. */
export function finish(run: Run, ending: Ending): Advance {
  const policy = ending.phase === 'Succeeded' ? 'succeeded' : 'failed';
  const asked = run.tasks.flatMap((task) => {
    if (task.resource?.hook?.delete.includes(policy) !== true) return [];
    const current = currentOf(run, task);
    return current === undefined ? [] : removeActions(run, task, current, 'cleanup');
  });
  run.ending = ending;
  return asked.length === 0
    ? close(run, ending)
    : ask(run, { type: 'applying', phase: 'after', wave: 0 }, asked);
}

/** Hooks that still run are stopped; what was applied stays. */
export function terminate(run: Run): Advance {
  run.phase = 'Terminating';
  run.batch = undefined;
  run.tasks.forEach((task) => updateState(run, task));
  const asked = run.tasks.flatMap((task) => (isHook(task) && isRunning(run, task) ? stop(run, task) : []));
  const reason = { type: 'terminated' } as const;
  return asked.length === 0 ? close(run, { phase: 'Failed', reason }) : ask(run, reason, asked);
}

/** The result is only written once the deletion was accepted, so that a kill in between leaves nothing behind. */
function stop(run: Run, task: Task): readonly Asked[] {
  const current = currentOf(run, task);
  const asked = current === undefined ? [] : removeActions(run, task, current, 'terminate');
  if (asked.length === 0) setResult(run, task, undefined, 'failed', 'Terminated');
  return asked;
}
