import type { KubeObject } from '@plumbline/api';
import { integer, isAbsent, list, record, records, stringMap, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueOwner, enqueueSelf } from './runtime/context.ts';
import {
  controlled,
  hasCondition,
  isActive,
  isDeleting,
  isReady,
  phaseOf,
  specOf,
  splitKey,
  statusOf,
  timeText,
  withCondition,
  writeStatus,
} from './runtime/objects.ts';
import type { Recorder } from './runtime/recorder.ts';
import { createPod, deletePod, podFromTemplate } from './runtime/pods.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';
const BACKOFF_FIRST_MS = 10_000;
const BACKOFF_MOST_MS = 600_000;

interface Ending {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** Jobs: pods until enough have succeeded, or too many failed, or the time is over. */
export function startJobs(context: ControllerContext): void {
  const { access } = context;
  const recorder = context.recorder('job-controller');
  const queue = context.loop.queue('Job', (key) => {
    const [namespace, name] = splitKey(key);
    const job = access.get('batch', 'Job', namespace, name);
    if (job === undefined || !isAbsent(specOf(job)['managedBy'])) return;
    if (isFinished(job)) expire(context, job, (ms) => queue.addAfter(key, ms));
    else if (!isDeleting(job)) sync(context, recorder, job, (ms) => queue.addAfter(key, ms));
  });
  context.watch('batch', 'Job', enqueueSelf(queue));
  context.watch('', 'Pod', enqueueOwner(queue, 'Job'));
}

export function isFinished(job: KubeObject): boolean {
  return hasCondition(job, 'Complete') || hasCondition(job, 'Failed');
}

/** Deletes a finished job when its time to live is over. */
function expire(context: ControllerContext, job: KubeObject, again: (ms: number) => void): void {
  const ttl = specOf(job)['ttlSecondsAfterFinished'];
  if (typeof ttl !== 'number' || isDeleting(job)) return;
  const ended = records(statusOf(job)['conditions']).find(
    (c) => (c['type'] === 'Complete' || c['type'] === 'Failed') && c['status'] === 'True',
  );
  const wait = Date.parse(text(ended?.['lastTransitionTime'])) + ttl * 1000 - context.clock.now();
  if (wait > 0) again(wait);
  else
    context.access.delete('batch', 'Job', job.metadata.namespace ?? '', job.metadata.name, {
      propagationPolicy: 'Foreground',
    });
}

function sync(
  context: ControllerContext,
  recorder: Recorder,
  job: KubeObject,
  again: (ms: number) => void,
): void {
  const spec = specOf(job);
  const now = context.clock.now();
  const suspended = spec['suspend'] === true;
  const pods = controlled(context.access, job, 'Pod');
  let startTime = text(statusOf(job)['startTime']);
  if (suspended) startTime = '';
  else if (startTime === '') startTime = timeText(now);
  const ending = endingOf(job, pods, startTime, now, again);
  let conditions = suspension(
    records(statusOf(job)['conditions']),
    job,
    recorder,
    timeText(now),
    ending !== undefined,
  );
  const active = pods.filter(isActive);
  if (ending !== undefined || suspended) for (const pod of active) deletePod(context, recorder, job, pod);
  else manage(context, recorder, job, pods, again);
  const after = controlled(context.access, job, 'Pod');
  let completionTime: string | undefined;
  if (ending !== undefined) {
    const early = ending.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    const why = { status: 'True', reason: ending.reason, message: ending.message } as const;
    const extra = { lastProbeTime: timeText(now) };
    if (!conditions.some((c) => c['type'] === early))
      conditions = withCondition(conditions, { type: early, ...why }, timeText(now), extra);
    // The last word is spoken only when no pod of the job runs any more.
    if (after.every((pod) => !isActive(pod) && !isStopping(pod))) {
      conditions = withCondition(conditions, { type: ending.type, ...why }, timeText(now), extra);
      if (ending.type === 'Complete') completionTime = timeText(now);
      if (ending.type === 'Complete') recorder.event(job, 'Normal', 'Completed', 'Job completed');
      else recorder.event(job, 'Warning', ending.reason, ending.message);
    }
  }
  writeStatus(context.access, job, jobStatus(job, after, conditions, startTime, completionTime));
}

function isStopping(pod: KubeObject): boolean {
  return isDeleting(pod) && phaseOf(pod) !== 'Succeeded' && phaseOf(pod) !== 'Failed';
}

function jobStatus(
  job: KubeObject,
  pods: readonly KubeObject[],
  conditions: readonly Fields[],
  startTime: string,
  completionTime: string | undefined,
): Fields {
  const active = pods.filter(isActive);
  const succeeded = succeededOf(job, pods);
  const failed = pods.filter((pod) => phaseOf(pod) === 'Failed').length;
  const indexes = specOf(job)['completionMode'] === 'Indexed' ? completedIndexes(pods) : [];
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(startTime === '' ? {} : { startTime }),
    ...(completionTime === undefined ? {} : { completionTime }),
    ...(active.length === 0 ? {} : { active: active.length }),
    ...(succeeded === 0 ? {} : { succeeded }),
    ...(failed === 0 ? {} : { failed }),
    ...(indexes.length === 0 ? {} : { completedIndexes: ranges(indexes) }),
    terminating: pods.filter(isStopping).length,
    uncountedTerminatedPods: {},
    ready: active.filter(isReady).length,
  };
}

