import { isRecord, messageOf, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { Fields } from '@plumbline/base';
import type { HealthStatus, KubeObject } from '@plumbline/api';
import { health } from './read.ts';

const BROKEN = new Set([
  'AbleToScale/FailedGetScale',
  'AbleToScale/FailedUpdateScale',
  'ScalingActive/FailedGetResourceMetric',
  'ScalingActive/FailedGetObjectMetric',
  'ScalingActive/FailedGetPodsMetric',
  'ScalingActive/FailedGetExternalMetric',
  'ScalingActive/FailedComputeMetricsReplicas',
  'ScalingActive/InvalidSelector',
]);
const V1_CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';

/** A HorizontalPodAutoscaler by its conditions, also where older versions keep them in annotations. */
export function autoscalerHealth(object: KubeObject): HealthStatus {
  if (object.apiVersion === 'autoscaling/v2') {
    return fromConditions(recordsAt(recordAt(object, 'status'), 'conditions'));
  }
  const annotation = object.metadata.annotations?.[V1_CONDITIONS];
  if (annotation === undefined) return fromConditions([]);
  try {
    const conditions: unknown = JSON.parse(annotation);
    return fromConditions(Array.isArray(conditions) ? conditions.filter(isRecord) : []);
  } catch (thrown) {
    return health('Unknown', `failed to convert conditions annotation to typed: ${messageOf(thrown)}`);
  }
}

function fromConditions(conditions: readonly Fields[]): HealthStatus {
  const broken = conditions.find((c) => BROKEN.has(`${textAt(c, 'type')}/${textAt(c, 'reason')}`));
  if (broken !== undefined) return health('Degraded', textAt(broken, 'message'));
  const well = conditions.find(
    (c) => (c['type'] === 'AbleToScale' || c['type'] === 'ScalingLimited') && c['status'] === 'True',
  );
  return well === undefined
    ? health('Progressing', 'Waiting to Autoscale')
    : health('Healthy', textAt(well, 'message'));
}

/** A rule from Argo CD's resource library: too few pods is a state that a budget may well be in. */
export function disruptionBudgetHealth(object: KubeObject): HealthStatus {
  const conditions = recordsAt(recordAt(object, 'status'), 'conditions');
  const last = conditions.at(-1);
  if (last === undefined) return health('Progressing', 'Waiting for status');
  const bad = conditions.find((c) => c['status'] === 'False' && c['reason'] !== 'InsufficientPods');
  return bad === undefined
    ? health('Healthy', `PodDisruptionBudget has ${textAt(last, 'reason')}`)
    : health('Degraded', `PodDisruptionBudget has ${textAt(bad, 'reason')}`);
}
