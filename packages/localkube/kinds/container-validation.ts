import type { FieldError } from '../registry/types.ts';
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
  nonNegative,
  notFound,
  notSupported,
  oneOf,
  optionalOneOf,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { configKey, dnsLabel, dnsSubdomain, environmentName, portName, qualifiedName } from './names.ts';
import { isWhole, parseQuantity } from './quantity.ts';
import { validateSecurityContext } from './security-context-validation.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const FIELD_PATHS = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.labels',
  'metadata.annotations',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);
const STANDARD_RESOURCES = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** What a pod's parts may refer to. */
export interface PodNames {
  readonly volumes: ReadonlySet<string>;
  readonly hostNetwork: boolean;
  /** How long pods have to end; a pause before that must fit. */
  readonly graceSeconds?: number;
}

/** Checks that every container has to pass; its hooks and probes are apart. */
export function validateContainer(container: Fields, at: string, names: PodNames): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(container['name']);
  if (name === '') errors.push(required(`${at}.name`));
  else errors.push(...invalidEach(`${at}.name`, name, dnsLabel(name, false)));
  errors.push(...validateImage(container, at));
  errors.push(
    ...optionalOneOf(`${at}.terminationMessagePolicy`, container['terminationMessagePolicy'], [
      'File',
      'FallbackToLogsOnError',
    ]),
  );
  errors.push(...validatePorts(container, at, names));
  errors.push(...validateEnvironment(container, at));
  errors.push(...validateEnvironmentSources(container, at));
  errors.push(...validateMounts(container, at, names));
  errors.push(
    ...oneOf(`${at}.imagePullPolicy`, container['imagePullPolicy'], ['Always', 'IfNotPresent', 'Never']),
  );
  errors.push(...validateResources(record(container['resources']), `${at}.resources`));
  errors.push(...validateResizePolicy(records(container['resizePolicy']), `${at}.resizePolicy`));
  errors.push(...validateSecurityContext(container['securityContext'], `${at}.securityContext`));
  return errors;
}

function validateImage(container: Fields, at: string): FieldError[] {
  const image = text(container['image']);
  if (image === '') return [required(`${at}.image`)];
  if (image !== image.trim())
    return [invalid(`${at}.image`, image, 'must not have leading or trailing whitespace')];
  return [];
}

function validatePorts(container: Fields, at: string, names: PodNames): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, port] of records(container['ports']).entries()) {
    const here = `${at}.ports[${index}]`;
    const name = text(port['name']);
    if (name !== '') {
      const problems = portName(name);
      errors.push(...invalidEach(`${here}.name`, name, problems));
      if (problems.length === 0 && seen.has(name)) errors.push(duplicate(`${here}.name`, name));
      seen.add(name);
    }
    if (integer(port['containerPort']) === 0) errors.push(required(`${here}.containerPort`));
    else errors.push(...inRange(`${here}.containerPort`, port['containerPort'], 1, 65535));
    if (port['hostPort']) {
      errors.push(...inRange(`${here}.hostPort`, port['hostPort'], 1, 65535));
      if (names.hostNetwork && port['hostPort'] !== port['containerPort']) {
        const detail = 'must match `containerPort` when `hostNetwork` is true';
        errors.push(invalid(`${here}.hostPort`, port['hostPort'], detail));
      }
    }
    errors.push(...oneOf(`${here}.protocol`, port['protocol'], PROTOCOLS));
  }
  return errors;
}

/** Two ports of one node's address; `first` is the index of the first container. */
export function hostPortConflicts(containers: readonly Fields[], at: string, first = 0): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [c, container] of containers.entries()) {
    for (const [index, port] of records(container['ports']).entries()) {
      if (!port['hostPort']) continue;
      const key = `${text(port['protocol'])}/${text(port['hostIP'])}/${integer(port['hostPort'])}`;
      if (taken.has(key)) errors.push(duplicate(`${at}[${c + first}].ports[${index}].hostPort`, key));
      taken.add(key);
    }
  }
  return errors;
}

function validateEnvironment(container: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, variable] of records(container['env']).entries()) {
    const here = `${at}.env[${index}]`;
    const name = text(variable['name']);
    if (name === '') errors.push(required(`${here}.name`));
    else errors.push(...invalidEach(`${here}.name`, name, environmentName(name)));
    if (!isAbsent(variable['valueFrom'])) errors.push(...validateValueFrom(variable, `${here}.valueFrom`));
  }
  return errors;
}

