import type { KubeObject } from '@plumbline/api';
import { optionalNumberAt, recordAt, recordsAt, numberAt, textAt } from '@plumbline/base';
import { kstatus } from '@plumbline/kube';
import type { KStatus } from '@plumbline/kube';
import { HelmError, joined } from './errors.ts';
import { follow } from './follow.ts';
import type { Target } from './objects.ts';
import type { Context } from './ports.ts';

/** How an object stands; `Failed` does not come back by itself. */
interface Standing {
  readonly status: KStatus['status'] | 'NotFound';
  readonly message: string;
}

type Judge = (object: KubeObject | undefined, target: Target) => Standing;

const missing: Standing = { status: 'NotFound', message: 'Resource not found' };

/** Waits until objects are what they shall be. Jobs only have to be done with `jobs`. */
export async function waitReady(
  context: Context,
  targets: readonly Target[],
  timeoutMs: number,
  jobs: boolean,
): Promise<void> {
  const waited = targets.filter((target) => target.name !== '' && !isPaused(target));
  const judge: Judge = (object, target) => {
    if (object === undefined) return missing;
    if (isJob(target)) return jobs ? jobStanding(object) : current;
    return kstatus(object, context.clock.now());
  };
  const left = await settle(context, waited, timeoutMs, judge, 'Current');
  if (left.standings.length === 0) return;
  const texts = left.standings.map(({ target, standing }) => standingText(target, standing, 'not ready'));
  if (context.profile === 3 && left.ended !== 'settled')
    throw new HelmError('wait-failed', endedText(left.ended), { hint: texts.join('; ') });
  throw new HelmError('wait-failed', [...texts, ...endedWords(left.ended)].join('\n'));
}

/** Waits until objects are gone. */
export async function waitDeleted(
  context: Context,
  targets: readonly Target[],
  timeoutMs: number,
): Promise<void> {
  const waited = targets.filter((target) => target.name !== '');
  const judge: Judge = (object) => (object === undefined ? missing : kstatus(object, context.clock.now()));
  const left = await settle(context, waited, timeoutMs, judge, 'NotFound');
  if (left.standings.length === 0) return;
  const texts = left.standings.map(({ target, standing }) => standingText(target, standing, 'still exists'));
  if (context.profile === 3)
    throw new HelmError('wait-failed', endedText(left.ended), { hint: texts.join('; ') });
  throw new HelmError('wait-failed', [...texts, ...endedWords(left.ended)].join('\n'));
}

/** Waits until the Jobs and Pods of a hook have run; other kinds are done when they exist. */
export async function waitRun(
  context: Context,
  targets: readonly Target[],
  timeoutMs: number,
): Promise<void> {
  const waited = targets.filter((target) => target.name !== '' && (isJob(target) || isPod(target)));
  const existed = new Set<Target>();
  const judge: Judge = (object, target) => {
    if (object !== undefined) {
      existed.add(target);
      return isJob(target) ? jobStanding(object) : podStanding(object);
    }
    // Helm 3 takes a hook that was deleted while it ran for done.
    return context.profile === 3 && existed.has(target) ? current : missing;
  };
  const left = await settle(context, waited, timeoutMs, judge, 'Current');
  if (left.standings.length === 0) return;
  if (context.profile === 4) {
    const texts = left.standings.map(({ target, standing }) => standingText(target, standing, 'not ready'));
    throw new HelmError('hook-failed', [...texts, ...endedWords(left.ended)].join('\n'));
  }
  const failures = left.standings.map(({ target, standing, object }) => {
    const { name } = target;
    if (standing.status !== 'Failed') return new HelmError('hook-failed', timedOutText(left.ended));
    return new HelmError(
      'hook-failed',
      isJob(target) ? `job ${name} failed: ${failureReason(object)}` : `pod ${name} failed`,
    );
  });
  throw joined(failures, 3);
}

type Ended = 'settled' | 'timeout' | 'cancelled';

const endedText = (ended: Ended): string =>
  ended === 'cancelled' ? 'context canceled' : 'context deadline exceeded';
const endedWords = (ended: Ended): readonly string[] => (ended === 'settled' ? [] : [endedText(ended)]);
const timedOutText = (ended: Ended): string =>
  ended === 'cancelled' ? 'context canceled' : 'timed out waiting for the condition';

interface Left {
  readonly ended: Ended;
  /** Those that are not as wanted. */
  readonly standings: readonly {
    readonly target: Target;
    readonly standing: Standing;
    readonly object: KubeObject | undefined;
  }[];
}

