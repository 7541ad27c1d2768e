import type { FieldError } from '../registry/types.ts';
import { validateEnvironment } from './environment-validation.ts';
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
  notSupported,
  oneOf,
  record,
  records,
  required,
  text,
} from './fields.ts';
import type { Volumes } from './mounts-validation.ts';
import { validateMounts } from './mounts-validation.ts';
import { dnsLabelStrict, headerName, portName } from './names.ts';
import { validateContainerResources } from './resource-requirements-validation.ts';
import { validateSecurityContext } from './security-context-validation.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** What a pod's parts may refer to and how they are bound by the rest of it. */
export interface PodNames {
  readonly volumes: Volumes;
  /** Claims of devices. */
  readonly claims: ReadonlySet<string>;
  /** How long pods have to end; a pause before that must fit. */
  readonly graceSeconds?: number;
  readonly restartPolicy: string;
  /** Users of the container are users of the node. */
  readonly hostUsers: boolean;
  /** The operating system, if the pod names one. */
  readonly system?: string;
}

/** Checks that every container has to pass; its hooks and probes are apart. */
export function validateContainer(container: Fields, at: string, names: PodNames): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(container['name']);
  if (name === '') errors.push(required(`${at}.name`));
  else errors.push(...invalidEach(`${at}.name`, name, dnsLabelStrict(name)));
  if (text(container['image']) === '') errors.push(required(`${at}.image`));
  errors.push(
    ...oneOf(`${at}.terminationMessagePolicy`, container['terminationMessagePolicy'], [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...validatePorts(container, at),
    ...validateEnvironment(container, at),
    ...validateMounts(container, at, names.volumes),
    ...validatePullPolicy(container['imagePullPolicy'], `${at}.imagePullPolicy`),
    ...validateContainerResources(record(container['resources']), `${at}.resources`, names.claims),
    ...validateResizePolicy(records(container['resizePolicy']), `${at}.resizePolicy`, names.restartPolicy),
    ...validateSecurityContext(container['securityContext'], `${at}.securityContext`, names.hostUsers),
  );
  return errors;
}

export function validatePullPolicy(policy: unknown, at: string): FieldError[] {
  return oneOf(at, policy, ['Always', 'IfNotPresent', 'Never']);
}

function validatePorts(container: Fields, at: string): FieldError[] {
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
    if (port['hostPort']) errors.push(...inRange(`${here}.hostPort`, port['hostPort'], 1, 65535));
    errors.push(...oneOf(`${here}.protocol`, port['protocol'], PROTOCOLS));
  }
  return errors;
}

/** Two ports of one node's address. */
export function hostPortConflicts(containers: readonly Fields[], at: string): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [c, container] of containers.entries()) {
    for (const [index, port] of records(container['ports']).entries()) {
      if (!port['hostPort']) continue;
      const key = `${text(port['protocol'])}/${text(port['hostIP'])}/${integer(port['hostPort'])}`;
      if (taken.has(key)) errors.push(duplicate(`${at}[${c}].ports[${index}].hostPort`, key));
      taken.add(key);
    }
  }
  return errors;
}

function validateResizePolicy(policies: readonly Fields[], at: string, podPolicy: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, policy] of policies.entries()) {
    const name = text(policy['resourceName']);
    const restart = text(policy['restartPolicy']);
    if (seen.has(name)) errors.push(duplicate(`${at}[${index}]`, name));
    seen.add(name);
    errors.push(
      ...oneOf(at, name, ['cpu', 'memory']),
      ...oneOf(at, restart, ['NotRequired', 'RestartContainer']),
    );
    if (podPolicy === 'Never' && restart !== 'NotRequired')
      errors.push(invalid(at, restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
  }
  return errors;
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const LIFECYCLE = ['exec', 'httpGet', 'tcpSocket', 'sleep'];
const PROBE = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

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
      errors.push(...validateHandler(record(lifecycle[name]), `${at}.lifecycle.${name}`, LIFECYCLE, names));
    }
  }
  const signal = lifecycle['stopSignal'];
  if (!isAbsent(signal)) errors.push(...validateSignal(signal, `${at}.lifecycle.stopSignal`, names.system));
  for (const name of PROBES)
    if (!isAbsent(container[name]))
      errors.push(...validateProbe(record(container[name]), name, `${at}.${name}`, names));
  return errors;
}

