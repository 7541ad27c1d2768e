import type { Draft } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { child, fill, fillZero, isAbsent, record, records, text } from './fields.ts';
import { formatDecimal, parseQuantity } from './quantity.ts';

/**
 * Defaults of a pod template: what the real server adds to `spec.template` of every workload. Only a Pod itself gets
 * the rest (`defaultPod`).
 */
export function defaultPodTemplate(template: Fields): void {
  if (Object.isFrozen(template)) return;
  child(template, 'metadata');
  defaultPodSpec(child(template, 'spec'));
}

function defaultPodSpec(spec: Fields): void {
  if (Object.isFrozen(spec)) return;
  fillZero(spec, 'restartPolicy', 'Always');
  fillZero(spec, 'dnsPolicy', 'ClusterFirst');
  fillZero(spec, 'schedulerName', 'default-scheduler');
  fill(spec, 'terminationGracePeriodSeconds', 30);
  // A negative grace once meant "at once"; upstream reads it as one second.
  if (Number(spec['terminationGracePeriodSeconds']) < 0) spec['terminationGracePeriodSeconds'] = 1;
  fill(spec, 'securityContext', {});
  // The two names of one field are kept equal, the newer one wins.
  const account = text(spec['serviceAccountName']) || text(spec['serviceAccount']);
  if (account !== '') {
    spec['serviceAccountName'] = account;
    spec['serviceAccount'] = account;
  }
  for (const volume of records(spec['volumes'])) defaultVolume(volume);
  for (const field of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of records(spec[field])) defaultContainer(container);
  }
  for (const constraint of records(spec['topologySpreadConstraints'])) fillZero(constraint, 'maxSkew', 0);
}

function defaultContainer(container: Fields): void {
  fillZero(container, 'terminationMessagePath', '/dev/termination-log');
  fillZero(container, 'terminationMessagePolicy', 'File');
  if (!text(container['imagePullPolicy']))
    container['imagePullPolicy'] = pullPolicy(text(container['image']));
  child(container, 'resources');
  for (const port of records(container['ports'])) {
    fillZero(port, 'protocol', 'TCP');
  }
  for (const variable of records(container['env'])) {
    const from = record(variable['valueFrom']);
    if (!isAbsent(from['fieldRef'])) fillZero(child(from, 'fieldRef'), 'apiVersion', 'v1');
    // A divisor is a quantity by value upstream: it is written even where nobody set it.
    if (!isAbsent(from['resourceFieldRef'])) fillZero(child(from, 'resourceFieldRef'), 'divisor', '0');
    if (!isAbsent(from['fileKeyRef'])) fill(child(from, 'fileKeyRef'), 'optional', false);
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (!isAbsent(container[name])) defaultProbe(child(container, name));
  }
  const lifecycle = record(container['lifecycle']);
  for (const name of ['postStart', 'preStop']) defaultHandler(record(lifecycle[name]));
}

function defaultProbe(probe: Fields): void {
  fillZero(probe, 'timeoutSeconds', 1);
  fillZero(probe, 'periodSeconds', 10);
  fillZero(probe, 'successThreshold', 1);
  fillZero(probe, 'failureThreshold', 3);
  defaultHandler(probe);
  if (!isAbsent(probe['grpc'])) fill(child(probe, 'grpc'), 'service', '');
}

function defaultHandler(handler: Fields): void {
  if (isAbsent(handler['httpGet'])) return;
  const get = child(handler, 'httpGet');
  fillZero(get, 'path', '/');
  fillZero(get, 'scheme', 'HTTP');
}

/** Always for a tag that moves (`latest`, or none); a digest pins. */
function pullPolicy(image: string): string {
  const read = REFERENCE.exec(image);
  // What cannot be read as a reference has no tag that could move.
  if (read === null || read[3] !== undefined || repositoryOf(read[1] ?? '').length > referenceMax)
    return 'IfNotPresent';
  return (read[2] ?? 'latest') === 'latest' ? 'Always' : 'IfNotPresent';
}

