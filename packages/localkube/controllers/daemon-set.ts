import type { KubeObject } from '@plumbline/api';
import { integer, list, record, stringMap, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import { whyNot } from '../pods/node.ts';
import { resolve } from './deployment/numbers.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueOwner, enqueueSelf } from './runtime/context.ts';
import {
  isActive,
  isDeleting,
  isReady,
  keyOf,
  phaseOf,
  specOf,
  splitKey,
  statusOf,
  untilAvailable,
  withoutZeros,
  writeStatus,
} from './runtime/objects.ts';
import { claimPods, createPod, deletePod, podFromTemplate } from './runtime/pods.ts';
import type { Recorder } from './runtime/recorder.ts';
import { REVISION_HASH, currentRevision, revisionsOf, trimRevisions } from './runtime/revisions.ts';

/** Taints that daemons live with. */
const TOLERATED = [
  'not-ready',
  'unreachable',
  'disk-pressure',
  'memory-pressure',
  'pid-pressure',
  'unschedulable',
];

/** DaemonSets: one pod on each node that takes it. */
export function startDaemonSets(context: ControllerContext): void {
  const { access } = context;
  const recorder = context.recorder('daemonset-controller');
  const queue = context.loop.queue('DaemonSet', (key) => {
    const [namespace, name] = splitKey(key);
    const set = access.get('apps', 'DaemonSet', namespace, name);
    if (set !== undefined) sync(context, recorder, set, (ms) => queue.addAfter(key, ms));
  });
  context.watch('apps', 'DaemonSet', enqueueSelf(queue));
  context.watch('', 'Pod', enqueueOwner(queue, 'DaemonSet'));
  context.watch('', 'Node', () => {
    for (const set of access.list('apps', 'DaemonSet')) queue.add(keyOf(set));
  });
}

function nodeOf(pod: KubeObject): string {
  const spec = specOf(pod);
  if (text(spec['nodeName']) !== '') return text(spec['nodeName']);
  const required = record(
    record(record(spec['affinity'])['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution'],
  );
  const field = record(list(record(list(required['nodeSelectorTerms'])[0])['matchFields'])[0]);
  return text(list(field['values'])[0]);
}

function sync(
  context: ControllerContext,
  recorder: Recorder,
  set: KubeObject,
  again: (ms: number) => void,
): void {
  const pods = claimPods(context, set);
  if (isDeleting(set)) return;
  const revisions = revisionsOf(context, set);
  const revision = currentRevision(context, set, revisions);
  const hash = text(revision.metadata.labels?.[REVISION_HASH]);
  const nodes = Array.from(context.access.list('', 'Node'));
  const fits = new Set(
    nodes
      .filter((node) => whyNot(daemonPod(set, hash, node.metadata.name), node) === undefined)
      .map((node) => node.metadata.name),
  );
  const byNode = new Map<string, KubeObject[]>();
  for (const pod of pods) byNode.set(nodeOf(pod), [...(byNode.get(nodeOf(pod)) ?? []), pod]);
  for (const [node, here] of byNode) {
    for (const [index, pod] of here.entries()) {
      const ended = phaseOf(pod) === 'Failed' || phaseOf(pod) === 'Succeeded';
      if (!isDeleting(pod) && (ended || index > 0 || !fits.has(node))) deletePod(context, recorder, set, pod);
    }
  }
  for (const node of fits) {
    if ((byNode.get(node) ?? []).length === 0) createPod(context, recorder, set, daemonPod(set, hash, node));
  }
  roll(context, recorder, set, hash, fits.size);
  const left = claimPods(context, set);
  trimRevisions(
    context,
    set,
    revisions,
    new Set([
      revision.metadata.name,
      ...left.map((pod) => `${set.metadata.name}-${text(pod.metadata.labels?.[REVISION_HASH])}`),
    ]),
  );
  writeStatus(context.access, set, statusFor(context, set, left, fits, hash, again));
}

function daemonPod(set: KubeObject, hash: string, node: string): KubeObject {
  const template = record(specOf(set)['template']);
  const spec = record(template['spec']);
  const affinity = record(spec['affinity']);
  const nodeAffinity = record(affinity['nodeAffinity']);
  const field = { key: 'metadata.name', operator: 'In', values: [node] };
  const terms = list(
    record(nodeAffinity['requiredDuringSchedulingIgnoredDuringExecution'])['nodeSelectorTerms'],
  );
  const bound = (terms.length === 0 ? [{}] : terms).map((term) => ({
    ...record(term),
    matchFields: [field],
  }));
  const tolerations = TOLERATED.map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: name === 'not-ready' || name === 'unreachable' ? 'NoExecute' : 'NoSchedule',
  }));
  const placed = {
    ...template,
    spec: {
      ...spec,
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: bound },
        },
      },
      tolerations: [...list(spec['tolerations']), ...tolerations],
    },
  };
  const labels = {
    ...stringMap(record(template['metadata'])['labels']),
    [REVISION_HASH]: hash,
    'pod-template-generation': String(set.metadata.generation ?? 1),
  };
  return podFromTemplate(set, placed, { name: '', generateName: `${set.metadata.name}-`, labels });
}

/** Replaces pods of earlier templates, so many at a time as may be unavailable. */
function roll(
  context: ControllerContext,
  recorder: Recorder,
  set: KubeObject,
  hash: string,
  desired: number,
): void {
  const strategy = record(specOf(set)['updateStrategy']);
  if (strategy['type'] === 'OnDelete') return;
  const pods = claimPods(context, set).filter(isActive);
  // With a surge the new pod would come first; on one node the outcome is the same after one more step.
  const most = Math.max(1, resolve(record(strategy['rollingUpdate'])['maxUnavailable'], desired, 'up'));
  let unavailable = desired - pods.filter(isReady).length;
  for (const pod of pods.filter((one) => one.metadata.labels?.[REVISION_HASH] !== hash)) {
    if (isReady(pod) && unavailable >= most) continue;
    if (isReady(pod)) unavailable++;
    deletePod(context, recorder, set, pod);
  }
}

function statusFor(
  context: ControllerContext,
  set: KubeObject,
  pods: readonly KubeObject[],
  fits: ReadonlySet<string>,
  hash: string,
  again: (ms: number) => void,
): Fields {
  const active = pods.filter((pod) => !isDeleting(pod));
  const here = active.filter((pod) => fits.has(nodeOf(pod)));
  let available = 0;
  for (const pod of here) {
    const wait = untilAvailable(pod, integer(specOf(set)['minReadySeconds']), context.clock.now());
    if (wait === 0) available++;
    else if (wait !== undefined) again(wait);
  }
  const conditions = statusOf(set)['conditions'];
  return {
    currentNumberScheduled: here.length,
    numberMisscheduled: active.length - here.length,
    desiredNumberScheduled: fits.size,
    numberReady: here.filter(isReady).length,
    ...withoutZeros({
      observedGeneration: set.metadata.generation,
      updatedNumberScheduled: here.filter((pod) => pod.metadata.labels?.[REVISION_HASH] === hash).length,
      numberAvailable: available,
      numberUnavailable: fits.size - available,
      conditions,
    }),
  };
}
