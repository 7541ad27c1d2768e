import type { Status } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { Draft, WriteContext } from '../registry/types.ts';
import { StatusError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { child, isAbsent, list, record, records, text } from './fields.ts';
import { limitPod } from './limits.ts';
import { pathSegment } from './names.ts';
import { parseQuantity } from './quantity.ts';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A refusal by admission: 403 with upstream's sentence. */
export function admissionRefusal(group: string, plural: string, name: string, why: string): StatusError {
  const qualified = group === '' ? plural : `${plural}.${group}`;
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${qualified} "${name}" is forbidden: ${why}`,
    reason: 'Forbidden',
    details: { name, ...(group === '' ? {} : { group }), kind: plural },
    code: 403,
  };
  return new StatusError(status);
}

/** What the real server's admission plugins do to a new Pod: account, priority, tolerations, the token volume. */
export function admitPod(draft: Draft, context: WriteContext): void {
  const spec = child(draft, 'spec');
  admitServiceAccount(draft, spec, context);
  admitPriority(draft, spec, context);
  admitRuntimeClass(draft, spec, context);
  admitTolerations(spec);
  const refused = limitPod(draft, spec, context);
  if (refused !== undefined) throw admissionRefusal('', 'pods', draft.metadata.name, refused);
  if (!isAbsent(record(draft.metadata['annotations'])['kubernetes.io/config.mirror'])) return;
  const gated = list(spec['schedulingGates']).length > 0;
  const status: Fields = { phase: 'Pending', qosClass: qosClass(spec) };
  if (gated) {
    status['conditions'] = [
      {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: `${new Date(context.now).toISOString().slice(0, 19)}Z`,
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ];
  }
  draft['status'] = status;
}

function admitServiceAccount(draft: Draft, spec: Fields, context: WriteContext): void {
  const name = text(spec['serviceAccountName']) || 'default';
  spec['serviceAccountName'] = name;
  spec['serviceAccount'] = name;
  const namespace = draft.metadata.namespace ?? '';
  const account = context.find('', 'ServiceAccount', namespace, name);
  if (account === undefined) {
    const [segment] = pathSegment(name);
    const problem =
      segment === undefined
        ? `serviceaccount "${name}" not found`
        : `invalid resource name ${JSON.stringify(name)}: [${segment}]`;
    const why = `error looking up service account ${namespace}/${name}: ${problem}`;
    // A namespace's own account is made a moment after the namespace: a pod that comes sooner need not fail here.
    if (name === 'default') return;
    throw admissionRefusal('', 'pods', draft.metadata.name, why);
  }
  const automount = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true;
  if (automount === true) mountToken(draft.metadata.name, spec);
  if (list(spec['imagePullSecrets']).length === 0) {
    const secrets = list(account['imagePullSecrets']);
    if (secrets.length > 0) spec['imagePullSecrets'] = secrets;
  }
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters of generated names that depend on the seed only, so that the same objects come out the same. */
function suffixOf(seed: string): string {
  let hash = 2166136261;
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 16777619) >>> 0;
  let suffix = '';
  for (let i = 0; i < 5; i++) {
    suffix += SUFFIX_ALPHABET[hash % SUFFIX_ALPHABET.length];
    hash = Math.imul(hash ^ (hash >>> 13), 16777619) >>> 0;
  }
  return suffix;
}

function mountToken(podName: string, spec: Fields): void {
  const name = `kube-api-access-${suffixOf(podName)}`;
  let mounted = false;
  for (const field of ['initContainers', 'containers']) {
    for (const container of records(spec[field])) {
      const mounts = records(container['volumeMounts']);
      if (mounts.some((mount) => mount['mountPath'] === TOKEN_PATH)) continue;
      container['volumeMounts'] = [...mounts, { name, readOnly: true, mountPath: TOKEN_PATH }];
      mounted = true;
    }
  }
  if (!mounted) return;
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ];
  spec['volumes'] = [...list(spec['volumes']), { name, projected: { sources, defaultMode: 420 } }];
}

const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

function admitPriority(draft: Draft, spec: Fields, context: WriteContext): void {
  const className = text(spec['priorityClassName']);
  const priorityClass =
    className === ''
      ? defaultClass(context)
      : context.find('scheduling.k8s.io', 'PriorityClass', '', className);
  const system = SYSTEM_PRIORITIES[className];
  if (className !== '' && priorityClass === undefined && system === undefined) {
    throw admissionRefusal(
      '',
      'pods',
      draft.metadata.name,
      `no PriorityClass with name ${className} was found`,
    );
  }
  const value = Number(priorityClass?.['value'] ?? system ?? 0);
  const given = spec['priority'];
  if (typeof given === 'number' && given !== value) {
    const why =
      `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller ` +
      `computed ${value} from the given PriorityClass name`;
    throw admissionRefusal('', 'pods', draft.metadata.name, why);
  }
  if (className === '' && priorityClass !== undefined)
    spec['priorityClassName'] = priorityClass.metadata.name;
  spec['priority'] = value;
  const policy = text(priorityClass?.['preemptionPolicy']) || 'PreemptLowerPriority';
  const wanted = spec['preemptionPolicy'];
  if (!isAbsent(wanted) && wanted !== policy) {
    const why =
      `the string value of PreemptionPolicy (${text(wanted)}) must not be provided in pod spec; priority admission controller ` +
      `computed ${policy} from the given PriorityClass name`;
    throw admissionRefusal('', 'pods', draft.metadata.name, why);
  }
  spec['preemptionPolicy'] = policy;
}

function defaultClass(context: WriteContext): ReturnType<WriteContext['find']> {
  for (const candidate of context.list('scheduling.k8s.io', 'PriorityClass')) {
    if (candidate['globalDefault'] === true) return candidate;
  }
  return undefined;
}

function admitRuntimeClass(draft: Draft, spec: Fields, context: WriteContext): void {
  const name = text(spec['runtimeClassName']);
  const given = spec['overhead'];
  if (isAbsent(spec['runtimeClassName'])) {
    const why = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    if (!isAbsent(given)) throw admissionRefusal('', 'pods', draft.metadata.name, why);
    return;
  }
  if (name === '') return;
  const runtimeClass = context.find('node.k8s.io', 'RuntimeClass', '', name);
  if (runtimeClass === undefined) {
    const why = `pod rejected: RuntimeClass "${name}" not found`;
    throw admissionRefusal('', 'pods', draft.metadata.name, why);
  }
  const overhead = record(runtimeClass['overhead'])['podFixed'];
  if (!isAbsent(given) && !equalData(given, overhead ?? null)) {
    const why = isAbsent(overhead)
      ? 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'
      : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
    throw admissionRefusal('', 'pods', draft.metadata.name, why);
  }
  if (!isAbsent(overhead)) spec['overhead'] = overhead;
}

/** Pods stay five minutes on a node that is not ready or not reachable, unless they say otherwise. */
export function admitTolerations(spec: Fields): void {
  const tolerations = records(spec['tolerations']);
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !tolerations.some((toleration) => toleratesNoExecute(toleration, key)))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  if (added.length > 0) spec['tolerations'] = [...tolerations, ...added];
}

function toleratesNoExecute(toleration: Fields, key: string): boolean {
  const itsKey = text(toleration['key']);
  const effect = text(toleration['effect']);
  return (itsKey === key || itsKey === '') && (effect === 'NoExecute' || effect === '');
}

/** Guaranteed, Burstable or BestEffort, from cpu and memory of all containers. */
function qosClass(spec: Fields): string {
  let any = false;
  let guaranteed = true;
  // Resources of the pod as a whole, where it has any, stand for those of its containers.
  const parts = isAbsent(spec['resources'])
    ? [...records(spec['initContainers']), ...records(spec['containers'])]
    : [spec];
  for (const container of parts) {
    const resources = record(container['resources']);
    const requests = record(resources['requests']);
    const limits = record(resources['limits']);
    for (const name of ['cpu', 'memory']) {
      const request = parseQuantity(requests[name]) ?? 0n;
      const limit = parseQuantity(limits[name]) ?? 0n;
      if (request > 0n || limit > 0n) any = true;
      if (limit === 0n || request !== limit) guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
