import { equalData } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  invalid,
  invalidEach,
  list,
  notSupported,
  optionalOneOf,
  required,
  strings,
  text,
} from './fields.ts';
import { ipAddress } from './names.ts';

export function isHeadless(spec: Fields): boolean {
  const addresses = list(spec['clusterIPs']);
  return addresses.length === 1 && addresses[0] === 'None';
}

/** A name for something outside has no address here. */
export function isWithoutAddress(spec: Fields): boolean {
  return spec['type'] === 'ExternalName';
}

export function needsNodePort(spec: Fields): boolean {
  return spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
}

export function needsHealthCheck(spec: Fields): boolean {
  return spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local';
}

export function sameAddresses(one: Fields, other: Fields): boolean {
  return equalData(strings(one['clusterIPs']), strings(other['clusterIPs']));
}

export function sameFamilies(one: Fields, other: Fields): boolean {
  return equalData(strings(one['ipFamilies']), strings(other['ipFamilies']));
}

const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** Addresses and families of a service, and how they go together. What was there before may be wrong. */
export function validateAddressFields(spec: Fields, before: Fields | undefined): FieldError[] {
  if (isWithoutAddress(spec)) return [];
  const at = 'spec.clusterIPs';
  const addresses = strings(spec['clusterIPs']);
  const address = text(spec['clusterIP']);
  const errors: FieldError[] = [];
  if (address !== '' && addresses.length === 0) errors.push(required(at));
  else if (address !== '' && addresses[0] !== address)
    errors.push(invalid(at, addresses, 'first value must match `clusterIP`'));
  else if (address === '' && addresses.length > 0)
    errors.push(invalid(at, addresses, 'must be empty when `clusterIP` is not specified'));
  const families = strings(spec['ipFamilies']);
  for (const [index, family] of families.entries()) {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`spec.ipFamilies[${index}]`, family, FAMILIES));
    if (families.indexOf(family) < index) errors.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  errors.push(...optionalOneOf('spec.ipFamilyPolicy', spec['ipFamilyPolicy'], POLICIES));
  const known = strings(before?.['clusterIPs']);
  const wrong = addresses.flatMap((one, index) => {
    if (index === 0 && one === 'None')
      return addresses.length > 1 ? [invalid(at, addresses, "'None' must be the first and only value")] : [];
    return known.includes(one) ? [] : invalidEach(`${at}[${index}]`, one, ipAddress(one));
  });
  errors.push(...wrong);
  if (addresses.length > 2) errors.push(invalid(at, addresses, 'may only hold up to 2 values'));
  if (wrong.length > 0) return errors;
  if (addresses.length > 1 && new Set(addresses.map((one) => one.includes(':'))).size < 2)
    errors.push(invalid(at, addresses, 'may specify no more than one IP for each IP family'));
  if (isHeadless(spec)) return errors;
  for (const [index, one] of addresses.entries()) {
    const family = families[index];
    if (family === undefined || !FAMILIES.includes(family) || (family === 'IPv6') === one.includes(':'))
      continue;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(invalid(`${at}[${index}]`, one, detail));
  }
  return errors;
}
