import type { FieldError } from '../registry/types.ts';
import { shownField } from '../schema/index.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  notSupported,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { dnsLabelStrict } from './names.ts';
import { sumOfRequests } from './pod-defaults.ts';
import { isWhole, parseQuantity } from './quantity.ts';
import {
  isHugePages,
  mayOvercommit,
  validateAmount,
  validateContainerResourceName,
  validateResourceName,
} from './resource-names.ts';

type NameCheck = (name: string, at: string) => FieldError[];

/** What a container may use. `claims`: the names of the pod's claims of devices. */
export function validateContainerResources(
  resources: Fields,
  at: string,
  claims: ReadonlySet<string>,
): FieldError[] {
  return validateRequirements(resources, at, claims, validateContainerResourceName);
}

/** What all containers of a pod may use together. */
export function validatePodResources(spec: Fields, at: string, claims: ReadonlySet<string>): FieldError[] {
  if (isAbsent(spec['resources'])) return [];
  const here = `${at}.resources`;
  if (record(spec['os'])['name'] === 'windows') return [forbidden(here, 'may not be set for a windows pod')];
  const resources = record(spec['resources']);
  return [
    ...(shownField(resources, 'claims') === null
      ? []
      : [forbidden(`${here}.claims`, 'claims may not be set for Resources at pod-level')]),
    ...validateRequirements(resources, here, claims, validatePodResourceName),
    ...validateShares(spec, resources, here),
  ];
}

const OF_PODS = ['cpu', 'hugepages-', 'memory'];

function validatePodResourceName(name: string, at: string): FieldError[] {
  const errors = validateResourceName(name, at);
  if (errors.length > 0 || name === 'cpu' || name === 'memory' || isHugePages(name)) return errors;
  return [notSupported(at, name, OF_PODS)];
}

function validateRequirements(
  resources: Fields,
  at: string,
  claims: ReadonlySet<string>,
  checkName: NameCheck,
): FieldError[] {
  const limits = record(resources['limits']);
  const requests = record(resources['requests']);
  const errors: FieldError[] = [];
  for (const [name, amount] of Object.entries(limits)) {
    const here = `${at}.limits[${name}]`;
    errors.push(
      ...checkName(name, here),
      ...validateAmount(name, amount, here),
      ...pages(name, amount, here),
    );
  }
  for (const [name, amount] of Object.entries(requests)) {
    const here = `${at}.requests[${name}]`;
    errors.push(
      ...checkName(name, here),
      ...validateAmount(name, amount, here),
      ...againstLimit(name, amount, limits[name], at),
      ...pages(name, amount, here),
    );
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(forbidden(at, 'HugePages require cpu or memory'));
  return [...errors, ...validateClaims(records(resources['claims']), `${at}.claims`, claims)];
}

function againstLimit(name: string, amount: unknown, limit: unknown, at: string): FieldError[] {
  if (isAbsent(limit)) {
    if (mayOvercommit(name)) return [];
    return [required(`${at}.limits`, 'Limit must be set for non overcommitable resources')];
  }
  const [request, most] = [parseQuantity(amount) ?? 0n, parseQuantity(limit) ?? 0n];
  const tail = `${name} limit of ${text(limit)}`;
  if (request !== most && !mayOvercommit(name))
    return [invalid(`${at}.requests`, amount, `must be equal to ${tail}`)];
  return request > most ? [invalid(`${at}.requests`, amount, `must be less than or equal to ${tail}`)] : [];
}

/** Huge pages come whole. */
function pages(name: string, amount: unknown, at: string): FieldError[] {
  if (!isHugePages(name)) return [];
  const size = parseQuantity(name.slice('hugepages-'.length));
  const whole =
    size !== undefined && size > 0n && isWhole(size) && (parseQuantity(amount) ?? 0n) % size === 0n;
  return whole ? [] : [invalid(at, amount, `${text(amount)} is not positive integer multiple of ${name}`)];
}

function validateClaims(claims: readonly Fields[], at: string, known: ReadonlySet<string>): FieldError[] {
  const seen = new Set<string>();
  return claims.flatMap((claim, index) => {
    const here = `${at}[${index}]`;
    const name = text(claim['name']);
    const request = text(claim['request']);
    if (name === '') return [required(here)];
    const errors: FieldError[] = [];
    if (seen.has(name)) errors.push(duplicate(here, name));
    else {
      if (request !== '') errors.push(...invalidEach(`${here}.request`, request, dnsLabelStrict(request)));
      const key = request === '' ? name : `${name}/${request}`;
      if (seen.has(key)) errors.push(duplicate(here, key));
      else if (request === '')
        for (const other of seen) if (other.startsWith(`${name}/`)) errors.push(duplicate(here, name));
      seen.add(key);
    }
    if (!known.has(name)) {
      const names = known.size === 0 ? ' which is empty' : `: ${[...known].toSorted().join(', ')}`;
      errors.push({
        reason: 'FieldValueNotFound',
        field: here,
        message: `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${names}`,
      });
    }
    return errors;
  });
}

/** Containers may not ask for more than their pod. */
function validateShares(spec: Fields, resources: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const limits = record(resources['limits']);
  const sums = sumOfRequests(spec);
  for (const [name, most] of Object.entries(record(resources['requests']))) {
    const sum = sums[name];
    if (sum === undefined || (parseQuantity(sum) ?? 0n) <= (parseQuantity(most) ?? 0n)) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${sum}`;
    errors.push(invalid(`${at}.requests[${name}]`, most, detail));
  }
  for (const [index, container] of records(spec['containers']).entries()) {
    for (const [name, amount] of Object.entries(record(record(container['resources'])['limits']))) {
      const most = limits[name];
      if (isAbsent(most) || (parseQuantity(amount) ?? 0n) <= (parseQuantity(most) ?? 0n)) continue;
      const here = `${at}.containers[${index}][${name}].limits`;
      errors.push(invalid(here, amount, `must be less than or equal to pod limits of ${text(most)}`));
    }
  }
  return errors;
}
