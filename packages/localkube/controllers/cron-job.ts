import type { KubeObject } from '@plumbline/api';
import { nextTime, parseCron } from '@plumbline/languages';
import { integer, isAbsent, record, stringMap, text } from '../kinds/fields.ts';
import { StatusError } from '../registry/types.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueOwner, enqueueSelf } from './runtime/context.ts';
import {
  MANAGER,
  controlled,
  controllerReference,
  hasCondition,
  isDeleting,
  specOf,
  splitKey,
  statusOf,
  timeText,
  writeStatus,
} from './runtime/objects.ts';
import { isFinished } from './job.ts';

/** CronJobs: a Job at each time that the schedule names. */
export function startCronJobs(context: ControllerContext): void {
  const { access } = context;
  const queue = context.loop.queue('CronJob', (key) => {
    const [namespace, name] = splitKey(key);
    const cron = access.get('batch', 'CronJob', namespace, name);
    if (cron === undefined || isDeleting(cron)) return;
    const wait = sync(context, cron);
    if (wait !== undefined) queue.addAfter(key, wait);
  });
  context.watch('batch', 'CronJob', enqueueSelf(queue));
  context.watch('batch', 'Job', enqueueOwner(queue, 'CronJob'));
}

function sync(context: ControllerContext, cron: KubeObject): number | undefined {
  const spec = specOf(cron);
  const now = context.clock.now();
  let jobs = controlled(context.access, cron, 'Job');
  trim(context, jobs, spec);
  const schedule = parseCron(text(spec['schedule']));
  let last = text(statusOf(cron)['lastScheduleTime']);
  let wait: number | undefined;
  if (schedule.ok && spec['suspend'] !== true) {
    const zone = isAbsent(spec['timeZone']) ? undefined : text(spec['timeZone']);
    const due = lastDue(now, Date.parse(last || text(cron.metadata.creationTimestamp)), (after) =>
      nextTime(schedule.value, after, zone),
    );
    if (due.missed !== undefined && !tooLate(spec, due.missed, now)) {
      const started = run(
        context,
        cron,
        jobs.filter((job) => !isFinished(job)),
        due.missed,
      );
      if (started) last = timeText(due.missed);
      jobs = controlled(context.access, cron, 'Job');
    }
    if (due.next !== undefined) wait = due.next - now;
  }
  const active = jobs.filter((job) => !isFinished(job));
  const done = jobs
    .filter((job) => hasCondition(job, 'Complete'))
    .map((job) => text(statusOf(job)['completionTime']));
  const lastSuccess = [text(statusOf(cron)['lastSuccessfulTime']), ...done].toSorted().at(-1) ?? '';
  writeStatus(context.access, cron, {
    ...(active.length === 0 ? {} : { active: active.map(referenceTo) }),
    ...(last === '' ? {} : { lastScheduleTime: last }),
    ...(lastSuccess === '' ? {} : { lastSuccessfulTime: lastSuccess }),
  });
  return wait;
}

function referenceTo(job: KubeObject): unknown {
  const { name, namespace, uid, resourceVersion } = job.metadata;
  return { apiVersion: job.apiVersion, kind: job.kind, name, namespace, uid, resourceVersion };
}

/** The latest time that has come since the last run, and the next one. Only the latest counts; earlier ones are skipped. */
function lastDue(
  now: number,
  since: number,
  next: (after: number) => number | undefined,
): { readonly missed: number | undefined; readonly next: number | undefined } {
  let missed: number | undefined;
  // A server that was off for long skips to the last hour instead of walking through years of minutes.
  let at = next(Math.max(since, now - 3_600_000 * 24 * 7));
  while (at !== undefined && at <= now) {
    missed = at;
    at = next(at);
  }
  return { missed, next: at };
}

function tooLate(spec: Record<string, unknown>, due: number, now: number): boolean {
  const deadline = spec['startingDeadlineSeconds'];
  return typeof deadline === 'number' && now - due > deadline * 1000;
}

function run(
  context: ControllerContext,
  cron: KubeObject,
  active: readonly KubeObject[],
  due: number,
): boolean {
  const recorder = context.recorder('cronjob-controller');
  const policy = text(specOf(cron)['concurrencyPolicy']);
  if (policy === 'Forbid' && active.length > 0) {
    recorder.event(
      cron,
      'Normal',
      'JobAlreadyActive',
      'Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    return false;
  }
  if (policy === 'Replace') {
    for (const job of active) {
      context.access.delete('batch', 'Job', job.metadata.namespace ?? '', job.metadata.name, {
        propagationPolicy: 'Background',
      });
      recorder.event(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
    }
  }
  const template = record(specOf(cron)['jobTemplate']);
  const metadata = record(template['metadata']);
  const name = `${cron.metadata.name}-${Math.floor(due / 60_000)}`;
  const annotations = {
    ...stringMap(metadata['annotations']),
    'batch.kubernetes.io/cronjob-scheduled-timestamp': timeText(due),
  };
  try {
    context.access.create(
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name,
          namespace: cron.metadata.namespace ?? '',
          annotations,
          ...(isAbsent(metadata['labels']) ? {} : { labels: stringMap(metadata['labels']) }),
          ownerReferences: [controllerReference(cron)],
        },
        spec: template['spec'],
      },
      MANAGER,
    );
  } catch (thrown) {
    if (!(thrown instanceof StatusError) || thrown.status.reason !== 'AlreadyExists') throw thrown;
    return true;
  }
  recorder.event(cron, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
  return true;
}

/** Deletes the oldest finished jobs beyond what the history keeps. */
function trim(context: ControllerContext, jobs: readonly KubeObject[], spec: Record<string, unknown>): void {
  for (const [type, field, standard] of [
    ['Complete', 'successfulJobsHistoryLimit', 3],
    ['Failed', 'failedJobsHistoryLimit', 1],
  ] as const) {
    const finished = jobs.filter((job) => hasCondition(job, type) && !isDeleting(job));
    const surplus = finished.length - integer(spec[field], standard);
    if (surplus <= 0) continue;
    const oldest = finished.toSorted((a, b) =>
      text(statusOf(a)['startTime']).localeCompare(text(statusOf(b)['startTime'])),
    );
    for (const job of oldest.slice(0, surplus)) {
      context.access.delete('batch', 'Job', job.metadata.namespace ?? '', job.metadata.name, {
        propagationPolicy: 'Background',
      });
    }
  }
}