function validateValueFrom(variable: Fields, at: string): FieldError[] {
  const from = record(variable['valueFrom']);
  const errors: FieldError[] = [];
  let sources = 0;
  if (!isAbsent(from['fieldRef'])) {
    sources++;
    errors.push(...validateFieldRef(record(from['fieldRef']), `${at}.fieldRef`));
  }
  if (!isAbsent(from['resourceFieldRef'])) {
    sources++;
    const resource = text(record(from['resourceFieldRef'])['resource']);
    if (resource === '') errors.push(required(`${at}.resourceFieldRef.resource`));
    else if (!RESOURCE_FIELDS.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
      errors.push(notSupported(`${at}.resourceFieldRef.resource`, resource, RESOURCE_FIELDS));
    }
  }
  for (const kind of ['configMapKeyRef', 'secretKeyRef']) {
    if (isAbsent(from[kind])) continue;
    sources++;
    const name = text(record(from[kind])['name']);
    const key = text(record(from[kind])['key']);
    errors.push(...invalidEach(`${at}.${kind}.name`, name, dnsSubdomain(name, false)));
    if (key === '') errors.push(required(`${at}.${kind}.key`));
    else errors.push(...invalidEach(`${at}.${kind}.key`, key, configKey(key)));
  }
  if (!isAbsent(from['fileKeyRef'])) sources++;
  if (sources === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(at, '', detail));
  }
  if (text(variable['value']) !== '' && sources > 0) {
    errors.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  } else if (sources > 1) {
    errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

export function validateFieldRef(reference: Fields, at: string): FieldError[] {
  const path = text(reference['fieldPath']);
  if (path === '') return [required(`${at}.fieldPath`)];
  if (FIELD_PATHS.has(path) || /^metadata\.(labels|annotations)\['[^']+'\]$/.test(path)) return [];
  const detail = `error converting fieldPath: field label not supported: ${path}`;
  return [invalid(`${at}.fieldPath`, path, detail)];
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
      else errors.push(...invalidEach(`${here}.${kind}.name`, name, dnsSubdomain(name, false)));
    }
    // Upstream names the list here, not the item.
    if (kinds.length === 0)
      errors.push(invalid(`${at}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (kinds.length > 1)
      errors.push(invalid(`${at}.envFrom`, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateMounts(container: Fields, at: string, names: PodNames): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  for (const [index, mount] of records(container['volumeMounts']).entries()) {
    const here = `${at}.volumeMounts[${index}]`;
    const name = text(mount['name']);
    const path = text(mount['mountPath']);
    if (name === '') errors.push(required(`${here}.name`));
    if (!names.volumes.has(name)) errors.push(notFound(`${here}.name`, name));
    if (path === '') errors.push(required(`${here}.mountPath`));
    if (paths.has(path)) errors.push(invalid(`${here}.mountPath`, path, 'must be unique'));
    paths.add(path);
    // Upstream names the list here, not the item.
    for (const field of ['subPath', 'subPathExpr']) {
      errors.push(...localDescendingPath(`${at}.volumeMounts.${field}`, text(mount[field])));
    }
    if (text(mount['subPath']) !== '' && text(mount['subPathExpr']) !== '') {
      errors.push(
        invalid(
          `${here}.subPathExpr`,
          mount['subPathExpr'],
          'subPathExpr and subPath are mutually exclusive',
        ),
      );
    }
    // Upstream names the list here too.
    for (const [field, known] of [
      ['mountPropagation', ['Bidirectional', 'HostToContainer', 'None']],
      ['recursiveReadOnly', ['Disabled', 'Enabled', 'IfPossible']],
    ] as const) {
      errors.push(...optionalOneOf(`${at}.volumeMounts.${field}`, mount[field], known));
    }
  }
  for (const [index, device] of records(container['volumeDevices']).entries()) {
    const here = `${at}.volumeDevices[${index}]`;
    const name = text(device['name']);
    const path = text(device['devicePath']);
    if (name === '') errors.push(required(`${here}.name`));
    if (!names.volumes.has(name)) errors.push(notFound(`${here}.name`, name));
    if (path === '') errors.push(required(`${here}.devicePath`));
    if (path.split('/').includes('..'))
      errors.push(invalid(`${here}.devicePath`, path, "can not contain backsteps ('..')"));
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

function validateResizePolicy(policies: readonly Fields[], at: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const policy of policies) {
    const name = text(policy['resourceName']);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    if (name !== 'cpu' && name !== 'memory') errors.push(notSupported(at, name, ['cpu', 'memory']));
    errors.push(...oneOf(at, policy['restartPolicy'], ['NotRequired', 'RestartContainer']));
  }
  return errors;
}

function validateResources(resources: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const limits = record(resources['limits']);
  const requests = record(resources['requests']);
  for (const [name, amount] of Object.entries(limits))
    errors.push(...validateAmount(name, amount, `${at}.limits[${name}]`));
  for (const [name, amount] of Object.entries(requests)) {
    errors.push(...validateAmount(name, amount, `${at}.requests[${name}]`));
    const request = parseQuantity(amount);
    const limit = parseQuantity(limits[name]);
    if (request === undefined || limit === undefined) continue;
    const overcommit = STANDARD_RESOURCES.has(name);
    if (overcommit && request > limit) {
      const detail = `must be less than or equal to ${name} limit of ${text(limits[name])}`;
      errors.push(invalid(`${at}.requests`, amount, detail));
    } else if (!overcommit && request !== limit) {
      errors.push(
        invalid(`${at}.requests`, amount, `must be equal to ${name} limit of ${text(limits[name])}`),
      );
    }
  }
  return errors;
}

function validateAmount(name: string, amount: unknown, field: string): FieldError[] {
  const errors = invalidEach(field, name, qualifiedName(name));
  if (
    errors.length === 0 &&
    !name.includes('/') &&
    !STANDARD_RESOURCES.has(name) &&
    !name.startsWith('hugepages-')
  ) {
    errors.push(invalid(field, name, 'must be a standard resource type or fully qualified'));
    errors.push(invalid(field, name, 'must be a standard resource for containers'));
  }
  const quantity = parseQuantity(amount);
  if (quantity === undefined) return errors;
  if (quantity < 0n) errors.push(invalid(field, amount, 'must be greater than or equal to 0'));
  if (name.includes('/') && !isWhole(quantity)) errors.push(invalid(field, amount, 'must be an integer'));
  return errors;
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/** Hooks and probes; `role` says which a container may have. */
export function validateHooks(
  container: Fields,
  at: string,
  role: 'main' | 'init' | 'sidecar',
  names: PodNames,
): FieldError[] {
  const errors: FieldError[] = [];
  if (role === 'init') {
    for (const field of ['lifecycle', ...PROBES]) {
      if (isAbsent(container[field])) continue;
      errors.push(
        forbidden(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always'),
      );
    }
    return errors;
  }
  const lifecycle = record(container['lifecycle']);
  for (const name of ['postStart', 'preStop']) {
    if (!isAbsent(lifecycle[name])) {
      errors.push(
        ...validateHandler(record(lifecycle[name]), `${at}.lifecycle.${name}`, [
          'exec',
          'httpGet',
          'tcpSocket',
          'sleep',
        ]),
        ...validatePause(record(lifecycle[name]), `${at}.lifecycle.${name}`, names),
      );
    }
  }
  for (const name of PROBES) {
    if (isAbsent(container[name])) continue;
    const probe = record(container[name]);
    const here = `${at}.${name}`;
    errors.push(...validateHandler(probe, here, ['exec', 'httpGet', 'tcpSocket', 'grpc']));
    for (const field of [
      'initialDelaySeconds',
      'timeoutSeconds',
      'periodSeconds',
      'successThreshold',
      'failureThreshold',
    ]) {
      errors.push(...nonNegative(`${here}.${field}`, probe[field]));
    }
    const grace = probe['terminationGracePeriodSeconds'];
    if (typeof grace === 'number') {
      if (name === 'readinessProbe')
        errors.push(
          invalid(`${here}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'),
        );
      else if (grace <= 0)
        errors.push(invalid(`${here}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
    }
    if (name !== 'readinessProbe' && integer(probe['successThreshold'], 1) !== 1) {
      errors.push(invalid(`${here}.successThreshold`, probe['successThreshold'], 'must be 1'));
    }
  }
  return errors;
}

function validatePause(handler: Fields, at: string, names: PodNames): FieldError[] {
  if (isAbsent(handler['sleep']) || names.graceSeconds === undefined) return [];
  const seconds = integer(record(handler['sleep'])['seconds']);
  if (seconds >= 0 && seconds <= names.graceSeconds) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${names.graceSeconds})`;
  return [invalid(`${at}.sleep`, seconds, detail)];
}

function validateHandler(handler: Fields, at: string, kinds: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const present = kinds.filter((kind) => !isAbsent(handler[kind]));
  for (const [index, kind] of present.entries()) {
    const here = `${at}.${kind}`;
    if (index > 0) {
      errors.push(forbidden(here, 'may not specify more than 1 handler type'));
      continue;
    }
    const action = record(handler[kind]);
    if (kind === 'exec' && list(action['command']).length === 0) errors.push(required(`${here}.command`));
    if (kind === 'httpGet') {
      if (text(action['path']) === '') errors.push(required(`${here}.path`));
      errors.push(...validatePort(action['port'], `${here}.port`));
      errors.push(...oneOf(`${here}.scheme`, action['scheme'], ['HTTP', 'HTTPS']));
    }
    if (kind === 'tcpSocket') errors.push(...validatePort(action['port'], `${here}.port`));
    if (kind === 'grpc') errors.push(...inRange(`${here}.port`, action['port'], 1, 65535));
  }
  if (present.length === 0) errors.push(required(at, 'must specify a handler type'));
  return errors;
}

/** A port by number or by the name of a container's port. */
export function validatePort(port: unknown, field: string): FieldError[] {
  if (typeof port === 'string') return invalidEach(field, port, portName(port));
  return inRange(field, integer(port), 1, 65535);
}
