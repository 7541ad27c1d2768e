import type { KubeObject } from '@plumbline/api';
import { isTimeZone, parseCron } from '@plumbline/languages';
import type { Draft, FieldError, KindHooks } from '../registry/types.ts';
import {
  age,
  ageColumn,
  column,
  containersColumn,
  duration,
  imagesColumn,
  nameColumn,
  orNone,
} from './columns.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  fillZero,
  integer,
  invalid,
  isAbsent,
  list,
  nonNegative,
  notSupported,
  record,
  records,
  required,
  stringMap,
  text,
} from './fields.ts';
import { defaultPodTemplate, labelsOfTemplate } from './pod-defaults.ts';
import { nameWarnings, templateWarnings, workloadWarnings } from './pod-warnings.ts';
import { formatSelector } from './selectors.ts';
import { validateJob, validateJobTemplate } from './job-validation.ts';

const UID_LABEL = 'batch.kubernetes.io/controller-uid';
const NAME_LABEL = 'batch.kubernetes.io/job-name';

const spec = (object: KubeObject): Fields => record(object['spec']);
const status = (object: KubeObject): Fields => record(object['status']);

export const jobHooks: KindHooks = {
  generation: true,
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    if (isAbsent(part['completions']) && isAbsent(part['parallelism'])) {
      part['completions'] = 1;
      part['parallelism'] = 1;
    }
    fill(part, 'parallelism', 1);
    fill(part, 'backoffLimit', isAbsent(part['backoffLimitPerIndex']) ? 6 : 2147483647);
    fill(part, 'completionMode', 'NonIndexed');
    fill(part, 'suspend', false);
    fill(part, 'podReplacementPolicy', isAbsent(part['podFailurePolicy']) ? 'TerminatingOrFailed' : 'Failed');
    fill(part, 'manualSelector', false);
    for (const rule of records(record(part['podFailurePolicy'])['rules'])) {
      for (const pattern of records(rule['onPodConditions'])) fillZero(pattern, 'status', 'True');
    }
    // Unlike in templates elsewhere the labels of a job are set even where there were none.
    defaultPodTemplate(child(part, 'template'));
    const labels = record(record(part['template'])['metadata'])['labels'];
    if (isAbsent(draft.metadata['labels']) && Object.keys(record(labels)).length > 0)
      draft.metadata['labels'] = ofTemplate(record(labels));
    fill(draft, 'status', {});
  },
  fillOnRead: labelsOfTemplate,
  prepareForCreate: generateSelector,
  validate: validateJob,
  warnings: jobWarnings,
  columns: [
    nameColumn,
    column('Status', jobStatus),
    column('Completions', completions),
    column('Duration', jobDuration),
    ageColumn,
    containersColumn,
    imagesColumn,
    column('Selector', (o) => formatSelector(spec(o)['selector']), { wide: true }),
  ],
  selectableFields: { 'status.successful': (object) => String(integer(status(object)['succeeded'])) },
};

const sharedLabels = new WeakSet<object>();

/** Labels that a job has from its template: in Go they are the very same map, which later gets more. */
function ofTemplate(labels: Fields): Fields {
  const shared = { ...labels };
  sharedLabels.add(shared);
  return shared;
}

/** Pods of a job are told apart by its uid, under the current and the historical label. */
function generateSelector(draft: Draft): void {
  const part = child(draft, 'spec');
  if (part['manualSelector'] === true) return;
  const uid = text(draft.metadata['uid']);
  const labels = child(child(child(part, 'template'), 'metadata'), 'labels');
  fill(labels, UID_LABEL, uid);
  fill(labels, 'controller-uid', uid);
  fill(labels, NAME_LABEL, draft.metadata.name);
  fill(labels, 'job-name', draft.metadata.name);
  // A job without labels of its own takes those of its template, as the defaults of v1 do.
  // For each name that it tries, upstream takes a copy, in which the two are maps of their own.
  const own = draft.metadata['labels'];
  const shared = sharedLabels.has(Object(own)) && !hasGeneratedName(draft);
  if (isAbsent(own) || shared) draft.metadata['labels'] = { ...stringMap(labels) };
  const selector = child(part, 'selector');
  fill(child(selector, 'matchLabels'), UID_LABEL, uid);
}

function hasGeneratedName({ metadata }: Draft): boolean {
  const start = text(metadata['generateName']);
  return start !== '' && metadata.name.startsWith(start.slice(0, 58)) && metadata.name !== start;
}

function jobWarnings(object: KubeObject, previous: KubeObject | undefined): readonly string[] {
  if (previous !== undefined) return workloadWarnings(object, previous, false);
  return [...manyIndexes(spec(object), 'spec'), ...workloadWarnings(object, previous, true)];
}

