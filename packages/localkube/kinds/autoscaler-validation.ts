import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  forbidden,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  notSupported,
  optionalOneOf,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { dnsLabel, pathSegment } from './names.ts';
import { parseQuantity } from './quantity.ts';
import { validateContainerResourceName } from './resource-names.ts';

/** HorizontalPodAutoscaler.spec; an old version has one metric under another name. `before`: what an update replaces. */
export function validateAutoscaler(part: Fields, before: Fields | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const min = part['minReplicas'];
  const max = integer(part['maxReplicas']);
  if (typeof min === 'number' && min < 1)
    errors.push(invalid('spec.minReplicas', min, 'must be greater than or equal to 1'));
  if (max === 0) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (max < 1) errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to 1'));
  if (typeof min === 'number' && max < min)
    errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  errors.push(
    ...validateTarget(
      record(part['scaleTargetRef']),
      before && record(before['scaleTargetRef']),
      'spec.scaleTargetRef',
    ),
  );
  errors.push(...validateMetrics(records(part['metrics']), min));
  errors.push(...validateBehavior(record(part['behavior'])));
  return errors;
}

function named(at: string, value: string): FieldError[] {
  return value === '' ? [required(at)] : invalidEach(at, value, pathSegment(value));
}

function validateTarget(target: Fields, before: Fields | undefined, at: string): FieldError[] {
  const errors = [...named(`${at}.kind`, text(target['kind'])), ...named(`${at}.name`, text(target['name']))];
  // What stays is not looked at again.
  if (
    before !== undefined &&
    before['apiVersion'] === target['apiVersion'] &&
    before['kind'] === target['kind']
  )
    return errors;
  const version = text(target['apiVersion']);
  const problem = versionProblem(version, target['kind'] === 'ReplicationController');
  if (problem !== undefined) errors.push(invalid(`${at}.apiVersion`, version, problem));
  return errors;
}

function versionProblem(version: string, coreToo: boolean): string | undefined {
  const parts = version.split('/');
  if (parts.length > 2) return `unexpected GroupVersion string: ${version}`;
  return !coreToo && (parts.length < 2 || parts[0] === '') ? 'apiVersion must specify API group' : undefined;
}

const SOURCES: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

