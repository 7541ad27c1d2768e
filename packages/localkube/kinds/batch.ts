import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
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
  optionalOneOf,
  record,
  records,
  required,
  stringMap,
  text,
} from './fields.ts';
import { defaultPodTemplate } from './pod-defaults.ts';
import { nameWarnings, templateWarnings, workloadWarnings } from './pod-warnings.ts';
import { validatePodTemplate } from './pod-validation.ts';
import { formatSelector, selectorMatches } from './selectors.ts';

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
    fillZero(part, 'completionMode', 'NonIndexed');
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
  const own = draft.metadata['labels'];
  if (isAbsent(own) || sharedLabels.has(own as object)) draft.metadata['labels'] = { ...stringMap(labels) };
  const selector = child(part, 'selector');
  fill(child(selector, 'matchLabels'), UID_LABEL, uid);
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

const MODES = ['NonIndexed', 'Indexed'];

function validateJob(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const part = spec(object);
  const errors = validateJobSpec(part, 'spec');
  const selector = part['selector'];
  if (isAbsent(selector)) errors.push(required('spec.selector'));
  if (!selectorMatches(selector, stringMap(record(record(part['template'])['metadata'])['labels']))) {
    const labels = record(record(part['template'])['metadata'])['labels'] ?? null;
    errors.push(
      invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
    );
  }
  // Upstream checks the whole of it once more on an update.
  return previous === undefined ? errors : [...errors, ...errors, ...validateJobUpdate(part, previous)];
}

/** What makes sense only where each pod has an index, or needs a bound there. */
function validateIndexed(part: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const indexed = part['completionMode'] === 'Indexed';
  const parallelism = integer(part['parallelism']);
  if (indexed && parallelism > 100_000) {
    const detail = 'must be less than or equal to 100000 when completion mode is Indexed';
    errors.push(invalid(`${at}.parallelism`, parallelism, detail));
  }
  if (!indexed) {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'])
      if (!isAbsent(part[field]))
        errors.push(invalid(`${at}.${field}`, part[field], 'requires indexed completion mode'));
    if (!isAbsent(part['successPolicy'])) {
      const shown = { Rules: list(record(part['successPolicy'])['rules']) };
      errors.push(invalid(`${at}.successPolicy`, shown, 'requires indexed completion mode'));
    }
  }
  const manager = text(part['managedBy']);
  if (manager !== '' && !/^[^/]+\/.+$/.test(manager))
    errors.push(
      invalid(`${at}.managedBy`, manager, 'must be a domain-prefixed path (such as "acme.io/foo")'),
    );
  return errors;
}

function validateJobSpec(part: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ]) {
    errors.push(...nonNegative(`${at}.${field}`, part[field]));
  }
  if (!MODES.includes(text(part['completionMode'])))
    errors.push(notSupported(`${at}.completionMode`, part['completionMode'], MODES));
  if (part['completionMode'] === 'Indexed' && isAbsent(part['completions'])) {
    errors.push(required(`${at}.completions`, 'when completion mode is Indexed'));
  }
  errors.push(
    ...optionalOneOf(`${at}.podReplacementPolicy`, part['podReplacementPolicy'], [
      'Failed',
      'TerminatingOrFailed',
    ]),
  );
  errors.push(...validateIndexed(part, at));
  const template = record(part['template']);
  errors.push(...validatePodTemplate(template, `${at}.template`));
  const policy = text(record(template['spec'])['restartPolicy']);
  if (policy === '' || policy === 'Always') {
    errors.push(required(`${at}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(`${at}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never']));
  } else if (!isAbsent(part['podFailurePolicy']) && policy !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    errors.push(invalid(`${at}.template.spec.restartPolicy`, policy, detail));
  }
  return errors;
}

function validateJobUpdate(part: Fields, previous: KubeObject): FieldError[] {
  const before = spec(previous);
  const errors: FieldError[] = [];
  const immutable = (field: string, a: unknown, b: unknown): void => {
    if (!equalData(a ?? null, b ?? null))
      errors.push(invalid(`spec.${field}`, a ?? null, 'field is immutable'));
  };
  const elastic =
    part['completionMode'] === 'Indexed' &&
    part['completions'] === part['parallelism'] &&
    before['completions'] === before['parallelism'];
  if (!elastic) immutable('completions', part['completions'], before['completions']);
  immutable('selector', part['selector'], before['selector']);
  // While a job is suspended and has never started, scheduling of its template may still change.
  const flexible = before['suspend'] === true && isAbsent(status(previous)['startTime']);
  immutable(
    'template',
    flexible ? rigid(part['template']) : part['template'],
    flexible ? rigid(before['template']) : before['template'],
  );
  immutable('completionMode', part['completionMode'], before['completionMode']);
  immutable('podFailurePolicy', part['podFailurePolicy'], before['podFailurePolicy']);
  immutable('backoffLimitPerIndex', part['backoffLimitPerIndex'], before['backoffLimitPerIndex']);
  immutable('managedBy', part['managedBy'], before['managedBy']);
  return errors.map((error) =>
    error.field === 'spec.template' ? templateError(error, part, before) : error,
  );
}

/** Upstream blames `spec.template.spec` where only that part of the template changed while the job is suspended. */
function templateError(error: FieldError, part: Fields, before: Fields): FieldError {
  const same = equalData(
    record(part['template'])['metadata'] ?? {},
    record(before['template'])['metadata'] ?? {},
  );
  return same ? { ...error, field: 'spec.template.spec' } : error;
}

function rigid(template: unknown): unknown {
  const part = record(template);
  const {
    nodeSelector: _n,
    tolerations: _t,
    affinity: _a,
    schedulingGates: _g,
    ...rest
  } = record(part['spec']);
  const containers = (field: string): readonly Fields[] =>
    records(rest[field]).map(({ resources: _r, ...other }) => other);
  return {
    spec: { ...rest, containers: containers('containers'), initContainers: containers('initContainers') },
  };
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

function validateCronJob(object: KubeObject): FieldError[] {
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
  const zone = part['timeZone'];
  if (zone === '') errors.push(invalid('spec.timeZone', '', 'timeZone must be nil or non-empty string'));
  else if (typeof zone === 'string' && (zone === 'Local' || !isTimeZone(zone))) {
    errors.push(
      invalid(
        'spec.timeZone',
        zone,
        zone === 'Local'
          ? 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
          : `unknown time zone ${zone}`,
      ),
    );
  }
  if (!['Allow', 'Forbid', 'Replace'].includes(text(part['concurrencyPolicy']))) {
    errors.push(
      notSupported('spec.concurrencyPolicy', part['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']),
    );
  }
  const job = record(record(part['jobTemplate'])['spec']);
  errors.push(...validateJobSpec({ completionMode: 'NonIndexed', ...job }, 'spec.jobTemplate.spec'));
  errors.push(...nonNegative('spec.successfulJobsHistoryLimit', part['successfulJobsHistoryLimit']));
  errors.push(...nonNegative('spec.failedJobsHistoryLimit', part['failedJobsHistoryLimit']));
  // The name of a job is the cron job's and eleven characters more.
  if (object.metadata.name.length > 52) {
    errors.push(invalid('metadata.name', object.metadata.name, 'must be no more than 52 characters'));
  }
  return errors;
}
