import type { KubeObject } from '@plumbline/api';
import { failure, invalid as refusal } from '../registry/errors.ts';
import type { Draft, FieldError, WriteContext } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { child, integer, invalid, isAbsent, list, record, records, strings, text } from './fields.ts';
import { isIPv4, pathSegment } from './names.ts';
import type { AddressBook, Owner } from './service-addresses.ts';
import { isNodePort } from './service-addresses.ts';
import {
  isWithoutAddress,
  needsHealthCheck,
  needsNodePort,
  sameAddresses,
  sameFamilies,
  validateAddressFields,
} from './service-families.ts';

/** A write of a service while its addresses and ports are found; refusals come before any other check. */
interface Allocation {
  readonly spec: Fields;
  readonly before: Fields | undefined;
  readonly owner: Owner;
  readonly book: AddressBook;
  readonly context: WriteContext;
  /** Ports that this write has taken. */
  readonly taken: Set<number>;
}

/** Gives a service what the server gives out: families, an address, node ports. */
export function allocateService(
  draft: Draft,
  previous: KubeObject | undefined,
  book: AddressBook,
  context: WriteContext,
): void {
  const spec = child(draft, 'spec');
  const before = previous === undefined ? undefined : record(previous['spec']);
  const owner = { namespace: draft.metadata.namespace ?? '', name: draft.metadata.name };
  const work = { spec, before, owner, book, context, taken: new Set<number>() };
  if (before !== undefined) keepAllocated(spec, before);
  alignAddresses(spec, before);
  initFamilies(work);
  if (before === undefined || (before['type'] === 'ExternalName' && spec['type'] !== 'ExternalName'))
    allocateAddress(work);
  if (needsNodePort(spec)) {
    if (before === undefined) initPorts(work);
    else updatePorts(work, before);
  }
  allocateHealthPort(work);
}

function refuse(work: Allocation, errors: readonly FieldError[]): never {
  throw refusal('', 'Service', work.owner.name, errors);
}

/** An update that leaves out what was given out keeps it. */
function keepAllocated(spec: Fields, before: Fields): void {
  if (!isWithoutAddress(before) && !isWithoutAddress(spec)) {
    if (text(spec['clusterIP']) === '' && !isAbsent(before['clusterIP']))
      spec['clusterIP'] = before['clusterIP'];
    if (list(spec['clusterIPs']).length === 0 && list(before['clusterIPs']).length > 0)
      spec['clusterIPs'] = before['clusterIPs'];
  }
  if (needsNodePort(before) && needsNodePort(spec)) keepPorts(spec, before);
  if (needsHealthCheck(before) && needsHealthCheck(spec) && !spec['healthCheckNodePort'])
    spec['healthCheckNodePort'] = before['healthCheckNodePort'];
}

/** Ports keep their node ports by name, unless another port has asked for the same. */
function keepPorts(spec: Fields, before: Fields): void {
  const portsOf = (part: Fields): ReadonlySet<number> =>
    new Set(records(part['ports']).map((port) => integer(port['nodePort'])));
  const now = portsOf(spec);
  const used = [...portsOf(before)].filter((port) => port !== 0 && now.has(port));
  const known = new Map(
    records(before['ports']).map((port) => [text(port['name']), integer(port['nodePort'])]),
  );
  for (const port of records(spec['ports'])) {
    const old = known.get(text(port['name'])) ?? 0;
    if (!port['nodePort'] && old !== 0 && !used.includes(old)) port['nodePort'] = old;
  }
}

/** Who knows only the older of the two fields means both. */
function alignAddresses(spec: Fields, before: Fields | undefined): void {
  const address = text(spec['clusterIP']);
  if (before === undefined) {
    if (address !== '' && list(spec['clusterIPs']).length === 0) spec['clusterIPs'] = [address];
    return;
  }
  const old = text(before['clusterIP']);
  if (list(before['clusterIPs']).length > 0 && list(spec['clusterIPs']).length === 0 && old === address)
    spec['clusterIPs'] = before['clusterIPs'];
  if (old === address || !sameAddresses(before, spec)) return;
  if (old !== '' && address === '') delete spec['clusterIPs'];
  else spec['clusterIPs'] = [address];
}

