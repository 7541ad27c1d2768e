import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  forbidden,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  nonNegative,
  notSupported,
  optionalOneOf,
  record,
  records,
  required,
  stringMap,
  text,
} from './fields.ts';
import { definitionFor } from '@plumbline/api/schema';
import { byName, goValue } from './go-value.ts';
import { shownField } from '../schema/index.ts';
import { dnsLabel } from './names.ts';
import { validatePodTemplate, validateTemplateMetadata } from './pod-validation.ts';
import {
  isEmptySelector,
  mapMatches,
  selectorMatches,
  shownSelector,
  validateSelector,
} from './selectors.ts';
import { validateClaimSpec } from './claim-validation.ts';

/** Selector and template of a workload: they must fit, and the pods must be of the restarting kind. */
function validateSelectorAndTemplate(spec: Fields, workload: string, kind = 'ReplicaSet'): FieldError[] {
  const errors: FieldError[] = [];
  const selector = spec['selector'];
  let usable = true;
  if (isAbsent(selector)) errors.push(required('spec.selector'));
  else {
    const mistakes = validateSelector(selector, 'spec.selector');
    usable = mistakes.length === 0;
    errors.push(...mistakes);
    if (isEmptySelector(selector))
      errors.push(invalid('spec.selector', {}, `empty selector is invalid for ${workload}`));
  }
  if (!usable) {
    if (kind !== 'DaemonSet')
      errors.push(
        invalid(
          'spec.selector',
          shownSelector(selector),
          kind === 'StatefulSet' ? '' : 'invalid label selector',
        ),
      );
    if (kind === 'ReplicaSet') return errors;
  }
  const template = record(spec['template']);
  const metadata = record(template['metadata']);
  const labels = metadata['labels'];
  if (!usable && kind === 'StatefulSet')
    return [...errors, ...alwaysRestarting(record(template['spec']), kind)];
  if (usable && (!isEmptySelector(selector) || isAbsent(selector))) {
    if (isAbsent(selector) || !selectorMatches(selector, stringMap(labels))) {
      errors.push(
        invalid(
          'spec.template.metadata.labels',
          byName(shownField(metadata, 'labels')),
          '`selector` does not match template `labels`',
        ),
      );
    }
  }
  if (kind === 'StatefulSet') errors.push(...validateStatefulTemplate(spec));
  else errors.push(...validatePodTemplate(template, 'spec.template'));
  errors.push(...alwaysRestarting(record(template['spec']), kind));
  return errors;
}

/** Pods of a stateful set get their claims as volumes in front, and the names of hosts from the set itself. */
function validateStatefulTemplate(spec: Fields): FieldError[] {
  const template = record(spec['template']);
  const part = record(template['spec']);
  const claims = new Map(
    records(spec['volumeClaimTemplates']).map((claim) => {
      const name = text(record(claim['metadata'])['name']);
      return [name, { name, persistentVolumeClaim: { claimName: name } }];
    }),
  );
  const volumes = [
    ...claims.values(),
    ...records(part['volumes']).filter((volume) => !claims.has(text(volume['name']))),
  ];
  const seen = { ...part, volumes, subdomain: '', hostname: '' };
  const { labels, annotations } = record(template['metadata']);
  return [
    ...validatePodTemplate({ ...template, spec: seen }, 'spec.template'),
    // Upstream looks at these once more after the template.
    ...validateTemplateMetadata(labels, annotations, 'spec.template'),
  ];
}

