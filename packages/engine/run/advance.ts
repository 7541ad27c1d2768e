import type { Advance, Progress, ProgressReason, RunContext, RunEvent } from '@plumbline/api';
import { keyText } from '@plumbline/api';
import { isPrune, type Task } from '../order/index.ts';
import { pruneVerdict } from '../prune/index.ts';
import { applyAction, readUnseen, releaseActions, removeActions, type Asked } from './actions.ts';
import { continueBatch, hasFailed, stillRunning, waitingFor } from './batch.ts';
import { record } from './record.ts';
import {
  ask,
  close,
  currentOf,
  healthOf,
  identity,
  isHook,
  isPending,
  isRunning,
  openRun,
  resultOf,
  setResult,
  type Batch,
  type Ending,
  type Run,
} from './state.ts';
import { canBeTried, obstacle } from './validate.ts';

/** A run that has not done anything yet. */
export function startRun(now: number): Progress {
  return { startedAt: now, phase: 'Running', reason: { type: 'started' }, results: [] };
}

/**
 * The whole logic of a run: given where it stands, what happened and what is observed, where it stands now and what is to
 * be done. Pure. May be called at any time with `observed`; must be called with `done` once all actions are answered.
 */
export function advance(progress: Progress, event: RunEvent, context: RunContext): Advance {
  if (progress.phase !== 'Running' && progress.phase !== 'Terminating') return { progress, actions: [] };
  const run = openRun(progress, context, event.type === 'observed');
  if (event.type === 'done') record(run, event.results);
  if (run.ending !== undefined) return close(run, run.ending);
  if (event.type === 'terminate' || run.phase === 'Terminating') return terminate(run);
  return decide(run);
}

function decide(run: Run): Advance {
  for (;;) {
    if (run.batch !== undefined) {
      const batch = run.batch;
      const step = continueBatch(run, batch);
      if (step !== undefined) return step;
      run.batch = undefined;
      const over = afterBatch(run, batch);
      if (over !== undefined) return over;
      continue;
    }
    const next = beginOrWait(run);
    if (next !== undefined) return next;
  }
}

/** What a wave that is through means for the run; undefined: look around again. */
function afterBatch(run: Run, batch: Batch): Advance | undefined {
  if (batch.phase === 'onFailure') return undefined;
  const members = new Set(batch.ids);
  const failed = run.tasks.filter((task) => members.has(task.id) && hasFailed(run, task));
  if (failed.length === 0) {
    // What was applied in one go is done when it was accepted: nobody waits for its health.
    return batch.alone ? finish(run, { phase: 'Succeeded', reason: { type: 'allRun' } }) : undefined;
  }
  if (stillRunning(run, batch)) return undefined;
  return fail(run, { type: 'applyFailed', messages: messagesOf(run, failed) });
}

/** One look at everything: what to wait for, or the next wave, which is put into `run.batch` (undefined is returned). */
function beginOrWait(run: Run): Advance | undefined {
  const obstructed = obstacle(run);
  if (obstructed !== undefined) return close(run, { phase: 'Failed', reason: obstructed });
  const { dryRun } = run.context.request;
  if (!run.validated && (dryRun || run.results.length === 0)) {
    const tried = validate(run);
    if (tried !== undefined) return tried;
  }
  if (dryRun) return dryRunResult(run);

  run.tasks.forEach((task) => updateState(run, task));
  const waiting = waitForRunning(run) ?? waitForDeletions(run) ?? releaseHooks(run);
  if (waiting !== undefined) return waiting;

  const regular = run.tasks.filter((task) => task.phase !== 'onFailure');
  const failed = regular.filter((task) => hasFailed(run, task));
  const rest = restOfWave(run, regular, failed);
  if (rest.length > 0) return beginBatch(run, rest, false);
  if (failed.length > 0) {
    const refused = regular.filter((task) => resultOf(run, task)?.outcome === 'failed');
    return fail(run, { type: 'stepsFailed', messages: messagesOf(run, refused) });
  }
  const pending = regular.filter((task) => isPending(run, task) && !mayBeLeftOut(run, task));
  const first = pending[0];
  if (first === undefined) return finish(run, { phase: 'Succeeded', reason: { type: 'noMore' } });
  const inWave = pending.filter((task) => task.phase === first.phase && task.wave === first.wave);
  return beginBatch(run, inWave, inWave.length === pending.length && !inWave.some(isHook));
}

