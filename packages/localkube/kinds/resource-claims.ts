import type { KubeObject } from '@plumbline/api';
import { definitionFor } from '@plumbline/api/schema';
import { equalData } from '@plumbline/base';
import type { FieldError, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  fillZero,
  forbidden,
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
  duplicate,
  tooLong,
} from './fields.ts';
import { shownField } from '../schema/index.ts';
import { validateDeviceSelectors } from './device-selectors.ts';
import { goValue } from './go-value.ts';
import { validateTemplateMetadata } from './pod-validation.ts';
import { dnsLabelStrict, dnsSubdomain } from './names.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);

function defaultAllocation(request: Fields): void {
  fillZero(request, 'allocationMode', 'ExactCount');
  if (request['allocationMode'] === 'ExactCount') fillZero(request, 'count', 1);
}

function defaultDevices(claim: Fields): void {
  for (const request of records(record(claim['devices'])['requests'])) {
    if (!isAbsent(request['exactly'])) defaultAllocation(record(request['exactly']));
    for (const one of records(request['firstAvailable'])) defaultAllocation(one);
  }
}

/** A refusal of any change, with Go's picture of the new value. */
function unchangeable(definition: string, now: unknown, then: unknown): FieldError[] {
  if (equalData(now, then)) return [];
  return [invalid('spec', goValue(definitionFor(definition), now), 'field is immutable')];
}

export const claimOfDevicesHooks: KindHooks = {
  status: true,
  default: (draft) => defaultDevices(record(draft['spec'])),
  validate: (object, previous) =>
    previous === undefined
      ? validateClaim(record(spec(object)['devices']), 'spec.devices')
      : unchangeable('io.k8s.api.resource.v1.ResourceClaimSpec', spec(object), spec(previous)),
};

/** What a template gives to the claims that are made of it: labels and annotations, and nothing else. */
const NOT_IN_TEMPLATE = [
  ['name', 'name'],
  ['generateName', 'generateName'],
  ['namespace', 'namespace'],
  ['selfLink', 'selfLink'],
  ['uid', 'uID'],
  ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'],
  ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'],
  ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'],
  ['managedFields', 'managedFields'],
] as const;

export const claimTemplateHooks: KindHooks = {
  default: (draft) => defaultDevices(record(record(draft['spec'])['spec'])),
  validate(object, previous) {
    const metadata = record(spec(object)['metadata']);
    return [
      ...validateTemplateMetadata(metadata['labels'], metadata['annotations'], 'spec.metadata'),
      ...NOT_IN_TEMPLATE.filter(([field]) => shownField(metadata, field) !== null).map(([, shown]) =>
        forbidden(`spec.metadata.${shown}`, 'cannot be set'),
      ),
      ...validateClaim(record(record(spec(object)['spec'])['devices']), 'spec.spec.devices'),
      ...(previous === undefined
        ? []
        : unchangeable('io.k8s.api.resource.v1.ResourceClaimTemplateSpec', spec(object), spec(previous))),
    ];
  },
};

function validateClaim(devices: Fields, at: string): FieldError[] {
  const names = new Set<string>();
  for (const request of records(devices['requests'])) {
    names.add(text(request['name']));
    for (const one of records(request['firstAvailable']))
      names.add(`${text(request['name'])}/${text(one['name'])}`);
  }
  return [
    ...eachNamed(records(devices['requests']), `${at}.requests`, 32, validateRequest),
    ...each(records(devices['constraints']), `${at}.constraints`, 32, (constraint, here) =>
      validateConstraint(constraint, here, names),
    ),
    ...each(records(devices['config']), `${at}.config`, 32, (config, here) => [
      ...validateRequestNames(config['requests'], `${here}.requests`, names),
      ...validateConfiguration(config, here),
    ]),
  ];
}

type Check<T> = (item: T, at: string) => FieldError[];

/** What is wrong with the items of a list; of one that is too long nothing else is said. */
function each<T>(items: readonly T[], at: string, most: number, check: Check<T>): FieldError[] {
  if (items.length > most) return [tooMany(at, items.length, most)];
  return items.flatMap((item, index) => check(item, `${at}[${index}]`));
}

/** As `each`; names that come again are told of at the end. */
function eachNamed(items: readonly Fields[], at: string, most: number, check: Check<Fields>): FieldError[] {
  return [
    ...each(items, at, most, check),
    ...repeated(
      items.map((item) => text(item['name'])),
      at,
      most,
    ),
  ];
}

function repeated(keys: readonly string[], at: string, most: number): FieldError[] {
  return keys.length > most
    ? []
    : keys.flatMap((key, index) => (keys.indexOf(key) < index ? [duplicate(`${at}[${index}]`, key)] : []));
}

function validateRequestNames(given: unknown, at: string, known: ReadonlySet<string>): FieldError[] {
  const names = list(given).map(text);
  const detail =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  return [
    ...each(names, at, 32, (name, here) => {
      const segments = name.split('/');
      if (segments.length > 2) return [invalid(here, name, detail)];
      return [
        ...segments.flatMap((segment) => invalidEach(here, segment, dnsLabelStrict(segment))),
        ...(known.has(name) ? [] : [invalid(here, name, detail)]),
      ];
    }),
    ...repeated(names, at, 32),
  ];
}

const ONE_OF = 'exactly one of `exactly` or `firstAvailable` is required';

