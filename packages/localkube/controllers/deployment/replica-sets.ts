import { equalData } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { integer, record, stringMap, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { selectorMatches } from '../../kinds/selectors.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { templateHash } from '../runtime/hash.ts';
import {
  MANAGER,
  controlled,
  controllerReference,
  isDeleting,
  specOf,
  statusOf,
} from '../runtime/objects.ts';
import { adopt } from '../runtime/pods.ts';
import { scaled } from './numbers.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAXIMUM = 'deployment.kubernetes.io/max-replicas';
const HASH_LABEL = 'pod-template-hash';
/** Annotations of the deployment that its sets do not take over. */
const OWN_ANNOTATIONS = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  HISTORY,
  DESIRED,
  MAXIMUM,
  'deprecated.deployment.rollback.to',
]);

export const replicasOf = (object: KubeObject): number => integer(specOf(object)['replicas']);
export const statusNumber = (object: KubeObject, field: string): number => integer(statusOf(object)[field]);
export const sum = (sets: readonly KubeObject[], value: (set: KubeObject) => number): number =>
  sets.reduce((total, set) => total + value(set), 0);

/** The sets of a deployment, oldest first, with those it may adopt. */
export function setsOf(context: ControllerContext, deployment: KubeObject): KubeObject[] {
  const sets = controlled(context.access, deployment, 'ReplicaSet');
  if (!isDeleting(deployment)) {
    for (const orphan of context.orphans('ReplicaSet', deployment.metadata.namespace ?? '')) {
      if (selectorMatches(specOf(deployment)['selector'], orphan.metadata.labels))
        sets.push(adopt(context, deployment, orphan));
    }
  }
  return sets.toSorted(byAge);
}

function byAge(a: KubeObject, b: KubeObject): number {
  const [madeA, madeB] = [String(a.metadata.creationTimestamp), String(b.metadata.creationTimestamp)];
  if (madeA !== madeB) return madeA < madeB ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** A template without the label that tells sets apart. */
function withoutHash(template: unknown): unknown {
  const part = record(template);
  const metadata = record(part['metadata']);
  const labels = stringMap(metadata['labels']);
  if (labels[HASH_LABEL] === undefined) return part;
  const { [HASH_LABEL]: _, ...rest } = labels;
  return { ...part, metadata: { ...metadata, labels: rest } };
}

/** The oldest set that runs the deployment's present template. */
export function findNewSet(deployment: KubeObject, sets: readonly KubeObject[]): KubeObject | undefined {
  const wanted = withoutHash(specOf(deployment)['template']);
  return sets.find((set) => equalData(withoutHash(specOf(set)['template']), wanted));
}

export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0) || 0;
}

/** A set for the present template, with the hash in its name, labels and selector. */
export function newSet(deployment: KubeObject, replicas: number, revision: number): KubeObject {
  const spec = specOf(deployment);
  const template = record(spec['template']);
  const hash = templateHash(template, statusNumber(deployment, 'collisionCount'));
  const metadata = record(template['metadata']);
  const labels = { ...stringMap(metadata['labels']), [HASH_LABEL]: hash };
  const selector = record(spec['selector']);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: setAnnotations(deployment, undefined, revision),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(integer(spec['minReadySeconds']) === 0 ? {} : { minReadySeconds: spec['minReadySeconds'] }),
      selector: { ...selector, matchLabels: { ...stringMap(selector['matchLabels']), [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}

function setAnnotations(
  deployment: KubeObject,
  set: KubeObject | undefined,
  revision: number,
): Record<string, string> {
  const present = set?.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...present };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!OWN_ANNOTATIONS.has(key)) annotations[key] = value;
  }
  const before = text(present[REVISION]);
  if (Number(before || 0) < revision) {
    annotations[REVISION] = String(revision);
    if (before !== '')
      annotations[HISTORY] = [text(present[HISTORY]), before].filter((part) => part !== '').join(',');
  }
  return { ...annotations, ...sizeAnnotations(deployment) };
}

function sizeAnnotations(deployment: KubeObject): Record<string, string> {
  const { replicas, surge } = scaled(deployment);
  return { [DESIRED]: String(replicas), [MAXIMUM]: String(replicas + surge) };
}

/** Brings annotations (and minReadySeconds) of the current set up to date. */
export function refreshSet(
  context: ControllerContext,
  deployment: KubeObject,
  set: KubeObject,
  revision: number,
): KubeObject {
  const annotations = setAnnotations(deployment, set, revision);
  const minReady = integer(specOf(deployment)['minReadySeconds']);
  const same = minReady === integer(specOf(set)['minReadySeconds']);
  if (same && equalData(annotations, set.metadata.annotations)) return set;
  const spec: Fields = { ...specOf(set), minReadySeconds: minReady };
  return context.access.update(
    { ...set, metadata: { ...set.metadata, annotations }, spec: same ? set['spec'] : spec },
    MANAGER,
  );
}

/** Sets the number of replicas of a set and says so in an event. */
export function scaleSet(
  context: ControllerContext,
  deployment: KubeObject,
  set: KubeObject,
  replicas: number,
): KubeObject {
  const sizes = sizeAnnotations(deployment);
  const before = replicasOf(set);
  const annotated = Object.entries(sizes).every(([key, value]) => set.metadata.annotations?.[key] === value);
  if (before === replicas && annotated) return set;
  const metadata = { ...set.metadata, annotations: { ...set.metadata.annotations, ...sizes } };
  const updated = context.access.update({ ...set, metadata, spec: { ...specOf(set), replicas } }, MANAGER);
  if (before !== replicas) {
    const message = `Scaled ${before < replicas ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`;
    context.recorder('deployment-controller').event(deployment, 'Normal', 'ScalingReplicaSet', message);
  }
  return updated;
}
