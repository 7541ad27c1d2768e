import { keyText, type ActionResult } from '@plumbline/api';
import type { Task } from '../order/index.ts';
import { identity, setResult, type Ending, type InFlight, type Run } from './state.ts';

/** Files the answers to what the last advance asked for. What was not answered is as if it had not been asked. */
export function record(run: Run, answers: ReadonlyMap<string, ActionResult>): void {
  const tasks = new Map(run.tasks.map((task) => [task.id, task]));
  let missing = false;
  const refused: string[] = [];
  for (const [id, asked] of run.inFlight) {
    const answer = answers.get(id);
    missing ||= answer === undefined;
    if (answer === undefined) continue;
    // The target may have moved on meanwhile; what was asked for still counts.
    recordOne(run, { ...asked, task: tasks.get(asked.task.id) ?? asked.task }, answer);
    if (asked.purpose === 'validate' && !answer.ok) refused.push(answer.message);
  }
  if (refused.length > 0)
    run.ending = { phase: 'Failed', reason: { type: 'dryRunFailed', messages: refused } };
  else if (!missing && run.inFlight.size > 0) run.validated = true;
}

function recordOne(run: Run, { purpose, task, object }: InFlight, answer: ActionResult): void {
  const text = keyText(task.key);
  switch (purpose) {
    case 'validate':
      if (!answer.ok) setResult(run, task, 'failed', 'failed', answer.message);
      else if (run.context.request.dryRun) setResult(run, task, 'synced', 'succeeded', answer.message);
      return;
    case 'apply':
      if (!answer.ok) return setResult(run, task, 'failed', 'failed', answer.message);
      if (answer.object !== undefined) run.stored.set(text, { object: answer.object, at: run.context.now });
      return setResult(run, task, 'synced', 'running', answer.message);
    case 'prune':
      if (!answer.ok) return setResult(run, task, 'failed', 'failed', answer.message);
      if (object !== undefined) run.deleted.add(identity(object));
      return setResult(run, task, 'pruned', 'succeeded', 'pruned');
    case 'clear':
    case 'cleanup':
    case 'terminate':
      return recordRemoval(run, { purpose, task, ...(object === undefined ? {} : { object }) }, answer);
    case 'finalizer':
      if (!answer.ok) run.ending ??= broken(`failed to remove a finalizer: ${answer.message}`);
      else if (object !== undefined) run.released.add(identity(object));
      return;
    case 'read':
      if (!answer.ok) return;
      if (answer.object !== undefined) run.stored.set(text, { object: answer.object, at: run.context.now });
      else recordAbsence(run, task);
  }
}

function recordRemoval(run: Run, { purpose, task, object }: InFlight, answer: ActionResult): void {
  if (!answer.ok) {
    setResult(run, task, undefined, 'error', `failed to delete resource: ${answer.message}`);
    if (purpose === 'terminate') run.ending ??= broken('the termination had errors');
    return;
  }
  if (object !== undefined) run.deleted.add(identity(object));
  run.stored.delete(keyText(task.key));
  if (purpose === 'terminate') setResult(run, task, undefined, 'failed', 'Terminated');
}

function broken(message: string): Ending {
  return { phase: 'Error', reason: { type: 'broken', message } };
}

/** What runs must be there. What has yet to run is free to be made. */
function recordAbsence(run: Run, task: Task): void {
  run.stored.delete(keyText(task.key));
  const at = run.index.get(task.id);
  const state = at === undefined ? undefined : run.results[at]?.state;
  if (state === 'running')
    setResult(run, task, 'failed', 'failed', `${task.key.name} was deleted before it was done`);
}
