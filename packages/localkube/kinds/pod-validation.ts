import type { FieldError } from '../registry/types.ts';
import { validateAffinity, validateScheduling, validateTolerations } from './pod-scheduling-validation.ts';
import type { PodNames } from './container-validation.ts';
import { hostPortConflicts, validateContainer, validateHooks } from './container-validation.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  forbidden,
  inRange,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  oneOf,
  optionalOneOf,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { dnsLabelStrict, dnsSubdomain, ipAddress, qualifiedName, searchDomain } from './names.ts';
import {
  validateDeviceClaims,
  validateEphemeralContainers,
  validateRestarts,
} from './pod-parts-validation.ts';
import { validateProfile } from './security-context-validation.ts';
import { validateOperatingSystem } from './operating-system-validation.ts';
import { validateLabels } from './selectors.ts';
import { validateVolume } from './volume-validation.ts';

/** A pod template below `at`: its labels, annotations and spec. */
export function validatePodTemplate(template: Fields, at: string): FieldError[] {
  const { labels, annotations } = record(template['metadata']);
  return [
    ...validateTemplateMetadata(labels, annotations, at),
    ...(list(record(template['spec'])['ephemeralContainers']).length > 0
      ? [forbidden(`${at}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : []),
    ...validatePodSpec(record(template['spec']), `${at}.spec`),
  ];
}

export function validateTemplateMetadata(labels: unknown, annotations: unknown, at: string): FieldError[] {
  return [
    ...validateLabels(labels, `${at}.labels`),
    ...Object.keys(record(annotations)).flatMap((key) =>
      invalidEach(`${at}.annotations`, key, qualifiedName(key.toLowerCase())),
    ),
  ];
}

export function validatePodSpec(spec: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = podNames(spec, at, errors);
  errors.push(...validateDeviceClaims(spec, at));
  errors.push(...validateContainers(spec, at, names));
  errors.push(...oneOf(`${at}.restartPolicy`, spec['restartPolicy'], ['Always', 'OnFailure', 'Never']));
  errors.push(
    ...oneOf(`${at}.dnsPolicy`, spec['dnsPolicy'], [
      'ClusterFirstWithHostNet',
      'ClusterFirst',
      'Default',
      'None',
    ]),
  );
  errors.push(...validateLabels(spec['nodeSelector'], `${at}.nodeSelector`));
  errors.push(...validateSecurityContext(record(spec['securityContext']), `${at}.securityContext`));
  errors.push(...validateNamespaces(spec, at));
  errors.push(...validateAffinity(record(spec['affinity']), `${at}.affinity`));
  errors.push(...validateDnsConfig(record(spec['dnsConfig']), `${at}.dnsConfig`));
  if (spec['dnsPolicy'] === 'None' && list(record(spec['dnsConfig'])['nameservers']).length === 0) {
    const detail = 'must provide `dnsConfig` when `dnsPolicy` is None';
    errors.push(
      required(
        isAbsent(spec['dnsConfig']) ? `${at}.dnsConfig` : `${at}.dnsConfig.nameservers`,
        isAbsent(spec['dnsConfig'])
          ? detail
          : 'must provide at least one DNS nameserver when `dnsPolicy` is None',
      ),
    );
  }
  errors.push(...validateScheduling(spec, at));
  for (const [field, check] of [
    ['serviceAccountName', dnsSubdomain],
    ['nodeName', dnsSubdomain],
  ] as const) {
    const value = text(spec[field]);
    if (value !== '') errors.push(...invalidEach(`${at}.${field}`, value, check(value, false)));
  }
  errors.push(...inRange(`${at}.activeDeadlineSeconds`, spec['activeDeadlineSeconds'], 1, 2147483647));
  for (const field of ['hostname', 'subdomain']) {
    const value = text(spec[field]);
    if (value !== '') errors.push(...invalidEach(`${at}.${field}`, value, dnsLabelStrict(value)));
  }
  errors.push(...validateTolerations(records(spec['tolerations']), `${at}.tolerations`));
  errors.push(...validateHostAliases(spec, at));
  for (const field of ['priorityClassName', 'runtimeClassName']) {
    const value = text(spec[field]);
    if (value !== '') errors.push(...invalidEach(`${at}.${field}`, value, dnsSubdomain(value, false)));
  }
  const preemption = spec['preemptionPolicy'];
  if (!isAbsent(preemption) && preemption !== 'PreemptLowerPriority' && preemption !== 'Never')
    errors.push(notSupported(`${at}.preemptionPolicy`, preemption, ['PreemptLowerPriority', 'Never']));
  errors.push(...validateOperatingSystem(spec, at));
  return errors;
}

/** Checks the volumes and answers what containers may mount. */
function podNames(spec: Fields, at: string, errors: FieldError[]): PodNames {
  const volumes = new Set<string>();
  const known = new Set<string>();
  for (const [index, volume] of records(spec['volumes']).entries()) {
    const here = `${at}.volumes[${index}]`;
    const own = validateVolume(volume, here, at !== 'spec');
    const name = text(volume['name']);
    if (name === '') own.push(required(`${here}.name`));
    else own.push(...invalidEach(`${here}.name`, name, dnsLabelStrict(name)));
    if (name !== '' && known.has(name)) own.push(duplicate(`${here}.name`, name));
    known.add(name);
    // What is wrong itself cannot be mounted.
    if (own.length === 0) volumes.add(name);
    errors.push(...own);
  }
  const grace = spec['terminationGracePeriodSeconds'];
  return {
    volumes,
    hostNetwork: spec['hostNetwork'] === true,
    ...(typeof grace === 'number' && { graceSeconds: grace }),
  };
}

function validateContainers(spec: Fields, at: string, names: PodNames): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  const check = (
    field: string,
    index: number,
    container: Fields,
    role: 'main' | 'init' | 'sidecar',
  ): void => {
    const here = `${at}.${field}[${index}]`;
    errors.push(...validateContainer(container, here, names));
    const name = text(container['name']);
    if (name !== '' && seen.has(name)) errors.push(duplicate(`${here}.name`, name));
    seen.add(name);
    // Init containers run one by one, so each is held against itself.
    if (role !== 'main') errors.push(...hostPortConflicts([container], `${at}.${field}`, index));
    errors.push(...validateHooks(container, here, role, names));
  };
  const containers = records(spec['containers']);
  if (containers.length === 0) errors.push(required(`${at}.containers`));
  for (const [index, container] of containers.entries()) {
    check('containers', index, container, 'main');
    errors.push(...validateRestarts(container, `${at}.containers[${index}]`));
  }
  errors.push(...hostPortConflicts(containers, `${at}.containers`));
  for (const [index, container] of records(spec['initContainers']).entries()) {
    const policy = container['restartPolicy'];
    check('initContainers', index, container, policy === 'Always' ? 'sidecar' : 'init');
    errors.push(...validateRestarts(container, `${at}.initContainers[${index}]`));
  }
  errors.push(...validateEphemeralContainers(spec, at, names));
  return errors;
}

/** Namespaces of the host that cannot go together. */
function validateNamespaces(spec: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(`${at}.securityContext.shareProcessNamespace`, true, detail));
  }
  if (spec['hostUsers'] !== false) return errors;
  const detail = 'when `hostUsers` is false';
  if (spec['hostNetwork'] === true) errors.push(forbidden(`${at}.hostNetwork`, detail));
  if (spec['hostPID'] === true) errors.push(forbidden(`${at}.HostPID`, detail));
  if (spec['hostIPC'] === true) errors.push(forbidden(`${at}.HostIPC`, detail));
  return errors;
}

function validateDnsConfig(config: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const servers = list(config['nameservers']);
  if (servers.length > 3)
    errors.push(invalid(`${at}.nameservers`, servers, 'must not have more than 3 nameservers'));
  for (const [index, server] of servers.entries())
    errors.push(...invalidEach(`${at}.nameservers[${index}]`, server, ipAddress(text(server))));
  const searches = list(config['searches']);
  if (searches.length > 32)
    errors.push(invalid(`${at}.searches`, searches, 'must not have more than 32 search paths'));
  for (const [index, search] of searches.entries())
    errors.push(...invalidEach(`${at}.searches[${index}]`, search, searchDomain(text(search))));
  for (const [index, option] of records(config['options']).entries())
    if (text(option['name']) === '') errors.push(required(`${at}.options[${index}]`, 'must not be empty'));
  return errors;
}

const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

function validateSecurityContext(context: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup']) {
    errors.push(...inRange(`${at}.${field}`, context[field], 0, 2147483647));
  }
  for (const [index, group] of list(context['supplementalGroups']).entries()) {
    errors.push(...inRange(`${at}.supplementalGroups[${index}]`, group, 0, 2147483647));
  }
  const sysctls = new Set<string>();
  for (const [index, sysctl] of records(context['sysctls']).entries()) {
    const name = text(sysctl['name']);
    const here = `${at}.sysctls[${index}].name`;
    if (name === '') errors.push(required(here));
    else if (name.length > 253 || !SYSCTL.test(name)) {
      const pattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
      errors.push(invalid(here, name, `must have at most 253 characters and match regex ${pattern}`));
    } else if (sysctls.has(name)) errors.push(duplicate(here, name));
    sysctls.add(name);
  }
  errors.push(
    ...optionalOneOf(`${at}.fsGroupChangePolicy`, context['fsGroupChangePolicy'], [
      'Always',
      'OnRootMismatch',
    ]),
  );
  errors.push(...validateProfile(context['seccompProfile'], `${at}.seccompProfile`, 'seccomp'));
  errors.push(...validateProfile(context['appArmorProfile'], `${at}.appArmorProfile`, 'AppArmor'));
  const groups = ['Merge', 'Strict'];
  errors.push(
    ...optionalOneOf(`${at}.supplementalGroupsPolicy`, context['supplementalGroupsPolicy'], groups),
  );
  return errors;
}

function validateHostAliases(spec: Fields, at: string): FieldError[] {
  return records(spec['hostAliases']).flatMap((alias, index) => {
    const here = `${at}.hostAliases[${index}]`;
    const ip = text(alias['ip']);
    const names = list(alias['hostnames']).flatMap((name, n) =>
      invalidEach(`${here}.hostnames[${n}]`, name, dnsSubdomain(text(name), false)),
    );
    return [...invalidEach(`${here}.ip`, ip, ipAddress(ip)), ...names];
  });
}

/** A Pod as clients create it: no ephemeral containers yet. */
export function validatePodCreate(spec: Fields): FieldError[] {
  const errors = validatePodSpec(spec, 'spec');
  if (list(spec['ephemeralContainers']).length > 0) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  return errors;
}
