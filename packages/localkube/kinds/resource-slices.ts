import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  fill,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  text,
  tooMany,
} from './fields.ts';
import { dnsLabelStrict, dnsSubdomain, labelValue, qualifiedName } from './names.ts';
import { validateDeviceName, validateDriver } from './resource-claims.ts';

/** What a node or a network offers of devices. */

const spec = (object: KubeObject): Fields => record(object['spec']);

const PLACES = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'];
const ONE_PLACE = `exactly one of ${PLACES.map((place) => `\`${place}\``).join(', ')} is required`;

export const resourceSliceHooks: KindHooks = {
  generation: true,
  selectableFields: {
    'spec.nodeName': (object) => text(spec(object)['nodeName']),
    'spec.driver': (object) => text(spec(object)['driver']),
  },
  default(draft) {
    for (const device of records(record(draft['spec'])['devices']))
      for (const taint of records(device['taints'])) fill(taint, 'timeAdded', taint['timeAdded']);
  },
  validate: (object, previous) =>
    validateSlice(spec(object), previous === undefined ? undefined : spec(previous)),
};

function validateSliceChange(part: Fields, before: Fields): FieldError[] {
  const fixed = (field: string, now: unknown, then: unknown): FieldError[] =>
    equalData(now ?? null, then ?? null) ? [] : [invalid(`spec.${field}`, now ?? null, 'field is immutable')];
  return [
    ...fixed('pool.name', record(part['pool'])['name'], record(before['pool'])['name']),
    ...fixed('driver', part['driver'], before['driver']),
    ...fixed('nodeName', part['nodeName'], before['nodeName']),
  ];
}

function validateSlice(part: Fields, before: Fields | undefined): FieldError[] {
  const errors: FieldError[] = [];
  errors.push(...validateDriver(text(part['driver']), 'spec.driver'));
  errors.push(...validatePool(record(part['pool'])));
  if (before !== undefined) errors.push(...validateSliceChange(part, before));
  const given = PLACES.filter(
    (field) => !isAbsent(part[field]) && part[field] !== false && part[field] !== '',
  );
  if (!isAbsent(part['nodeName'])) {
    const name = text(part['nodeName']);
    if (name === '')
      errors.push(invalid('spec.nodeName', '', 'must be either unset or set to a non-empty string'));
    else errors.push(...invalidEach('spec.nodeName', name, dnsSubdomain(name, false)));
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection'])
    if (part[field] === false)
      errors.push(invalid(`spec.${field}`, false, 'must be either unset or set to true'));
  if (given.length === 0) errors.push(required('spec', ONE_PLACE));
  if (given.length > 1) {
    const shown = `{${given.map((field) => `\`${field}\``).join(', ')}}`;
    errors.push(invalid('spec', shown, `${ONE_PLACE}, but multiple fields are set`));
  }
  if (records(part['sharedCounters']).length > 0 && records(part['devices']).length > 0)
    errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  const names = new Set<string>();
  for (const [index, device] of records(part['devices']).entries()) {
    const here = `spec.devices[${index}]`;
    errors.push(...validateDevice(device, here, part['perDeviceNodeSelection'] === true));
    const name = text(device['name']);
    if (names.has(name)) errors.push(duplicate(here, name));
    names.add(name);
  }
  const sets = records(part['sharedCounters']);
  const setNames = sets.map((one) => text(one['name']));
  for (const [index, one] of sets.entries())
    errors.push(...validateCounterSet(one, `spec.sharedCounters[${index}]`));
  for (const [index, name] of setNames.entries())
    if (setNames.indexOf(name) < index) errors.push(duplicate(`spec.sharedCounters[${index}]`, name));
  return errors;
}

function validateCounterSet(set: Fields, at: string): FieldError[] {
  const name = text(set['name']);
  const counters = Object.keys(record(set['counters']));
  return [
    ...(name === '' ? [required(`${at}.name`)] : invalidEach(`${at}.name`, name, dnsLabelStrict(name))),
    ...(counters.length === 0 ? [required(`${at}.counters`)] : []),
    ...counters.flatMap((key) => invalidEach(`${at}.counters`, key, dnsLabelStrict(key))),
  ];
}

const VALUES = ['bool', 'int', 'string', 'version', 'bools', 'ints', 'strings', 'versions'];

function validateDevice(device: Fields, at: string, placed: boolean): FieldError[] {
  const name = text(device['name']);
  const errors = invalidEach(`${at}.name`, name, dnsLabelStrict(name));
  const capacities = Object.keys(record(device['capacity']));
  const described = Object.keys(record(device['attributes'])).length + capacities.length;
  if (described > describedMax) {
    const detail = `the total number of attributes and capacities must not exceed ${describedMax}`;
    errors.push(invalid(at, described, detail));
  }
  for (const [key, attribute] of Object.entries(record(device['attributes']))) {
    errors.push(...validateDeviceName(key, `${at}.attributes`));
    const count = VALUES.filter((field) => !isAbsent(record(attribute)[field])).length;
    if (count === 0)
      errors.push(invalid(`${at}.attributes[${key}]`, '', 'exactly one value must be specified'));
  }
  errors.push(...capacities.flatMap((key) => validateDeviceName(key, `${at}.capacity`)));
  const taints = records(device['taints']);
  if (taints.length > taintsMax) errors.push(tooMany(`${at}.taints`, taints.length, taintsMax));
  errors.push(...taints.flatMap((taint, index) => validateTaint(taint, `${at}.taints[${index}]`)));
  errors.push(...validateDevicePlace(device, at, placed));
  return [...errors, ...validateBindings(device, at)];
}

const describedMax = 32;
const taintsMax = 16;
const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

function validateTaint(taint: Fields, at: string): FieldError[] {
  const [key, value, effect] = [text(taint['key']), text(taint['value']), text(taint['effect'])];
  return [
    ...invalidEach(`${at}.key`, key, qualifiedName(key)),
    ...(value === '' ? [] : invalidEach(`${at}.value`, value, labelValue(value))),
    ...(effect === ''
      ? [required(`${at}.effect`)]
      : EFFECTS.includes(effect)
        ? []
        : [notSupported(`${at}.effect`, effect, EFFECTS)]),
  ];
}

const DEVICE_PLACES = ['nodeName', 'nodeSelector', 'allNodes'];

function validateDevicePlace(device: Fields, at: string, placed: boolean): FieldError[] {
  const given = DEVICE_PLACES.filter((field) => !isAbsent(device[field]));
  if (!placed) {
    const detail =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    return given.length === 0 ? [] : [invalid(at, null, detail)];
  }
  const errors: FieldError[] = [];
  if (device['nodeName'] === '') errors.push(invalid(`${at}.nodeName`, '', 'must not be empty'));
  if (device['allNodes'] === false)
    errors.push(invalid(`${at}.allNodes`, false, 'must be either unset or set to true'));
  const set = given.filter((field) => device[field] !== '' && device[field] !== false);
  const detail =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (set.length === 0) errors.push(required(at, detail));
  if (set.length > 1) errors.push(invalid(at, `{${set.map((field) => `\`${field}\``).join(', ')}}`, detail));
  return errors;
}

function validateBindings(device: Fields, at: string): FieldError[] {
  const [wanted, failed] = [list(device['bindingConditions']), list(device['bindingFailureConditions'])];
  const errors = (['bindingConditions', 'bindingFailureConditions'] as const).flatMap((field) =>
    list(device[field]).flatMap((one, index) =>
      invalidEach(`${at}.${field}[${index}]`, one, qualifiedName(text(one))),
    ),
  );
  if (wanted.length > 0 && failed.length === 0) {
    const detail = 'bindingFailureConditions are required to use bindingConditions';
    errors.push(invalid(`${at}.bindingFailureConditions`, null, detail));
  }
  if (wanted.length === 0 && failed.length > 0) {
    const detail = 'bindingConditions are required to use bindingFailureConditions';
    errors.push(invalid(`${at}.bindingConditions`, null, detail));
  }
  return errors;
}

function validatePool(pool: Fields): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(pool['name']);
  if (name === '') errors.push(required('spec.pool.name'));
  for (const segment of name === '' ? [] : name.split('/'))
    errors.push(...invalidEach('spec.pool.name', segment, dnsSubdomain(segment, false)));
  if (integer(pool['resourceSliceCount']) <= 0)
    errors.push(
      invalid(
        'spec.pool.resourceSliceCount',
        integer(pool['resourceSliceCount']),
        'must be greater than zero',
      ),
    );
  if (integer(pool['generation']) < 0)
    errors.push(invalid('spec.pool.generation', pool['generation'], 'must be greater than or equal to zero'));
  return errors;
}
