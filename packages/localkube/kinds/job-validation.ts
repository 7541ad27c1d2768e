import type { KubeObject } from '@plumbline/api';
import { definitionFor } from '@plumbline/api/schema';
import { equalData } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  integer,
  invalid,
  invalidEach,
  isAbsent,
  nonNegative,
  notSupported,
  record,
  records,
  required,
  stringMap,
  text,
  tooLong,
} from './fields.ts';
import { byName, goValue } from './go-value.ts';
import { validateFailurePolicy, validateSuccessPolicy } from './job-policies-validation.ts';
import { dnsLabelStrict, dnsSubdomain } from './names.ts';
import { validatePodTemplate } from './pod-validation.ts';
import { selectorMatches, shownSelector, validateSelector } from './selectors.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);
const status = (object: KubeObject): Fields => record(object['status']);
const labelsOf = (part: Fields): Readonly<Record<string, string>> =>
  stringMap(record(record(part['template'])['metadata'])['labels']);

export function validateJob(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const part = spec(object);
  const errors = [
    ...validateGenerated(object, previous),
    ...validateWithSelector(part),
    ...validateHostNames(object),
  ];
  if (previous === undefined) return errors;
  // Upstream checks the spec once more on an update.
  return [...errors, ...validateWithSelector(part), ...validateChange(part, previous)];
}

function validateWithSelector(part: Fields): FieldError[] {
  const errors = validateJobSpec(part, 'spec');
  const selector = part['selector'];
  if (isAbsent(selector)) errors.push(required('spec.selector'));
  const mistakes = isAbsent(selector) ? [] : validateSelector(selector, 'spec.selector');
  errors.push(...mistakes);
  if (mistakes.length === 0 && !selectorMatches(selector, labelsOf(part))) {
    const shown = record(record(part['template'])['metadata'])['labels'] ?? null;
    errors.push(
      invalid('spec.template.metadata.labels', byName(shown), '`selector` does not match template `labels`'),
    );
  }
  return errors;
}

/** What tells the pods of a job apart has been written into the template, and stays there. */
function validateGenerated(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const part = spec(object);
  if (part['manualSelector'] === true || isAbsent(part['selector'])) return [];
  const { uid = '', name } = object.metadata;
  const expected: Record<string, string> = { 'controller-uid': uid, 'job-name': name };
  const before = previous === undefined ? undefined : labelsOf(spec(previous));
  if (
    before === undefined ||
    ('batch.kubernetes.io/job-name' in before && 'batch.kubernetes.io/controller-uid' in before)
  ) {
    expected['batch.kubernetes.io/controller-uid'] = uid;
    expected['batch.kubernetes.io/job-name'] = name;
  }
  const labels = labelsOf(part);
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(expected)) {
    const field = `spec.template.metadata.labels[${key}]`;
    const found = labels[key];
    if (found === undefined) errors.push(required(field, `must be '${value}'`));
    else if (found !== value) errors.push(invalid(field, labels, `must be '${value}'`));
  }
  const selector = part['selector'];
  if (validateSelector(selector, '').length === 0 && !selectorMatches(selector, expected))
    errors.push(invalid('spec.selector', shownSelector(selector), '`selector` not auto-generated'));
  return errors;
}

