import { recordAt, recordsAt, textAt } from '@plumbline/base';
import type { Fields } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access } from '@plumbline/localkube';
import { nearest } from './nearest.ts';

/** So many pods that fail alike are told as one. */
interface Told {
  readonly text: string;
  pods: number;
}

const namesMax = 3;
const eventsMax = 4;

/** Waiting that is only the way to somewhere. */
const passing: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', '']);
/** Events that say again what the status of a pod says better. */
const repeated: ReadonlySet<string> = new Set([
  'FailedScheduling',
  'BackOff',
  'Unhealthy',
  'Failed',
  'BackoffLimitExceeded',
]);

/** Why an object is not well: what its conditions, its pods and their events say. */
export function reasonsOf(access: Access, object: KubeObject): readonly string[] {
  const family = familyOf(access, object);
  const pods = family.filter(({ kind }) => kind === 'Pod');
  const told = new Map<string, Told>();
  for (const pod of pods) {
    for (const reason of podReasons(pod)) {
      const text = `${reason}${hintFor(access, pod, reason)}`;
      const known = told.get(text);
      if (known === undefined) told.set(text, { text, pods: 1 });
      else known.pods++;
    }
  }
  const reasons = Array.from(told.values(), ({ text, pods: count }) =>
    object.kind === 'Pod' ? text : `${count === 1 ? 'a pod' : `${count} pods`}: ${text}`,
  );
  for (const one of family)
    if (one.kind !== 'Pod')
      for (const text of conditionReasons(one)) if (!reasons.includes(text)) reasons.push(text);
  for (const text of eventReasons(access, family, reasons)) reasons.push(text);
  for (const claim of claimReasons(access, object, pods)) if (!reasons.includes(claim)) reasons.push(claim);
  return reasons;
}

/** The object and everything that was made for it. */
function familyOf(access: Access, object: KubeObject): readonly KubeObject[] {
  const family: KubeObject[] = [object];
  const seen = new Set([object.metadata.uid]);
  for (const one of family) {
    for (const child of access.children(one.metadata.uid ?? '')) {
      if (seen.has(child.metadata.uid) || isOutdated(child)) continue;
      seen.add(child.metadata.uid);
      family.push(child);
    }
  }
  return family;
}

/** Old ReplicaSets of a Deployment are kept for rollbacks and say nothing of now. */
function isOutdated(child: KubeObject): boolean {
  return child.kind === 'ReplicaSet' && recordAt(child, 'spec')['replicas'] === 0;
}

function podReasons(pod: KubeObject): readonly string[] {
  const status = recordAt(pod, 'status');
  const scheduled = recordsAt(status, 'conditions').find((c) => c['type'] === 'PodScheduled');
  if (scheduled?.['status'] === 'False') return [`cannot be scheduled: ${textAt(scheduled, 'message')}`];
  const reasons: string[] = [];
  for (const [field, word] of [
    ['initContainerStatuses', 'init container'],
    ['containerStatuses', 'container'],
  ] as const) {
    for (const container of recordsAt(status, field)) {
      const text = containerReason(container, field === 'containerStatuses');
      if (text !== undefined) reasons.push(`${word} ${textAt(container, 'name')} ${text}`);
    }
  }
  const reason = textAt(status, 'reason');
  if (reason !== '') reasons.push(`${reason}: ${textAt(status, 'message')}`);
  const gate = recordsAt(status, 'conditions').find((c) => c['reason'] === 'ReadinessGatesNotReady');
  if (gate !== undefined) reasons.push(textAt(gate, 'message'));
  return reasons;
}

const kinds: Readonly<Record<string, string>> = {
  configmap: 'ConfigMap',
  secret: 'Secret',
  persistentvolumeclaim: 'PersistentVolumeClaim',
};

/** What is missing is often there by a slightly other name, or in another namespace. */
function hintFor(access: Access, pod: KubeObject, reason: string): string {
  const missing = /(configmap|secret|persistentvolumeclaim) "([^"]+)" not found/.exec(reason);
  const kind = kinds[missing?.[1] ?? ''];
  const name = missing?.[2];
  if (kind === undefined || name === undefined) return '';
  const namespace = pod.metadata.namespace ?? '';
  const here = Array.from(access.list('', kind, namespace), (one) => one.metadata.name);
  const near = nearest(
    name,
    here.filter((one) => one !== 'kube-root-ca.crt'),
  );
  if (near !== undefined) return ` (did you mean "${near}"?)`;
  for (const one of access.list('', kind))
    if (one.metadata.name === name) return ` (there is one in namespace ${one.metadata.namespace ?? ''})`;
  return '';
}

