import type { KubeObject } from '@plumbline/api';
import type { Fields } from './fields.ts';
import { integer, isAbsent, record, records, stringMap, text } from './fields.ts';
import { dnsLabelStrict } from './names.ts';
import { overlapWarnings } from './overlap-warnings.ts';
import { isWhole, parseQuantity } from './quantity.ts';

const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'];

/** Labels of nodes that have newer names. */
const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** Kinds of volumes that are going or gone. */
const OLD_VOLUMES: readonly (readonly [string, string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['ephemeral', ''],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** Why a label of nodes should be said otherwise; undefined where it is fine. */
export function oldNodeLabel(key: string): string | undefined {
  return OLD_NODE_LABELS[key];
}

/** A name that pods get into their own should be one that a host may have. */
export function nameWarnings(object: KubeObject, use: string): readonly string[] {
  const problems = object.metadata.name === '' ? [] : dnsLabelStrict(object.metadata.name);
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}

const inPods = 'Pod names and hostnames';

/** What a workload is told: about its name when it is made, about its template when that changes. */
export function workloadWarnings(
  object: KubeObject,
  previous: KubeObject | undefined,
  named: boolean,
): readonly string[] {
  const template = record(record(object['spec'])['template']);
  const before = record(previous?.['spec'])['template'];
  return [
    ...(named && previous === undefined ? nameWarnings(object, inPods) : []),
    ...(previous !== undefined && before === template ? [] : templateWarnings(template, 'spec.template')),
  ];
}

/** Warnings about a pod template below `at`; `at` is empty for a pod itself. */
export function templateWarnings(template: Fields, at: string): readonly string[] {
  const spec = record(template['spec']);
  const here = at === '' ? 'spec' : `${at}.spec`;
  const warnings: string[] = [];
  for (const key of Object.keys(stringMap(spec['nodeSelector'])).toSorted()) {
    const why = oldNodeLabel(key);
    if (why !== undefined) warnings.push(`${here}.nodeSelector[${key}]: ${why}`);
  }
  warnings.push(...affinityWarnings(spec, here));
  for (const [index, constraint] of records(spec['topologySpreadConstraints']).entries()) {
    const place = `${here}.topologySpreadConstraints[${index}]`;
    const key = text(constraint['topologyKey']);
    const why = oldNodeLabel(key);
    if (why !== undefined) warnings.push(`${place}.topologyKey: ${key} is ${why}`);
    if (isAbsent(constraint['labelSelector']))
      warnings.push(`${place}.labelSelector: a null labelSelector results in matching no pod`);
  }
  warnings.push(...annotationWarnings(template, at));
  for (const [index, volume] of records(spec['volumes']).entries())
    warnings.push(...oldVolume(volume, `${here}.volumes[${index}]`));
  warnings.push(...overlapWarnings(records(spec['volumes'])));
  warnings.push(...repeated(records(spec['hostAliases']), 'ip', `${here}.hostAliases`));
  warnings.push(...repeated(records(spec['imagePullSecrets']), 'name', `${here}.imagePullSecrets`));
  for (const [index, secret] of records(spec['imagePullSecrets']).entries()) {
    if (text(secret['name']) === '')
      warnings.push(`${here}.imagePullSecrets[${index}].name: invalid empty name ""`);
  }
  for (const name of ['memory', 'ephemeral-storage']) {
    const why = fraction(record(spec['overhead'])[name]);
    if (why !== undefined) warnings.push(`${here}.overhead[${name}]: ${why}`);
  }
  for (const field of CONTAINER_LISTS) {
    for (const [index, container] of records(spec[field]).entries())
      warnings.push(...containerWarnings(container, `${here}.${field}[${index}]`));
  }
  return [...warnings, ...portWarnings(spec, here), ...neighbourWarnings(spec, `${here}.affinity`)];
}

function oldVolume(volume: Fields, at: string): readonly string[] {
  return OLD_VOLUMES.filter(([kind]) => !isAbsent(volume[kind])).flatMap(([kind, why]) => {
    if (kind !== 'ephemeral') return [`${at}.${kind === 'storageos' ? 'storageOS' : kind}: ${why}`];
    const template = record(record(volume[kind])['volumeClaimTemplate']);
    return claimSpecWarnings(record(template['spec']), `${at}.ephemeral.volumeClaimTemplate.spec`);
  });
}

/** Warnings about what a claim asks for. */
export function claimSpecWarnings(spec: Fields, at: string): readonly string[] {
  return ['requests', 'limits'].flatMap((part) => {
    const why = fraction(record(record(spec['resources'])[part])['storage']);
    return why === undefined ? [] : [`${at}.resources.${part}[storage]: ${why}`];
  });
}

/** A term without a selector names no pod at all. */
function neighbourWarnings(spec: Fields, at: string): readonly string[] {
  const warnings: string[] = [];
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const part = record(record(spec['affinity'])[kind]);
    for (const [list, inner] of [
      ['requiredDuringSchedulingIgnoredDuringExecution', ''],
      ['preferredDuringSchedulingIgnoredDuringExecution', 'podAffinityTerm'],
    ] as const)
      for (const [index, term] of records(part[list]).entries()) {
        const holder = inner === '' ? term : record(term[inner]);
        if (!isAbsent(holder['labelSelector'])) continue;
        const place = `${at}.${kind}.${list}[${index}]${inner === '' ? '' : `.${inner}`}`;
        warnings.push(`${place}.labelSelector: a null labelSelector results in matching no pod`);
      }
  }
  return warnings;
}

function repeated(items: readonly Fields[], field: string, at: string): readonly string[] {
  const seen = new Set<string>();
  const warnings: string[] = [];
  for (const [index, item] of items.entries()) {
    const value = text(item[field]);
    if (seen.has(value))
      warnings.push(`${at}[${index}].${field}: duplicate ${field} ${JSON.stringify(value)}`);
    seen.add(value);
  }
  return warnings;
}

function affinityWarnings(spec: Fields, at: string): readonly string[] {
  const node = record(record(spec['affinity'])['nodeAffinity']);
  const [required, preferred] = [
    'requiredDuringSchedulingIgnoredDuringExecution',
    'preferredDuringSchedulingIgnoredDuringExecution',
  ];
  const here = `${at}.affinity.nodeAffinity`;
  const terms: (readonly [string, Fields])[] = [
    ...records(record(node[required])['nodeSelectorTerms']).map(
      (term, index) => [`${here}.${required}.nodeSelectorTerms[${index}]`, term] as const,
    ),
    ...records(node[preferred]).map(
      (term, index) => [`${here}.${preferred}[${index}].preference`, record(term['preference'])] as const,
    ),
  ];
  return terms.flatMap(([place, term]) =>
    records(term['matchExpressions']).flatMap((expression, index) => {
      const key = text(expression['key']);
      const why = oldNodeLabel(key);
      return why === undefined ? [] : [`${place}.matchExpressions[${index}].key: ${key} is ${why}`];
    }),
  );
}

function annotationWarnings(template: Fields, at: string): readonly string[] {
  const prefix = 'container.apparmor.security.beta.kubernetes.io/';
  const here = at === '' ? 'metadata.annotations' : `${at}.metadata.annotations`;
  return Object.keys(stringMap(record(template['metadata'])['annotations']))
    .filter((key) => key.startsWith(prefix))
    .map((key) => `${here}[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
}

function containerWarnings(container: Fields, at: string): readonly string[] {
  const warnings: string[] = [];
  const resources = record(container['resources']);
  for (const name of ['memory', 'ephemeral-storage']) {
    for (const part of ['limits', 'requests']) {
      const amount = record(resources[part])[name];
      const why = fraction(amount);
      if (why !== undefined) warnings.push(`${at}.resources.${part}[${name}]: ${why}`);
    }
  }
  warnings.push(...environmentWarnings(records(container['env']), at));
  return warnings;
}

/** What is wrong with a number of bytes that is no whole one. */
function fraction(amount: unknown): string | undefined {
  const quantity = parseQuantity(amount);
  if (quantity === undefined || isWhole(quantity)) return undefined;
  return `fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`;
}

/** A variable may build on itself: what refers to the earlier one does not hide it. */
function environmentWarnings(variables: readonly Fields[], at: string): readonly string[] {
  const seen = new Set<string>();
  const warnings: string[] = [];
  for (const [index, variable] of variables.entries()) {
    const name = text(variable['name']);
    const value = text(variable['value']);
    const own = `$(${name})`;
    if (seen.has(name) && (!isAbsent(variable['valueFrom']) || value === own || !value.includes(own))) {
      warnings.push(
        `${at}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
      );
    }
    seen.add(name);
  }
  return warnings;
}

