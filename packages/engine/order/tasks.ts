import { keyText, type LiveObject, type Observation, type RunRequest, type Target } from '@plumbline/api';
import { orderTasks } from './order.ts';
import type { Task } from './types.ts';

/**
 * What a run has to do, in the order in which it has to be done. The plan that is shown and the run that is executed both
 * come from here.
 */
export function tasksOf(target: Target, request: RunRequest, observation: Observation): readonly Task[] {
  const selected = request.selected === undefined ? undefined : new Set(request.selected.map(keyText));
  const withHooks = request.hooks && selected === undefined;
  const named = new Set<string>();
  const tasks: Task[] = [];
  for (const resource of target.resources) {
    const text = keyText(resource.key);
    named.add(text);
    if (resource.hook === undefined ? selected?.has(text) === false : !withHooks) continue;
    const { key, phase, wave } = resource;
    tasks.push({
      id: `${phase} ${text}`,
      key,
      phase,
      wave,
      resource,
      ...liveOf(observation.objects.get(text)),
    });
  }
  for (const [text, live] of observation.objects) {
    if (live.owner !== target.key || named.has(text) || live.marks?.hook === true) continue;
    if (selected?.has(text) === false) continue;
    tasks.push({ id: `main ${text}`, key: live.key, phase: 'main', wave: live.marks?.wave ?? 0, live });
  }
  return orderTasks(tasks, target.policy.pruneLast);
}

function liveOf(live: LiveObject | undefined): { readonly live?: LiveObject } {
  return live === undefined ? {} : { live };
}