function manyIndexes(part: Fields, at: string): readonly string[] {
  const many = integer(part['completions']) > 100_000 && integer(part['parallelism']) > 10_000;
  if (part['completionMode'] !== 'Indexed' || !many) return [];
  return [
    `${at}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
  ];
}

function cronJobWarnings(object: KubeObject, previous: KubeObject | undefined): readonly string[] {
  if (previous !== undefined && object['spec'] === previous['spec']) return [];
  const job = record(record(spec(object)['jobTemplate'])['spec']);
  return [
    ...(previous === undefined ? nameWarnings(object, 'Pod names and hostnames') : []),
    ...templateWarnings(record(job['template']), 'spec.jobTemplate.spec.template'),
  ];
}

/** Complete, Failed, Suspended, ... : the word in the Status column. */
function jobStatus(job: KubeObject): string {
  const has = (type: string): boolean =>
    records(status(job)['conditions']).some((c) => c['type'] === type && c['status'] === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  if (has('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function completions(job: KubeObject): string {
  const done = integer(status(job)['succeeded']);
  const wanted = spec(job)['completions'];
  if (typeof wanted === 'number') return `${done}/${wanted}`;
  const parallelism = integer(spec(job)['parallelism'], 1);
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration(job: KubeObject, now: number): string {
  const start = status(job)['startTime'];
  if (typeof start !== 'string') return '';
  const end = status(job)['completionTime'];
  return duration((typeof end === 'string' ? Date.parse(end) : now) - Date.parse(start));
}

export const cronJobHooks: KindHooks = {
  generation: true,
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fillZero(part, 'concurrencyPolicy', 'Allow');
    fill(part, 'suspend', false);
    fill(part, 'successfulJobsHistoryLimit', 3);
    fill(part, 'failedJobsHistoryLimit', 1);
    const template = child(part, 'jobTemplate');
    child(template, 'metadata');
    defaultPodTemplate(child(child(template, 'spec'), 'template'));
    fill(draft, 'status', {});
  },
  validate: validateCronJob,
  warnings: cronJobWarnings,
  columns: [
    nameColumn,
    column('Schedule', (o) => text(spec(o)['schedule'])),
    column('Timezone', (o) => orNone(text(spec(o)['timeZone']))),
    column('Suspend', (o) => (spec(o)['suspend'] === true ? 'True' : 'False'), { type: 'boolean' }),
    column('Active', (o) => list(status(o)['active']).length, { type: 'integer' }),
    column('Last Schedule', (o, now) => {
      const last = status(o)['lastScheduleTime'];
      return typeof last === 'string' ? age(last, now) : '<none>';
    }),
    ageColumn,
    column(
      'Containers',
      (o) =>
        cronContainers(o)
          .map((c) => text(c['name']))
          .join(','),
      { wide: true },
    ),
    column(
      'Images',
      (o) =>
        cronContainers(o)
          .map((c) => text(c['image']))
          .join(','),
      { wide: true },
    ),
    column(
      'Selector',
      (o) => orNone(formatSelector(record(record(spec(o)['jobTemplate'])['spec'])['selector'])),
      { wide: true },
    ),
  ],
};

function cronContainers(object: KubeObject): readonly Fields[] {
  const job = record(record(spec(object)['jobTemplate'])['spec']);
  return records(record(record(job['template'])['spec'])['containers']);
}

function validateZone(zone: unknown): FieldError[] {
  if (typeof zone !== 'string') return [];
  const field = 'spec.timeZone';
  if (zone === '') return [invalid(field, '', 'timeZone must be nil or non-empty string')];
  const unknown = invalid(field, zone, `unknown time zone ${zone}`);
  const odd = (part: string): boolean =>
    /^\.{1,2}$/.test(part) || !/^[A-Za-z._0-9+][-A-Za-z._0-9+]{0,13}$/.test(part);
  if (zone.split('/').some(odd)) return [unknown];
  const errors: FieldError[] = [];
  if (zone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    errors.push(invalid(field, zone, detail));
  }
  if (zone !== 'Local' && !isTimeZone(zone)) errors.push(unknown);
  return errors;
}

function validateCronJob(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const part = spec(object);
  const errors: FieldError[] = [];
  const schedule = text(part['schedule']);
  if (schedule === '') errors.push(required('spec.schedule'));
  else if (schedule.includes('TZ')) {
    errors.push(
      invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'),
    );
  } else {
    const parsed = parseCron(schedule);
    if (!parsed.ok) errors.push(invalid('spec.schedule', schedule, parsed.error.message));
  }
  errors.push(...nonNegative('spec.startingDeadlineSeconds', part['startingDeadlineSeconds']));
  if (previous === undefined || spec(previous)['timeZone'] !== part['timeZone'])
    errors.push(...validateZone(part['timeZone']));
  if (!['Allow', 'Forbid', 'Replace'].includes(text(part['concurrencyPolicy']))) {
    errors.push(
      notSupported('spec.concurrencyPolicy', part['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']),
    );
  }
  const job = record(record(part['jobTemplate'])['spec']);
  errors.push(...validateJobTemplate(job, 'spec.jobTemplate.spec'));
  errors.push(...nonNegative('spec.successfulJobsHistoryLimit', part['successfulJobsHistoryLimit']));
  errors.push(...nonNegative('spec.failedJobsHistoryLimit', part['failedJobsHistoryLimit']));
  // The name of a job is the cron job's and eleven characters more.
  if (object.metadata.name.length > 52) {
    errors.push(invalid('metadata.name', object.metadata.name, 'must be no more than 52 characters'));
  }
  return errors;
}
