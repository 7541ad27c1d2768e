import type { KubeObject } from '@plumbline/api';
import type { Draft, KindHooks, WriteContext } from '../registry/types.ts';
import { ageColumn, age, column, nameColumn, orNone } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  fillZero,
  integer,
  isAbsent,
  list,
  record,
  records,
  stringMap,
  strings,
  text,
} from './fields.ts';
import type { AddressBook, Owner } from './service-addresses.ts';
import { createAddressBook, hasNodePorts } from './service-addresses.ts';
import { validateEndpoints } from './endpoints-validation.ts';
import { validateService } from './service-validation.ts';

/** Hooks of Service. Each server has its own, since they hold the book of addresses. */
export function createServiceHooks(): KindHooks {
  const book = createAddressBook();
  return {
    status: true,
    unconditionalUpdate: true,
    createOnUpdate: true,
    default: defaultService,
    prepareForCreate: (draft, context) => allocate(draft, undefined, book, context),
    prepareForUpdate(draft, previous, context) {
      keepAllocations(child(draft, 'spec'), record(previous['spec']));
      allocate(draft, previous, book, context);
    },
    validate: (object, previous, context) => validateService(object, previous, book, context),
    warnings: serviceWarnings,
    columns: [
      nameColumn,
      column('Type', (o) => text(record(o['spec'])['type'])),
      column('Cluster-IP', (o) => orNone(text(record(o['spec'])['clusterIP']))),
      column('External-IP', externalAddress),
      column('Port(s)', ports),
      ageColumn,
      column('Selector', (o) => orNone(formatMap(record(o['spec'])['selector'])), { wide: true }),
    ],
    selectableFields: {
      'spec.clusterIP': (object) => text(record(object['spec'])['clusterIP']),
      'spec.type': (object) => text(record(object['spec'])['type']),
    },
  };
}

