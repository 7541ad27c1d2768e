import type { KubeObject } from '@plumbline/api';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { inRange, integer, invalidEach, isAbsent, list, oneOf, records, required, text } from './fields.ts';
import { dnsLabel, dnsSubdomain, ipAddress, qualifiedName } from './names.ts';

export function validateEndpoints(object: KubeObject): FieldError[] {
  return records(object['subsets']).flatMap((subset, index) => {
    const at = `subsets[${index}]`;
    const errors: FieldError[] = [];
    if (list(subset['addresses']).length + list(subset['notReadyAddresses']).length === 0)
      errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    for (const field of ['addresses', 'notReadyAddresses']) {
      for (const [n, address] of records(subset[field]).entries())
        errors.push(...validateAddress(address, `${at}.${field}[${n}]`));
    }
    const ports = records(subset['ports']);
    for (const [n, port] of ports.entries())
      errors.push(...validatePort(port, ports.length > 1, `${at}.ports[${n}]`));
    return errors;
  });
}

function validateAddress(address: Fields, at: string): FieldError[] {
  const ip = text(address['ip']);
  const errors = invalidEach(`${at}.ip`, ip, ipAddress(ip));
  const host = text(address['hostname']);
  if (host !== '') errors.push(...invalidEach(`${at}.hostname`, host, dnsLabel(host, false)));
  const node = address['nodeName'];
  if (!isAbsent(node)) errors.push(...invalidEach(`${at}.nodeName`, node, dnsSubdomain(text(node), false)));
  return [...errors, ...invalidEach(`${at}.ip`, ip, endpointProblems(ip))];
}

/** Addresses that no traffic can be sent to. */
export function endpointProblems(ip: string): readonly string[] {
  const [problem] = ipAddress(ip);
  if (problem !== undefined) return problem.includes('leading') ? [] : ['must be a valid IP address'];
  if (ip === '0.0.0.0' || ip === '::') return [`may not be unspecified (${ip})`];
  if (ip.startsWith('127.') || ip === '::1')
    return ['may not be in the loopback range (127.0.0.0/8, ::1/128)'];
  if (ip.startsWith('169.254.') || /^fe[89ab]/i.test(ip))
    return ['may not be in the link-local range (169.254.0.0/16, fe80::/10)'];
  if (ip.startsWith('224.0.0.') || /^ff02:/i.test(ip))
    return ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'];
  return [];
}

function validatePort(port: Fields, named: boolean, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(port['name']);
  if (name === '') {
    if (named) errors.push(required(`${at}.name`));
  } else errors.push(...invalidEach(`${at}.name`, name, dnsLabel(name, false)));
  errors.push(...inRange(`${at}.port`, integer(port['port']), 1, 65535));
  errors.push(...oneOf(`${at}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']));
  const application = port['appProtocol'];
  if (!isAbsent(application))
    errors.push(...invalidEach(`${at}.appProtocol`, application, qualifiedName(text(application))));
  return errors;
}