function succeededOf(job: KubeObject, pods: readonly KubeObject[]): number {
  if (specOf(job)['completionMode'] === 'Indexed') return completedIndexes(pods).length;
  return pods.filter((pod) => phaseOf(pod) === 'Succeeded').length;
}

function indexOf(pod: KubeObject): number {
  return Number(pod.metadata.annotations?.[INDEX] ?? -1);
}

function completedIndexes(pods: readonly KubeObject[]): readonly number[] {
  const done = new Set(pods.filter((pod) => phaseOf(pod) === 'Succeeded').map(indexOf));
  return [...done].toSorted((a, b) => a - b);
}

/** `0-2,5`. */
function ranges(indexes: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < indexes.length; i++) {
    const first = indexes[i]!;
    while (indexes[i + 1] === indexes[i]! + 1) i++;
    parts.push(first === indexes[i] ? String(first) : `${first}-${indexes[i]!}`);
  }
  return parts.join(',');
}

/** Whether and how the job ends now; asks for another look when its deadline comes. */
function endingOf(
  job: KubeObject,
  pods: readonly KubeObject[],
  startTime: string,
  now: number,
  again: (ms: number) => void,
): Ending | undefined {
  const spec = specOf(job);
  const before = records(statusOf(job)['conditions']).find(
    (c) => (c['type'] === 'SuccessCriteriaMet' || c['type'] === 'FailureTarget') && c['status'] === 'True',
  );
  if (before !== undefined) {
    return {
      type: before['type'] === 'FailureTarget' ? 'Failed' : 'Complete',
      reason: text(before['reason']),
      message: text(before['message']),
    };
  }
  if (spec['suspend'] !== true) {
    const failures = failuresOf(job, pods);
    if (failures > integer(spec['backoffLimit'], 6)) {
      return {
        type: 'Failed',
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      };
    }
    const deadline = spec['activeDeadlineSeconds'];
    if (typeof deadline === 'number') {
      const left = Date.parse(startTime) + deadline * 1000 - now;
      if (left <= 0)
        return {
          type: 'Failed',
          reason: 'DeadlineExceeded',
          message: 'Job was active longer than specified deadline',
        };
      again(left);
    }
  }
  const wanted = spec['completions'];
  const succeeded = succeededOf(job, pods);
  const complete = typeof wanted === 'number' ? succeeded >= wanted : succeeded > 0 && !pods.some(isActive);
  if (!complete || (spec['suspend'] === true && wanted !== 0)) return undefined;
  return {
    type: 'Complete',
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  };
}

/** Failed pods, and where pods restart their containers in place, those restarts. */
function failuresOf(job: KubeObject, pods: readonly KubeObject[]): number {
  const failed = pods.filter((pod) => phaseOf(pod) === 'Failed').length;
  if (text(record(record(specOf(job)['template'])['spec'])['restartPolicy']) !== 'OnFailure') return failed;
  const restarts = pods.filter(isActive).flatMap((pod) => records(statusOf(pod)['containerStatuses']));
  return failed + restarts.reduce((sum, container) => sum + integer(container['restartCount']), 0);
}

