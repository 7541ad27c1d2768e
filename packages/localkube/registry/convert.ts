import { deepFreeze } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';

/** Where a kind is kept and how it gets there and back. */
export interface Conversion {
  readonly storage: { readonly group: string; readonly version: string; readonly kind: string };
  fromStorage(object: KubeObject): KubeObject;
  toStorage(object: KubeObject): KubeObject;
}

const same = (object: KubeObject): KubeObject => object;

/** Built-in kinds that are served in two shapes are kept in one: events as core/v1, autoscalers as autoscaling/v2. */
export function conversionFor(group: string, version: string, kind: string): Conversion {
  if (group === 'events.k8s.io' && kind === 'Event') {
    return {
      storage: { group: '', version: 'v1', kind },
      fromStorage: once(eventFromCore),
      toStorage: eventToCore,
    };
  }
  if (group === 'autoscaling' && version === 'v1' && kind === 'HorizontalPodAutoscaler') {
    return {
      storage: { group, version: 'v2', kind },
      fromStorage: once(scalerFromV2),
      toStorage: scalerToV2,
    };
  }
  return { storage: { group, version, kind }, fromStorage: same, toStorage: same };
}

/** Converts each stored object once; stored objects never change, and neither may what others see of them. */
export function once(convert: (object: KubeObject) => KubeObject): (object: KubeObject) => KubeObject {
  const known = new WeakMap<KubeObject, KubeObject>();
  return (object) => {
    // A draft still changes, and what is made of it shares parts with it.
    if (!Object.isFrozen(object)) return convert(object);
    const found = known.get(object);
    if (found !== undefined) return found;
    const made = deepFreeze(convert(object));
    known.set(object, made);
    return made;
  };
}

const eventNames = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['count', 'deprecatedCount'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['source', 'deprecatedSource'],
] as const;

function renameFields(
  object: KubeObject,
  apiVersion: string,
  names: readonly (readonly [string, string])[],
): KubeObject {
  const renamed: Record<string, unknown> = { ...object, apiVersion };
  for (const [from, to] of names) {
    delete renamed[from];
    if (from in object) renamed[to] = object[from];
  }
  return renamed as unknown as KubeObject;
}

const eventFromCore = (object: KubeObject): KubeObject =>
  renameFields(object, 'events.k8s.io/v1', eventNames);
const eventToCore = (object: KubeObject): KubeObject =>
  renameFields(
    object,
    'v1',
    eventNames.map(([core, modern]) => [modern, core] as const),
  );

interface CpuMetric {
  readonly type?: string;
  readonly resource?: { readonly name?: string; readonly target?: { readonly averageUtilization?: number } };
}

interface CpuStatus {
  readonly type?: string;
  readonly resource?: { readonly name?: string; readonly current?: { readonly averageUtilization?: number } };
}

const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';
const conditionsAnnotation = 'autoscaling.alpha.kubernetes.io/conditions';
const behaviorAnnotation = 'autoscaling.alpha.kubernetes.io/behavior';

/** v1 knows CPU utilisation only; everything else travels in annotations, as upstream does it. */
function scalerFromV2(object: KubeObject): KubeObject {
  const {
    metrics = [],
    behavior,
    ...spec
  } = (object.spec ?? {}) as { metrics?: readonly CpuMetric[]; behavior?: unknown };
  const {
    currentMetrics = [],
    conditions,
    ...status
  } = (object.status ?? {}) as {
    currentMetrics?: readonly CpuStatus[] | null;
    conditions?: readonly unknown[];
  };
  const isCpu = (metric: CpuMetric): boolean =>
    metric.type === 'Resource' &&
    metric.resource?.name === 'cpu' &&
    metric.resource.target?.averageUtilization !== undefined;
  const cpu = metrics.find(isCpu);
  const others = metrics.filter((metric) => metric !== cpu);
  const current = currentMetrics?.find(
    (metric) => metric.type === 'Resource' && metric.resource?.name === 'cpu',
  );
  const annotations = {
    ...object.metadata.annotations,
    ...(others.length > 0 && { [metricsAnnotation]: JSON.stringify(others) }),
    ...(behavior !== undefined && { [behaviorAnnotation]: JSON.stringify(behavior) }),
    ...(conditions !== undefined &&
      conditions.length > 0 && { [conditionsAnnotation]: JSON.stringify(conditions) }),
  };
  const utilization = cpu?.resource?.target?.averageUtilization;
  const currentUtilization = current?.resource?.current?.averageUtilization;
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: { ...spec, ...(utilization !== undefined && { targetCPUUtilizationPercentage: utilization }) },
    status: {
      currentReplicas: 0,
      ...status,
      ...(currentUtilization !== undefined && { currentCPUUtilizationPercentage: currentUtilization }),
    },
  };
}

function scalerToV2(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = (object.spec ?? {}) as {
    targetCPUUtilizationPercentage?: number;
  };
  const { currentCPUUtilizationPercentage: current, ...status } = (object.status ?? {}) as {
    currentCPUUtilizationPercentage?: number;
  };
  const { annotations: all = {}, ...metadata } = object.metadata;
  const {
    [metricsAnnotation]: metricsText,
    [behaviorAnnotation]: behaviorText,
    [conditionsAnnotation]: conditionsText,
    ...annotations
  } = all;
  const metrics: unknown[] = parsed(metricsText) ?? [];
  if (target !== undefined) {
    metrics.push({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
    });
  }
  const behavior = parsed<unknown>(behaviorText);
  const conditions = parsed<unknown[]>(conditionsText);
  const cpuStatus = { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } };
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: {
      ...metadata,
      name: object.metadata.name,
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: { ...spec, ...(metrics.length > 0 && { metrics }), ...(behavior !== undefined && { behavior }) },
    status: {
      ...status,
      currentMetrics: current === undefined ? null : [cpuStatus],
      ...(conditions !== undefined && { conditions }),
    },
  };
}

function parsed<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    // A hand-written annotation that is no JSON is dropped, as upstream does.
    return undefined;
  }
}
