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
  notFound,
  oneOf,
  record,
  records,
  required,
  text,
  tooLong,
} from './fields.ts';
import { dnsLabelStrict, dnsSubdomain, ipAddress, qualifiedName, searchDomain } from './names.ts';
import {
  validateDeviceClaims,
  validateEphemeralContainers,
  validateRestarts,
} from './pod-parts-validation.ts';
import { validatePodContext } from './pod-security-validation.ts';
import { validateContainerResourceName, validateAmount } from './resource-names.ts';
import { validatePodResources } from './resource-requirements-validation.ts';
import { validateOperatingSystem } from './operating-system-validation.ts';
import { validateLabels } from './selectors.ts';
import { validateVolume } from './volume-validation.ts';
import { validateHostProcesses } from './windows-options-validation.ts';

/** A pod template below `at`: its labels, annotations and spec. */
export function validatePodTemplate(template: Fields, at: string): FieldError[] {
  const { labels, annotations } = record(template['metadata']);
  return [
    ...validateTemplateMetadata(labels, annotations, at),
    ...validatePodSpec(record(template['spec']), `${at}.spec`),
    ...(list(record(template['spec'])['ephemeralContainers']).length > 0
      ? [forbidden(`${at}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : []),
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

/** A spec below `at`; `name` is that of the pod, which claims are named after, where there is one. */
export function validatePodSpec(spec: Fields, at: string, name = ''): FieldError[] {
  const errors: FieldError[] = [];
  const template = at !== 'spec';
  if (isAbsent(spec['terminationGracePeriodSeconds']))
    errors.push(required(`${at}.terminationGracePeriodSeconds`));
  const names = podNames(spec, at, name, errors);
  errors.push(
    ...validateDeviceClaims(spec, at),
    ...validateContainers(spec, at, names),
    ...validatePodResources(spec, at, names.claims),
    ...validateHostNetwork(spec, at, template),
    ...oneOf(`${at}.restartPolicy`, spec['restartPolicy'], ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${at}.dnsPolicy`, spec['dnsPolicy'], [
      'ClusterFirstWithHostNet',
      'ClusterFirst',
      'Default',
      'None',
    ]),
    ...validateLabels(spec['nodeSelector'], `${at}.nodeSelector`),
    ...validatePodContext(spec, `${at}.securityContext`),
    ...validateAffinity(record(spec['affinity']), `${at}.affinity`),
    ...validateDnsConfig(spec, `${at}.dnsConfig`),
    ...validateScheduling(spec, at),
    ...validateHostProcesses(spec, at),
    ...validateHostUsers(spec, at),
    ...validateHostname(spec, `${at}.hostnameOverride`),
  );
  for (const field of ['serviceAccountName', 'nodeName'])
    errors.push(...named(spec[field], `${at}.${field}`, (value) => dnsSubdomain(value, false)));
  errors.push(...inRange(`${at}.activeDeadlineSeconds`, spec['activeDeadlineSeconds'], 1, 2147483647));
  for (const field of ['hostname', 'subdomain'])
    errors.push(...named(spec[field], `${at}.${field}`, dnsLabelStrict));
  errors.push(
    ...validateTolerations(records(spec['tolerations']), `${at}.tolerations`),
    ...validateHostAliases(spec, at),
    ...named(spec['priorityClassName'], `${at}.priorityClassName`, (value) => dnsSubdomain(value, false)),
  );
  const runtime = spec['runtimeClassName'];
  if (!isAbsent(runtime))
    errors.push(...invalidEach(`${at}.runtimeClassName`, runtime, dnsSubdomain(text(runtime), false)));
  const preemption = spec['preemptionPolicy'];
  if (!isAbsent(preemption))
    errors.push(...oneOf(`${at}.preemptionPolicy`, preemption, ['PreemptLowerPriority', 'Never']));
  errors.push(...validateOverhead(record(spec['overhead']), `${at}.overhead`));
  errors.push(...validateOperatingSystem(spec, at), ...validateFileVolumes(spec, at));
  return errors;
}

function named(value: unknown, at: string, check: (value: string) => readonly string[]): FieldError[] {
  return text(value) === '' ? [] : invalidEach(at, value, check(text(value)));
}

/** Checks the volumes and answers what containers may use. */
function podNames(spec: Fields, at: string, pod: string, errors: FieldError[]): PodNames {
  const volumes = new Map<string, { readonly block: boolean }>();
  const all = records(spec['volumes']);
  const made = new Set(
    all
      .filter((one) => pod !== '' && !isAbsent(one['ephemeral']))
      .map((one) => `${pod}-${text(one['name'])}`),
  );
  for (const [index, volume] of all.entries()) {
    const here = `${at}.volumes[${index}]`;
    const own = validateVolume(volume, here, at !== 'spec', pod);
    const name = text(volume['name']);
    if (name === '') own.push(required(`${here}.name`));
    else own.push(...invalidEach(`${here}.name`, name, dnsLabelStrict(name)));
    if (volumes.has(name)) own.push(duplicate(`${here}.name`, name));
    // What is wrong itself cannot be mounted.
    const block = !isAbsent(volume['persistentVolumeClaim']) || !isAbsent(volume['ephemeral']);
    if (own.length === 0) volumes.set(name, { block });
    errors.push(...own);
    const claim = record(volume['persistentVolumeClaim'])['claimName'];
    if (made.has(text(claim))) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(`${here}.persistentVolumeClaim.claimName`, claim, detail));
    }
  }
  const grace = spec['terminationGracePeriodSeconds'];
  const system = text(record(spec['os'])['name']);
  return {
    volumes,
    claims: new Set(
      records(spec['resourceClaims'])
        .map((claim) => text(claim['name']))
        .filter((claim) => claim !== ''),
    ),
    restartPolicy: text(spec['restartPolicy']),
    hostUsers: spec['hostUsers'] !== false,
    ...(typeof grace === 'number' && { graceSeconds: grace }),
    ...(!isAbsent(spec['os']) && { system }),
  };
}