function suspension(
  conditions: readonly Fields[],
  job: KubeObject,
  recorder: Recorder,
  now: string,
  ended: boolean,
): readonly Fields[] {
  if (ended) return conditions;
  const suspended = specOf(job)['suspend'] === true;
  const present = conditions.find((c) => c['type'] === 'Suspended');
  if (!suspended && present === undefined) return conditions;
  if (present?.['status'] === (suspended ? 'True' : 'False')) return conditions;
  const [reason, message, event] = suspended
    ? ['JobSuspended', 'Job suspended', 'Suspended']
    : ['JobResumed', 'Job resumed', 'Resumed'];
  recorder.event(job, 'Normal', event ?? '', message ?? '');
  const condition = {
    type: 'Suspended',
    status: suspended ? 'True' : 'False',
    reason: reason ?? '',
    message: message ?? '',
  } as const;
  return withCondition(conditions, condition, now, { lastProbeTime: now });
}

/** Starts what is missing, after the wait that failures ask for, and stops what is too much. */
function manage(
  context: ControllerContext,
  recorder: Recorder,
  job: KubeObject,
  pods: readonly KubeObject[],
  again: (ms: number) => void,
): void {
  const spec = specOf(job);
  const active = pods.filter(isActive);
  const succeeded = succeededOf(job, pods);
  const parallelism = integer(spec['parallelism'], 1);
  const completions = spec['completions'];
  const open =
    typeof completions === 'number' ? completions - succeeded : succeeded > 0 ? active.length : parallelism;
  const wanted = Math.max(0, Math.min(parallelism, open));
  for (const surplus of active.slice(wanted)) deletePod(context, recorder, job, surplus);
  const replacesLate = text(spec['podReplacementPolicy']) === 'Failed';
  const busy = replacesLate ? active.length + pods.filter(isStopping).length : active.length;
  if (busy >= wanted) return;
  const wait = backOff(pods, context.clock.now());
  if (wait > 0) {
    again(wait);
    return;
  }
  const indexes = spec['completionMode'] === 'Indexed' ? freeIndexes(integer(completions), pods) : undefined;
  for (let missing = wanted - busy, n = 0; missing > 0; missing--, n++) {
    const index = indexes?.[n];
    if (indexes !== undefined && index === undefined) return;
    createPod(context, recorder, job, jobPod(job, index));
  }
}

function freeIndexes(completions: number, pods: readonly KubeObject[]): readonly number[] {
  const taken = new Set(pods.filter((pod) => isActive(pod) || phaseOf(pod) === 'Succeeded').map(indexOf));
  return Array.from({ length: completions }, (_, index) => index).filter((index) => !taken.has(index));
}

/** Ten seconds after the last failure, doubled with each, at most ten minutes. */
function backOff(pods: readonly KubeObject[], now: number): number {
  const failed = pods.filter((pod) => phaseOf(pod) === 'Failed');
  if (failed.length === 0) return 0;
  const last = Math.max(...failed.map(finishedAt));
  return last + Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** (failed.length - 1)) - now;
}

function finishedAt(pod: KubeObject): number {
  const times = records(statusOf(pod)['containerStatuses']).map((c) =>
    Date.parse(text(record(record(c['state'])['terminated'])['finishedAt'])),
  );
  return Math.max(
    Date.parse(text(pod.metadata.creationTimestamp)),
    ...times.filter((time) => !Number.isNaN(time)),
  );
}

function jobPod(job: KubeObject, index: number | undefined): KubeObject {
  const template = record(specOf(job)['template']);
  const base = job.metadata.name;
  if (index === undefined) return podFromTemplate(job, template, { generateName: `${base}-` });
  const labels = { ...stringMap(record(template['metadata'])['labels']), [INDEX]: String(index) };
  const annotations = { ...stringMap(record(template['metadata'])['annotations']), [INDEX]: String(index) };
  const spec = record(template['spec']);
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } },
  };
  const withIndex = (field: string): readonly Fields[] =>
    records(spec[field]).map((container) => ({ ...container, env: [...list(container['env']), variable] }));
  const indexed = {
    ...template,
    spec: {
      ...spec,
      hostname: `${base}-${index}`,
      containers: withIndex('containers'),
      ...(isAbsent(spec['initContainers']) ? {} : { initContainers: withIndex('initContainers') }),
    },
  };
  return podFromTemplate(job, indexed, { generateName: `${base}-${index}-`, labels, annotations });
}