/** A port of a container and where it is written. */
interface PlacedPort {
  readonly at: string;
  readonly port: Fields;
}

/** Ports are held against those of all containers of the pod. */
function portWarnings(spec: Fields, at: string): readonly string[] {
  const ports: PlacedPort[] = [];
  for (const field of CONTAINER_LISTS) {
    for (const [index, container] of records(spec[field]).entries()) {
      for (const [n, port] of records(container['ports']).entries())
        ports.push({ at: `${at}.${field}[${index}].ports[${n}]`, port });
    }
  }
  return [
    ...ports.flatMap((one, index) => [
      ...addressWithoutPort(one),
      ...ports.slice(0, index).flatMap((earlier) => samePort(one, earlier)),
    ]),
    ...sameNames(ports),
  ];
}

/** Go prints the whole port. */
function addressWithoutPort({ at, port }: PlacedPort): readonly string[] {
  const ip = text(port['hostIP']);
  if (ip === '' || integer(port['hostPort']) !== 0) return [];
  const shown = `{Name:${text(port['name'])} HostPort:0 ContainerPort:${integer(port['containerPort'])} Protocol:${text(port['protocol'])} HostIP:${ip}}`;
  return [`${at}: hostIP set without hostPort: ${shown}`];
}

function samePort(one: PlacedPort, earlier: PlacedPort): readonly string[] {
  if (one.port['containerPort'] !== earlier.port['containerPort']) return [];
  if (one.port['protocol'] !== earlier.port['protocol']) return [];
  const [host, theirs] = [integer(one.port['hostPort']), integer(earlier.port['hostPort'])];
  const [ip, theirIp] = [text(one.port['hostIP']), text(earlier.port['hostIP'])];
  const what =
    host === theirs && ip === theirIp
      ? 'duplicate'
      : host === 0 || theirs === 0
        ? 'overlapping'
        : host === theirs && (ip === '') !== (theirIp === '')
          ? 'dangerously ambiguous'
          : '';
  return what === '' ? [] : [`${one.at}: ${what} port definition with ${earlier.at}`];
}

function sameNames(ports: readonly PlacedPort[]): readonly string[] {
  const first = new Map<string, string>();
  return ports.flatMap(({ at, port }) => {
    const name = text(port['name']);
    const other = first.get(name);
    if (name === '' || other === undefined) {
      first.set(name, at);
      return [];
    }
    return [
      `${at}: duplicate port name ${JSON.stringify(name)} with ${other}, services and probes that select ports by name will use ${other}`,
    ];
  });
}