function validateMetrics(metrics: readonly Fields[], min: unknown): FieldError[] {
  const errors = metrics.flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`));
  if (min === 0 && !metrics.some((metric) => metric['type'] === 'Object' || metric['type'] === 'External')) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(forbidden('spec.metrics', detail));
  }
  return errors;
}

function validateMetric(metric: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = text(metric['type']);
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric source type'));
  const unknown = SOURCES[type] === undefined ? [notSupported(`${at}.type`, type, Object.keys(SOURCES))] : [];
  errors.push(...unknown);
  const present = ['object', 'external', 'pods', 'resource', 'containerResource'].filter(
    (source) => !isAbsent(metric[source]),
  );
  const [first] = present;
  if (first !== undefined) errors.push(...validateSource(first, record(metric[first]), `${at}.${first}`));
  const expected = SOURCES[type];
  if (expected !== undefined && !present.includes(expected))
    errors.push(required(`${at}.${expected}`, 'must populate information for the given metric source'));
  // Upstream says so before it looks at the sources and after.
  errors.push(...unknown);
  if (present.length !== 1) {
    for (const other of present.filter((source) => source !== expected))
      errors.push(forbidden(`${at}.${other}`, 'must populate the given metric source only'));
  }
  return errors;
}

function validateSource(kind: string, source: Fields, at: string): FieldError[] {
  const target = record(source['target']);
  const here = `${at}.target`;
  const has = (field: string): boolean => !isAbsent(target[field]);
  const errors: FieldError[] = [];
  if (kind === 'resource' || kind === 'containerResource') {
    const name = text(source['name']);
    if (name === '') errors.push(required(`${at}.name`, 'must specify a resource name'));
    else if (kind === 'containerResource') errors.push(...validateContainerResourceName(name, `${at}.name`));
    if (kind === 'containerResource') errors.push(...validateContainerName(text(source['container']), at));
    errors.push(...validateMetricTarget(target, here));
    if (!has('averageUtilization') && !has('averageValue'))
      errors.push(
        required(`${here}.averageUtilization`, 'must set either a target raw value or a target utilization'),
      );
    if (has('averageUtilization') && has('averageValue'))
      errors.push(
        forbidden(`${here}.averageValue`, 'may not set both a target raw value and a target utilization'),
      );
    return errors;
  }
  if (kind === 'object') {
    const described = record(source['describedObject']);
    errors.push(...named(`${at}.describedObject.kind`, text(described['kind'])));
    errors.push(...named(`${at}.describedObject.name`, text(described['name'])));
    const version = text(described['apiVersion']);
    const problem = versionProblem(version, true);
    if (problem !== undefined) errors.push(invalid(`${at}.describedObject.apiVersion`, version, problem));
  }
  errors.push(...validateIdentifier(record(source['metric']), `${at}.metric`));
  errors.push(...validateMetricTarget(target, here));
  if (kind === 'pods') {
    const value = parseQuantity(target['averageValue']);
    if (value === undefined || value <= 0n)
      errors.push(required(`${here}.averageValue`, 'must specify a positive target averageValue'));
    return errors;
  }
  if (!has('value') && !has('averageValue')) {
    errors.push(
      required(
        `${here}.averageValue`,
        kind === 'object'
          ? 'must set either a target value or averageValue'
          : 'must set either a target value for metric or a per-pod target',
      ),
    );
  }
  if (kind === 'external' && has('value') && has('averageValue'))
    errors.push(
      forbidden(`${here}.value`, 'may not set both a target value for metric and a per-pod target'),
    );
  return errors;
}

function validateContainerName(name: string, at: string): FieldError[] {
  return name === ''
    ? [required(`${at}.container`, 'must specify a container')]
    : invalidEach(`${at}.container`, name, dnsLabel(name, false));
}

function validateIdentifier(metric: Fields, at: string): FieldError[] {
  const name = text(metric['name']);
  if (name === '') return [required(`${at}.name`, 'must specify a metric name')];
  return invalidEach(`${at}.name`, name, pathSegment(name));
}

function validateMetricTarget(target: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = text(target['type']);
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric target type'));
  if (type !== 'Utilization' && type !== 'Value' && type !== 'AverageValue')
    errors.push(invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue']) {
    const amount = parseQuantity(target[field]);
    if (amount !== undefined && amount <= 0n)
      errors.push(invalid(`${at}.${field}`, target[field], 'must be positive'));
  }
  const share = target['averageUtilization'];
  if (typeof share === 'number' && share < 1)
    errors.push(invalid(`${at}.averageUtilization`, share, 'must be greater than 0'));
  return errors;
}

function validateBehavior(behavior: Fields): FieldError[] {
  return ['scaleUp', 'scaleDown'].flatMap((direction) =>
    isAbsent(behavior[direction])
      ? []
      : validateRules(record(behavior[direction]), `spec.behavior.${direction}`),
  );
}

function validateRules(rules: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const window = rules['stabilizationWindowSeconds'];
  if (typeof window === 'number' && window < 0)
    errors.push(invalid(`${at}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  if (typeof window === 'number' && window > 3600)
    errors.push(invalid(`${at}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600'));
  errors.push(...optionalOneOf(`${at}.selectPolicy`, rules['selectPolicy'], ['Disabled', 'Max', 'Min']));
  const policies = records(rules['policies']);
  if (policies.length === 0) errors.push(required(`${at}.policies`, 'must specify at least one Policy'));
  for (const [index, policy] of policies.entries()) {
    const here = `${at}.policies[${index}]`;
    const type = text(policy['type']);
    if (type !== 'Percent' && type !== 'Pods')
      errors.push(notSupported(`${here}.type`, type, ['Percent', 'Pods']));
    if (integer(policy['value']) <= 0)
      errors.push(invalid(`${here}.value`, integer(policy['value']), 'must be greater than zero'));
    const period = integer(policy['periodSeconds']);
    if (period <= 0) errors.push(invalid(`${here}.periodSeconds`, period, 'must be greater than zero'));
    if (period > 1800)
      errors.push(invalid(`${here}.periodSeconds`, period, 'must be less than or equal to 1800'));
  }
  const tolerance = parseQuantity(rules['tolerance']);
  if (tolerance !== undefined && tolerance < 0n)
    errors.push(invalid(`${at}.tolerance`, rules['tolerance'], 'must be greater than or equal to 0'));
  return errors;
}
