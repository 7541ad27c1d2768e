import type { Advance } from '@plumbline/api';
import type { Task } from '../order/index.ts';
import { readUnseen, releaseActions } from './actions.ts';
import { waitingFor } from './batch.ts';
import {
  ask,
  currentOf,
  healthOf,
  identity,
  isHook,
  isPending,
  isRunning,
  resultOf,
  setResult,
  type Run,
} from './state.ts';

/** A hook is done when it is healthy; a resource that is waited for, too. What has no health is done at once. */
export function updateState(run: Run, task: Task): void {
  if (!isRunning(run, task)) return;
  const object = currentOf(run, task);
  if (object === undefined) return;
  const health = healthOf(run, task, object);
  const message = health?.message ?? '';
  if (health === undefined) {
    return setResult(run, task, undefined, 'succeeded', isHook(task) ? `${task.key.name} created` : '');
  }
  if (health.status === 'Healthy') return setResult(run, task, undefined, 'succeeded', message);
  if (health.status === 'Degraded' || (isHook(task) && health.status === 'Unknown')) {
    return setResult(run, task, undefined, 'failed', message);
  }
  if (isHook(task)) setResult(run, task, undefined, 'running', message);
}

/** Hooks are always waited for; resources only if something comes after them. */
export function waitForRunning(run: Run): Advance | undefined {
  const [first, last] = [run.tasks[0], run.tasks.at(-1)];
  const severalSteps = first?.phase !== last?.phase || first?.wave !== last?.wave;
  const waiting = run.tasks.filter((task) => isRunning(run, task) && (severalSteps || isHook(task)));
  const reason = waitingFor(waiting, false);
  if (reason === undefined) return undefined;
  const { asked, wakeUp } = readUnseen(
    run,
    waiting.filter((task) => task.live === undefined),
  );
  return ask(run, reason, asked, wakeUp);
}

export function waitForDeletions(run: Run): Advance | undefined {
  const going = run.tasks.filter((task) => {
    const live = task.live?.object;
    if (live === undefined || resultOf(run, task)?.outcome !== 'pruned') return false;
    return live.metadata.deletionTimestamp !== undefined || run.deleted.has(identity(live));
  });
  const reason = waitingFor(going, true);
  return reason === undefined ? undefined : ask(run, reason, []);
}

/** Hooks that have ended need no finalizer any more. */
export function releaseHooks(run: Run): Advance | undefined {
  const asked = run.tasks.flatMap((task) => {
    const current = isHook(task) && !isPending(run, task) ? currentOf(run, task) : undefined;
    return current === undefined ? [] : releaseActions(run, task, current);
  });
  const first = asked[0];
  if (first === undefined) return undefined;
  return ask(run, { type: 'applying', phase: first.task.phase, wave: first.task.wave }, asked);
}
