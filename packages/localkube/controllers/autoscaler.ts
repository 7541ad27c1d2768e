import type { KubeObject } from '@plumbline/api';
import { parseApiVersion } from '@plumbline/api';
import { integer, record, records, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueSelf } from './runtime/context.ts';
import {
  MANAGER,
  isDeleting,
  keyOf,
  specOf,
  splitKey,
  statusOf,
  timeText,
  withCondition,
  writeStatus,
} from './runtime/objects.ts';
import type { Condition } from './runtime/objects.ts';

/**
 * Annotation of an autoscaler that sets what all its pods together are said to use, in per cent of what one of them requests:
 * `cpu=150,memory=40`. Without it each pod uses what the autoscaler aims at.
 */
const USAGE = 'plumbline.dev/usage';
/** As upstream: a deviation of a tenth is none. */
const TOLERANCE = 0.1;
/** As upstream's default: a smaller number has to be recommended for so long. */
const SCALE_DOWN_MS = 300_000;
const targets = [
  ['apps', 'Deployment'],
  ['apps', 'StatefulSet'],
  ['apps', 'ReplicaSet'],
] as const;

/** HorizontalPodAutoscalers: keep targets within bounds and follow the metrics that are set on them. */
export function startAutoscalers(context: ControllerContext): void {
  const { access } = context;
  const lower = new Map<string, number>();
  const queue = context.loop.queue('autoscalers', (key) => {
    const [namespace, name] = splitKey(key);
    const scaler = access.get('autoscaling', 'HorizontalPodAutoscaler', namespace, name);
    if (scaler === undefined || isDeleting(scaler)) {
      lower.delete(key);
      return;
    }
    const wait = sync(context, scaler, lower);
    if (wait !== undefined) queue.addAfter(key, wait);
  });
  context.watch('autoscaling', 'HorizontalPodAutoscaler', enqueueSelf(queue));
  for (const [group, kind] of targets)
    context.watch(group, kind, ({ object }) => {
      for (const scaler of access.list('autoscaling', 'HorizontalPodAutoscaler', object.metadata.namespace)) {
        const reference = record(specOf(scaler)['scaleTargetRef']);
        if (reference['kind'] === kind && reference['name'] === object.metadata.name)
          queue.add(keyOf(scaler));
      }
    });
}

/** Answers after how long to look again. */
function sync(
  context: ControllerContext,
  scaler: KubeObject,
  lower: Map<string, number>,
): number | undefined {
  const { access, clock } = context;
  const spec = specOf(scaler);
  const reference = record(spec['scaleTargetRef']);
  const { group } = parseApiVersion(text(reference['apiVersion']));
  const kind = text(reference['kind']);
  const target = access.get(group, kind, scaler.metadata.namespace ?? '', text(reference['name']));
  if (target === undefined) {
    const plural = `${kind.toLowerCase()}s${group === '' ? '' : `.${group}`}`;
    const message = `the HPA controller was unable to get the target's current scale: ${plural} ${JSON.stringify(text(reference['name']))} not found`;
    writeConditions(context, scaler, {}, [
      { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message },
    ]);
    return undefined;
  }
  const current = integer(specOf(target)['replicas'] ?? 1);
  const able: Condition = {
    type: 'AbleToScale',
    status: 'True',
    reason: 'ReadyForNewScale',
    message: 'recommended size matches current size',
  };
  if (current === 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    const counts = { currentReplicas: 0, desiredReplicas: 0 };
    writeConditions(context, scaler, counts, [
      {
        ...able,
        message: "the HPA controller was able to get the target's current scale",
        reason: 'SucceededGetScale',
      },
      { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message },
    ]);
    return undefined;
  }
  const missing = missingRequest(target, records(spec['metrics']));
  if (missing !== undefined) {
    const { resource, container } = missing;
    const message = `the HPA was unable to compute the replica count: failed to get ${resource} utilization: missing request for ${resource} in container ${container} of Pod ${target.metadata.name}`;
    writeConditions(context, scaler, { currentReplicas: current, desiredReplicas: current }, [
      {
        ...able,
        message: "the HPA controller was able to get the target's current scale",
        reason: 'SucceededGetScale',
      },
      { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric', message },
    ]);
    return undefined;
  }
  const wanted = recommendation(scaler, current);
  const { bounded, limited } = withinBounds(spec, wanted);
  const { replicas, wait } = stabilized(
    keyOf(scaler),
    current,
    bounded,
    integer(spec['maxReplicas']),
    lower,
    clock.now(),
  );
  const scaled = replicas !== current;
  if (scaled) scale(context, scaler, target, replicas, wanted);
  writeConditions(
    context,
    scaler,
    {
      currentReplicas: current,
      desiredReplicas: replicas,
      currentMetrics: currentMetrics(scaler, current),
      ...(scaled
        ? { lastScaleTime: timeText(clock.now()) }
        : statusOf(scaler)['lastScaleTime'] === undefined
          ? {}
          : { lastScaleTime: statusOf(scaler)['lastScaleTime'] }),
    },
    [
      scaled
        ? {
            ...able,
            reason: 'SucceededRescale',
            message: `the HPA controller was able to update the target scale to ${replicas}`,
          }
        : able,
      {
        type: 'ScalingActive',
        status: 'True',
        reason: 'ValidMetricFound',
        message: `the HPA was able to successfully calculate a replica count from ${metricText(records(spec['metrics'])[0])}`,
      },
      limited,
    ],
  );
  return wait;
}

/** Utilization is in per cent of what the containers request. */
function missingRequest(
  target: KubeObject,
  metrics: readonly Fields[],
): { readonly resource: string; readonly container: string } | undefined {
  const containers = records(record(record(specOf(target)['template'])['spec'])['containers']);
  for (const metric of metrics) {
    const { name, target: goal } = record(metric['resource']);
    if (metric['type'] !== 'Resource' || record(goal)['type'] !== 'Utilization') continue;
    for (const container of containers)
      if (record(record(container['resources'])['requests'])[text(name)] === undefined)
        return { resource: text(name), container: text(container['name']) };
  }
  return undefined;
}

/** Usage against goal, by the name of the metric; those that are not set are at their goal. */
function measured(
  scaler: KubeObject,
  current: number,
): readonly { readonly name: string; readonly goal: number; readonly value: number }[] {
  const set = new Map(
    (scaler.metadata.annotations?.[USAGE] ?? '').split(',').map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return [name.trim(), Number(value)] as const;
    }),
  );
  return records(specOf(scaler)['metrics']).flatMap((metric) => {
    const source = record(metric['type'] === 'Resource' ? metric['resource'] : undefined);
    const goal = record(source['target'])['averageUtilization'];
    const name = text(source['name']);
    if (typeof goal !== 'number' || goal <= 0) return [];
    const total = set.get(name);
    return [{ name, goal, value: total === undefined || !(total >= 0) ? goal : Math.round(total / current) }];
  });
}