function validateRequest(request: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(request['name']);
  errors.push(...invalidEach(`${at}.name`, name, dnsLabelStrict(name)));
  const alternatives = records(request['firstAvailable']);
  const exactly = !isAbsent(request['exactly']);
  if (exactly && alternatives.length > 0)
    errors.push(invalid(at, null, `${ONE_OF}, but multiple fields are set`));
  else if (!exactly && alternatives.length === 0) errors.push(required(at, ONE_OF));
  if (exactly && alternatives.length > 0) return errors;
  errors.push(
    ...eachNamed(alternatives, `${at}.firstAvailable`, 8, (one, here) => [
      ...invalidEach(`${here}.name`, text(one['name']), dnsLabelStrict(text(one['name']))),
      ...validateDevices(one, here),
    ]),
  );
  if (exactly) errors.push(...validateDevices(record(request['exactly']), `${at}.exactly`));
  return errors;
}

function validateDevices(part: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(part['deviceClassName']);
  if (name === '') errors.push(required(`${at}.deviceClassName`));
  else errors.push(...invalidEach(`${at}.deviceClassName`, name, dnsSubdomain(name, false)));
  errors.push(...validateDeviceSelectors(part['selectors'], `${at}.selectors`));
  const [mode, count] = [text(part['allocationMode']), integer(part['count'])];
  if (mode === 'All') {
    if (count !== 0)
      errors.push(invalid(`${at}.count`, count, `must not be specified when allocationMode is '${mode}'`));
  } else if (mode !== 'ExactCount') {
    errors.push(notSupported(`${at}.allocationMode`, mode, ['All', 'ExactCount']));
  } else if (count <= 0) errors.push(invalid(`${at}.count`, count, 'must be greater than zero'));
  return errors;
}

const IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const isIdentifier = new RegExp(`^${IDENTIFIER}$`);
const IDENTIFIER_RULE =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters " +
  `or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '${IDENTIFIER}')`;

const NAME_LENGTH_MAX = 32;

function validateIdentifier(name: string, at: string): FieldError[] {
  return [
    ...(name.length > NAME_LENGTH_MAX ? [tooLong(at, NAME_LENGTH_MAX)] : []),
    ...(isIdentifier.test(name) ? [] : [invalid(at, name, IDENTIFIER_RULE)]),
  ];
}

/** The name of an attribute or a capacity, before which a domain may stand. Upstream takes any with two slashes. */
export function validateDeviceName(value: string, at: string): FieldError[] {
  const [domain = '', name, more] = value.split('/');
  if (name === undefined) return validateIdentifier(domain, at);
  if (more !== undefined) return [];
  return [
    ...(domain === '' ? [invalid(at, '', 'the domain must not be empty')] : validateDriver(domain, at)),
    ...(name === '' ? [invalid(at, '', 'the name must not be empty')] : validateIdentifier(name, at)),
  ];
}

function validateAttribute(value: string, at: string): FieldError[] {
  const errors = validateDeviceName(value, at);
  if (!value.includes('/'))
    errors.push(
      invalid(at, value, 'a fully qualified name must be a domain and a name separated by a slash'),
    );
  return errors;
}

function validateConstraint(constraint: Fields, at: string, known: ReadonlySet<string>): FieldError[] {
  const errors = validateRequestNames(constraint['requests'], `${at}.requests`, known);
  const given = ['matchAttribute', 'distinctAttribute'].filter((field) => !isAbsent(constraint[field]));
  // Upstream looks at the first one only, and says that there are several where there is none.
  const [first] = given;
  if (first !== undefined) errors.push(...validateAttribute(text(constraint[first]), `${at}.${first}`));
  const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required';
  if (given.length === 0) errors.push(required(at, `${detail}, but multiple fields are set`));
  return errors;
}

function validateConfiguration(config: Fields, at: string): FieldError[] {
  if (isAbsent(config['opaque'])) return [required(`${at}.opaque`)];
  const opaque = record(config['opaque']);
  const driver = text(opaque['driver']);
  const errors: FieldError[] = validateDriver(driver, `${at}.opaque.driver`);
  const parameters = opaque['parameters'];
  if (isAbsent(parameters)) errors.push(required(`${at}.opaque.parameters`));
  else if (typeof parameters !== 'object' || Array.isArray(parameters))
    errors.push(invalid(`${at}.opaque.parameters`, '<value omitted>', 'must be a valid JSON object'));
  return errors;
}

export function validateDriver(driver: string, at: string): FieldError[] {
  if (driver === '') return [required(at)];
  const errors: FieldError[] = [];
  if (driver.length > 63)
    errors.push({
      reason: 'FieldValueTooLong',
      field: at,
      message: 'Too long: may not be more than 63 bytes',
    });
  return [...errors, ...invalidEach(at, driver, dnsSubdomain(driver, false))];
}

const EXTENDED = /^(?!requests\.)[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export const deviceClassHooks: KindHooks = {
  generation: true,
  validate(object) {
    const errors = validateDeviceSelectors(spec(object)['selectors'], 'spec.selectors');
    for (const [index, config] of records(spec(object)['config']).entries())
      errors.push(...validateConfiguration(config, `spec.config[${index}]`));
    const extended = spec(object)['extendedResourceName'];
    if (!isAbsent(extended) && !EXTENDED.test(text(extended)))
      errors.push(invalid('spec.extendedResourceName', extended, 'must be a valid extended resource name'));
    return errors;
  },
};
