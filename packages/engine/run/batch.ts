import type { Advance, KubeObject, ProgressReason, WaitingReason } from '@plumbline/api';
import { keyText } from '@plumbline/api';
import { isPrune, type Task } from '../order/index.ts';
import { consentMissing, pruneVerdict } from '../prune/index.ts';
import { applyAction, deleteAction, readUnseen, removeActions, type Asked } from './actions.ts';
import {
  ask,
  currentOf,
  isHook,
  isPending,
  isRunning,
  resultOf,
  setResult,
  type Batch,
  type Run,
} from './state.ts';

/** The hooks and resources that are waited for, hooks first. */
export function waitingFor(tasks: readonly Task[], deletion: boolean): WaitingReason | undefined {
  const first = tasks.find(isHook) ?? tasks[0];
  if (first === undefined) return undefined;
  const hook = isHook(first);
  return {
    type: 'waiting',
    for: deletion ? 'deletion' : hook ? 'completion' : 'health',
    key: first.key,
    hook,
    more: tasks.length - 1,
    moreOf: tasks.every(isHook) ? 'hooks' : 'resources',
  };
}

/** These are next. */
export function beginBatch(run: Run, tasks: readonly Task[], alone: boolean): undefined {
  const [first] = tasks;
  if (first !== undefined)
    run.batch = { phase: first.phase, wave: first.wave, ids: tasks.map((task) => task.id), alone };
}

/**
 * Goes on with a wave: prunes first, then makes room for hooks, then applies kind by kind. Returns what is to be done or
 * waited for, or undefined when the wave is through, well or not.
 */
export function continueBatch(run: Run, batch: Batch): Advance | undefined {
  const members = new Set(batch.ids);
  const tasks = run.tasks.filter((task) => members.has(task.id));
  const applying: ProgressReason = { type: 'applying', phase: batch.phase, wave: batch.wave };
  const prunes = tasks.filter(isPrune);
  const unconfirmed = consentMissing(
    prunes.filter((task) => isPending(run, task)),
    run.context.request,
    run.startedAt,
  );
  if (unconfirmed[0] !== undefined) {
    run.batch = undefined;
    return ask(run, { type: 'waitingForConsent', key: unconfirmed[0].key, more: unconfirmed.length - 1 }, []);
  }
  const deletions = prunes.flatMap((task) => (isPending(run, task) ? prune(run, task) : []));
  if (deletions.length > 0) return ask(run, applying, deletions);
  if (prunes.some((task) => hasFailed(run, task))) return undefined;

  const creations = tasks.filter((task) => !isPrune(task) && isPending(run, task));
  const room = makeRoom(run, creations);
  if (room.asked.length > 0) return ask(run, applying, room.asked);
  const occupied = waitingFor(room.waiting, true);
  if (occupied !== undefined) {
    run.batch = undefined;
    return ask(run, occupied, [], room.wakeUp);
  }
  if (creations.some((task) => hasFailed(run, task))) return undefined;
  const asked = kindByKind(
    run,
    creations.filter((task) => isPending(run, task)),
  );
  return asked.length === 0 ? undefined : ask(run, applying, asked);
}

export function hasFailed(run: Run, task: Task): boolean {
  const state = resultOf(run, task)?.state;
  return state === 'failed' || state === 'error';
}

function prune(run: Run, task: Task): Asked[] {
  const live = task.live;
  if (live === undefined) return [];
  const verdict = pruneVerdict(live.marks, run.context.request);
  if (verdict.prune && live.object.metadata.deletionTimestamp === undefined) {
    return [deleteAction(run, task, live.object, 'prune')];
  }
  if (verdict.prune) setResult(run, task, 'pruned', 'succeeded', 'pruned');
  else setResult(run, task, 'pruneSkipped', 'succeeded', verdict.reason);
  return [];
}

interface Room {
  readonly asked: readonly Asked[];
  readonly waiting: readonly Task[];
  readonly wakeUp?: number;
}

/** A hook that is made anew needs its last object gone, unless that object is this very run's. */
function makeRoom(run: Run, creations: readonly Task[]): Room {
  const asked: Asked[] = [];
  const waiting: Task[] = [];
  const unseen: Task[] = [];
  for (const task of creations) {
    const hook = task.resource?.hook;
    const current = currentOf(run, task);
    if (hook === undefined || current === undefined) continue;
    if (isOwnWork(run, task, current)) {
      setResult(run, task, 'synced', 'running', `${kindName(current)}/${current.metadata.name} created`);
      continue;
    }
    if (!hook.delete.includes('beforeCreation')) continue;
    waiting.push(task);
    if (task.live === undefined) {
      // The observation has yet to show what this run made in an earlier phase; only then its end can be seen.
      unseen.push(task);
    } else {
      asked.push(...removeActions(run, task, task.live.object, 'clear'));
    }
  }
  const { asked: reads, ...wakeUp } = readUnseen(run, unseen);
  return { asked: [...asked, ...reads], waiting, ...wakeUp };
}

/**
 * Whether the object was made by this run, which was killed before it could write so down: it was made since the run
 * started and nobody has seen it end, for then its finalizer would be gone. Times have whole seconds; a hook without a
 * finalizer must be of a later second.
 */
function isOwnWork(run: Run, task: Task, object: KubeObject): boolean {
  const { creationTimestamp, deletionTimestamp, finalizers } = object.metadata;
  if (typeof creationTimestamp !== 'string' || deletionTimestamp !== undefined) return false;
  const text = keyText(task.key);
  if (run.stored.has(text) || run.results.some((result) => keyText(result.key) === text)) return false;
  const made = Date.parse(creationTimestamp);
  const started = Math.floor(run.startedAt / 1000) * 1000;
  const finalizer = task.resource?.hook?.finalizer;
  return finalizer === undefined
    ? made > started
    : made >= started && finalizers?.includes(finalizer) === true;
}

function kindName(object: KubeObject): string {
  const slash = object.apiVersion.indexOf('/');
  const kind = object.kind.toLowerCase();
  return slash < 0 ? kind : `${kind}.${object.apiVersion.slice(0, slash)}`;
}

/** Kinds go one after the other, the objects of a kind together; one that fails does not keep the next from trying. */
function kindByKind(run: Run, tasks: readonly Task[]): Asked[] {
  let stage = 0;
  return tasks.flatMap((task, i) => {
    if (i > 0 && tasks[i - 1]?.key.kind !== task.key.kind) stage++;
    return applyAction(run, task, false, stage);
  });
}

export function stillRunning(run: Run, batch: Batch): boolean {
  const members = new Set(batch.ids);
  return run.tasks.some((task) => members.has(task.id) && isRunning(run, task));
}