function validateProbe(probe: Fields, name: string, at: string, names: PodNames): FieldError[] {
  const errors = validateHandler(probe, at, PROBE, names);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    errors.push(...nonNegative(`${at}.${field}`, probe[field]));
  }
  const grace = probe['terminationGracePeriodSeconds'];
  const graceField = `${at}.terminationGracePeriodSeconds`;
  if (typeof grace === 'number' && grace <= 0)
    errors.push(invalid(graceField, grace, 'must be greater than 0'));
  if (name === 'readinessProbe') {
    if (!isAbsent(grace)) errors.push(invalid(graceField, grace, 'must not be set for readinessProbes'));
  } else if (integer(probe['successThreshold'], 1) !== 1) {
    errors.push(invalid(`${at}.successThreshold`, probe['successThreshold'], 'must be 1'));
  }
  return errors;
}

function validatePause(action: Fields, at: string, names: PodNames): FieldError[] {
  if (names.graceSeconds === undefined) return [];
  const seconds = integer(action['seconds']);
  if (seconds >= 0 && seconds <= names.graceSeconds) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${names.graceSeconds})`;
  return [invalid(at, seconds, detail)];
}

function validateHandler(
  handler: Fields,
  at: string,
  kinds: readonly string[],
  names: PodNames,
): FieldError[] {
  const [first, ...more] = kinds.filter((kind) => !isAbsent(handler[kind]));
  if (first === undefined) return [required(at, 'must specify a handler type')];
  return [
    ...validateAction(first, record(handler[first]), `${at}.${first}`, names),
    ...more.map((kind) => forbidden(`${at}.${kind}`, 'may not specify more than 1 handler type')),
  ];
}

function validateAction(kind: string, action: Fields, at: string, names: PodNames): FieldError[] {
  switch (kind) {
    case 'exec':
      return list(action['command']).length === 0 ? [required(`${at}.command`)] : [];
    case 'httpGet': {
      const errors = text(action['path']) === '' ? [required(`${at}.path`)] : [];
      errors.push(...validatePort(action['port'], `${at}.port`));
      const scheme = text(action['scheme']);
      if (scheme !== 'HTTP' && scheme !== 'HTTPS')
        errors.push(notSupported(`${at}.scheme`, scheme, ['HTTP', 'HTTPS']));
      for (const header of records(action['httpHeaders'])) {
        const name = text(header['name']);
        errors.push(...invalidEach(`${at}.httpHeaders`, name, headerName(name)));
      }
      return errors;
    }
    case 'tcpSocket':
      return validatePort(action['port'], `${at}.port`);
    case 'grpc':
      return inRange(`${at}.port`, integer(action['port']), 1, 65535);
    default:
      return validatePause(action, at, names);
  }
}

const PLAIN_SIGNALS =
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX';

const SIGNALS: Readonly<Record<string, readonly string[]>> = {
  linux: [
    ...PLAIN_SIGNALS.split(' '),
    ...Array.from({ length: 15 }, (_, n) => `RTMIN+${n + 1}`),
    ...Array.from({ length: 14 }, (_, n) => `RTMAX-${n + 1}`),
  ]
    .map((name) => `SIG${name}`)
    .toSorted(),
  windows: ['SIGKILL', 'SIGTERM'],
};

function validateSignal(signal: unknown, at: string, system: string | undefined): FieldError[] {
  if (system === undefined) return [forbidden(at, 'may not be set for containers with empty `spec.os.name`')];
  const known = SIGNALS[system];
  return known === undefined || known.includes(text(signal)) ? [] : [notSupported(at, signal, known)];
}

/** A port by number or by the name of a container's port. */
export function validatePort(port: unknown, field: string): FieldError[] {
  if (typeof port === 'string') return invalidEach(field, port, portName(port));
  return inRange(field, integer(port), 1, 65535);
}
