import type { KubeObject } from '@plumbline/api';
import { isAbsent, record, records, stringMap } from '../kinds/fields.ts';
import { isEmptySelector, selectorMatches } from '../kinds/selectors.ts';
import { resolve } from './deployment/numbers.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueSelf } from './runtime/context.ts';
import { createLabelIndex, createSelectorIndex } from './runtime/label-index.ts';
import type { LabelIndex } from './runtime/label-index.ts';
import {
  controllerOf,
  isActive,
  isReady,
  keyOf,
  specOf,
  splitKey,
  statusOf,
  timeText,
  withCondition,
  writeStatus,
} from './runtime/objects.ts';

/** Changes of pods are gathered for so long: a pod that starts is counted once, when it is ready. */
const BATCH_MS = 250;

/** PodDisruptionBudgets: how many of the pods they select are healthy and how many may go. */
export function startDisruptionBudgets(context: ControllerContext): void {
  const { access } = context;
  const pods = createLabelIndex();
  const budgets = createSelectorIndex(({ spec }) => plainPairs(record(spec)['selector']));
  const queue = context.loop.queue('disruption', (key) => {
    const [namespace, name] = splitKey(key);
    const budget = access.get('policy', 'PodDisruptionBudget', namespace, name);
    if (budget !== undefined) sync(context, budget, pods);
  });
  context.watch('policy', 'PodDisruptionBudget', (event) => {
    if (event.type === 'deleted') budgets.remove(event.object);
    else budgets.set(event.object);
    // The controller's own writes of the status change nothing that it looks at.
    if (event.type !== 'modified' || event.object['spec'] !== event.previous?.['spec'])
      enqueueSelf(queue)(event);
  });
  context.watch('', 'Pod', ({ type, object, previous }) => {
    if (type === 'deleted') pods.remove(object);
    else pods.set(object);
    if (
      type === 'modified' &&
      previous !== undefined &&
      isReady(object) === isReady(previous) &&
      isActive(object) === isActive(previous)
    )
      return;
    const namespace = object.metadata.namespace ?? '';
    for (const name of budgets.selecting(namespace, object.metadata.labels ?? {})) {
      const budget = access.get('policy', 'PodDisruptionBudget', namespace, name);
      if (budget !== undefined && selectorMatches(specOf(budget)['selector'], object.metadata.labels))
        queue.addAfter(keyOf(budget), BATCH_MS);
    }
  });
}

/** The pairs that every pod of a selector has. */
function plainPairs(selector: unknown): Readonly<Record<string, string>> {
  return stringMap(record(selector)['matchLabels']);
}

/** How many pods the workloads behind these pods want. */
function expected(context: ControllerContext, pods: readonly KubeObject[]): number {
  const owners = new Map(pods.map((pod) => [controllerOf(pod)?.uid ?? pod.metadata.name, pod] as const));
  let total = 0;
  for (const pod of owners.values()) {
    const owner = controllerOf(pod);
    const group =
      owner?.apiVersion.includes('/') === true
        ? owner.apiVersion.slice(0, owner.apiVersion.indexOf('/'))
        : '';
    const workload =
      owner === undefined
        ? undefined
        : context.access.get(group, owner.kind, pod.metadata.namespace ?? '', owner.name);
    const replicas = workload === undefined ? undefined : specOf(workload)['replicas'];
    total += typeof replicas === 'number' ? replicas : 1;
  }
  return total;
}

function sync(context: ControllerContext, budget: KubeObject, index: LabelIndex): void {
  const { selector, minAvailable, maxUnavailable } = specOf(budget);
  const namespace = budget.metadata.namespace ?? '';
  const pods: KubeObject[] = [];
  for (const name of index.withAll(namespace, plainPairs(selector))) {
    const pod = context.access.get('', 'Pod', namespace, name);
    if (
      pod !== undefined &&
      isActive(pod) &&
      (isEmptySelector(selector)
        ? !isAbsent(selector)
        : selectorMatches(selector, stringMap(pod.metadata.labels)))
    )
      pods.push(pod);
  }
  const expectedPods = expected(context, pods);
  const desiredHealthy = isAbsent(maxUnavailable)
    ? resolve(minAvailable ?? 1, expectedPods, 'up')
    : Math.max(0, expectedPods - resolve(maxUnavailable, expectedPods, 'up'));
  const currentHealthy = pods.filter(isReady).length;
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const now = timeText(context.clock.now());
  const condition =
    disruptionsAllowed > 0
      ? ({ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' } as const)
      : ({ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' } as const);
  writeStatus(context.access, budget, {
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    observedGeneration: budget.metadata.generation,
    conditions: withCondition(records(statusOf(budget)['conditions']), condition, now, {
      observedGeneration: budget.metadata.generation,
    }),
  });
}