function serviceWarnings(object: KubeObject): readonly string[] {
  const spec = record(object['spec']);
  const warnings: string[] = [];
  const hints = 'service.kubernetes.io/topology-aware-hints';
  if (object.metadata.annotations?.[hints] !== undefined)
    warnings.push(
      `annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  const external = strings(spec['externalIPs']);
  const headless = spec['clusterIP'] === 'None';
  if (headless) {
    if (text(spec['loadBalancerIP']) !== '')
      warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (external.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec['sessionAffinity'] !== 'None')
      warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  const outside = spec['type'] === 'ExternalName';
  if (external.length > 0 && !headless && !outside)
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (external.length > 0 && outside)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (text(spec['externalName']) !== '' && !outside)
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec['trafficDistribution'] === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

function formatMap(map: unknown): string {
  return Object.entries(stringMap(map))
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(',');
}

function defaultService(draft: Draft): void {
  const spec = child(draft, 'spec');
  fillZero(spec, 'sessionAffinity', 'None');
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] === 'ClientIP') {
    fill(child(child(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', 10800);
  }
  fillZero(spec, 'type', 'ClusterIP');
  for (const port of records(spec['ports'])) {
    fillZero(port, 'protocol', 'TCP');
    fillZero(port, 'targetPort', port['port']);
  }
  const type = text(spec['type']);
  const reachable = type === 'ClusterIP' && list(spec['externalIPs']).length > 0;
  if (type === 'NodePort' || type === 'LoadBalancer' || reachable)
    fillZero(spec, 'externalTrafficPolicy', 'Cluster');
  if (type !== 'ExternalName') fill(spec, 'internalTrafficPolicy', 'Cluster');
  if (type === 'LoadBalancer') fill(spec, 'allocateLoadBalancerNodePorts', true);
  const status = child(draft, 'status');
  const balancer = child(status, 'loadBalancer');
  for (const ingress of records(balancer['ingress']))
    if (text(ingress['ip']) !== '') fill(ingress, 'ipMode', 'VIP');
}

/** An update that leaves out what the server once allocated keeps it, as long as the type still has use for it. */
function keepAllocations(spec: Fields, before: Fields): void {
  const type = text(spec['type']);
  if (type === 'ExternalName') {
    if (text(before['type']) === 'ExternalName') return;
    for (const field of [
      'clusterIP',
      'clusterIPs',
      'ipFamilies',
      'ipFamilyPolicy',
      'internalTrafficPolicy',
      'healthCheckNodePort',
      'externalTrafficPolicy',
      'allocateLoadBalancerNodePorts',
    ]) {
      if (spec[field] === undefined || equalText(spec[field], before[field])) delete spec[field];
    }
    for (const port of records(spec['ports'])) dropSame(port, before, 'nodePort');
    return;
  }
  if (text(before['type']) !== 'ExternalName') {
    if (text(spec['clusterIP']) === '') {
      fillZero(spec, 'clusterIP', before['clusterIP']);
      fill(spec, 'clusterIPs', before['clusterIPs']);
    } else if (
      spec['clusterIP'] !== before['clusterIP'] &&
      equalText(spec['clusterIPs'], before['clusterIPs'])
    ) {
      // Who knows only the older of the two fields means both.
      spec['clusterIPs'] = [spec['clusterIP']];
    }
    fill(spec, 'ipFamilies', before['ipFamilies']);
    fill(spec, 'ipFamilyPolicy', before['ipFamilyPolicy']);
  }
  if (hasNodePorts(spec)) {
    for (const port of records(spec['ports'])) {
      const old = records(before['ports']).find(
        (p) => p['port'] === port['port'] && p['protocol'] === port['protocol'],
      );
      if (!port['nodePort'] && old?.['nodePort']) port['nodePort'] = old['nodePort'];
    }
    if (!spec['healthCheckNodePort'] && needsHealthCheck(spec))
      fill(spec, 'healthCheckNodePort', before['healthCheckNodePort']);
  } else if (hasNodePorts(before)) {
    // The type lost its node ports: those that were only carried over go too.
    for (const port of records(spec['ports'])) dropSame(port, before, 'nodePort');
  }
  if (
    !isReachable(spec) &&
    isReachable(before) &&
    spec['externalTrafficPolicy'] === before['externalTrafficPolicy']
  )
    delete spec['externalTrafficPolicy'];
  if (
    needsHealthCheck(before) &&
    !needsHealthCheck(spec) &&
    spec['healthCheckNodePort'] === before['healthCheckNodePort']
  )
    delete spec['healthCheckNodePort'];
  if (type !== 'LoadBalancer' && text(before['type']) === 'LoadBalancer') {
    for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'])
      if (spec[field] === before[field]) delete spec[field];
  }
}

/** Only services that are reached from outside say what becomes of such traffic. */
function isReachable(spec: Fields): boolean {
  const type = text(spec['type']);
  return (
    type === 'NodePort' ||
    type === 'LoadBalancer' ||
    (type === 'ClusterIP' && list(spec['externalIPs']).length > 0)
  );
}

function equalText(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function dropSame(port: Fields, before: Fields, field: string): void {
  const same = records(before['ports']).some((old) => old[field] === port[field]);
  if (same) delete port[field];
}

function needsHealthCheck(spec: Fields): boolean {
  return spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local';
}

function allocate(
  draft: Draft,
  previous: KubeObject | undefined,
  book: AddressBook,
  context: WriteContext,
): void {
  const spec = child(draft, 'spec');
  if (spec['type'] === 'ExternalName') return;
  const owner: Owner = { namespace: draft.metadata.namespace ?? '', name: draft.metadata.name };
  allocateAddress(spec, owner, book, context);
  allocateFamilies(spec, previous);
  if (hasNodePorts(spec)) {
    for (const [index, port] of records(spec['ports']).entries()) {
      if (!port['nodePort']) {
        const free = context.dryRun ? dryPort(index) : book.freePort(owner, index, context);
        if (free !== undefined) port['nodePort'] = free;
      }
      if (!book.isTaken(integer(port['nodePort']), owner, context))
        book.note(integer(port['nodePort']), owner, context);
    }
  }
  if (needsHealthCheck(spec) && !spec['healthCheckNodePort']) {
    const free = context.dryRun ? dryPort(list(spec['ports']).length) : book.freePort(owner, 1000, context);
    if (free !== undefined) {
      spec['healthCheckNodePort'] = free;
      book.note(free, owner, context);
    }
  }
}

/** A dry run takes no port of the range, but shows what could be none of them. */
function dryPort(index: number): number {
  return 32769 + index;
}

function allocateAddress(spec: Fields, owner: Owner, book: AddressBook, context: WriteContext): void {
  const given = text(spec['clusterIP']) || (strings(spec['clusterIPs'])[0] ?? '');
  const address = given === '' ? book.freeAddress(owner, context) : given;
  if (address === undefined) return;
  spec['clusterIP'] = address;
  if (list(spec['clusterIPs']).length === 0) spec['clusterIPs'] = [address];
  if (address !== 'None' && !book.isTaken(address, owner, context)) book.note(address, owner, context);
}

/** One IPv4 family; a headless service without selector names no pods, so it claims both families as upstream does. */
function allocateFamilies(spec: Fields, previous: KubeObject | undefined): void {
  const open =
    previous === undefined &&
    spec['clusterIP'] === 'None' &&
    Object.keys(record(spec['selector'])).length === 0;
  if (open && isAbsent(spec['ipFamilyPolicy']) && list(spec['ipFamilies']).length === 0) {
    spec['ipFamilyPolicy'] = 'RequireDualStack';
    spec['ipFamilies'] = ['IPv4', 'IPv6'];
    return;
  }
  fill(spec, 'ipFamilyPolicy', 'SingleStack');
  if (list(spec['ipFamilies']).length === 0) {
    spec['ipFamilies'] = [text(spec['clusterIP']).includes(':') ? 'IPv6' : 'IPv4'];
  }
}

function externalAddress(service: KubeObject): string {
  const spec = record(service['spec']);
  const external = strings(spec['externalIPs']);
  switch (spec['type']) {
    case 'ExternalName':
      return orNone(text(spec['externalName']));
    case 'LoadBalancer': {
      const ingress = records(record(record(service['status'])['loadBalancer'])['ingress']);
      const all = [...ingress.map((i) => text(i['ip']) || text(i['hostname'])), ...external].filter(
        (a) => a !== '',
      );
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    default:
      return orNone(external.join(','));
  }
}

function ports(service: KubeObject): string {
  const shown = records(record(service['spec'])['ports']).map((port) => {
    const node = port['nodePort'] ? `:${integer(port['nodePort'])}` : '';
    return `${integer(port['port'])}${node}/${text(port['protocol'])}`;
  });
  return orNone(shown.join(','));
}

export const endpointsHooks: KindHooks = {
  validate: validateEndpoints,
  createOnUpdate: true,
  default(draft) {
    for (const subset of records(draft['subsets'])) {
      for (const port of records(subset['ports'])) fillZero(port, 'protocol', 'TCP');
    }
  },
  columns: [nameColumn, column('Endpoints', endpointAddresses), ageColumn],
};

function shorten(all: readonly string[], limit: number): string {
  if (all.length === 0) return '<none>';
  const more = all.length - limit;
  return more > 0 ? `${all.slice(0, limit).join(',')} + ${more} more...` : all.join(',');
}

function endpointAddresses(object: KubeObject): string {
  const all = records(object['subsets']).flatMap((subset) => {
    const portsOf = records(subset['ports']);
    const addresses = records(subset['addresses']).map((address) => text(address['ip']));
    if (portsOf.length === 0) return addresses;
    return portsOf.flatMap((port) => addresses.map((address) => `${address}:${integer(port['port'])}`));
  });
  return shorten(all, 3);
}

export const endpointSliceColumns = [
  nameColumn,
  column('AddressType', (o) => text(o['addressType'])),
  column('Ports', (o) => {
    const all = records(o['ports']).map((port) =>
      isAbsent(port['port']) ? text(port['name']) || '*' : String(integer(port['port'])),
    );
    return all.length === 0 ? '<unset>' : shorten(all, 3);
  }),
  column('Endpoints', (o) => {
    const all = records(o['endpoints']).flatMap((endpoint) => strings(endpoint['addresses']));
    return all.length === 0 ? '<unset>' : shorten(all, 3);
  }),
  column('Age', (o, now) => age(o.metadata.creationTimestamp, now)),
];