function beginBatch(run: Run, tasks: readonly Task[], alone: boolean): undefined {
  const [first] = tasks;
  if (first !== undefined)
    run.batch = { phase: first.phase, wave: first.wave, ids: tasks.map((task) => task.id), alone };
}

/**
 * What was still to be applied beside something that was refused. A wave goes on to its end in any case, so it has to be
 * finished by a process that takes over from one that was killed in its midst.
 */
function restOfWave(run: Run, regular: readonly Task[], failed: readonly Task[]): readonly Task[] {
  const [first] = failed;
  const stops = (task: Task) => isPrune(task) || resultOf(run, task)?.outcome !== 'failed';
  if (first === undefined || failed.some(stops)) return [];
  return regular.filter(
    (task) =>
      task.phase === first.phase &&
      task.wave === first.wave &&
      isPending(run, task) &&
      !mayBeLeftOut(run, task),
  );
}

function messagesOf(run: Run, tasks: readonly Task[]): readonly string[] {
  return tasks.map((task) => resultOf(run, task)?.message ?? '').filter((message) => message !== '');
}

/** What is equal already need not be sent, if the policy says so. Hooks always run. */
function mayBeLeftOut(run: Run, task: Task): boolean {
  const { target, equal } = run.context;
  if (!target.policy.onlyOutOfSync || isHook(task) || task.resource === undefined || task.live === undefined)
    return false;
  return equal?.has(keyText(task.key)) === true;
}

/** Tries everything before the first change, so that a run that cannot succeed changes nothing. */
function validate(run: Run): Advance | undefined {
  const candidates = run.tasks.filter(
    (task) => task.resource !== undefined && isPending(run, task) && canBeTried(run, task.resource.object),
  );
  const asked = candidates
    .filter((task) => !mayBeLeftOut(run, task))
    .flatMap((task) => applyAction(run, task, true));
  if (asked.length > 0) return ask(run, { type: 'validating' }, asked);
  run.validated = true;
  return undefined;
}

function dryRunResult(run: Run): Advance {
  for (const task of run.tasks) {
    if (!isPrune(task) || !isPending(run, task)) continue;
    const verdict = pruneVerdict(task.live?.marks, run.context.request);
    if (verdict.prune) setResult(run, task, 'pruned', 'succeeded', 'pruned (dry run)');
    else setResult(run, task, 'pruneSkipped', 'succeeded', verdict.reason);
  }
  return close(run, { phase: 'Succeeded', reason: { type: 'noMore' } });
}

/** A hook is done when it is healthy; a resource that is waited for, too. What has no health is done at once. */
function updateState(run: Run, task: Task): void {
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
function waitForRunning(run: Run): Advance | undefined {
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

function waitForDeletions(run: Run): Advance | undefined {
  const going = run.tasks.filter((task) => {
    const live = task.live?.object;
    if (live === undefined || resultOf(run, task)?.outcome !== 'pruned') return false;
    return live.metadata.deletionTimestamp !== undefined || run.deleted.has(identity(live));
  });
  const reason = waitingFor(going, true);
  return reason === undefined ? undefined : ask(run, reason, []);
}

/** Hooks that have ended need no finalizer any more. */
function releaseHooks(run: Run): Advance | undefined {
  const asked = run.tasks.flatMap((task) => {
    const current = isHook(task) && !isPending(run, task) ? currentOf(run, task) : undefined;
    return current === undefined ? [] : releaseActions(run, task, current);
  });
  const first = asked[0];
  if (first === undefined) return undefined;
  return ask(run, { type: 'applying', phase: first.task.phase, wave: first.task.wave }, asked);
}

/** The run cannot succeed any more: what is there for that case runs, then the run ends. */
function fail(run: Run, reason: ProgressReason): Advance | undefined {
  const pending = run.tasks.filter((task) => task.phase === 'onFailure' && isPending(run, task));
  return pending.length === 0 ? finish(run, { phase: 'Failed', reason }) : beginBatch(run, pending, false);
}

/** Deletes the hooks that are to go with such an end, then ends. */
function finish(run: Run, ending: Ending): Advance {
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
function terminate(run: Run): Advance {
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