const POLICY = 'spec.ipFamilyPolicy';
const SINGLE = 'SingleStack';

function policyOf(spec: Fields): string {
  return text(spec['ipFamilyPolicy']);
}

/** Settles which families a service has; this cluster has addresses of one, IPv4. */
function initFamilies(work: Allocation): void {
  const { spec, before } = work;
  if (spec['type'] === 'ExternalName' || staysPreferred(spec, before)) return;
  const open = spec['clusterIP'] === 'None' && Object.keys(record(spec['selector'])).length === 0;
  if (isAbsent(spec['ipFamilyPolicy']))
    spec['ipFamilyPolicy'] = before?.['ipFamilyPolicy'] ?? (open ? 'RequireDualStack' : SINGLE);
  const wrong = validateAddressFields(spec, before);
  if (wrong.length > 0) refuse(work, wrong);
  const errors = before === undefined ? [] : shrinkFamilies(spec, before);
  if (policyOf(spec) === SINGLE) {
    const detail = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
    if (list(spec['clusterIPs']).length === 2)
      errors.push(invalid(POLICY, SINGLE, `${detail} cluster IPs are specified`));
    if (list(spec['ipFamilies']).length === 2)
      errors.push(invalid(POLICY, SINGLE, `${detail} IP families are specified`));
  }
  errors.push(...familiesOfAddresses(spec));
  if (errors.length > 0) refuse(work, errors);
  const families = strings(spec['ipFamilies']);
  if (open) {
    const [first = 'IPv4'] = families;
    const both = families.length < 2 && policyOf(spec) !== SINGLE;
    spec['ipFamilies'] = both
      ? [first, first === 'IPv4' ? 'IPv6' : 'IPv4']
      : families.length === 0
        ? [first]
        : families;
    return;
  }
  if (policyOf(spec) === 'RequireDualStack')
    errors.push(invalid(POLICY, policyOf(spec), 'this cluster is not configured for dual-stack services'));
  for (const [index, family] of families.entries())
    if (family !== 'IPv4')
      errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  if (errors.length > 0) refuse(work, errors);
  if (families.length === 0) spec['ipFamilies'] = ['IPv4'];
}

/** What prefers two families and stays as it is needs nothing. */
function staysPreferred(spec: Fields, before: Fields | undefined): boolean {
  if (before === undefined || policyOf(spec) !== 'PreferDualStack' || before['type'] !== spec['type'])
    return false;
  if (!['ClusterIP', 'NodePort', 'LoadBalancer'].includes(text(spec['type']))) return false;
  if (!isAbsent(before['ipFamilyPolicy']) && policyOf(before) !== 'PreferDualStack') return false;
  return sameAddresses(before, spec) && sameFamilies(before, spec);
}

/** A service that is to have one family only gives the second back; others may not. */
function shrinkFamilies(spec: Fields, before: Fields): FieldError[] {
  if (policyOf(spec) === SINGLE) {
    for (const [field, same] of [
      ['clusterIPs', sameAddresses],
      ['ipFamilies', sameFamilies],
    ] as const)
      if (same(before, spec) && list(spec[field]).length > 1) spec[field] = list(spec[field]).slice(0, 1);
    return [];
  }
  const reduced = (field: string): boolean => {
    const [now, then] = [list(spec[field]), list(before[field])];
    return now.length > 0 && now.length < then.length && now[0] === then[0];
  };
  return (
    [
      ['clusterIPs', 'cluster IP'],
      ['ipFamilies', 'IP family'],
    ] as const
  )
    .filter(([field]) => reduced(field))
    .map(([, what]) =>
      invalid(POLICY, policyOf(spec), `must be 'SingleStack' to release the secondary ${what}`),
    );
}

