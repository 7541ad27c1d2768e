import type { KubeObject } from '@plumbline/api';
import type { FieldError, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { child, fill, forbidden, invalid, isAbsent, record, records, required, text } from './fields.ts';
import { qualifiedName } from './names.ts';
import { fromWholeUnits, parseQuantity } from './quantity.ts';
import { mayOvercommit, validateContainerResourceName, validateResourceName } from './resource-names.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);

export const limitRangeHooks: KindHooks = {
  createOnUpdate: true,
  default(draft) {
    for (const limit of records(child(draft, 'spec')['limits'])) {
      if (limit['type'] !== 'Container') continue;
      const max = record(limit['max']);
      if (Object.keys(max).length > 0)
        for (const [name, amount] of Object.entries(max)) fill(child(limit, 'default'), name, amount);
      for (const source of [limit['default'], limit['min']]) {
        for (const [name, amount] of Object.entries(record(source)))
          fill(child(limit, 'defaultRequest'), name, amount);
      }
    }
  },
  prepareForCreate(draft, context) {
    if (draft.metadata.name === '') draft.metadata.name = context.uuid();
  },
  validate: validateLimitRange,
};

const LIMIT_TYPES = new Set(['Container', 'PersistentVolumeClaim', 'Pod']);

function validateNames(limit: Fields, field: string, at: string): FieldError[] {
  const type = text(limit['type']);
  const check = type === 'Pod' || type === 'Container' ? validateContainerResourceName : validateResourceName;
  return Object.keys(record(limit[field])).flatMap((name) => check(name, `${at}.${field}[${name}]`));
}

function validateLimitRange(object: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  for (const [index, limit] of records(spec(object)['limits']).entries()) {
    const at = `spec.limits[${index}]`;
    const type = text(limit['type']);
    const problems = qualifiedName(type);
    errors.push(...problems.map((detail) => invalid(`${at}.type`, type, detail)));
    if (problems.length === 0 && !type.includes('/') && !LIMIT_TYPES.has(type))
      errors.push(invalid(`${at}.type`, type, 'must be a standard limit type or fully qualified'));
    if (types.has(type))
      errors.push({
        reason: 'FieldValueDuplicate',
        field: `${at}.type`,
        message: `Duplicate value: ${JSON.stringify(type)}`,
      });
    types.add(type);
    errors.push(...validateNames(limit, 'max', at), ...validateNames(limit, 'min', at));
    for (const field of ['default', 'defaultRequest']) {
      if (type !== 'Pod') errors.push(...validateNames(limit, field, at));
      else if (Object.keys(record(limit[field])).length > 0)
        errors.push(forbidden(`${at}.${field}`, "may not be specified when `type` is 'Pod'"));
    }
    if (
      type === 'PersistentVolumeClaim' &&
      isAbsent(record(limit['min'])['storage']) &&
      isAbsent(record(limit['max'])['storage'])
    )
      errors.push(
        required(
          `${at}.limits`,
          'either minimum or maximum storage value is required, but neither was provided',
        ),
      );
    errors.push(...validateNames(limit, 'maxLimitRequestRatio', at), ...compareLimits(limit, at));
  }
  return errors;
}

function compareLimits(limit: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const above = (a: Fields, b: Fields, name: string): boolean => {
    const left = parseQuantity(a[name]);
    const right = parseQuantity(b[name]);
    return left !== undefined && right !== undefined && left > right;
  };
  const min = record(limit['min']);
  const max = record(limit['max']);
  const pod = limit['type'] === 'Pod';
  const request = pod ? {} : record(limit['defaultRequest']);
  const standard = pod ? {} : record(limit['default']);
  const ratios = record(limit['maxLimitRequestRatio']);
  for (const name of new Set([
    ...Object.keys(min),
    ...Object.keys(max),
    ...Object.keys(request),
    ...Object.keys(standard),
    ...Object.keys(ratios),
  ])) {
    const say = (field: string, shown: unknown, detail: string): void => {
      errors.push(invalid(`${at}.${field}[${name}]`, shown, detail));
    };
    const of = (part: Fields): string => String(part[name]);
    if (above(min, max, name))
      say('min', min[name], `min value ${of(min)} is greater than max value ${of(max)}`);
    if (above(min, request, name))
      say(
        'defaultRequest',
        request[name],
        `min value ${of(min)} is greater than default request value ${of(request)}`,
      );
    if (above(request, max, name))
      say(
        'defaultRequest',
        request[name],
        `default request value ${of(request)} is greater than max value ${of(max)}`,
      );
    if (above(request, standard, name))
      say(
        'defaultRequest',
        request[name],
        `default request value ${of(request)} is greater than default limit value ${of(standard)}`,
      );
    if (above(min, standard, name))
      say('default', min[name], `min value ${of(min)} is greater than default value ${of(standard)}`);
    // Upstream shows the maximum here, not the value that is wrong.
    if (above(standard, max, name))
      say('default', max[name], `default value ${of(standard)} is greater than max value ${of(max)}`);
    for (const why of ratioProblems(ratios[name], min[name], max[name]))
      say('maxLimitRequestRatio', ratios[name], why);
    const differ = parseQuantity(request[name]) !== parseQuantity(standard[name]);
    if (!mayOvercommit(name) && !isAbsent(request[name]) && !isAbsent(standard[name]) && differ) {
      const detail = `default value ${of(standard)} must equal to defaultRequest value ${of(request)} in ${name}`;
      say('defaultRequest', request[name], detail);
    }
  }
  return errors;
}

/** How far a limit may be above a request: at least as far as the bounds allow. */
function ratioProblems(ratio: unknown, min: unknown, max: unknown): string[] {
  const most = parseQuantity(ratio);
  if (most === undefined) return [];
  const problems = most < ONE ? [`ratio ${String(ratio)} is less than 1`] : [];
  const [low, high] = [parseQuantity(min), parseQuantity(max)];
  if (low === undefined || high === undefined) return problems;
  const bound = Number(high) / Number(low);
  if (Number(most) / Number(ONE) > bound)
    problems.push(`ratio ${String(ratio)} is greater than max/min = ${bound.toFixed(6)}`);
  return problems;
}

const ONE = fromWholeUnits(1n);
