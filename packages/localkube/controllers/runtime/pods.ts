import { messageOf } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { record, records, stringMap, strings } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { selectorMatches } from '../../kinds/selectors.ts';
import type { ControllerContext } from './context.ts';
import {
  MANAGER,
  controlled,
  controllerReference,
  isActive,
  isDeleting,
  isReady,
  phaseOf,
  specOf,
  statusOf,
} from './objects.ts';
import type { Recorder } from './recorder.ts';

/** A pod from a workload's template, owned by it. */
export function podFromTemplate(owner: KubeObject, template: Fields, metadata: Fields): KubeObject {
  const from = record(template['metadata']);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      namespace: owner.metadata.namespace ?? '',
      ...(from['annotations'] === undefined ? {} : { annotations: stringMap(from['annotations']) }),
      ...(from['finalizers'] === undefined ? {} : { finalizers: strings(from['finalizers']) }),
      labels: stringMap(from['labels']),
      ownerReferences: [controllerReference(owner)],
      ...metadata,
    },
    spec: template['spec'],
  };
}

/** Creates a pod and says so in an event. A refusal is told in an event too and thrown. */
export function createPod(
  context: ControllerContext,
  recorder: Recorder,
  owner: KubeObject,
  pod: KubeObject,
): KubeObject {
  try {
    const created = context.access.create(pod, MANAGER, true);
    recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    return created;
  } catch (thrown) {
    recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(thrown)}`);
    throw thrown;
  }
}

export function deletePod(
  context: ControllerContext,
  recorder: Recorder,
  owner: KubeObject,
  pod: KubeObject,
): void {
  context.access.delete('', 'Pod', pod.metadata.namespace ?? '', pod.metadata.name, { ...uidOf(pod) });
  recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}

function uidOf(object: KubeObject): { readonly uid?: string } {
  return object.metadata.uid === undefined ? {} : { uid: object.metadata.uid };
}

/** The pods a workload controls, after it has taken those without a controller that fit its selector. */
export function claimPods(context: ControllerContext, owner: KubeObject): KubeObject[] {
  const pods = controlled(context.access, owner, 'Pod');
  if (isDeleting(owner)) return pods;
  for (const orphan of context.orphans('Pod', owner.metadata.namespace ?? '')) {
    if (!isActive(orphan) || !selectorMatches(specOf(owner)['selector'], orphan.metadata.labels)) continue;
    pods.push(adopt(context, owner, orphan));
  }
  return pods;
}

export function adopt(context: ControllerContext, owner: KubeObject, orphan: KubeObject): KubeObject {
  const ownerReferences = [...(orphan.metadata.ownerReferences ?? []), controllerReference(owner)];
  return context.access.update({ ...orphan, metadata: { ...orphan.metadata, ownerReferences } }, MANAGER);
}

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Which pods go first when there are too many: unassigned, then pending, then not ready, then young ones. */
export function byDeletionRank(a: KubeObject, b: KubeObject): number {
  const bound = Number(specOf(a)['nodeName'] !== undefined) - Number(specOf(b)['nodeName'] !== undefined);
  if (bound !== 0) return bound;
  const phase = (PHASE_RANK[phaseOf(a)] ?? 0) - (PHASE_RANK[phaseOf(b)] ?? 0);
  if (phase !== 0) return phase;
  const ready = Number(isReady(a)) - Number(isReady(b));
  if (ready !== 0) return ready;
  const restarts = restartsOf(b) - restartsOf(a);
  if (restarts !== 0) return restarts;
  // Times as texts: comparing them as words of a language would load that language first.
  const [madeA, madeB] = [String(a.metadata.creationTimestamp), String(b.metadata.creationTimestamp)];
  if (madeA !== madeB) return madeB < madeA ? -1 : 1;
  return b.metadata.name < a.metadata.name ? -1 : 1;
}

function restartsOf(pod: KubeObject): number {
  return records(statusOf(pod)['containerStatuses']).reduce(
    (most, c) => Math.max(most, Number(c['restartCount'] ?? 0)),
    0,
  );
}
