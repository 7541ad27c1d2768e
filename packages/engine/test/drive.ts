import type { Action, ActionResult, Progress, RunContext, RunEvent } from '@plumbline/api';
import { advance } from '../run/index.ts';

/** Lets a run go on until it waits or ends, with an executor that answers at once. */
export function drive(
  progress: Progress,
  context: () => RunContext,
  execute: (action: Action) => ActionResult,
  event: RunEvent = { type: 'observed' },
): Progress {
  let step = advance(progress, event, context());
  for (let rounds = 0; step.actions.length > 0; rounds++) {
    if (rounds > 1_000) throw new Error('the run does not come to rest');
    const results = new Map(step.actions.map((action) => [action.id, execute(action)]));
    step = advance(step.progress, { type: 'done', results }, context());
  }
  return step.progress;
}
