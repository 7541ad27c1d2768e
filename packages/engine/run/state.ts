import {
  keyText,
  parseApiVersion,
  type Action,
  type Advance,
  type HealthStatus,
  type KubeObject,
  type Phase,
  type Progress,
  type ProgressReason,
  type RunContext,
  type RunPhase,
  type StepResult,
} from '@plumbline/api';
import { taskId, tasksOf, type Task } from '../order/index.ts';
import { imagesOf } from './images.ts';

/** Why an action was asked for: how its answer is to be read. */
export type Purpose =
  | 'validate'
  | 'apply'
  | 'prune'
  | 'clear'
  | 'finalizer'
  | 'cleanup'
  | 'terminate'
  | 'read';

/** An action whose answer is awaited, and the object that it is about, where there was one. */
export interface InFlight {
  readonly purpose: Purpose;
  readonly task: Task;
  readonly object?: KubeObject;
}

/** A wave that is being applied. */
export interface Batch {
  readonly phase: Phase;
  readonly wave: number;
  readonly ids: readonly string[];
  /** Nothing is left to do after it, and nothing in it has to be waited for. */
  readonly alone: boolean;
}

/** How the run will end when the last hooks are cleaned up. */
export interface Ending {
  readonly phase: RunPhase;
  readonly reason: ProgressReason;
}

/** An object as the server answered it, and when. */
interface Stored {
  readonly object: KubeObject;
  readonly at: number;
}

/** What is known only while the process lives. All of it can be found out again, at the price of a few requests. */
interface Transient {
  /** The dry run before the run went well. */
  readonly validated: boolean;
  readonly batch?: Batch;
  readonly ending?: Ending;
  /** What was asked for, by action id. */
  readonly inFlight: ReadonlyMap<string, InFlight>;
  /** By `keyText`, what the server answered to the last apply or read, until the observation shows it too. */
  readonly stored: ReadonlyMap<string, Stored>;
  /** Objects (`identity`) whose deletion, or the removal of whose finalizer, was accepted. */
  readonly deleted: ReadonlySet<string>;
  readonly released: ReadonlySet<string>;
}

/** One call of `advance` at work. Only this call sees it, so it may be changed in place. */
export interface Run {
  readonly context: RunContext;
  readonly startedAt: number;
  readonly tasks: readonly Task[];
  /** Whether this is a new look at the world, and not the continuation of the last one. */
  readonly fresh: boolean;
  phase: RunPhase;
  results: StepResult[];
  readonly index: Map<string, number>;
  validated: boolean;
  batch: Batch | undefined;
  ending: Ending | undefined;
  readonly inFlight: ReadonlyMap<string, InFlight>;
  readonly stored: Map<string, Stored>;
  readonly deleted: Set<string>;
  readonly released: Set<string>;
}

const nothing: Transient = {
  validated: false,
  inFlight: new Map(),
  stored: new Map(),
  deleted: new Set(),
  released: new Set(),
};

export function openRun(progress: Progress, context: RunContext, fresh: boolean): Run {
  const known = (progress.transient as Transient | undefined) ?? nothing;
  const tasks = tasksOf(context.target, context.request, context.observation);
  return {
    context,
    startedAt: progress.startedAt,
    tasks,
    fresh,
    phase: progress.phase,
    results: [...progress.results],
    index: new Map(progress.results.map((result, i) => [taskId(result.phase, result.key), i])),
    validated: known.validated,
    batch: known.batch,
    ending: known.ending,
    inFlight: known.inFlight,
    stored: notYetSeen(known.stored, tasks),
    deleted: new Set(known.deleted),
    released: new Set(known.released),
  };
}

/** Once the observation has caught up with an answer it is the better witness: it shows what happens next, too. */
function notYetSeen(stored: ReadonlyMap<string, Stored>, tasks: readonly Task[]): Map<string, Stored> {
  const left = new Map(stored);
  if (left.size === 0) return left;
  for (const task of tasks) {
    const text = keyText(task.key);
    const answer = left.get(text);
    if (answer !== undefined && task.live !== undefined && !isOlder(task.live.object, answer.object))
      left.delete(text);
  }
  return left;
}

