import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError, WriteContext } from '../registry/types.ts';
import { validatePort } from './container-validation.ts';
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
import { cidr, dnsLabel, dnsSubdomain, ipAddress, isIPv4, qualifiedName } from './names.ts';
import { validateLabels } from './selectors.ts';
import type { AddressBook } from './service-addresses.ts';
import { hasNodePorts, isNodePort } from './service-addresses.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

export function validateService(
  object: KubeObject,
  previous: KubeObject | undefined,
  book: AddressBook,
  context: WriteContext,
): FieldError[] {
  const spec = record(object['spec']);
  const type = text(spec['type']);
  // Upstream looks at the class of a changed service before all else, and once more in its place.
  const errors: FieldError[] =
    previous === undefined
      ? []
      : [...validateClassUpdate(spec, record(previous['spec'])), ...validateClass(spec, type)];
  errors.push(...validateByType(spec, type));
  errors.push(...validatePorts(spec, type));
  errors.push(...validateLabels(spec['selector'], 'spec.selector'));
  errors.push(...oneOf('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']));
  if (spec['sessionAffinity'] === 'ClientIP') errors.push(...validateAffinityTimeout(spec));
  errors.push(...validateAddresses(spec, type));
  errors.push(...validateExternal(spec));
  errors.push(...oneOf('spec.type', type, TYPES));
  errors.push(...validatePolicies(spec, type));
  errors.push(...validateFamilies(spec, previous));
  errors.push(...validateIngress(object));
  if (errors.length > 0) return errors;
  if (previous !== undefined) {
    errors.push(...validateUpdate(spec, record(previous['spec'])));
  }
  return errors.length > 0 ? errors : validateAllocations(object, spec, book, context);
}

function validateByType(spec: Fields, type: string): FieldError[] {
  if (list(spec['ports']).length === 0 && type !== 'ExternalName' && spec['clusterIP'] !== 'None') {
    return [required('spec.ports')];
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && spec['clusterIP'] === 'None') {
    return [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)];
  }
  if (type !== 'ExternalName') return [];
  const assigned = list(spec['clusterIPs']).length > 0 ? 'clusterIPs' : 'clusterIP';
  if (text(spec['clusterIP']) !== '' || list(spec['clusterIPs']).length > 0)
    return [
      forbidden(
        `spec.${assigned === 'clusterIP' ? 'clusterIPs' : assigned}`,
        'may not be set for ExternalName services',
      ),
    ];
  const name = text(spec['externalName']).replace(/\.$/, '');
  if (name === '') return [required('spec.externalName')];
  return invalidEach('spec.externalName', name, dnsSubdomain(name, false));
}

