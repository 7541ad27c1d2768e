import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import { validatePort } from './container-validation.ts';
import { endpointProblems } from './endpoints-validation.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  forbidden,
  inRange,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  oneOf,
  optionalOneOf,
  record,
  records,
  required,
  strings,
  text,
} from './fields.ts';
import { cidr, dnsLabel, dnsSubdomain, hasHostBits, ipAddress, qualifiedName } from './names.ts';
import { validateLabels } from './selectors.ts';
import { isReachable } from './service-allocation.ts';
import { isHeadless, needsHealthCheck, validateAddressFields } from './service-families.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

export function validateService(
  object: KubeObject,
  previous: KubeObject | undefined,
  subresource: string,
): FieldError[] {
  if (subresource === 'status') return validateIngress(object, previous);
  const spec = record(object['spec']);
  const before = previous === undefined ? undefined : record(previous['spec']);
  if (before !== undefined && spec === before) return [];
  const type = text(spec['type']);
  const changes = before === undefined ? [] : validateChange(spec, before, type);
  return [...changes, ...validateSpec(object, spec, before, type)];
}

function validateSpec(
  object: KubeObject,
  spec: Fields,
  before: Fields | undefined,
  type: string,
): FieldError[] {
  const errors = [
    ...validateHints(object),
    ...validateByType(spec, type),
    ...validatePorts(spec),
    ...validateLabels(spec['selector'], 'spec.selector'),
    ...oneOf('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']),
  ];
  if (spec['sessionAffinity'] === 'ClientIP') errors.push(...validateAffinityTimeout(spec));
  errors.push(
    ...validateAddressFields(spec, before),
    ...validateExternal(spec, before),
    ...oneOf('spec.type', type, TYPES),
    ...validatePortNumbers(spec, type),
    ...validateRanges(object, spec, before, type),
  );
  if (!isAbsent(spec['allocateLoadBalancerNodePorts']) && type !== 'LoadBalancer')
    errors.push(
      forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"),
    );
  return [...errors, ...validateClass(spec, type), ...validatePolicies(spec, type)];
}

/** Two annotations for one thing have to agree. */
function validateHints(object: KubeObject): FieldError[] {
  const annotations = object.metadata.annotations ?? {};
  const [hints, mode] = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode'];
  const [old, now] = [annotations[hints], annotations[mode]];
  if (old === undefined || now === undefined || old === now) return [];
  const detail = `must match annotations[${hints}] when both are specified`;
  return [invalid(`metadata.annotations[${mode}]`, now, detail)];
}

function validateByType(spec: Fields, type: string): FieldError[] {
  const errors: FieldError[] = [];
  if (list(spec['ports']).length === 0 && !isHeadless(spec) && type !== 'ExternalName')
    errors.push(required('spec.ports'));
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec))
    errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  if (type !== 'ExternalName') return errors;
  const never = 'may not be set for ExternalName services';
  for (const field of ['clusterIPs', 'ipFamilies'])
    if (list(spec[field]).length > 0) errors.push(forbidden(`spec.${field}`, never));
  if (!isAbsent(spec['ipFamilyPolicy'])) errors.push(forbidden('spec.ipFamilyPolicy', never));
  const name = text(spec['externalName']).replace(/\.$/, '');
  if (name === '') return [...errors, required('spec.externalName')];
  return [...errors, ...invalidEach('spec.externalName', name, dnsSubdomain(name, false))];
}