/** The run goes on: what stands now, and what is asked for. */
export function ask(
  run: Run,
  reason: ProgressReason,
  asked: readonly { readonly purpose: Purpose; readonly task: Task; readonly action: Action }[],
  wakeUp?: number,
): Advance {
  const transient: Transient = {
    validated: run.validated,
    inFlight: new Map(asked.map((each) => [each.action.id, inFlight(each)])),
    stored: run.stored,
    deleted: run.deleted,
    released: run.released,
    ...(run.batch === undefined ? {} : { batch: run.batch }),
    ...(run.ending === undefined ? {} : { ending: run.ending }),
  };
  return {
    progress: {
      startedAt: run.startedAt,
      phase: run.phase,
      reason,
      results: run.results,
      transient: { ...transient },
    },
    actions: asked.map(({ action }) => action),
    ...(wakeUp === undefined ? {} : { wakeUp }),
  };
}

function inFlight({ purpose, task, action }: { purpose: Purpose; task: Task; action: Action }): InFlight {
  const object = 'live' in action ? action.live : undefined;
  return { purpose, task, ...(object === undefined ? {} : { object }) };
}

/** The run is over. */
export function close(run: Run, { phase, reason }: Ending): Advance {
  return { progress: { startedAt: run.startedAt, phase, reason, results: run.results }, actions: [] };
}

export function resultOf(run: Run, task: Task): StepResult | undefined {
  const at = run.index.get(task.id);
  return at === undefined ? undefined : run.results[at];
}

export function isHook(task: Task): boolean {
  return task.resource?.hook !== undefined;
}

export function isPending(run: Run, task: Task): boolean {
  const result = resultOf(run, task);
  return result === undefined || result.state === 'pending';
}

export function isRunning(run: Run, task: Task): boolean {
  return resultOf(run, task)?.state === 'running';
}

/** Files what became of a task. An empty message keeps the one before. */
export function setResult(
  run: Run,
  task: Task,
  outcome: StepResult['outcome'] | undefined,
  state: StepResult['state'],
  message: string,
): void {
  const before = resultOf(run, task);
  const object = task.resource?.object ?? task.live?.object;
  const images = before?.images ?? (object === undefined ? [] : imagesOf(object));
  const hook = task.resource?.hook?.phase;
  const result: StepResult = {
    key: task.key,
    version: before?.version ?? (object === undefined ? '' : parseApiVersion(object.apiVersion).version),
    phase: task.phase,
    ...(hook === undefined ? {} : { hook }),
    outcome: outcome ?? before?.outcome ?? 'synced',
    state,
    message: message === '' ? (before?.message ?? '') : message,
    ...(images.length === 0 ? {} : { images }),
  };
  const at = run.index.get(task.id);
  if (at !== undefined) run.results[at] = result;
  else run.index.set(task.id, run.results.push(result) - 1);
}

/** Tells one life of an object from the next. */
export function identity(object: KubeObject): string {
  const { name, namespace, uid } = object.metadata;
  return uid ?? `${object.apiVersion}/${object.kind}/${namespace ?? ''}/${name}`;
}

/** The object as far as anybody knows: what is observed, unless the server has answered something newer. */
export function currentOf(run: Run, task: Task): KubeObject | undefined {
  const seen = task.live?.object;
  const stored = run.stored.get(keyText(task.key))?.object;
  if (stored === undefined || seen === undefined) return seen ?? stored;
  return isOlder(seen, stored) ? stored : seen;
}

/** Versions of one kind's objects are numbers that grow; anything else cannot be compared and counts as newer. */
function isOlder(a: KubeObject, b: KubeObject): boolean {
  const [left, right] = [a.metadata.resourceVersion, b.metadata.resourceVersion];
  if (left === undefined || right === undefined || !/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return left.length === right.length ? left < right : left.length < right.length;
}

export function healthOf(run: Run, task: Task, object: KubeObject): HealthStatus | undefined {
  return object === task.live?.object ? task.live.health : run.context.health(object);
}
