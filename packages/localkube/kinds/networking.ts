import type { KubeObject } from '@plumbline/api';
import type { FieldError, KindHooks } from '../registry/types.ts';
import { ageColumn, column, nameColumn, orNone } from './columns.ts';
import { endpointSliceColumns } from './core-service.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  fillZero,
  inRange,
  integer,
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
} from './fields.ts';
import { cidr, dnsLabel, dnsSubdomain, ipAddress } from './names.ts';
import { formatSelector, validateSelector } from './selectors.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);

export const ingressHooks: KindHooks = {
  generation: true,
  status: true,
  default(draft) {
    child(child(draft, 'status'), 'loadBalancer');
  },
  validate(object, previous) {
    if (previous !== undefined && object['spec'] === previous['spec']) return validateAddresses(object);
    return [...validateIngress(spec(object), previous === undefined), ...validateAddresses(object)];
  },
  columns: [
    nameColumn,
    column('Class', (o) => orNone(text(spec(o)['ingressClassName']))),
    column('Hosts', hosts),
    column('Address', (o) =>
      records(record(record(o['status'])['loadBalancer'])['ingress'])
        .map((i) => text(i['ip']) || text(i['hostname']))
        .join(','),
    ),
    column('Ports', (o) => (list(spec(o)['tls']).length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
};

function validateAddresses(object: KubeObject): FieldError[] {
  const all = records(record(record(object['status'])['loadBalancer'])['ingress']);
  return all.flatMap((entry, index) => {
    const ip = text(entry['ip']);
    return ip === '' ? [] : invalidEach(`status.loadBalancer.ingress[${index}].ip`, ip, ipAddress(ip));
  });
}

function hosts(object: KubeObject): string {
  const named = records(spec(object)['rules'])
    .map((rule) => text(rule['host']))
    .filter((host) => host !== '');
  if (named.length === 0) return '*';
  return named.length > 3 ? `${named.slice(0, 3).join(',')} + ${named.length - 3} more...` : named.join(',');
}

function validateIngress(part: Fields, create: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (list(part['rules']).length === 0 && isAbsent(part['defaultBackend'])) {
    return [invalid('spec', null, 'either `defaultBackend` or `rules` must be specified')];
  }
  if (!isAbsent(part['defaultBackend']))
    errors.push(...validateBackend(record(part['defaultBackend']), 'spec.defaultBackend'));
  for (const [index, rule] of records(part['rules']).entries()) {
    const at = `spec.rules[${index}]`;
    const host = text(rule['host']);
    if (host !== '') {
      const wildcard = host.startsWith('*.');
      if (/^[\d.]+$/.test(host))
        errors.push(invalid(`${at}.host`, host, 'must be a DNS name, not an IP address'));
      else
        errors.push(...invalidEach(`${at}.host`, host, dnsSubdomain(wildcard ? host.slice(2) : host, false)));
    }
    const http = record(rule['http']);
    const paths = records(http['paths']);
    if (!isAbsent(rule['http']) && paths.length === 0) errors.push(required(`${at}.http.paths`));
    for (const [n, path] of paths.entries()) errors.push(...validatePath(path, `${at}.http.paths[${n}]`));
  }
  const className = text(part['ingressClassName']);
  if (className !== '' && create)
    errors.push(...invalidEach('spec.ingressClassName', className, dnsSubdomain(className, false)));
  return errors;
}

const BAD_PATHS = ['//', '/./', '/../', '%2f', '%2F'];

function validatePath(path: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = path['pathType'];
  const value = text(path['path']);
  if (isAbsent(type)) return [required(`${at}.pathType`, 'pathType must be specified')];
  if (type === 'Exact' || type === 'Prefix') {
    if (!value.startsWith('/')) errors.push(invalid(`${at}.path`, value, 'must be an absolute path'));
    for (const bad of BAD_PATHS) {
      if (value.includes(bad)) errors.push(invalid(`${at}.path`, value, `must not contain '${bad}'`));
    }
    for (const bad of ['/..', '/.']) {
      if (value.endsWith(bad)) errors.push(invalid(`${at}.path`, value, `cannot end with '${bad}'`));
    }
  } else if (type === 'ImplementationSpecific') {
    if (value !== '' && !value.startsWith('/'))
      errors.push(invalid(`${at}.path`, value, 'must be an absolute path'));
  } else errors.push(notSupported(`${at}.pathType`, type, ['Exact', 'ImplementationSpecific', 'Prefix']));
  return [...errors, ...validateBackend(record(path['backend']), `${at}.backend`)];
}

function validateBackend(backend: Fields, at: string): FieldError[] {
  const hasService = !isAbsent(backend['service']);
  const hasResource = !isAbsent(backend['resource']);
  if (hasService && hasResource) return [invalid(at, '', 'cannot set both resource and service backends')];
  if (hasResource) return [];
  if (!hasService) return [invalid(at, '', 'resource or service backend is required')];
  const errors: FieldError[] = [];
  const service = record(backend['service']);
  const name = text(service['name']);
  if (name === '') errors.push(required(`${at}.service.name`));
  else errors.push(...invalidEach(`${at}.service.name`, name, dnsLabel(name, false)));
  const port = record(service['port']);
  const hasName = text(port['name']) !== '';
  const hasNumber = integer(port['number']) !== 0;
  if (hasName && hasNumber) errors.push(invalid(at, '', 'cannot set both port name & port number'));
  else if (hasNumber) errors.push(...inRange(`${at}.service.port.number`, port['number'], 1, 65535));
  else if (!hasName) errors.push(required(at, 'port name or number is required'));
  return errors;
}

export const ingressClassHooks: KindHooks = {
  generation: true,
  default(draft) {
    const part = child(draft, 'spec');
    if (!isAbsent(part['parameters'])) fill(child(part, 'parameters'), 'scope', 'Cluster');
  },
  validate(object) {
    const controller = text(spec(object)['controller']);
    if (controller === '') return [];
    return controller.includes('/')
      ? []
      : [invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  },
  columns: [
    nameColumn,
    column('Controller', (o) => text(spec(o)['controller'])),
    column('Parameters', (o) => {
      const p = record(spec(o)['parameters']);
      if (text(p['kind']) === '') return '<none>';
      const group = text(p['apiGroup']);
      return `${text(p['kind'])}${group === '' ? '' : `.${group}`}/${text(p['name'])}`;
    }),
    ageColumn,
  ],
};

export const networkPolicyHooks: KindHooks = {
  generation: true,
  default(draft) {
    const part = child(draft, 'spec');
    for (const rule of [...records(part['ingress']), ...records(part['egress'])]) {
      for (const port of records(rule['ports'])) fill(port, 'protocol', 'TCP');
    }
    if (list(part['policyTypes']).length === 0) {
      part['policyTypes'] = list(part['egress']).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
    }
  },
  validate(object) {
    const part = spec(object);
    const errors = validateSelector(part['podSelector'], 'spec.podSelector');
    for (const [kind, peers] of [
      ['ingress', 'from'],
      ['egress', 'to'],
    ] as const) {
      for (const [index, rule] of records(part[kind]).entries()) {
        for (const [n, peer] of records(rule[peers]).entries()) {
          errors.push(...validatePeer(peer, `spec.${kind}[${index}].${peers}[${n}]`));
        }
      }
    }
    for (const [index, type] of list(part['policyTypes']).entries()) {
      if (type !== 'Ingress' && type !== 'Egress')
        errors.push(notSupported(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress']));
    }
    return errors;
  },
  columns: [
    nameColumn,
    column('Pod-Selector', (o) => orNone(formatSelector(spec(o)['podSelector']))),
    ageColumn,
  ],
};

function validatePeer(peer: Fields, at: string): FieldError[] {
  const kinds = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((kind) => !isAbsent(peer[kind]));
  if (kinds.length === 0) return [required(at, 'must specify a peer')];
  if (kinds.includes('ipBlock') && kinds.length > 1) {
    return [
      {
        reason: 'FieldValueForbidden',
        field: at,
        message: 'Forbidden: may not specify both ipBlock and another peer',
      },
    ];
  }
  const range = text(record(peer['ipBlock'])['cidr']);
  if (kinds.includes('ipBlock')) {
    return range === ''
      ? [required(`${at}.ipBlock.cidr`)]
      : invalidEach(`${at}.ipBlock.cidr`, range, cidr(range));
  }
  return [
    ...validateSelector(peer['podSelector'], `${at}.podSelector`),
    ...validateSelector(peer['namespaceSelector'], `${at}.namespaceSelector`),
  ];
}

export const endpointSliceHooks: KindHooks = {
  generation: true,
  default(draft) {
    for (const endpoint of records(draft['endpoints'])) child(endpoint, 'conditions');
    for (const port of records(draft['ports'])) {
      fill(port, 'name', '');
      fill(port, 'protocol', 'TCP');
    }
    if (isAbsent(draft['endpoints'])) draft['endpoints'] = null;
    if (isAbsent(draft['ports'])) draft['ports'] = null;
  },
  validate(object) {
    const errors = oneOf('addressType', object['addressType'], ['FQDN', 'IPv4', 'IPv6']);
    for (const [index, endpoint] of records(object['endpoints']).entries()) {
      const addresses = list(endpoint['addresses']);
      const field = `endpoints[${index}].addresses`;
      if (addresses.length === 0) errors.push(required(field, 'must contain at least 1 address'));
      if (object['addressType'] !== 'IPv4' && object['addressType'] !== 'IPv6') continue;
      for (const [n, address] of addresses.entries()) {
        errors.push(...invalidEach(`${field}[${n}]`, address, ipAddress(text(address))));
      }
    }
    return errors;
  },
  columns: endpointSliceColumns,
};

/** Fills what a webhook's client reference needs; shared with the admission kinds. */
export function defaultServiceReference(client: Fields): void {
  if (!isAbsent(client['service'])) fillZero(child(client, 'service'), 'port', 443);
}