/** Addresses that are given say their families. */
function familiesOfAddresses(spec: Fields): FieldError[] {
  const errors: FieldError[] = [];
  const addresses = strings(spec['clusterIPs']);
  const families = [...strings(spec['ipFamilies'])];
  const count = families.length;
  for (const [index, address] of addresses.entries()) {
    if (address === 'None') break;
    if (index < families.length) continue;
    if (isIPv4(address)) families.push('IPv4');
    else
      errors.push(invalid(`spec.clusterIPs[${index}]`, addresses, 'IPv6 is not configured on this cluster'));
  }
  if (families.length > count) spec['ipFamilies'] = families;
  return errors;
}

function allocateAddress(work: Allocation): void {
  const { spec, owner, book, context } = work;
  const given = strings(spec['clusterIPs'])[0] ?? '';
  if (spec['type'] === 'ExternalName' || given === 'None') return;
  const failed = (shown: readonly string[], why: string): never =>
    refuse(work, [invalid('spec.clusterIPs', shown, `failed to allocate IP${why}`)]);
  const address = given === '' ? book.freeAddress(owner, context) : given;
  if (address === undefined) return;
  if (given !== '') {
    if (!given.startsWith('10.96.'))
      failed([given], ` ${given}: the provided network does not match the current range`);
    if (book.isTaken(given, owner, context)) failed([given], ` ${given}: provided IP is already allocated`);
  }
  // The address becomes an object that refers to the service, unless nothing is to be written.
  const problem = context.dryRun ? undefined : referenceProblem(owner.name);
  if (problem !== undefined)
    failed(
      [given],
      `${given === '' ? '' : ` ${given}`}: IPAddress.networking.k8s.io "${address}" is invalid: ${problem}`,
    );
  spec['clusterIP'] = address;
  spec['clusterIPs'] = [address];
  book.note(address, owner, context);
}

function referenceProblem(name: string): string | undefined {
  const at = 'spec.parentRef.name';
  if (name === '') return `${at}: Required value`;
  const problems = pathSegment(name).map((why) => `${at}: Invalid value: ${JSON.stringify(name)}: ${why}`);
  return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
}

function allocatesPorts(spec: Fields): boolean {
  return spec['type'] === 'NodePort' || spec['allocateLoadBalancerNodePorts'] !== false;
}

/** A new service: ports of one number share their node port. */
function initPorts(work: Allocation): void {
  const ports = records(work.spec['ports']);
  const given = new Map<number, number>();
  for (const [index, port] of ports.entries()) {
    if (!port['nodePort'] && !allocatesPorts(work.spec)) continue;
    const number = integer(port['port']);
    const known = given.get(number) ?? 0;
    const wanted = integer(port['nodePort']);
    if (known === 0) {
      const asked = ports.find((one) => one['port'] === port['port'] && !!one['nodePort']);
      const found = asked === undefined ? freePort(work, index) : integer(asked['nodePort']);
      if (asked !== undefined) takePort(work, index, found);
      port['nodePort'] = found;
      given.set(number, found);
    } else if (wanted === 0) port['nodePort'] = known;
    else if (wanted !== known) takePort(work, index, wanted);
  }
}

function updatePorts(work: Allocation, before: Fields): void {
  const old = new Set(records(before['ports']).map((port) => integer(port['nodePort'])));
  const seen = new Set<string>();
  for (const [index, port] of records(work.spec['ports']).entries()) {
    const wanted = integer(port['nodePort']);
    if (wanted === 0 && !allocatesPorts(work.spec)) continue;
    if (wanted === 0) port['nodePort'] = freePort(work, index);
    else if (!old.has(wanted) && !work.taken.has(wanted)) takePort(work, index, wanted);
    const key = `${text(port['protocol'])} ${integer(port['nodePort'])}`;
    if (seen.has(key)) throw failure(500, undefined, `duplicate nodePort: {${key}}`);
    seen.add(key);
  }
}

