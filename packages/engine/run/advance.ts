import type { Advance, Progress, RunContext, RunEvent } from '@plumbline/api';
import { keyText } from '@plumbline/api';
import { isPrune, type Task } from '../order/index.ts';
import { pruneVerdict } from '../prune/index.ts';
import { applyAction } from './actions.ts';
import { beginBatch, continueBatch, hasFailed, stillRunning } from './batch.ts';
import { fail, finish, terminate } from './ending.ts';
import { record } from './record.ts';
import {
  ask,
  close,
  isHook,
  isPending,
  openRun,
  resultOf,
  setResult,
  type Batch,
  type Run,
} from './state.ts';
import { canBeTried, obstacle } from './validate.ts';
import { releaseHooks, updateState, waitForDeletions, waitForRunning } from './waiting.ts';

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
