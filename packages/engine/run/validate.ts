import { problem } from '@plumbline/base';
import { gvkOf, type InvalidStep, type KubeObject, type ProgressReason } from '@plumbline/api';
import { definedKind, type Task } from '../order/index.ts';
import { setResult, type Run } from './state.ts';

/** Why this run must not begin or go on; undefined: nothing speaks against it. */
export function obstacle(run: Run): ProgressReason | undefined {
  const problems = invalidSteps(run);
  if (problems.length > 0) return { type: 'invalid', problems };
  const { target } = run.context;
  if (!target.policy.failOnShared || run.results.length > 0) return undefined;
  const objects = run.tasks.flatMap(({ key, live, resource }) => {
    const owner = resource === undefined ? undefined : live?.owner;
    return owner === undefined || owner === target.key ? [] : [{ key, owner }];
  });
  return objects.length === 0 ? undefined : { type: 'shared', objects };
}

function invalidSteps(run: Run): readonly InvalidStep[] {
  let defined: ReadonlySet<string> | undefined;
  const invalid: InvalidStep[] = [];
  for (const task of run.tasks) {
    const { resource } = task;
    if (resource === undefined) continue;
    const kind = gvkOf(resource.object);
    if (resource.forbidden !== undefined) {
      invalid.push({ key: task.key, kind, problem: problem('not-permitted', resource.forbidden) });
      setResult(run, task, 'failed', 'pending', resource.forbidden);
      continue;
    }
    if (run.context.serves(kind) || resource.apply.tolerateMissingKind) continue;
    defined ??= definedKinds(run.tasks);
    if (defined.has(`${kind.group}/${kind.kind}`)) continue;
    const message = `the server does not know the kind ${kind.kind} of ${resource.object.apiVersion}`;
    invalid.push({ key: task.key, kind, problem: problem('kind-unknown', message) });
    setResult(run, task, 'failed', 'pending', message);
  }
  return invalid;
}

/** Kinds that the target itself defines. */
function definedKinds(tasks: readonly Task[]): ReadonlySet<string> {
  const kinds = tasks.map(({ resource }) =>
    resource === undefined ? undefined : definedKind(resource.object),
  );
  return new Set(kinds.filter((kind) => kind !== undefined));
}

/** Whether the server can look at the object already: a kind that comes with the run cannot be tried beforehand. */
export function canBeTried(run: Run, object: KubeObject): boolean {
  return run.context.serves(gvkOf(object));
}
