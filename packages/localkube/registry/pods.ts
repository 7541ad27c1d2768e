import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Served } from './catalogue.ts';
import { read, tableOf, timeText } from './core.ts';
import type { Core, WriteOptions } from './core.ts';
import { badRequest, conflict, failure, notFound } from './errors.ts';
import { remove } from './remove.ts';
import type { DeleteOptions } from './types.ts';
import { shown } from './shown.ts';

interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/** POST binding: a scheduler puts a pod on a node. */
export function binding(
  core: Core,
  namespace: string,
  name: string,
  body: unknown,
  options: WriteOptions,
): void {
  if (!isRecord(body)) throw badRequest('expected a Binding');
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  const target = isRecord(body.target) ? body.target : {};
  const problems = bindingProblems(target);
  if (problems.length > 0) {
    const text = problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`;
    throw failure(500, undefined, text);
  }
  const podName = name === '' ? shown(metadata.name) : name;
  const resource = core.catalogue.byKind('', 'Pod')!;
  const pod = read(core, resource, namespace, podName);
  if (pod === undefined) throw notFound(resource, podName);
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(
      { ...resource, plural: 'pods/binding' },
      podName,
      `pod ${podName} is being deleted, cannot be assigned to a host`,
    );
  const spec = pod.spec as { readonly nodeName?: string };
  if (spec.nodeName !== undefined && spec.nodeName !== '') {
    throw conflict(
      { ...resource, plural: 'pods/binding' },
      podName,
      `pod ${podName} is already assigned to node ${JSON.stringify(spec.nodeName)}`,
    );
  }
  if (!options.dryRun) bindPod(core, pod, shown(target.name), undefined);
}

/** The binding itself is no stored object, so its mistakes come as plain errors. */
function bindingProblems(target: Readonly<Record<string, unknown>>): readonly string[] {
  const problems: string[] = [];
  const kind = target['kind'] ?? '';
  if (kind !== '' && kind !== 'Node')
    problems.push(
      `target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`,
    );
  if ((target['name'] ?? '') === '') problems.push('target.name: Required value');
  return problems;
}

/**
 * Writes the node of a pod and that it is scheduled, as upstream does past the pod's own checks: the generation stays,
 * and the place belongs to nobody. `status`: what kubelet has to say in the same instant, as its own write.
 */
export function bindPod(
  core: Core,
  pod: KubeObject,
  node: string,
  status: Readonly<Record<string, unknown>> | undefined,
): KubeObject {
  const resource = core.catalogue.byKind('', 'Pod')!;
  const time = timeText(core.clock.now());
  const before = (pod.status ?? {}) as PodStatus;
  const scheduled = {
    type: 'PodScheduled',
    observedGeneration: pod.metadata.generation,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: time,
  };
  const conditions = [...(before.conditions ?? []).filter(({ type }) => type !== 'PodScheduled'), scheduled];
  const bound: KubeObject = {
    ...pod,
    metadata: { ...pod.metadata, resourceVersion: '' },
    spec: { ...(pod.spec as object), nodeName: node },
    status: status ?? { ...before, conditions },
  };
  if (status !== undefined) {
    const managedFields = core.doors.updateManagers({
      before: pod as never,
      after: { ...pod, status } as never,
      manager: 'kubelet',
      schema: resource.schema,
      apiVersion: 'v1',
      subresource: 'status',
      time,
    });
    (bound.metadata as { managedFields?: unknown }).managedFields = managedFields;
  }
  return tableOf(core, resource).put(bound);
}

interface Budget extends KubeObject {
  readonly spec: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } | null };
  readonly status?: { readonly disruptionsAllowed?: number; readonly observedGeneration?: number };
}

/** POST eviction: a deletion that disruption budgets may refuse. */
export function evict(
  core: Core,
  resource: Served,
  namespace: string,
  name: string,
  options: DeleteOptions,
): void {
  const pod = read(core, resource, namespace, name);
  if (pod === undefined) throw notFound(resource, name);
  const budgets = [...budgetsOf(core, pod)];
  if (budgets.length > 1) {
    throw failure(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = budgets;
  // Pods that run no longer, or not yet, may always go.
  const phase = (pod.status as PodStatus | undefined)?.phase;
  const free =
    phase === 'Pending' ||
    phase === 'Succeeded' ||
    phase === 'Failed' ||
    pod.metadata.deletionTimestamp !== undefined;
  if (budget !== undefined && !free) useBudget(core, budget, options.dryRun === true);
  remove(core, resource, namespace, name, options);
}

function* budgetsOf(core: Core, pod: KubeObject): Generator<Budget> {
  for (const object of core.store.table('policy', 'PodDisruptionBudget').list(pod.metadata.namespace ?? '')) {
    const budget = object as Budget;
    const wanted = budget.spec.selector?.matchLabels;
    if (wanted === undefined) continue;
    if (Object.entries(wanted).every(([key, value]) => pod.metadata.labels?.[key] === value)) yield budget;
  }
}

function useBudget(core: Core, budget: Budget, dryRun: boolean): void {
  const allowed = budget.status?.disruptionsAllowed ?? 0;
  if (allowed <= 0) {
    throw failure(
      429,
      'TooManyRequests',
      "Cannot evict pod as it would violate the pod's disruption budget.",
      {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: `The disruption budget ${budget.metadata.name} needs more healthy pods than there are`,
          },
        ],
      },
    );
  }
  if (dryRun) return;
  core.store
    .table('policy', 'PodDisruptionBudget')
    .put({ ...budget, status: { ...budget.status, disruptionsAllowed: allowed - 1 } });
}
