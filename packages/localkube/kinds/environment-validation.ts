import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { invalid, invalidEach, isAbsent, notSupported, record, records, required, text } from './fields.ts';
import { configKey, dnsLabelStrict, dnsSubdomain, environmentName, qualifiedName } from './names.ts';

/** Where the variables of a container come from. */
export function validateEnvironment(container: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, variable] of records(container['env']).entries()) {
    const here = `${at}.env[${index}]`;
    const name = text(variable['name']);
    if (name === '') errors.push(required(`${here}.name`));
    else errors.push(...invalidEach(`${here}.name`, name, environmentName(name)));
    if (!isAbsent(variable['valueFrom'])) errors.push(...validateValueFrom(variable, `${here}.valueFrom`));
  }
  return [...errors, ...validateEnvironmentSources(container, at)];
}

const VARIABLE_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

function validateValueFrom(variable: Fields, at: string): FieldError[] {
  const from = record(variable['valueFrom']);
  const errors: FieldError[] = [];
  const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'].filter(
    (source) => !isAbsent(from[source]),
  );
  for (const source of sources) {
    const reference = record(from[source]);
    const here = `${at}.${source}`;
    if (source === 'fieldRef') errors.push(...validateFieldRef(reference, here, VARIABLE_FIELDS));
    else if (source === 'resourceFieldRef') errors.push(...validateResourceRef(reference, here, false));
    else if (source === 'fileKeyRef') errors.push(...validateFileKey(reference, here));
    else errors.push(...validateKeyRef(reference, here));
  }
  if (sources.length === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(at, '', detail));
  } else if (text(variable['value']) !== '') {
    errors.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  } else if (sources.length > 1) {
    errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateKeyRef(reference: Fields, at: string): FieldError[] {
  const name = text(reference['name']);
  const key = text(reference['key']);
  return [
    ...invalidEach(`${at}.name`, name, dnsSubdomain(name, false)),
    ...(key === '' ? [required(`${at}.key`)] : invalidEach(`${at}.key`, key, configKey(key))),
  ];
}

function validateFileKey(reference: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, check] of [
    ['key', environmentName],
    ['volumeName', dnsLabelStrict],
  ] as const) {
    const value = text(reference[field]);
    if (value === '') errors.push(required(`${at}.${field}`));
    else errors.push(...invalidEach(`${at}.${field}`, value, check(value)));
  }
  const path = text(reference['path']);
  if (path === '') errors.push(required(`${at}.path`));
  else if (path.split('/').includes('..')) errors.push(invalid(`${at}.path`, path, "must not contain '..'"));
  return errors;
}

/** Fields of pods that have a label; which of them may be told is another question. */
const LABELLED = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);

/** A field of the pod that a container or a file is told; `known` are those without a key in brackets. */
export function validateFieldRef(reference: Fields, at: string, known: readonly string[]): FieldError[] {
  const version = text(reference['apiVersion']);
  const path = text(reference['fieldPath']);
  const here = `${at}.fieldPath`;
  if (version === '') return [required(`${at}.apiVersion`)];
  if (path === '') return [required(here)];
  const wrong = (why: string): FieldError[] => [invalid(here, path, `error converting fieldPath: ${why}`)];
  if (version !== 'v1') return wrong(`unsupported pod version: ${version}`);
  const keyed = /^(.*?)\['(.*)'\]$/s.exec(path);
  if (keyed !== null && keyed[1] !== '') {
    const [, owner = '', key = ''] = keyed;
    if (owner === 'metadata.annotations')
      return invalidEach(at, key.toLowerCase(), qualifiedName(key.toLowerCase()));
    if (owner === 'metadata.labels') return invalidEach(at, key, qualifiedName(key));
    return wrong(`field label does not support subscript: ${path}`);
  }
  const meant = path === 'spec.host' ? 'spec.nodeName' : path;
  if (!LABELLED.has(meant)) return wrong(`field label not supported: ${path}`);
  return known.includes(meant) ? [] : [notSupported(here, meant, known)];
}

const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE = /^(limits|requests)\.hugepages-/;
const SIZES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** An amount that a container may use; in a volume the container has to be named. */
export function validateResourceRef(reference: Fields, at: string, inVolume: boolean): FieldError[] {
  const resource = text(reference['resource']);
  const errors: FieldError[] = [];
  if (inVolume && text(reference['containerName']) === '') errors.push(required(`${at}.containerName`));
  else if (resource === '') errors.push(required(`${at}.resource`));
  else if (!RESOURCE_FIELDS.includes(resource) && !HUGE.test(resource))
    errors.push(notSupported(`${at}.resource`, resource, RESOURCE_FIELDS));
  return [...errors, ...validateDivisor(resource, text(reference['divisor']), `${at}.divisor`)];
}

function validateDivisor(resource: string, divisor: string, at: string): FieldError[] {
  if (divisor === '' || divisor === '0') return [];
  if (resource.endsWith('.cpu') && RESOURCE_FIELDS.includes(resource)) {
    if (divisor === '1m' || divisor === '1') return [];
    return [invalid(at, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  }
  const what = HUGE.test(resource)
    ? 'hugepages'
    : { memory: 'memory', 'ephemeral-storage': 'local ephemeral storage' }[
        RESOURCE_FIELDS.includes(resource) ? resource.slice(resource.indexOf('.') + 1) : ''
      ];
  if (what === undefined || SIZES.includes(divisor)) return [];
  const known = SIZES.join(', ');
  return [invalid(at, resource, `only divisor's values ${known} are supported with the ${what} resource`)];
}

function validateEnvironmentSources(container: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, source] of records(container['envFrom']).entries()) {
    const here = `${at}.envFrom[${index}]`;
    const prefix = text(source['prefix']);
    if (prefix !== '') errors.push(...invalidEach(`${here}.prefix`, prefix, environmentName(prefix)));
    const kinds = ['configMapRef', 'secretRef'].filter((kind) => !isAbsent(source[kind]));
    for (const kind of kinds) {
      const name = text(record(source[kind])['name']);
      if (name === '') errors.push(required(`${here}.${kind}.name`));
      // Upstream takes it as the beginning of a name, so that it may end with a dash.
      else errors.push(...invalidEach(`${here}.${kind}.name`, name, dnsSubdomain(name, true)));
    }
    // Upstream names the list here, not the item.
    if (kinds.length === 0)
      errors.push(invalid(`${at}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (kinds.length > 1)
      errors.push(invalid(`${at}.envFrom`, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

/** A path below a volume: neither absolute nor climbing. */
export function localDescendingPath(field: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (path.startsWith('/')) errors.push(invalid(field, path, 'must be a relative path'));
  if (path.split('/').includes('..')) errors.push(invalid(field, path, "must not contain '..'"));
  return errors;
}