function validateContainers(spec: Fields, at: string, names: PodNames): FieldError[] {
  const containers = records(spec['containers']);
  const errors: FieldError[] = containers.length === 0 ? [required(`${at}.containers`)] : [];
  const seen = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const here = `${at}.containers[${index}]`;
    const name = text(container['name']);
    errors.push(...validateContainer(container, here, names));
    if (seen.has(name)) errors.push(duplicate(`${here}.name`, name));
    seen.add(name);
    errors.push(
      ...validateHooks(container, here, 'main', names),
      ...validateRestarts(container, here, false),
    );
  }
  errors.push(...hostPortConflicts(containers, `${at}.containers`));
  for (const [index, container] of records(spec['initContainers']).entries()) {
    const here = `${at}.initContainers[${index}]`;
    const name = text(container['name']);
    const role = container['restartPolicy'] === 'Always' ? 'sidecar' : 'init';
    errors.push(...validateContainer(container, here, names), ...validateRestarts(container, here, true));
    if (seen.has(name)) errors.push(duplicate(`${here}.name`, name));
    else if (name !== '') seen.add(name);
    errors.push(
      // Init containers run one by one, so each is held against itself, as if it were the only one.
      ...hostPortConflicts([container], `${at}.initContainers`),
      ...validateHooks(container, here, role, names),
    );
    for (const [n, policy] of records(container['resizePolicy']).entries())
      if (role === 'init' && policy['restartPolicy'] === 'RestartContainer') {
        const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
        errors.push(invalid(`${here}.resizePolicy[${n}].restartPolicy`, 'RestartContainer', detail));
      }
  }
  errors.push(...validateEphemeralContainers(spec, at, names));
  return errors;
}

/** In the network of the host the ports of a container are those of the host; a pod has to say so. */
function validateHostNetwork(spec: Fields, at: string, template: boolean): FieldError[] {
  if (spec['hostNetwork'] !== true) return [];
  return records(spec['containers']).flatMap((container, index) =>
    records(container['ports']).flatMap((port, n) => {
      const host = port['hostPort'] ?? 0;
      if ((template && host === 0) || host === (port['containerPort'] ?? 0)) return [];
      const detail = 'must match `containerPort` when `hostNetwork` is true';
      return [invalid(`${at}.containers[${index}].ports[${n}].hostPort`, host, detail)];
    }),
  );
}

const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'];

/** What cannot be had with users of one's own. */
function validateHostUsers(spec: Fields, at: string): FieldError[] {
  if (spec['hostUsers'] !== false) return [];
  const errors: FieldError[] = [];
  const detail = 'when `hostUsers` is false';
  if (spec['hostNetwork'] === true) errors.push(forbidden(`${at}.hostNetwork`, detail));
  if (spec['hostPID'] === true) errors.push(forbidden(`${at}.HostPID`, detail));
  if (spec['hostIPC'] === true) errors.push(forbidden(`${at}.HostIPC`, detail));
  for (const field of CONTAINER_LISTS)
    for (const [index, container] of records(spec[field]).entries())
      if (list(container['volumeDevices']).length > 0)
        errors.push(forbidden(`${at}.${field}[${index}].volumeDevices`, detail));
  return errors;
}

const hostnameMax = 64;