function takePort(work: Allocation, index: number, port: number): void {
  const { owner, book, context, taken } = work;
  const refused = (why: string): never => refuse(work, [invalid(`spec.ports[${index}].nodePort`, port, why)]);
  if (!isNodePort(port) && !context.dryRun)
    refused('provided port is not in the valid range. The range of valid ports is 30000-32767');
  if (taken.has(port) || book.isTaken(port, owner, context)) refused('provided port is already allocated');
  taken.add(port);
  book.note(port, owner, context);
}

const lastPort = 32_768;

/** A dry run takes no port of the range, but shows what could be none of them. */
function freePort(work: Allocation, index: number): number {
  const { owner, book, context, taken } = work;
  const found = context.dryRun
    ? Math.max(lastPort, ...taken) + 1
    : (book.freePort(owner, index, context) ?? 0);
  taken.add(found);
  book.note(found, owner, context);
  return found;
}

function allocateHealthPort(work: Allocation): void {
  const { spec, before, owner, book, context } = work;
  if (!needsHealthCheck(spec) || (before !== undefined && needsHealthCheck(before))) return;
  const wanted = integer(spec['healthCheckNodePort']);
  if (wanted === 0) {
    spec['healthCheckNodePort'] = freePort(work, 1000);
    return;
  }
  const taken = work.taken.has(wanted) || book.isTaken(wanted, owner, context);
  const problem =
    !isNodePort(wanted) && !context.dryRun
      ? 'provided port is not in the valid range. The range of valid ports is 30000-32767'
      : taken
        ? 'provided port is already allocated'
        : undefined;
  if (problem !== undefined) {
    const text = `Internal error occurred: failed to allocate requested HealthCheck NodePort ${wanted}: ${problem}`;
    throw failure(500, 'InternalError', text, { causes: [{ message: text.slice(25) }] });
  }
  work.taken.add(wanted);
  book.note(wanted, owner, context);
}

/** What a service loses with its type, if it was only carried along. */
export function dropByType(spec: Fields, before: Fields): void {
  const same = (field: string): boolean => (spec[field] ?? null) === (before[field] ?? null);
  if (!isWithoutAddress(before) && isWithoutAddress(spec)) {
    if (sameAddresses(before, spec)) {
      delete spec['clusterIP'];
      delete spec['clusterIPs'];
    }
    if (sameFamilies(before, spec)) delete spec['ipFamilies'];
    if (policyOf(spec) === policyOf(before)) delete spec['ipFamilyPolicy'];
    // Upstream keeps it and leaves it out of every answer.
    if (spec['type'] === 'ExternalName' && same('internalTrafficPolicy'))
      delete spec['internalTrafficPolicy'];
  }
  if (needsNodePort(before) && !needsNodePort(spec)) {
    const old = new Set(records(before['ports']).map((port) => integer(port['nodePort'])));
    const ports = records(spec['ports']);
    if (ports.every((port) => !port['nodePort'] || old.has(integer(port['nodePort']))))
      for (const port of ports) delete port['nodePort'];
  }
  if (needsHealthCheck(before) && !needsHealthCheck(spec) && same('healthCheckNodePort'))
    delete spec['healthCheckNodePort'];
  const balancer = before['type'] === 'LoadBalancer' && spec['type'] !== 'LoadBalancer';
  for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'])
    if (balancer && same(field)) delete spec[field];
  if (isReachable(before) && !isReachable(spec) && same('externalTrafficPolicy'))
    delete spec['externalTrafficPolicy'];
}

/** Only services that are reached from outside say what becomes of such traffic. */
export function isReachable(spec: Fields): boolean {
  if (needsNodePort(spec)) return true;
  return spec['type'] === 'ClusterIP' && list(spec['externalIPs']).length > 0;
}