/** Follows objects until all are as wanted or have failed for good, or time is over. */
async function settle(
  context: Context,
  targets: readonly Target[],
  timeoutMs: number,
  judge: Judge,
  wanted: Standing['status'],
): Promise<Left> {
  if (targets.length === 0) return { ended: 'settled', standings: [] };
  const { clock, signal } = context;
  const groups = grouped(targets);
  const views = new Map<string, ReadonlyMap<string, KubeObject>>();
  const stopping = new AbortController();
  let cancelTimer = (): void => {};
  let onAbort = (): void => {};
  const standingOf = (target: Target) => {
    const object = views.get(groupKey(target))?.get(target.name);
    return { target, object, standing: judge(object, target) };
  };
  try {
    const ended = await new Promise<Ended>((resolve, reject) => {
      const look = (): void => {
        if (views.size < groups.size) return;
        const isOver = targets.every((target) => {
          const { status } = standingOf(target).standing;
          return status === wanted || (status === 'Failed' && wanted === 'Current');
        });
        if (isOver) resolve('settled');
      };
      cancelTimer = clock.after(timeoutMs, () => resolve('timeout'));
      onAbort = () => resolve('cancelled');
      if (signal?.aborted === true) onAbort();
      signal?.addEventListener('abort', onAbort);
      for (const [key, group] of groups) {
        const seen = (objects: ReadonlyMap<string, KubeObject>): void => {
          views.set(key, objects);
          look();
        };
        follow(context, group, seen, stopping.signal).catch(reject);
      }
    });
    const standings = targets.map(standingOf).filter(({ standing }) => standing.status !== wanted);
    return { ended, standings };
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
    stopping.abort();
  }
}

function groupKey({ resource, namespace }: Target): string {
  return `${resource.group}/${resource.version}/${resource.plural}/${namespace}`;
}

function grouped(targets: readonly Target[]): ReadonlyMap<string, [Target, ...Target[]]> {
  const groups = new Map<string, [Target, ...Target[]]>();
  for (const target of targets) {
    const key = groupKey(target);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [target]);
    else group.push(target);
  }
  return groups;
}

function standingText({ resource, namespace, name }: Target, standing: Standing, what: string): string {
  return `resource ${resource.kind}/${namespace}/${name} ${what}. status: ${standing.status}, message: ${standing.message}`;
}

const current: Standing = { status: 'Current', message: 'Resource is current' };
const isJob = ({ resource }: Target): boolean => resource.group === 'batch' && resource.kind === 'Job';
const isPod = ({ resource }: Target): boolean => resource.group === '' && resource.kind === 'Pod';

/** Nobody waits for a Deployment that stands still on purpose. */
function isPaused({ resource, object }: Target): boolean {
  return (
    resource.group === 'apps' && resource.kind === 'Deployment' && recordAt(object, 'spec')['paused'] === true
  );
}

function failedCondition(object: KubeObject | undefined) {
  return recordsAt(recordAt(object, 'status'), 'conditions').find(
    (one) => one['type'] === 'Failed' && one['status'] === 'True',
  );
}

function failureReason(object: KubeObject | undefined): string {
  const condition = failedCondition(object);
  return condition === undefined ? '' : textAt(condition, 'reason');
}

/** A Job is ready when it is done. */
function jobStanding(object: KubeObject): Standing {
  const spec = recordAt(object, 'spec');
  const status = recordAt(object, 'status');
  const completions = optionalNumberAt(spec, 'completions') ?? optionalNumberAt(spec, 'parallelism') ?? 1;
  if (failedCondition(object) !== undefined)
    return { status: 'Failed', message: `Job Failed. failed: ${numberAt(status, 'failed')}/${completions}` };
  const isDone = recordsAt(status, 'conditions').some(
    (one) => one['type'] === 'Complete' && one['status'] === 'True',
  );
  return isDone
    ? {
        status: 'Current',
        message: `Job Completed. succeeded: ${numberAt(status, 'succeeded')}/${completions}`,
      }
    : { status: 'InProgress', message: 'Job in progress' };
}

function podStanding(object: KubeObject): Standing {
  const phase = textAt(recordAt(object, 'status'), 'phase');
  const { name } = object.metadata;
  if (phase === 'Succeeded') return { status: 'Current', message: `pod ${name} succeeded` };
  if (phase === 'Failed') return { status: 'Failed', message: `pod ${name} failed` };
  return { status: 'InProgress', message: 'Pod in progress' };
}