function validateHostname(spec: Fields, at: string): FieldError[] {
  const name = spec['hostnameOverride'];
  if (isAbsent(name)) return [];
  const errors: FieldError[] = [];
  if (spec['setHostnameAsFQDN'] === true)
    errors.push(forbidden(at, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec['hostNetwork'] === true)
    errors.push(forbidden(at, 'may not be specified when hostNetwork is true'));
  if (text(name).length > hostnameMax) errors.push(tooLong(at, hostnameMax));
  return [...errors, ...invalidEach(at, name, dnsSubdomain(text(name), false))];
}

function validateOverhead(overhead: Fields, at: string): FieldError[] {
  return Object.entries(overhead).flatMap(([name, amount]) => [
    ...validateContainerResourceName(name, `${at}.limits[${name}]`),
    ...validateAmount(name, amount, `${at}.limits[${name}]`),
  ]);
}

/** Variables that are read from a file need a volume in which the pod can write it. */
function validateFileVolumes(spec: Fields, at: string): FieldError[] {
  const volumes = new Map(records(spec['volumes']).map((volume) => [text(volume['name']), volume]));
  const errors: FieldError[] = [];
  for (const field of CONTAINER_LISTS)
    for (const [index, container] of records(spec[field]).entries())
      for (const [n, variable] of records(container['env']).entries()) {
        const reference = record(variable['valueFrom'])['fileKeyRef'];
        if (isAbsent(reference)) continue;
        const name = text(record(reference)['volumeName']);
        const here = `${at}.${field}[${index}].env[${n}].valueFrom.fileKeyRef.volumeName`;
        const volume = volumes.get(name);
        if (volume === undefined) errors.push(notFound(here, name));
        else if (isAbsent(volume['emptyDir']))
          errors.push(invalid(here, name, 'referenced volume must be of type emptyDir'));
      }
  return errors;
}

const searchesMax = 2048;

function validateDnsConfig(spec: Fields, at: string): FieldError[] {
  const config = record(spec['dnsConfig']);
  const servers = list(config['nameservers']);
  if (spec['dnsPolicy'] === 'None') {
    if (isAbsent(spec['dnsConfig']))
      return [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    if (servers.length === 0) return [required(`${at}.nameservers`, detail)];
  }
  const errors: FieldError[] = [];
  if (servers.length > 3)
    errors.push(invalid(`${at}.nameservers`, servers, 'must not have more than 3 nameservers'));
  for (const [index, server] of servers.entries())
    errors.push(...invalidEach(`${at}.nameservers[${index}]`, server, ipAddress(text(server))));
  const searches = list(config['searches']);
  if (searches.length > 32)
    errors.push(invalid(`${at}.searches`, searches, 'must not have more than 32 search paths'));
  if (searches.join(' ').length > searchesMax) {
    const detail = `must not have more than ${searchesMax} characters (including spaces) in the search list`;
    errors.push(invalid(`${at}.searches`, searches, detail));
  }
  for (const [index, search] of searches.entries()) {
    const shown = search === '.' ? search : text(search).replace(/\.$/, '');
    errors.push(...invalidEach(`${at}.searches[${index}]`, shown, searchDomain(shown)));
  }
  for (const [index, option] of records(config['options']).entries())
    if (text(option['name']) === '') errors.push(required(`${at}.options[${index}]`, 'must not be empty'));
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

/** What is asked of a Pod besides what its spec would be asked for as a template. */
export function validatePodItself(spec: Fields): FieldError[] {
  const errors: FieldError[] = [];
  if (text(spec['serviceAccountName']) === '')
    for (const [index, volume] of records(spec['volumes']).entries())
      for (const [n, source] of records(record(volume['projected'])['sources']).entries())
        if (!isAbsent(source['serviceAccountToken'])) {
          const here = `spec.volumes[${index}].projected.sources[${n}].serviceAccountToken`;
          errors.push(forbidden(here, 'must not be specified when serviceAccountName is not set'));
        }
  for (const field of ['containers', 'initContainers'])
    for (const [index, container] of records(spec[field]).entries())
      errors.push(...paddedImage(container, `spec.${field}[${index}].image`));
  return errors;
}

export function paddedImage(container: Fields, at: string): FieldError[] {
  const image = text(container['image']);
  if (image === image.trim()) return [];
  return [invalid(at, image, 'must not have leading or trailing whitespace')];
}

/** A Pod as clients create it: no ephemeral containers yet, and no node while something holds it back. */
export function validatePodCreate(spec: Fields, name: string): FieldError[] {
  const errors = [...validatePodSpec(spec, 'spec', name), ...validatePodItself(spec)];
  if (list(spec['ephemeralContainers']).length > 0)
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (text(spec['nodeName']) !== '' && list(spec['schedulingGates']).length > 0)
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  return errors;
}
