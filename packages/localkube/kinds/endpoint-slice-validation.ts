import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import { endpointProblems } from './endpoints-validation.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  oneOf,
  record,
  records,
  required,
  text,
  tooMany,
} from './fields.ts';
import { dnsLabelStrict, dnsSubdomain, ipAddress, labelValue, qualifiedName } from './names.ts';
import { validateLabels } from './selectors.ts';

const addressesMax = 100;
const endpointsMax = 1000;
const portsMax = 20_000;
const topologyMax = 16;
const hintsMax = 8;

export function validateEndpointSlice(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const type = text(object['addressType']);
  const errors = [
    ...oneOf('addressType', type, ['FQDN', 'IPv4', 'IPv6']),
    ...validatePorts(records(object['ports'])),
  ];
  const endpoints = records(object['endpoints']);
  // What was wrong already may stay.
  if (previous === undefined || !equalData(object['endpoints'], previous['endpoints'])) {
    if (endpoints.length > endpointsMax) errors.push(tooMany('endpoints', endpoints.length, endpointsMax));
    else
      for (const [index, endpoint] of endpoints.entries())
        errors.push(...validateEndpoint(endpoint, type, `endpoints[${index}]`));
  }
  if (previous !== undefined && object['addressType'] !== previous['addressType'])
    errors.push(invalid('addressType', type, 'field is immutable'));
  return errors;
}

function validateEndpoint(endpoint: Fields, type: string, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const addresses = list(endpoint['addresses']).map(text);
  const field = `${at}.addresses`;
  if (addresses.length === 0) errors.push(required(field, 'must contain at least 1 address'));
  if (addresses.length > addressesMax) errors.push(tooMany(field, addresses.length, addressesMax));
  for (const [index, address] of addresses.entries())
    errors.push(...validateAddress(address, type, field, index));
  const { nodeName: node, hostname: host, deprecatedTopology: topology } = endpoint;
  if (!isAbsent(node)) errors.push(...invalidEach(`${at}.nodeName`, node, dnsSubdomain(text(node), false)));
  const labels = Object.keys(record(topology)).length;
  if (labels > topologyMax) errors.push(tooMany(`${at}.deprecatedTopology`, labels, topologyMax));
  errors.push(...validateLabels(topology, `${at}.deprecatedTopology`));
  if (!isAbsent(host)) errors.push(...invalidEach(`${at}.hostname`, host, dnsLabelStrict(text(host))));
  return [...errors, ...validateHints(record(endpoint['hints']), `${at}.hints`)];
}

function validateAddress(address: string, type: string, list: string, index: number): FieldError[] {
  const at = `${list}[${index}]`;
  if (type === 'FQDN') return validateDomain(address, at);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const problems = ipAddress(address);
  if (problems.length > 0) return invalidEach(at, address, problems);
  const same = address.includes(':') === (type === 'IPv6');
  return [
    // Upstream names the list for a wrong family.
    ...(same ? [] : [invalid(list, address, `must be an ${type} address`)]),
    ...invalidEach(at, address, endpointProblems(address)),
  ];
}

function validateDomain(given: string, at: string): FieldError[] {
  if (given === '') return [required(at)];
  const name = given.replace(/\.$/, '');
  const problems = dnsSubdomain(name, false);
  if (problems.length > 0) return [invalid(at, name, problems.join(','))];
  const labels = name.split('.');
  if (labels.length < 2)
    return [invalid(at, name, 'should be a domain with at least two segments separated by dots')];
  const wrong = labels.find((label) => dnsLabelStrict(label).length > 0);
  return wrong === undefined ? [] : [invalid(at, wrong, dnsLabelStrict(wrong).join(','))];
}

function validateHints(hints: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, check] of [
    ['forZones', labelValue],
    ['forNodes', (name: string) => dnsSubdomain(name, false)],
  ] as const) {
    const all = records(hints[field]).map((hint) => text(hint['name']));
    if (all.length > hintsMax) return [...errors, tooMany(`${at}.${field}`, all.length, hintsMax)];
    for (const [index, name] of all.entries()) {
      const here = `${at}.${field}[${index}].name`;
      if (all.indexOf(name) < index) errors.push(duplicate(here, name));
      errors.push(...invalidEach(here, name, check(name)));
    }
  }
  return errors;
}

function validatePorts(ports: readonly Fields[]): FieldError[] {
  if (ports.length > portsMax) return [tooMany('ports', ports.length, portsMax)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `ports[${index}]`;
    const name = text(port['name']);
    if (name !== '') errors.push(...invalidEach(`${at}.name`, name, dnsLabelStrict(name)));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    if (!['SCTP', 'TCP', 'UDP'].includes(text(port['protocol'])))
      errors.push(notSupported(`${at}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']));
    const application = port['appProtocol'];
    if (!isAbsent(application))
      errors.push(...invalidEach(`${at}.appProtocol`, application, qualifiedName(text(application))));
  }
  return errors;
}
