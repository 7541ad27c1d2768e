import type { KubeObject } from '@plumbline/api';
import type { Draft, FieldError, KindHooks } from '../registry/types.ts';
import { ageColumn, column, nameColumn, orNone } from './columns.ts';
import { endpointSliceColumns } from './core-service.ts';
import { shownField } from '../schema/index.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  fillZero,
  forbidden,
  inRange,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  strings,
  text,
  tooLong,
} from './fields.ts';
import { validateEndpointSlice } from './endpoint-slice-validation.ts';
import {
  cidr,
  containsRange,
  hasHostBits,
  portName,
  dnsLabel,
  dnsSubdomain,
  ipAddress,
  wildcardSubdomain,
} from './names.ts';
import { validateClassParameters, validateReference } from './ingress-class-parameters.ts';
import { validatePort } from './container-validation.ts';
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
    return [
      ...(previous === undefined ? validateClassAnnotation(object) : []),
      ...validateIngress(spec(object)),
      ...validateAddresses(object),
    ];
  },
  warnings(object, previous) {
    if (object.metadata.annotations?.[CLASS_ANNOTATION] === undefined || previous !== undefined) return [];
    return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
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

function validateIngress(part: Fields): FieldError[] {
  const errors: FieldError[] = [];
  if (list(part['rules']).length === 0 && isAbsent(part['defaultBackend'])) {
    errors.push(
      invalid('spec', shownField(part, 'rules'), 'either `defaultBackend` or `rules` must be specified'),
    );
  }
  if (!isAbsent(part['defaultBackend']))
    errors.push(...validateBackend(record(part['defaultBackend']), 'spec.defaultBackend'));
  for (const [index, rule] of records(part['rules']).entries()) {
    const at = `spec.rules[${index}]`;
    const host = text(rule['host']);
    if (host !== '') {
      if (ipAddress(host).length === 0)
        errors.push(invalid(`${at}.host`, host, 'must be a DNS name, not an IP address'));
      if (host.includes('*')) errors.push(...invalidEach(`${at}.host`, host, wildcardSubdomain(host)));
      else errors.push(...invalidEach(`${at}.host`, host, dnsSubdomain(host, false)));
    }
    const http = record(rule['http']);
    const paths = records(http['paths']);
    if (!isAbsent(rule['http']) && paths.length === 0) errors.push(required(`${at}.http.paths`));
    for (const [n, path] of paths.entries()) errors.push(...validatePath(path, `${at}.http.paths[${n}]`));
  }
  for (const [index, tls] of records(part['tls']).entries()) errors.push(...validateTls(tls, index));
  const className = part['ingressClassName'];
  if (!isAbsent(className))
    errors.push(...invalidEach('spec.ingressClassName', className, dnsSubdomain(text(className), false)));
  return errors;
}

function validateTls(tls: Fields, index: number): FieldError[] {
  const errors = strings(tls['hosts']).flatMap((host, n) =>
    invalidEach(
      `spec.tls[${index}].hosts[${n}]`,
      host,
      host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host, false),
    ),
  );
  const secret = text(tls['secretName']);
  if (secret !== '')
    errors.push(...invalidEach(`spec.tls[${index}].secretName`, secret, dnsSubdomain(secret, false)));
  return errors;
}

/** The class may still be said by its old annotation, but not otherwise than by the field. */
function validateClassAnnotation(object: KubeObject): FieldError[] {
  const old = object.metadata.annotations?.[CLASS_ANNOTATION];
  const className = text(spec(object)['ingressClassName']);
  if (old === undefined || className === '' || old === className) return [];
  const detail = 'must match `ingressClassName` when both are specified';
  return [invalid(`annotations.${CLASS_ANNOTATION}`, old, detail)];
}

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

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
  if (hasResource) {
    return validateReference(record(backend['resource']), `${at}.resource`);
  }
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
  else if (hasName)
    errors.push(...invalidEach(`${at}.service.port.name`, port['name'], portName(text(port['name']))));
  else errors.push(required(at, 'port name or number is required'));
  return errors;
}

export const ingressClassHooks: KindHooks = {
  generation: true,
  default(draft) {
    const part = child(draft, 'spec');
    if (!isAbsent(part['parameters'])) fill(child(part, 'parameters'), 'scope', 'Cluster');
  },
  validate(object, previous) {
    const controller = text(spec(object)['controller']);
    const errors: FieldError[] =
      previous !== undefined && controller !== text(spec(previous)['controller'])
        ? [invalid('spec.controller', controller, 'field is immutable')]
        : [];
    if (controller.length > controllerMax) errors.push(tooLong('spec.controller', controllerMax));
    errors.push(...domainPrefixedPath(controller, 'spec.controller'));
    return [...errors, ...validateClassParameters(spec(object)['parameters'])];
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
        for (const [n, port] of records(rule['ports']).entries())
          errors.push(...validatePolicyPort(port, `spec.${kind}[${index}].ports[${n}]`));
        for (const [n, peer] of records(rule[peers]).entries()) {
          errors.push(...validatePeer(peer, `spec.${kind}[${index}].${peers}[${n}]`));
        }
      }
    }
    const types = list(part['policyTypes']);
    if (types.length > 2) {
      errors.push(invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'));
      return errors;
    }
    for (const [index, type] of types.entries()) {
      if (type !== 'Ingress' && type !== 'Egress')
        errors.push(notSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']));
    }
    return errors;
  },
  columns: [
    nameColumn,
    column('Pod-Selector', (o) => orNone(formatSelector(spec(o)['podSelector']))),
    ageColumn,
  ],
};

