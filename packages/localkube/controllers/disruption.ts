import type { KubeObject } from '@plumbline/api';
import { isAbsent, records, stringMap } from '../kinds/fields.ts';
import { isEmptySelector, selectorMatches } from '../kinds/selectors.ts';
import { resolve } from './deployment/numbers.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueSelf } from './runtime/context.ts';
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

/** PodDisruptionBudgets: how many of the pods they select are healthy and how many may go. */
export function startDisruptionBudgets(context: ControllerContext): void {
  const { access } = context;
  const queue = context.loop.queue('disruption', (key) => {
    const [namespace, name] = splitKey(key);
    const budget = access.get('policy', 'PodDisruptionBudget', namespace, name);
    if (budget !== undefined) sync(context, budget);
  });
  context.watch('policy', 'PodDisruptionBudget', enqueueSelf(queue));
  context.watch('', 'Pod', ({ type, object, previous }) => {
    if (
      type === 'modified' &&
      previous !== undefined &&
      isReady(object) === isReady(previous) &&
      isActive(object) === isActive(previous)
    )
      return;
    // Few namespaces have budgets and these have few, so a look at each is cheaper than an index.
    for (const budget of access.list('policy', 'PodDisruptionBudget', object.metadata.namespace ?? '')) {
      if (selectorMatches(specOf(budget)['selector'], object.metadata.labels)) queue.add(keyOf(budget));
    }
  });
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

function sync(context: ControllerContext, budget: KubeObject): void {
  const { selector, minAvailable, maxUnavailable } = specOf(budget);
  const pods: KubeObject[] = [];
  for (const pod of context.access.list('', 'Pod', budget.metadata.namespace ?? '')) {
    if (
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