/** Pods of an indexed job are hosts of its name and their index. */
function validateHostNames(object: KubeObject): FieldError[] {
  const part = spec(object);
  const count = part['completions'];
  if (part['completionMode'] !== 'Indexed' || typeof count !== 'number' || count <= 0) return [];
  const { name } = object.metadata;
  const host = `${name}-${count - 1}`;
  if (dnsLabelStrict(host).length === 0) return [];
  return [invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${host}`)];
}

const MODES = ['NonIndexed', 'Indexed'];
const managerMax = 63;

function validateManager(manager: unknown, field: string): FieldError[] {
  if (isAbsent(manager)) return [];
  const name = text(manager);
  if (name === '') return [required(field)];
  const slash = name.indexOf('/');
  const [host, path] = [name.slice(0, slash), name.slice(slash + 1)];
  const errors: FieldError[] = [];
  if (slash <= 0 || path === '') {
    const detail = 'must be a domain-prefixed path (such as "acme.io/foo")';
    errors.push(invalid(field, name, detail));
  } else errors.push(...invalidEach(field, host, dnsSubdomain(host, false)));
  if (name.length > managerMax) errors.push(tooLong(field, managerMax));
  return errors;
}

const parallelMax = 100_000;
const manyCompletions = 100_000;
const manyLimit = 10_000;

/** What makes sense only where each pod has an index, or needs a bound there. */
function validateIndexed(part: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const below = (field: string, limit: number, detail: string): void => {
    if (integer(part[field]) > limit) errors.push(invalid(`${at}.${field}`, part[field], detail));
  };
  if (isAbsent(part['completions']))
    errors.push(required(`${at}.completions`, 'when completion mode is Indexed'));
  const parallel = `must be less than or equal to ${parallelMax} when completion mode is Indexed`;
  below('parallelism', parallelMax, parallel);
  const count = part['completions'];
  if (typeof count === 'number')
    below('maxFailedIndexes', count, 'must be less than or equal to completions');
  below('maxFailedIndexes', parallelMax, `must be less than or equal to ${parallelMax}`);
  if (integer(count) <= manyCompletions || isAbsent(part['backoffLimitPerIndex'])) return errors;
  if (isAbsent(part['maxFailedIndexes']))
    errors.push(
      required(`${at}.maxFailedIndexes`, `must be specified when completions is above ${manyCompletions}`),
    );
  const bound = `must be less than or equal to ${manyLimit} when completions are above ${manyCompletions} and used with backoff limit per index`;
  below('parallelism', manyLimit, bound);
  below('maxFailedIndexes', manyLimit, bound);
  return errors;
}

function validateReplacement(part: Fields, field: string): FieldError[] {
  const policy = part['podReplacementPolicy'];
  if (isAbsent(policy)) return [];
  const known = isAbsent(part['podFailurePolicy']) ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return known.includes(text(policy)) ? [] : [notSupported(field, policy, known)];
}

/** A job's spec, also that of a template, which has no selector yet. */
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
  if (!isAbsent(part['maxFailedIndexes']) && isAbsent(part['backoffLimitPerIndex']))
    errors.push(required(`${at}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  errors.push(...validateManager(part['managedBy'], `${at}.managedBy`));
  const mode = part['completionMode'] ?? 'NonIndexed';
  if (!MODES.includes(text(mode))) errors.push(notSupported(`${at}.completionMode`, mode, MODES));
  if (mode === 'Indexed') errors.push(...validateIndexed(part, at));
  if (mode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'])
      if (!isAbsent(part[field]))
        errors.push(invalid(`${at}.${field}`, part[field], 'requires indexed completion mode'));
  }
  if (!isAbsent(part['podFailurePolicy']))
    errors.push(...validateFailurePolicy(part, `${at}.podFailurePolicy`));
  if (!isAbsent(part['successPolicy'])) {
    const shown = goValue(definitionFor('io.k8s.api.batch.v1.SuccessPolicy'), part['successPolicy']);
    if (mode === 'Indexed') errors.push(...validateSuccessPolicy(part, `${at}.successPolicy`));
    else errors.push(invalid(`${at}.successPolicy`, shown, 'requires indexed completion mode'));
  }
  errors.push(...validateReplacement(part, `${at}.podReplacementPolicy`));
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

function validateChange(part: Fields, previous: KubeObject): FieldError[] {
  const before = spec(previous);
  const errors: FieldError[] = [];
  const immutable = (field: string, type?: string): void => {
    const [now, then] = [part[field] ?? null, before[field] ?? null];
    if (equalData(now, then)) return;
    const shown = type === undefined ? now : goValue(definitionFor(`io.k8s.api.batch.v1.${type}`), now);
    errors.push(invalid(`spec.${field}`, shown, 'field is immutable'));
  };
  errors.push(...validateCompletions(part, before));
  immutable('selector');
  errors.push(...validateTemplateChange(part, previous));
  immutable('completionMode');
  immutable('podFailurePolicy', 'PodFailurePolicy');
  immutable('backoffLimitPerIndex');
  immutable('managedBy');
  immutable('successPolicy', 'SuccessPolicy');
  return errors;
}

/** Only a job with indexes grows and shrinks, and its parallelism with it. */
function validateCompletions(part: Fields, before: Fields): FieldError[] {
  const now = part['completions'] ?? null;
  if (now === (before['completions'] ?? null)) return [];
  if (part['completionMode'] !== 'Indexed') return [invalid('spec.completions', now, 'field is immutable')];
  if (now === null || now === part['parallelism']) return [];
  return [invalid('spec.completions', now, 'can only be modified in tandem with spec.parallelism')];
}

/** While a job is suspended and nothing of it runs, where its pods go and what they ask for may still change. */
function validateTemplateChange(part: Fields, previous: KubeObject): FieldError[] {
  const before = spec(previous);
  const [now, then] = [record(part['template']), record(before['template'])];
  if (before['suspend'] !== true || !isIdle(previous)) {
    if (equalData(now, then)) return [];
    return [invalid('spec.template', { metadata: now['metadata'], spec: now['spec'] }, 'field is immutable')];
  }
  const [after, earlier] = [record(now['spec']), record(then['spec'])];
  if (equalData(rigid(after), rigid(earlier))) return [];
  return [invalid('spec.template.spec', { spec: after }, 'field is immutable')];
}

/** Either the job has never started, or its pods are told to be gone. */
function isIdle(job: KubeObject): boolean {
  if (integer(status(job)['active']) !== 0) return false;
  return (
    isAbsent(status(job)['startTime']) ||
    records(status(job)['conditions']).some((one) => one['type'] === 'Suspended' && one['status'] === 'True')
  );
}

function rigid(part: Fields): unknown {
  const { nodeSelector: _n, tolerations: _t, affinity, schedulingGates: _g, ...rest } = part;
  const { nodeAffinity: _, ...others } = record(affinity);
  const containers = (field: string): readonly Fields[] =>
    records(rest[field]).map(({ resources: _r, ...other }) => other);
  return {
    ...rest,
    affinity: others,
    containers: containers('containers'),
    initContainers: containers('initContainers'),
  };
}

/** A job of a cron job has its selector made for it. */
export function validateJobTemplate(part: Fields, at: string): FieldError[] {
  const errors = validateJobSpec(part, at);
  if (!isAbsent(part['selector']))
    errors.push(
      invalid(`${at}.selector`, shownSelector(part['selector']), '`selector` will be auto-generated'),
    );
  if (part['manualSelector'] === true)
    errors.push(notSupported(`${at}.manualSelector`, true, ['nil', 'false']));
  return errors;
}
