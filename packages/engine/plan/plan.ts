import { canonicalJson } from '@plumbline/base';
import {
  keyText,
  type Difference,
  type Observation,
  type Plan,
  type PlanStep,
  type PlanWave,
  type ResourceDifference,
  type RunRequest,
  type Target,
} from '@plumbline/api';
import { textHash } from '../compare/index.ts';
import { isPrune, tasksOf, type Task } from '../order/index.ts';
import { consentMissing, pruneVerdict } from '../prune/index.ts';

/**
 * What a run would do now, in the order in which it would. The hash covers the steps and the content of what they apply,
 * but not the state of the cluster, so that a plan can be approved and compared with the one that is carried out.
 */
export function plan(
  target: Target,
  request: RunRequest,
  difference: Difference,
  observation: Observation,
): Plan {
  const differences = new Map(difference.resources.map((resource) => [keyText(resource.key), resource]));
  const tasks = tasksOf(target, request, observation);
  const unconfirmed = new Set(consentMissing(tasks.filter(isPrune), request, 0).map((task) => task.id));
  const waves: { phase: PlanWave['phase']; wave: number; steps: PlanStep[] }[] = [];
  for (const task of tasks) {
    let last = waves.at(-1);
    if (last?.phase !== task.phase || last.wave !== task.wave) {
      last = { phase: task.phase, wave: task.wave, steps: [] };
      waves.push(last);
    }
    const found = differences.get(keyText(task.key));
    const before = waves.at(-2);
    const blockers = blockersOf(task, found, unconfirmed.has(task.id));
    if (before !== undefined) blockers.push(`wave ${before.wave} of phase ${before.phase} comes first`);
    last.steps.push({ key: task.key, ...decisionOn(task, found, request), blockers });
  }
  return { hash: hashOf(tasks, waves), waves };
}

function decisionOn(
  task: Task,
  found: ResourceDifference | undefined,
  request: RunRequest,
): Pick<PlanStep, 'action' | 'reason'> {
  if (task.resource === undefined) {
    const verdict = pruneVerdict(task.live?.marks, request);
    return verdict.prune
      ? { action: 'prune', reason: 'no longer wanted' }
      : { action: 'keep', reason: verdict.reason };
  }
  if (task.resource.hook !== undefined) return { action: 'hook', reason: `runs in phase ${task.phase}` };
  if (task.live === undefined) return { action: 'create', reason: 'is not there' };
  if (found?.state !== 'changed') return { action: 'unchanged', reason: 'is as wanted' };
  const count = found.fields.filter((field) => field.state !== 'ignored').length;
  return {
    action: 'update',
    reason: count === 0 ? 'differs' : `differs in ${count} ${count === 1 ? 'field' : 'fields'}`,
  };
}

function blockersOf(task: Task, found: ResourceDifference | undefined, unconfirmed: boolean): string[] {
  const blockers: string[] = [];
  if (task.resource?.forbidden !== undefined) blockers.push(task.resource.forbidden);
  if (found?.refused !== undefined) blockers.push(found.refused);
  if (unconfirmed) blockers.push('its deletion needs consent');
  return blockers;
}

function hashOf(tasks: readonly Task[], waves: readonly PlanWave[]): string {
  const contents = tasks.map(({ resource }) =>
    resource === undefined ? '' : textHash(canonicalJson(resource.object)),
  );
  return textHash(canonicalJson([waves, contents]));
}