function alwaysRestarting(spec: Fields, kind: string): FieldError[] {
  const errors: FieldError[] = [];
  const policy = text(spec['restartPolicy']);
  if (policy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (!isAbsent(spec['activeDeadlineSeconds'])) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return errors;
}

function selectorIsImmutable(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  if (previous === undefined) return [];
  const after = record(object['spec'])['selector'];
  if (equalData(after, record(previous['spec'])['selector'])) return [];
  return [invalid('spec.selector', shownSelector(after), 'field is immutable')];
}

const PERCENT = /^[0-9]+%$/;

/** A number or a percentage that is not negative. */
export function validateIntOrPercent(value: unknown, field: string): FieldError[] {
  if (typeof value === 'number') return nonNegative(field, value);
  if (typeof value !== 'string') return [];
  if (!PERCENT.test(value)) {
    return [
      invalid(
        field,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ];
  }
  return [];
}

export function notOverHundred(value: unknown, field: string): FieldError[] {
  if (typeof value !== 'string' || !PERCENT.test(value) || Number.parseInt(value, 10) <= 100) return [];
  return [invalid(field, value, 'must not be greater than 100%')];
}

/** What is neither a number nor a percentage counts as nothing. */
function isZero(value: unknown): boolean {
  if (typeof value !== 'string') return value === 0;
  return (PERCENT.test(value) ? Number.parseInt(value, 10) : Math.trunc(Number(value)) || 0) === 0;
}

/** Numbers that upstream's internal types have without a pointer, so that they show as nought. */
function withZeros(shown: unknown, fields: readonly string[]): unknown {
  const strategy = record(shown);
  if (isAbsent(strategy['RollingUpdate'])) return shown;
  const rolling = record(strategy['RollingUpdate']);
  const zeros = Object.fromEntries(fields.map((field) => [field, rolling[field] ?? 0]));
  return { ...strategy, RollingUpdate: { ...rolling, ...zeros } };
}

export function validateDeployment(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const spec = record(object['spec']);
  const errors: FieldError[] = [];
  errors.push(...nonNegative('spec.replicas', spec['replicas']));
  errors.push(...validateSelectorAndTemplate(spec, 'deployment'));
  errors.push(...validateStrategy(record(spec['strategy'])));
  errors.push(...nonNegative('spec.minReadySeconds', spec['minReadySeconds']));
  errors.push(...nonNegative('spec.revisionHistoryLimit', spec['revisionHistoryLimit']));
  const deadline = spec['progressDeadlineSeconds'];
  errors.push(...nonNegative('spec.progressDeadlineSeconds', deadline));
  if (typeof deadline === 'number' && deadline <= integer(spec['minReadySeconds'])) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return [...errors, ...selectorIsImmutable(object, previous)];
}

function validateStrategy(strategy: Fields): FieldError[] {
  const type = text(strategy['type']);
  const rolling = strategy['rollingUpdate'];
  if (type === 'Recreate') {
    if (isAbsent(rolling)) return [];
    return [
      forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"),
    ];
  }
  if (type !== 'RollingUpdate') {
    return [
      notSupported(
        'spec.strategy',
        withZeros(goValue(definitionFor('io.k8s.api.apps.v1.DeploymentStrategy'), strategy), [
          'MaxUnavailable',
          'MaxSurge',
        ]),
        ['Recreate', 'RollingUpdate'],
      ),
    ];
  }
  const at = 'spec.strategy.rollingUpdate';
  const { maxSurge, maxUnavailable } = record(rolling);
  const errors = [
    ...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${at}.maxSurge`),
  ];
  if (isZero(maxSurge) && isZero(maxUnavailable)) {
    errors.push(invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...notOverHundred(maxUnavailable, `${at}.maxUnavailable`)];
}

export function validateReplicaSet(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const spec = record(object['spec']);
  return [
    ...nonNegative('spec.replicas', spec['replicas']),
    ...nonNegative('spec.minReadySeconds', spec['minReadySeconds']),
    ...validateSelectorAndTemplate(spec, 'deployment'),
    ...selectorIsImmutable(object, previous),
  ];
}

export function validateReplicationController(object: KubeObject): FieldError[] {
  const spec = record(object['spec']);
  const errors = nonNegative('spec.minReadySeconds', spec['minReadySeconds']);
  const selector = stringMap(spec['selector']);
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  errors.push(...nonNegative('spec.replicas', spec['replicas']));
  if (isAbsent(spec['template'])) return [...errors, required('spec.template')];
  const template = record(spec['template']);
  const metadata = record(template['metadata']);
  if (Object.keys(selector).length > 0 && !mapMatches(selector, stringMap(metadata['labels']))) {
    const shown = shownField(metadata, 'labels');
    errors.push(
      invalid('spec.template.metadata.labels', byName(shown), '`selector` does not match template `labels`'),
    );
  }
  return [
    ...errors,
    ...validatePodTemplate(template, 'spec.template'),
    ...alwaysRestarting(record(template['spec']), 'ReplicationController'),
  ];
}

export function validateDaemonSet(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const spec = record(object['spec']);
  const errors = validateSelectorAndTemplate(spec, 'daemonset', 'DaemonSet').filter(
    // A daemon set without a selector is told only that its template does not fit.
    (error) => !(error.field === 'spec.selector' && error.reason === 'FieldValueRequired'),
  );
  errors.push(...nonNegative('spec.minReadySeconds', spec['minReadySeconds']));
  const strategy = record(spec['updateStrategy']);
  const type = text(strategy['type']);
  if (type === 'RollingUpdate') {
    const at = 'spec.updateStrategy.rollingUpdate';
    const { maxSurge, maxUnavailable } = record(strategy['rollingUpdate']);
    errors.push(
      ...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
      ...validateIntOrPercent(maxSurge, `${at}.maxSurge`),
    );
    if (isZero(maxSurge) && isZero(maxUnavailable)) {
      errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
    }
    if (!isZero(maxSurge) && !isZero(maxUnavailable)) {
      errors.push(invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
    }
  } else if (type !== 'OnDelete')
    errors.push(
      notSupported(
        'spec.updateStrategy',
        withZeros(goValue(definitionFor('io.k8s.api.apps.v1.DaemonSetUpdateStrategy'), strategy), [
          'MaxUnavailable',
          'MaxSurge',
        ]),
        ['RollingUpdate', 'OnDelete'],
      ),
    );
  errors.push(...nonNegative('spec.revisionHistoryLimit', spec['revisionHistoryLimit']));
  return [...selectorIsImmutable(object, previous), ...errors];
}

const STATEFUL_CHANGES = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export function validateStatefulSet(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const spec = record(object['spec']);
  const errors: FieldError[] = [];
  const policy = text(spec['podManagementPolicy']);
  if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  errors.push(...validateStatefulStrategy(record(spec['updateStrategy'])));
  const retention = record(spec['persistentVolumeClaimRetentionPolicy']);
  for (const field of ['whenDeleted', 'whenScaled'])
    errors.push(
      ...optionalOneOf(`spec.persistentVolumeClaimRetentionPolicy.${field}`, retention[field], [
        'Retain',
        'Delete',
      ]),
    );
  const claims = previous === undefined ? records(spec['volumeClaimTemplates']) : [];
  for (const [index, claim] of claims.entries()) {
    errors.push(...validateClaimSpec(record(claim['spec']), `spec.volumeClaimTemplates[${index}].spec`));
  }
  errors.push(...nonNegative('spec.replicas', spec['replicas']));
  errors.push(...nonNegative('spec.minReadySeconds', spec['minReadySeconds']));
  errors.push(...nonNegative('spec.ordinals.start', record(spec['ordinals'])['start']));
  const service = text(spec['serviceName']);
  if (previous === undefined && service !== '')
    errors.push(...invalidEach('spec.serviceName', service, dnsLabel(service, false)));
  errors.push(...validateSelectorAndTemplate(spec, 'statefulset', 'StatefulSet'));
  if (previous !== undefined) errors.push(...statefulUpdate(spec, record(previous['spec'])));
  return errors;
}

function validateStatefulStrategy(strategy: Fields): FieldError[] {
  const type = text(strategy['type']);
  const rolling = record(strategy['rollingUpdate']);
  const at = 'spec.updateStrategy';
  if (type === '') return [required(at)];
  if (type === 'OnDelete') {
    if (isAbsent(strategy['rollingUpdate'])) return [];
    const shown = {
      Partition: rolling['partition'] ?? 0,
      MaxUnavailable: rolling['maxUnavailable'] ?? null,
    };
    return [invalid(`${at}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")];
  }
  if (type !== 'RollingUpdate') {
    const node = definitionFor('io.k8s.api.apps.v1.StatefulSetUpdateStrategy');
    const shown = withZeros(goValue(node, strategy), ['Partition']);
    return [invalid(at, shown, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  const limit = rolling['maxUnavailable'];
  const field = `${at}.rollingUpdate.maxUnavailable`;
  return [
    ...nonNegative(`${at}.rollingUpdate.partition`, rolling['partition']),
    ...(isAbsent(limit) ? [] : [...validateIntOrPercent(limit, field), ...notOverHundred(limit, field)]),
  ];
}

function statefulUpdate(spec: Fields, before: Fields): FieldError[] {
  const fixed = (part: Fields): Fields =>
    Object.fromEntries(Object.entries(part).filter(([field]) => !STATEFUL_CHANGES.includes(field)));
  // What a template says of its own kind does not count.
  const claims = (part: Fields): unknown =>
    records(part['volumeClaimTemplates']).map((claim) => ({
      ...claim,
      apiVersion: undefined,
      kind: undefined,
    }));
  if (
    equalData(
      { ...fixed(spec), volumeClaimTemplates: claims(spec) },
      { ...fixed(before), volumeClaimTemplates: claims(before) },
    )
  )
    return [];
  const detail =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [forbidden('spec', detail)];
}