function validatePolicyPort(port: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const protocol = text(port['protocol']);
  if (!['TCP', 'UDP', 'SCTP'].includes(protocol))
    errors.push(notSupported(`${at}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']));
  const end = port['endPort'];
  if (isAbsent(port['port'])) {
    if (!isAbsent(end))
      errors.push(invalid(`${at}.endPort`, end, 'may not be specified when `port` is not specified'));
    return errors;
  }
  errors.push(...validatePort(port['port'], `${at}.port`));
  if (isAbsent(end)) return errors;
  if (typeof port['port'] === 'string') {
    errors.push(invalid(`${at}.endPort`, end, 'may not be specified when `port` is non-numeric'));
  } else {
    // Upstream shows the port here, not the end of the range.
    if (integer(end) < integer(port['port']))
      errors.push(invalid(`${at}.endPort`, port['port'], 'must be greater than or equal to `port`'));
    errors.push(...inRange(`${at}.endPort`, end, 1, 65535));
  }
  return errors;
}

function validateBlock(block: Fields, at: string): FieldError[] {
  const range = text(block['cidr']);
  if (range === '') return [required(`${at}.cidr`)];
  const problems = cidr(range);
  if (problems.length > 0) return invalidEach(`${at}.cidr`, range, problems);
  return [
    ...validateBits(range, `${at}.cidr`),
    // An empty text is no range either.
    ...list(block['except'])
      .map(text)
      .flatMap((except, index) => {
        const here = `${at}.except[${index}]`;
        const wrong = cidr(except);
        if (wrong.length > 0) return invalidEach(here, except, wrong);
        const inside = containsRange(range, except);
        return [
          ...validateBits(except, here),
          ...(inside ? [] : [invalid(here, except, 'must be a strict subset of `cidr`')]),
        ];
      }),
  ];
}

function validateBits(range: string, at: string): FieldError[] {
  return hasHostBits(range) ? [invalid(at, range, 'must not have bits set beyond the prefix length')] : [];
}

const controllerMax = 250;
const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const isPath = new RegExp(`^${PATH}$`);

/** Who handles the class: a domain and what is below it. */
function domainPrefixedPath(value: string, at: string): FieldError[] {
  if (value === '') return [required(at)];
  const [host = '', path = ''] = value.split(/\/(.*)/s);
  if (host === '' || path === '')
    return [invalid(at, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = invalidEach(at, host, dnsSubdomain(host, false));
  if (!isPath.test(path))
    errors.push(invalid(at, path, `Invalid path (regex used for validation is '${PATH}')`));
  return errors;
}

function validatePeer(peer: Fields, at: string): FieldError[] {
  const kinds = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((kind) => !isAbsent(peer[kind]));
  if (kinds.length === 0) return [required(at, 'must specify a peer')];
  const block = kinds.includes('ipBlock');
  return [
    ...validateSelector(peer['podSelector'], `${at}.podSelector`),
    ...validateSelector(peer['namespaceSelector'], `${at}.namespaceSelector`),
    ...(block ? validateBlock(record(peer['ipBlock']), `${at}.ipBlock`) : []),
    ...(block && kinds.length > 1 ? [forbidden(at, 'may not specify both ipBlock and another peer')] : []),
  ];
}

/** A field of the version before this one, which nobody can write any more. */
function withoutTopology(draft: Draft): void {
  for (const endpoint of records(draft['endpoints']))
    if ('deprecatedTopology' in endpoint && !Object.isFrozen(endpoint)) delete endpoint['deprecatedTopology'];
}

export const endpointSliceHooks: KindHooks = {
  generation: true,
  prepareForCreate: withoutTopology,
  prepareForUpdate: withoutTopology,
  warnings: (object, previous) =>
    previous === undefined && object['addressType'] === 'FQDN'
      ? ['spec.addressType: FQDN endpoints are deprecated']
      : [],
  default(draft) {
    for (const endpoint of records(draft['endpoints'])) child(endpoint, 'conditions');
    for (const port of records(draft['ports'])) {
      fill(port, 'name', '');
      fill(port, 'protocol', 'TCP');
    }
    if (isAbsent(draft['endpoints'])) draft['endpoints'] = null;
    if (isAbsent(draft['ports'])) draft['ports'] = null;
  },
  validate: validateEndpointSlice,
  columns: endpointSliceColumns,
};

/** Fills what a webhook's client reference needs; shared with the admission kinds. */
export function defaultServiceReference(client: Fields): void {
  if (!isAbsent(client['service'])) fillZero(child(client, 'service'), 'port', 443);
}