function validatePorts(spec: Fields, type: string): FieldError[] {
  const errors: FieldError[] = [];
  const ports = records(spec['ports']);
  const names = new Set<string>();
  const keys = new Set<string>();
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
    errors.push(...inRange(`${at}.port`, integer(port['port']), 1, 65535));
    errors.push(...oneOf(`${at}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']));
    errors.push(...validatePort(port['targetPort'], `${at}.targetPort`));
    const application = text(port['appProtocol']);
    if (application !== '')
      errors.push(...invalidEach(`${at}.appProtocol`, application, qualifiedName(application)));
    if (
      type !== 'ExternalName' &&
      port['nodePort'] &&
      !hasNodePorts({ ...spec, allocateLoadBalancerNodePorts: true })
    ) {
      errors.push(forbidden(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  }
  for (const [index, port] of ports.entries()) {
    const key = `${text(port['protocol'])}/${integer(port['port'])}`;
    if (keys.has(key)) {
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
    keys.add(key);
  }
  return errors;
}

function validateAffinityTimeout(spec: Fields): FieldError[] {
  const at = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  const seconds = record(record(spec['sessionAffinityConfig'])['clientIP'])['timeoutSeconds'];
  if (typeof seconds !== 'number' || (seconds > 0 && seconds <= 86400)) return [];
  return [invalid(at, seconds, 'must be greater than 0 and less than 86400')];
}

function validateAddresses(spec: Fields, type: string): FieldError[] {
  if (type === 'ExternalName') return [];
  const all = strings(spec['clusterIPs']);
  const errors: FieldError[] = [];
  if (all.length > 1 && all.includes('None'))
    errors.push(invalid('spec.clusterIPs', all, "'None' must be the first and only value"));
  return [...errors, ...validateEachAddress(spec)];
}

function validateEachAddress(spec: Fields): FieldError[] {
  return strings(spec['clusterIPs']).flatMap((address, index) =>
    index === 0 && (address === 'None' || address === '')
      ? []
      : invalidEach(`spec.clusterIPs[${index}]`, address, ipAddress(address)),
  );
}

function validateExternal(spec: Fields): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, address] of strings(spec['externalIPs']).entries()) {
    const field = `spec.externalIPs[${index}]`;
    const problems = ipAddress(address);
    errors.push(...invalidEach(field, address, problems));
    if (problems.length === 0 && address.startsWith('127.')) {
      errors.push(invalid(field, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
    }
  }
  return errors;
}

function validatePolicies(spec: Fields, type: string): FieldError[] {
  const errors: FieldError[] = [];
  if (strings(spec['loadBalancerSourceRanges']).length > 0 && type !== 'LoadBalancer')
    errors.push(forbidden('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'"));
  for (const [index, range] of strings(spec['loadBalancerSourceRanges']).entries()) {
    errors.push(...invalidEach(`spec.LoadBalancerSourceRanges[${index}]`, range, cidr(range.trim())));
  }
  if (!isAbsent(spec['allocateLoadBalancerNodePorts']) && type !== 'LoadBalancer')
    errors.push(
      forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"),
    );
  errors.push(...validateClass(spec, type));
  const external = spec['externalTrafficPolicy'];
  const reachable = type === 'NodePort' || type === 'LoadBalancer' || list(spec['externalIPs']).length > 0;
  if (!isAbsent(external) && external !== '') {
    if (!reachable) {
      errors.push(
        invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'),
      );
    } else errors.push(...optionalOneOf('spec.externalTrafficPolicy', external, ['Cluster', 'Local']));
  }
  const check = integer(spec['healthCheckNodePort']);
  if (check !== 0 && !(type === 'LoadBalancer' && external === 'Local')) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid('spec.healthCheckNodePort', check, detail));
  }
  errors.push(
    ...optionalOneOf('spec.internalTrafficPolicy', spec['internalTrafficPolicy'], ['Cluster', 'Local']),
  );
  const spread = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  errors.push(...optionalOneOf('spec.trafficDistribution', spec['trafficDistribution'], spread));
  return errors;
}

function validateClass(spec: Fields, type: string): FieldError[] {
  const name = spec['loadBalancerClass'];
  if (isAbsent(name)) return [];
  const field = 'spec.loadBalancerClass';
  return type === 'LoadBalancer'
    ? invalidEach(field, name, qualifiedName(text(name)))
    : [forbidden(field, "may only be used when `type` is 'LoadBalancer'")];
}

function validateFamilies(spec: Fields, previous: KubeObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, family] of strings(spec['ipFamilies']).entries()) {
    if (family !== 'IPv4' && family !== 'IPv6')
      errors.push(notSupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']));
    else if (strings(spec['ipFamilies']).indexOf(family) < index)
      errors.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  errors.push(...optionalOneOf('spec.ipFamilyPolicy', spec['ipFamilyPolicy'], policies));
  // This cluster has addresses of one family. Headless services without selector name no pods, so they may claim both.
  const open = spec['clusterIP'] === 'None' && Object.keys(record(spec['selector'])).length === 0;
  const before = record(previous?.['spec']);
  const same =
    previous !== undefined &&
    before['ipFamilyPolicy'] === spec['ipFamilyPolicy'] &&
    equalData(before['ipFamilies'], spec['ipFamilies']);
  if (errors.length > 0 || same || open) return errors;
  const other = strings(spec['ipFamilies']).indexOf('IPv6');
  if (spec['ipFamilyPolicy'] === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services';
    errors.push(invalid('spec.ipFamilyPolicy', spec['ipFamilyPolicy'], detail));
  } else if (other >= 0) {
    errors.push(invalid(`spec.ipFamilies[${other}]`, 'IPv6', 'not configured on this cluster'));
  }
  return errors;
}

function validateIngress(object: KubeObject): FieldError[] {
  const ingress = records(record(record(object['status'])['loadBalancer'])['ingress']);
  return ingress.flatMap((entry, index) => {
    const ip = text(entry['ip']);
    return ip === '' ? [] : invalidEach(`status.loadBalancer.ingress[${index}].ip`, ip, ipAddress(ip));
  });
}

function validateAllocations(
  object: KubeObject,
  spec: Fields,
  book: AddressBook,
  context: WriteContext,
): FieldError[] {
  const owner = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
  const errors: FieldError[] = [];
  const address = text(spec['clusterIP']);
  if (spec['type'] !== 'ExternalName' && isIPv4(address)) {
    if (!address.startsWith('10.96.')) {
      const detail = `failed to allocate IP ${address}: the provided network does not match the current range`;
      errors.push(invalid('spec.clusterIPs', [address], detail));
    } else if (book.isTaken(address, owner, context)) {
      errors.push(
        invalid(
          'spec.clusterIPs',
          [address],
          `failed to allocate IP ${address}: provided IP is already allocated`,
        ),
      );
    }
  }
  const here = new Set<string>();
  for (const [index, port] of records(spec['ports']).entries()) {
    const number = integer(port['nodePort']);
    if (number === 0) continue;
    const field = `spec.ports[${index}].nodePort`;
    if (!isNodePort(number) && !(context.dryRun && number > 32767)) {
      const detail = 'provided port is not in the valid range. The range of valid ports is 30000-32767';
      errors.push(invalid(field, number, detail));
    } else if (book.isTaken(number, owner, context) || here.has(`${text(port['protocol'])}/${number}`)) {
      errors.push(invalid(field, number, 'provided port is already allocated'));
    }
    here.add(`${text(port['protocol'])}/${number}`);
  }
  return errors;
}

function validateUpdate(spec: Fields, before: Fields): FieldError[] {
  if (before['type'] === 'ExternalName' || spec['type'] === 'ExternalName') return [];
  const old = strings(before['clusterIPs'])[0] ?? '';
  const now = strings(spec['clusterIPs'])[0] ?? '';
  if (old === '' || old === now) return [];
  return [invalid('spec.clusterIPs[0]', now, 'may not change once set')];
}

/** The class of a balancer stays for as long as there is one. */
function validateClassUpdate(spec: Fields, before: Fields): FieldError[] {
  if (spec['type'] !== 'LoadBalancer' || before['type'] !== 'LoadBalancer') return [];
  if (spec['loadBalancerClass'] === before['loadBalancerClass']) return [];
  return [invalid('spec.loadBalancerClass', spec['loadBalancerClass'] ?? null, 'may not change once set')];
}