const referenceMax = 255;
const HOST = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = `(?:${HOST}(?:\\.${HOST})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
/** Repository, tag and digest of an image. */
const REFERENCE = new RegExp(
  `^((?:${DOMAIN}/)?${PART}(?:/${PART})*)(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

/** The whole name: short ones belong to a registry that nobody writes. */
function repositoryOf(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
    ? name
    : `docker.io/${name}`;
}

function defaultVolume(volume: Fields): void {
  const sources = Object.keys(volume).filter((field) => field !== 'name' && !isAbsent(volume[field]));
  if (sources.length === 0) {
    volume['emptyDir'] = {};
    return;
  }
  for (const kind of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    if (!isAbsent(volume[kind])) fill(child(volume, kind), 'defaultMode', 420);
  }
  for (const item of records(record(volume['downwardAPI'])['items'])) defaultDownwardItem(item);
  for (const source of records(record(volume['projected'])['sources'])) {
    if (!isAbsent(source['serviceAccountToken']))
      fill(child(source, 'serviceAccountToken'), 'expirationSeconds', 3600);
    for (const item of records(record(source['downwardAPI'])['items'])) defaultDownwardItem(item);
  }
  if (!isAbsent(volume['image'])) {
    const image = child(volume, 'image');
    fillZero(image, 'pullPolicy', pullPolicy(text(image['reference'])));
  }
  if (!isAbsent(volume['hostPath'])) fill(child(volume, 'hostPath'), 'type', '');
  const template = record(record(volume['ephemeral'])['volumeClaimTemplate']);
  if (!isAbsent(template['spec'])) {
    child(template, 'metadata');
    fill(child(template, 'spec'), 'volumeMode', 'Filesystem');
  }
  defaultRareVolumes(volume);
}

function defaultDownwardItem(item: Fields): void {
  if (!isAbsent(item['fieldRef'])) fillZero(child(item, 'fieldRef'), 'apiVersion', 'v1');
  if (!isAbsent(item['resourceFieldRef'])) fillZero(child(item, 'resourceFieldRef'), 'divisor', '0');
}

/** Sources that pods and persistent volumes have alike. */
export function defaultRareVolumes(volume: Fields): void {
  if (!isAbsent(volume['iscsi'])) fillZero(child(volume, 'iscsi'), 'iscsiInterface', 'default');
  if (!isAbsent(volume['rbd'])) {
    const rbd = child(volume, 'rbd');
    fillZero(rbd, 'pool', 'rbd');
    fillZero(rbd, 'user', 'admin');
    fillZero(rbd, 'keyring', '/etc/ceph/keyring');
  }
  if (!isAbsent(volume['azureDisk'])) {
    const disk = child(volume, 'azureDisk');
    fill(disk, 'cachingMode', 'ReadWrite');
    fill(disk, 'fsType', 'ext4');
    fill(disk, 'readOnly', false);
    fill(disk, 'kind', 'Shared');
  }
  if (!isAbsent(volume['scaleIO'])) {
    const scale = child(volume, 'scaleIO');
    fillZero(scale, 'storageMode', 'ThinProvisioned');
    fillZero(scale, 'fsType', 'xfs');
  }
}

/** Defaults that only a Pod has, not a template. */
/** A pod (not its template) in the network of its host takes the ports of that. */
function useHostPorts(spec: Fields): void {
  for (const field of ['initContainers', 'containers'])
    for (const container of records(spec[field]))
      for (const port of records(container['ports']))
        if (!port['hostPort'] && port['containerPort']) port['hostPort'] = port['containerPort'];
}

export function defaultPod(pod: Fields): void {
  const spec = child(pod, 'spec');
  if (Object.isFrozen(spec)) return;
  defaultPodSpec(spec);
  fill(spec, 'enableServiceLinks', true);
  if (spec['hostNetwork'] === true) useHostPorts(spec);
  for (const field of ['initContainers', 'containers']) {
    for (const container of records(spec[field])) requestsFromLimits(child(container, 'resources'));
  }
  if (!isAbsent(spec['resources'])) requestsOfPod(spec, child(spec, 'resources'));
}

/** A limit without a request is also the request. */
function requestsFromLimits(resources: Fields): void {
  const limits = record(resources['limits']);
  if (Object.keys(limits).length === 0) return;
  const requests = child(resources, 'requests');
  for (const [name, amount] of Object.entries(limits)) fill(requests, name, amount);
}

const POD_LEVEL = /^(cpu|memory|hugepages-.*)$/;

/** A pod that says what it may use asks for what its containers ask for together, or else for all of it. */
function requestsOfPod(spec: Fields, resources: Fields): void {
  const limits = record(resources['limits']);
  if (Object.keys(limits).length === 0) return;
  const requests = { ...record(resources['requests']) };
  for (const [name, amount] of Object.entries(sumOfRequests(spec)))
    if (name === 'cpu' || name === 'memory') fill(requests, name, amount);
  for (const [name, amount] of Object.entries(limits)) if (POD_LEVEL.test(name)) fill(requests, name, amount);
  if (Object.keys(requests).length > 0) resources['requests'] = requests;
}

/** What containers ask for; those that only begin count where they ask for more than all others together. */
export function sumOfRequests(spec: Fields): Readonly<Record<string, string>> {
  const sums = new Map<string, { amount: bigint; text: string }>();
  const add = (name: string, given: string, most: boolean): void => {
    const amount = parseQuantity(given) ?? 0n;
    const before = sums.get(name);
    if (before === undefined) sums.set(name, { amount, text: given });
    else if (most && amount > before.amount) sums.set(name, { amount, text: given });
    else if (!most) {
      const sum = before.amount + amount;
      sums.set(name, { amount: sum, text: formatDecimal(sum) });
    }
  };
  const requestsOf = (container: Fields): readonly (readonly [string, unknown])[] =>
    Object.entries(record(record(container['resources'])['requests']));
  for (const container of records(spec['containers']))
    for (const [name, amount] of requestsOf(container)) add(name, text(amount), false);
  for (const container of records(spec['initContainers']))
    for (const [name, amount] of requestsOf(container))
      add(name, text(amount), container['restartPolicy'] !== 'Always');
  return Object.fromEntries([...sums].map(([name, sum]) => [name, sum.text]));
}

/** Kinds without labels of their own show those of their pods. */
export function labelsOfTemplate(draft: Draft): void {
  const own = draft.metadata['labels'];
  if (!isAbsent(own) && Object.keys(record(own)).length > 0) return;
  const labels = record(record(record(draft['spec'])['template'])['metadata'])['labels'];
  if (Object.keys(record(labels)).length > 0) draft.metadata['labels'] = { ...record(labels) };
}
