import { parseApiVersion } from '@plumbline/api';
import type { HealthStatus, KubeObject } from '@plumbline/api';
import { apiServiceHealth, definitionHealth } from './definitions.ts';
import { cronJobHealth, jobHealth, workflowHealth } from './jobs.ts';
import { podHealth } from './pod.ts';
import { health } from './read.ts';
import { autoscalerHealth, disruptionBudgetHealth } from './scaling.ts';
import { ingressHealth, serviceHealth, volumeClaimHealth } from './services.ts';
import { daemonSetHealth, deploymentHealth, replicaSetHealth, statefulSetHealth } from './workloads.ts';

interface Rule {
  /** The versions that the rule knows; others are `Unknown`, as upstream. None named: all. */
  readonly versions?: readonly string[];
  /** What upstream calls the kind where it refuses a version. */
  readonly label?: string;
  readonly judge: (object: KubeObject) => HealthStatus;
}

const V1 = ['v1'] as const;

const RULES: Readonly<Record<string, Rule>> = {
  'apps/Deployment': { versions: V1, judge: deploymentHealth },
  'apps/StatefulSet': { versions: V1, judge: statefulSetHealth },
  'apps/DaemonSet': { versions: V1, judge: daemonSetHealth },
  'apps/ReplicaSet': { versions: V1, judge: replicaSetHealth },
  '/Pod': { versions: V1, judge: podHealth },
  '/Service': { versions: V1, judge: serviceHealth },
  '/PersistentVolumeClaim': { versions: V1, judge: volumeClaimHealth },
  'extensions/Ingress': { judge: ingressHealth },
  'networking.k8s.io/Ingress': { judge: ingressHealth },
  'batch/Job': { versions: V1, judge: jobHealth },
  'batch/CronJob': { judge: cronJobHealth },
  'autoscaling/HorizontalPodAutoscaler': { versions: ['v1', 'v2'], label: 'HPA', judge: autoscalerHealth },
  'policy/PodDisruptionBudget': { judge: disruptionBudgetHealth },
  'apiregistration.k8s.io/APIService': { versions: ['v1', 'v1beta1'], judge: apiServiceHealth },
  'apiextensions.k8s.io/CustomResourceDefinition': { judge: definitionHealth },
  'argoproj.io/Workflow': { judge: workflowHealth },
};

const HOOK_FINALIZER = 'argocd.argoproj.io/hook-finalizer';

/** How well an object is, by the rules that Argo CD has for built-in kinds. Undefined: its kind has no notion of health. */
export function healthOf(object: KubeObject): HealthStatus | undefined {
  if (
    object.metadata.deletionTimestamp !== undefined &&
    object.metadata.finalizers?.includes(HOOK_FINALIZER) !== true
  ) {
    return health('Progressing', 'Pending deletion');
  }
  return ruleHealthOf(object);
}

/** The rule of the kind alone, without regard to a deletion that is under way. */
export function ruleHealthOf(object: KubeObject): HealthStatus | undefined {
  const { group, version } = parseApiVersion(object.apiVersion);
  const rule = RULES[`${group}/${object.kind}`];
  if (rule === undefined) return undefined;
  if (rule.versions === undefined || rule.versions.includes(version)) return rule.judge(object);
  const kind = `${object.apiVersion}, Kind=${object.kind}`;
  return health('Unknown', `unsupported ${rule.label ?? object.kind} GVK: ${kind}`);
}
