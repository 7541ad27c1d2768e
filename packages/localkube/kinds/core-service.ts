import { allocateService, dropByType } from './service-allocation.ts';
import type { KubeObject } from '@plumbline/api';
import type { Draft, KindHooks } from '../registry/types.ts';
import { ageColumn, age, column, nameColumn, orNone } from './columns.ts';
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
import { createAddressBook } from './service-addresses.ts';
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
    prepareForCreate: (draft, context) => allocateService(draft, undefined, book, context),
    prepareForUpdate(draft, previous, context) {
      allocateService(draft, previous, book, context);
      const spec = child(draft, 'spec');
      dropByType(spec, record(previous['spec']));
      const held = record(record(draft['status'])['loadBalancer']);
      if (spec['type'] !== 'LoadBalancer' && Object.keys(held).length > 0)
        draft['status'] = { ...record(draft['status']), loadBalancer: {} };
    },
    validate: (object, previous, context) => validateService(object, previous, context.subresource ?? ''),
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