/** The largest of what the metrics ask for. */
function recommendation(scaler: KubeObject, current: number): number {
  const ratios = measured(scaler, current).map(({ goal, value }) => value / goal);
  if (ratios.length === 0) return current;
  return Math.max(
    ...ratios.map((ratio) => (Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(current * ratio))),
  );
}

function withinBounds(
  spec: Fields,
  wanted: number,
): { readonly bounded: number; readonly limited: Condition } {
  const least = integer(spec['minReplicas'] ?? 1);
  const most = integer(spec['maxReplicas']);
  const limited = (status: 'True' | 'False', reason: string, message: string): Condition => ({
    type: 'ScalingLimited',
    status,
    reason,
    message,
  });
  if (wanted < least)
    return {
      bounded: least,
      limited: limited(
        'True',
        'TooFewReplicas',
        'the desired replica count is less than the minimum replica count',
      ),
    };
  if (wanted > most)
    return {
      bounded: most,
      limited: limited(
        'True',
        'TooManyReplicas',
        'the desired replica count is more than the maximum replica count',
      ),
    };
  return {
    bounded: wanted,
    limited: limited('False', 'DesiredWithinRange', 'the desired count is within the acceptable range'),
  };
}

/** More at once; less only when it has been recommended for a while, or when there are more than there may be. */
function stabilized(
  key: string,
  current: number,
  bounded: number,
  most: number,
  lower: Map<string, number>,
  now: number,
): { readonly replicas: number; readonly wait?: number } {
  if (bounded >= current || current > most) {
    lower.delete(key);
    return { replicas: bounded };
  }
  const since = lower.get(key) ?? now;
  lower.set(key, since);
  const left = since + SCALE_DOWN_MS - now;
  if (left > 0) return { replicas: current, wait: left };
  lower.delete(key);
  return { replicas: bounded };
}

function scale(
  context: ControllerContext,
  scaler: KubeObject,
  target: KubeObject,
  replicas: number,
  wanted: number,
): void {
  const spec = specOf(scaler);
  context.access.update({ ...target, spec: { ...specOf(target), replicas } }, MANAGER);
  const current = integer(specOf(target)['replicas'] ?? 1);
  const why =
    current < integer(spec['minReplicas'] ?? 1)
      ? 'Current number of replicas below Spec.MinReplicas'
      : current > integer(spec['maxReplicas'])
        ? 'Current number of replicas above Spec.MaxReplicas'
        : wanted > current
          ? `${metricText(records(spec['metrics'])[0])} above target`
          : 'All metrics below target';
  context
    .recorder('horizontal-pod-autoscaler')
    .event(scaler, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${why}`);
}

function metricText(metric: Fields | undefined): string {
  const source = record(metric?.['resource']);
  const name = text(source['name']) || 'cpu';
  return record(source['target'])['type'] === 'AverageValue'
    ? `${name} resource`
    : `${name} resource utilization (percentage of request)`;
}

function currentMetrics(scaler: KubeObject, current: number): readonly Fields[] {
  return measured(scaler, current).map(({ name, value }) => ({
    type: 'Resource',
    resource: { name, current: { averageUtilization: value, averageValue: '0' } },
  }));
}

function writeConditions(
  context: ControllerContext,
  scaler: KubeObject,
  counts: Fields,
  conditions: readonly Condition[],
): void {
  const now = timeText(context.clock.now());
  const names = new Set(conditions.map(({ type }) => type));
  let all: readonly Fields[] = records(statusOf(scaler)['conditions']).filter((one) =>
    names.has(text(one['type'])),
  );
  for (const condition of conditions) all = withCondition(all, condition, now);
  const before = statusOf(scaler);
  writeStatus(context.access, scaler, {
    ...(before['lastScaleTime'] === undefined ? {} : { lastScaleTime: before['lastScaleTime'] }),
    currentReplicas: 0,
    desiredReplicas: 0,
    ...(before['currentMetrics'] === undefined ? {} : { currentMetrics: before['currentMetrics'] }),
    ...counts,
    conditions: all,
  });
}