function containerReason(container: Fields, main: boolean): string | undefined {
  const state = recordAt(container, 'state');
  const waiting = recordAt(state, 'waiting');
  const reason = textAt(waiting, 'reason');
  const last = endText(recordAt(recordAt(container, 'lastState'), 'terminated'));
  if (!passing.has(reason)) {
    const message = textAt(waiting, 'message');
    const text = `waits: ${reason}${message === '' ? '' : `: ${message}`}`;
    return last === undefined ? text : `${text} (it ${last})`;
  }
  const ended = endText(recordAt(state, 'terminated'));
  if (ended !== undefined) return ended;
  const startable = main && container['ready'] !== true && state['running'] !== undefined;
  if (!startable) return undefined;
  return container['started'] === true
    ? 'runs, but is not ready'
    : 'runs, but its startup probe has not passed';
}

/** How a container ended; undefined: it did not, or it ended well. */
function endText(terminated: Fields): string | undefined {
  const code = terminated['exitCode'];
  if (typeof code !== 'number' || code === 0) return undefined;
  return `ended with exit code ${code} (${textAt(terminated, 'reason')})`;
}

/** What the conditions of a workload say is failing. */
function conditionReasons(object: KubeObject): readonly string[] {
  const status = recordAt(object, 'status');
  return recordsAt(status, 'conditions').flatMap((condition) => {
    const type = textAt(condition, 'type');
    const bad =
      (type === 'ReplicaFailure' || type === 'Failed') && condition['status'] === 'True'
        ? true
        : type === 'Progressing' && textAt(condition, 'reason') === 'ProgressDeadlineExceeded';
    return bad ? [`${textAt(condition, 'reason')}: ${textAt(condition, 'message')}`] : [];
  });
}

/** Warnings about the family, each text once, without those that were told already. */
function eventReasons(
  access: Access,
  family: readonly KubeObject[],
  told: readonly string[],
): readonly string[] {
  const uids = new Set(family.map(({ metadata }) => metadata.uid));
  const namespace = family[0]?.metadata.namespace ?? '';
  const texts = new Set<string>();
  for (const event of access.list('', 'Event', namespace)) {
    if (event['type'] !== 'Warning') continue;
    if (!uids.has(textAt(recordAt(event, 'involvedObject'), 'uid'))) continue;
    const reason = textAt(event, 'reason');
    const message = textAt(event, 'message');
    if (repeated.has(reason) || told.some((text) => text.includes(message.replace(/^Error: /, '')))) continue;
    texts.add(`${reason}: ${message}`);
  }
  const all = Array.from(texts);
  return all.length <= eventsMax
    ? all
    : [...all.slice(0, eventsMax), `and ${all.length - eventsMax} more warnings`];
}

/** Why claims that pods wait for are not bound; the object may be such a claim itself. */
function claimReasons(access: Access, object: KubeObject, pods: readonly KubeObject[]): readonly string[] {
  const claims = new Map<string, KubeObject>();
  if (object.kind === 'PersistentVolumeClaim') claims.set(object.metadata.name, object);
  for (const pod of pods) {
    for (const volume of recordsAt(recordAt(pod, 'spec'), 'volumes')) {
      const name = textAt(recordAt(volume, 'persistentVolumeClaim'), 'claimName');
      const claim =
        name === '' ? undefined : access.get('', 'PersistentVolumeClaim', pod.metadata.namespace ?? '', name);
      if (claim !== undefined) claims.set(name, claim);
    }
  }
  return Array.from(claims.values()).flatMap((claim) => {
    if (recordAt(claim, 'status')['phase'] === 'Bound') return [];
    const wanted = recordAt(claim, 'spec')['storageClassName'];
    const name = claim.metadata.name;
    if (typeof wanted !== 'string') return [`claim ${name}: there is no default StorageClass`];
    if (wanted === '') return [`claim ${name}: no PersistentVolume fits, and its class is empty`];
    const known = Array.from(access.list('storage.k8s.io', 'StorageClass'), (one) => one.metadata.name);
    return known.includes(wanted)
      ? []
      : [`claim ${name}: StorageClass "${wanted}" does not exist (there ${namesText(known)})`];
  });
}

function namesText(names: readonly string[]): string {
  if (names.length === 0) return 'is none';
  const shown = names.slice(0, namesMax).join(', ');
  return `${names.length === 1 ? 'is' : 'are'} ${shown}${names.length > namesMax ? ', ...' : ''}`;
}
