import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  record,
  required,
  strings,
  text,
} from './fields.ts';
import { cidr, dnsSubdomain, ipAddress, pathSegment } from './names.ts';
import { label1035 } from './match-resources.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);

export const serviceRangeHooks: KindHooks = {
  status: true,
  validate(object, previous) {
    const ranges = strings(spec(object)['cidrs']);
    if (previous !== undefined) {
      return equalData(ranges, strings(spec(previous)['cidrs']))
        ? []
        : [invalid('spec.cidrs', ranges, 'field is immutable')];
    }
    if (ranges.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
    if (ranges.length > 2) return [invalid('spec.cidrs', { CIDRs: ranges }, 'may only hold up to 2 values')];
    const errors = ranges.flatMap((range, index) => invalidEach(`spec.cidrs[${index}]`, range, cidr(range)));
    const [first = '', second = ''] = ranges;
    if (errors.length > 0 || ranges.length !== 2 || first.includes(':') !== second.includes(':'))
      return errors;
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    return [invalid('spec.cidrs', ranges, detail)];
  },
};

export const addressHooks: KindHooks = {
  selectableFields: {
    'spec.parentRef.resource': (object) => text(record(spec(object)['parentRef'])['resource']),
  },
  validate(object, previous) {
    const { name } = object.metadata;
    const errors: FieldError[] =
      previous === undefined && name !== '' ? [...invalidEach('metadata.name', name, ipAddress(name))] : [];
    const parent = spec(object)['parentRef'];
    if (previous !== undefined && !equalData(parent, spec(previous)['parentRef']))
      errors.push(invalid('spec.parentRef', record(parent)['name'] ?? '', 'field is immutable'));
    if (isAbsent(parent)) return [...errors, required('spec.parentRef')];
    return [...errors, ...validateParent(record(parent), 'spec.parentRef')];
  },
};

function validateParent(parent: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const group = text(parent['group']);
  if (group !== '') errors.push(...invalidEach(`${at}.group`, group, dnsSubdomain(group, false)));
  for (const field of ['resource', 'name']) {
    const value = text(parent[field]);
    if (value === '') errors.push(required(`${at}.${field}`));
    else errors.push(...invalidEach(`${at}.${field}`, value, pathSegment(value)));
  }
  const namespace = text(parent['namespace']);
  if (namespace !== '') errors.push(...invalidEach(`${at}.namespace`, namespace, pathSegment(namespace)));
  return errors;
}

export const apiServiceHooks: KindHooks = {
  status: true,
  default(draft) {
    const service = child(draft, 'spec')['service'];
    if (!isAbsent(service)) fill(record(service), 'port', 443);
  },
  validate(object) {
    const part = spec(object);
    const [group, version] = [text(part['group']), text(part['version'])];
    const errors: FieldError[] = [];
    const wanted = `${version}.${group}`;
    for (const field of ['generateName', 'name']) {
      const name = text(object.metadata[field]);
      const segment = pathSegment(name);
      const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
      errors.push(...invalidEach(`metadata.${field}`, name, segment));
      if (segment.length === 0 && name !== '' && name !== wanted)
        errors.push(invalid(`metadata.${field}`, name, detail));
    }
    if (group === '' && version !== 'v1')
      errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
    if (group !== '') errors.push(...invalidEach('spec.group', group, dnsSubdomain(group, false)));
    errors.push(...invalidEach('spec.version', version, label1035(version)));
    for (const [field, most] of [
      ['groupPriorityMinimum', 20_000],
      ['versionPriority', 1000],
    ] as const) {
      const value = integer(part[field]);
      if (value <= 0 || value > most)
        errors.push(invalid(`spec.${field}`, value, `must be positive and less than ${most}`));
    }
    return [...errors, ...validateTarget(part)];
  },
};

function validateTarget(part: Fields): FieldError[] {
  const errors: FieldError[] = [];
  const bundle = text(part['caBundle']);
  if (isAbsent(part['service'])) {
    if (bundle !== '')
      errors.push(
        invalid('spec.caBundle', `${bundle.length} bytes`, 'local APIServices may not have a caBundle'),
      );
    if (part['insecureSkipTLSVerify'] === true)
      errors.push(
        invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'),
      );
    return errors;
  }
  const service = record(part['service']);
  for (const field of ['namespace', 'name'])
    if (text(service[field]) === '') errors.push(required(`spec.service.${field}`));
  const port = integer(service['port']);
  if (port < 1 || port > 65_535)
    errors.push(
      invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive'),
    );
  if (part['insecureSkipTLSVerify'] === true && bundle !== '')
    errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  return errors;
}