function validatePorts(spec: Fields): FieldError[] {
  const errors: FieldError[] = [];
  const ports = records(spec['ports']);
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    const name = text(port['name']);
    if (name === '') {
      if (ports.length > 1) errors.push(required(`${at}.name`));
    } else {
      errors.push(...invalidEach(`${at}.name`, name, dnsLabel(name, false)));
      if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
    errors.push(
      ...inRange(`${at}.port`, integer(port['port']), 1, 65535),
      ...oneOf(`${at}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']),
      ...validatePort(port['targetPort'], `${at}.targetPort`),
    );
    const application = port['appProtocol'];
    if (!isAbsent(application))
      errors.push(...invalidEach(`${at}.appProtocol`, application, qualifiedName(text(application))));
  }
  return errors;
}

/** Ports and node ports by their numbers: none twice for one protocol. */
function validatePortNumbers(spec: Fields, type: string): FieldError[] {
  const ports = records(spec['ports']);
  const errors: FieldError[] = [];
  for (const [index, port] of ports.entries())
    if (type === 'ClusterIP' && port['nodePort'])
      errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  const keyOf = (port: Fields, field: string): string => `${text(port['protocol'])}/${integer(port[field])}`;
  const repeats = (field: string, index: number): boolean =>
    ports.slice(0, index).some((other) => keyOf(other, field) === keyOf(ports[index] ?? {}, field));
  for (const [index, port] of ports.entries())
    if (port['nodePort'] && repeats('nodePort', index))
      errors.push(duplicate(`spec.ports[${index}].nodePort`, port['nodePort']));
  for (const [index, port] of ports.entries()) {
    if (!repeats('port', index)) continue;
    const shown = {
      Name: '',
      Protocol: text(port['protocol']),
      AppProtocol: null,
      Port: integer(port['port']),
      TargetPort: 0,
      NodePort: 0,
    };
    errors.push(duplicate(`spec.ports[${index}]`, shown));
  }
  return errors;
}

function validateAffinityTimeout(spec: Fields): FieldError[] {
  const at = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  const seconds = record(record(spec['sessionAffinityConfig'])['clientIP'])['timeoutSeconds'];
  if (typeof seconds !== 'number' || (seconds > 0 && seconds <= 86400)) return [];
  return [invalid(at, seconds, 'must be greater than 0 and less than 86400')];
}

function validateExternal(spec: Fields, before: Fields | undefined): FieldError[] {
  const known = strings(before?.['externalIPs']);
  return strings(spec['externalIPs']).flatMap((address, index) => {
    const field = `spec.externalIPs[${index}]`;
    const problems = known.includes(address) ? [] : ipAddress(address);
    return invalidEach(field, address, problems.length > 0 ? problems : endpointProblems(address));
  });
}

const RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** Where traffic may come from, by a field or by the annotation that was there before it. */
function validateRanges(
  object: KubeObject,
  spec: Fields,
  before: Fields | undefined,
  type: string,
): FieldError[] {
  const ranges = strings(spec['loadBalancerSourceRanges']);
  const only = "may only be used when `type` is 'LoadBalancer'";
  const check = (at: string, given: string): FieldError[] => {
    const range = given.trim();
    const problems = cidr(range);
    if (problems.length > 0) return invalidEach(at, range, problems);
    const detail = 'must not have bits set beyond the prefix length';
    return hasHostBits(range) ? [invalid(at, range, detail)] : [];
  };
  if (ranges.length > 0) {
    const at = 'spec.LoadBalancerSourceRanges';
    const known = strings(before?.['loadBalancerSourceRanges']).map((range) => range.trim());
    return [
      ...(type === 'LoadBalancer' ? [] : [forbidden(at, only)]),
      ...ranges.flatMap((range, index) =>
        known.includes(range.trim()) ? [] : check(`${at}[${index}]`, range),
      ),
    ];
  }
  const annotation = object.metadata.annotations?.[RANGES];
  if (annotation === undefined) return [];
  const at = `metadata.annotations[${RANGES}]`;
  return [
    ...(type === 'LoadBalancer' ? [] : [forbidden(at, only)]),
    ...(annotation.trim() === '' ? [] : annotation.split(',').flatMap((range) => check(at, range))),
  ];
}

function validatePolicies(spec: Fields, type: string): FieldError[] {
  const errors: FieldError[] = [];
  const external = text(spec['externalTrafficPolicy']);
  const at = 'spec.externalTrafficPolicy';
  if (isReachable(spec)) errors.push(...oneOf(at, external, ['Cluster', 'Local']));
  else if (external !== '')
    errors.push(invalid(at, external, 'may only be set for externally-accessible services'));
  const check = integer(spec['healthCheckNodePort']);
  if (!needsHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (check !== 0) errors.push(invalid('spec.healthCheckNodePort', check, detail));
  } else if (check === 0) errors.push(required('spec.healthCheckNodePort'));
  else errors.push(...inRange('spec.healthCheckNodePort', check, 1, 65535));
  const internal = spec['internalTrafficPolicy'];
  if (isAbsent(internal) && ['ClusterIP', 'LoadBalancer', 'NodePort'].includes(type))
    errors.push(required('spec.internalTrafficPolicy'));
  errors.push(...optionalOneOf('spec.internalTrafficPolicy', internal, ['Cluster', 'Local']));
  const spread = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  return [...errors, ...optionalOneOf('spec.trafficDistribution', spec['trafficDistribution'], spread)];
}

function validateClass(spec: Fields, type: string): FieldError[] {
  const name = spec['loadBalancerClass'];
  if (isAbsent(name)) return [];
  const field = 'spec.loadBalancerClass';
  return type === 'LoadBalancer'
    ? invalidEach(field, name, qualifiedName(text(name)))
    : [forbidden(field, "may only be used when `type` is 'LoadBalancer'")];
}

/** Addresses, families and the class stay for as long as the service needs them. */
function validateChange(spec: Fields, before: Fields, type: string): FieldError[] {
  const errors: FieldError[] = [];
  const outside = type === 'ExternalName' || before['type'] === 'ExternalName';
  if (!outside) {
    if (!isHeadless(spec) || !isHeadless(before)) errors.push(...movedItems('clusterIPs', spec, before));
    if (!isHeadless(spec) && !isHeadless(before)) errors.push(...movedItems('ipFamilies', spec, before));
  }
  const name = 'loadBalancerClass';
  if (
    type === 'LoadBalancer' &&
    before['type'] === type &&
    !equalData(spec[name] ?? null, before[name] ?? null)
  )
    errors.push(invalid(`spec.${name}`, spec[name] ?? null, 'may not change once set'));
  errors.push(...validateClass(spec, type));
  const check = 'healthCheckNodePort';
  if (needsHealthCheck(before) && needsHealthCheck(spec) && spec[check] !== before[check])
    errors.push(forbidden(`spec.${check}`, 'field is immutable'));
  return errors;
}

/** A second address or family may come and go; the first may not. */
function movedItems(field: string, spec: Fields, before: Fields): FieldError[] {
  const [now, then] = [strings(spec[field]), strings(before[field])];
  const at = `spec.${field}`;
  const addresses = field === 'clusterIPs';
  const what = addresses ? 'clusterIP' : 'ipFamily';
  const once = 'may not change once set';
  if (now.length === then.length)
    return then.flatMap((item, index) =>
      item === now[index] ? [] : [invalid(`${at}[${addresses ? index : 0}]`, now, once)],
    );
  const errors: FieldError[] = [];
  if (now.length === 0) errors.push(invalid(`${at}[0]`, null, `primary ${what} can not be unset`));
  if (now.length > 0 && then.length > 0 && now[0] !== then[0])
    errors.push(invalid(`${at}[0]`, strings(spec['clusterIPs']), once));
  if (then.length > 1 && now.length === 1 && spec['ipFamilyPolicy'] !== 'SingleStack') {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
    errors.push(invalid('spec.ipFamilyPolicy', spec['ipFamilyPolicy'] ?? null, detail));
  }
  return errors;
}

/** What a balancer says of itself. */
function validateIngress(object: KubeObject, previous: KubeObject | undefined): FieldError[] {
  const entriesOf = (service: KubeObject | undefined): readonly Fields[] =>
    records(record(record(service?.['status'])['loadBalancer'])['ingress']);
  const all = entriesOf(object);
  const at = 'status.loadBalancer.ingress';
  const type = text(record(object['spec'])['type']);
  if (type !== 'LoadBalancer' && all.length > 0)
    return [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  const errors: FieldError[] = [];
  const known = entriesOf(previous).map((entry) => text(entry['ip']));
  for (const [index, entry] of all.entries()) {
    const here = `${at}[${index}]`;
    const [ip, host, mode] = [text(entry['ip']), text(entry['hostname']), entry['ipMode']];
    if (ip !== '' && !known.includes(ip)) errors.push(...invalidEach(`${here}.ip`, ip, ipAddress(ip)));
    if (ip !== '' && isAbsent(mode))
      errors.push(required(`${here}.ipMode`, 'must be specified when `ip` is set'));
    else if (!isAbsent(mode) && ip === '')
      errors.push(forbidden(`${here}.ipMode`, 'may not be specified when `ip` is not set'));
    else if (!isAbsent(mode) && mode !== 'VIP' && mode !== 'Proxy')
      errors.push(notSupported(`${here}.ipMode`, mode, ['Proxy', 'VIP']));
    if (host === '') continue;
    errors.push(...invalidEach(`${here}.hostname`, host, dnsSubdomain(host, false)));
    if (ipAddress(host).length === 0)
      errors.push(invalid(`${here}.hostname`, host, 'must be a DNS name, not an IP address'));
  }
  return errors;
}
