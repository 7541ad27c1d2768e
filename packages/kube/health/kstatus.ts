import { numberAt, optionalNumberAt, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { Fields } from '@plumbline/base';
import { parseApiVersion } from '@plumbline/api';
import type { KubeObject } from '@plumbline/api';
import { condition } from './read.ts';

/** How far an object is on its way to what its spec says, in the words of the kstatus convention. */
export interface KStatus {
  readonly status: 'InProgress' | 'Failed' | 'Current' | 'Terminating' | 'Unknown';
  readonly message: string;
}

/** What Kubernetes takes for no deadline. */
const NO_DEADLINE = 2_147_483_647;
/** So long an unschedulable pod may still find a node. */
const SCHEDULING_MS = 15_000;

/** The convention that Flux waits by: the kind's own rule where there is one, else generation and conditions. */
export function kstatus(object: KubeObject, now: number): KStatus {
  const spec = recordAt(object, 'spec');
  const status = recordAt(object, 'status');
  const general = generic(object, status);
  if (general !== undefined) return general;
  const { group } = parseApiVersion(object.apiVersion);
  const rule = RULES[`${group}/${object.kind}`];
  if (rule !== undefined) return rule(object, spec, status, now);
  return readyCondition(status) ?? current('Resource is current');
}

function current(message: string): KStatus {
  return { status: 'Current', message };
}

function inProgress(message: string): KStatus {
  return { status: 'InProgress', message };
}

function failed(message: string): KStatus {
  return { status: 'Failed', message };
}

/** What holds for every kind: deletion, the generation that was seen, and the two abnormal conditions. */
function generic(object: KubeObject, status: Fields): KStatus | undefined {
  if (object.metadata.deletionTimestamp !== undefined) {
    return { status: 'Terminating', message: 'Resource scheduled for deletion' };
  }
  const observed = optionalNumberAt(status, 'observedGeneration');
  const generation = object.metadata.generation;
  if (observed !== undefined && generation !== undefined && observed !== generation) {
    const label = object.kind;
    return inProgress(`${label} generation is ${generation}, but latest observed generation is ${observed}`);
  }
  for (const c of recordsAt(status, 'conditions')) {
    if (c['type'] === 'Reconciling' && c['status'] === 'True') return inProgress(textAt(c, 'message'));
    if (c['type'] === 'Stalled' && c['status'] === 'True') return failed(textAt(c, 'message'));
  }
  return undefined;
}

function readyCondition(status: Fields): KStatus | undefined {
  const ready = condition(status, 'Ready');
  if (ready === undefined) return undefined;
  return ready['status'] === 'True' ? current('Resource is Ready') : inProgress(textAt(ready, 'message'));
}

type Rule = (object: KubeObject, spec: Fields, status: Fields, now: number) => KStatus;

const RULES: Readonly<Record<string, Rule>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  '/Pod': pod,
  '/Service': service,
  '/PersistentVolumeClaim': volumeClaim,
  'policy/PodDisruptionBudget': () => current('AllowedDisruptions has been computed.'),
  'batch/CronJob': () => current('CronJob is always ready'),
  '/ConfigMap': () => current('Resource is always ready'),
  '/Secret': () => current('Resource is always ready'),
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
};

function deployment(_object: KubeObject, spec: Fields, status: Fields): KStatus {
  const progressing = condition(status, 'Progressing');
  if (progressing?.['reason'] === 'ProgressDeadlineExceeded') return failed('Progress deadline exceeded');
  const deadline = optionalNumberAt(spec, 'progressDeadlineSeconds') ?? NO_DEADLINE;
  const desired = optionalNumberAt(spec, 'replicas') ?? 1;
  const replicas = numberAt(status, 'replicas');
  const updated = numberAt(status, 'updatedReplicas');
  const available = numberAt(status, 'availableReplicas');
  const ready = numberAt(status, 'readyReplicas');
  if (desired > replicas) return inProgress(`Replicas: ${replicas}/${desired}`);
  if (desired > updated) return inProgress(`Updated: ${updated}/${desired}`);
  if (replicas > desired) return inProgress(`Pending termination: ${replicas - desired}`);
  if (updated > available) return inProgress(`Available: ${available}/${updated}`);
  if (desired > ready) return inProgress(`Ready: ${ready}/${desired}`);
  const isProgressed =
    progressing?.['status'] === 'True' && progressing['reason'] === 'NewReplicaSetAvailable';
  if (!isProgressed && deadline !== NO_DEADLINE) return inProgress('ReplicaSet not Available');
  if (condition(status, 'Available')?.['status'] !== 'True') return inProgress('Deployment not Available');
  return current(`Deployment is available. Replicas: ${replicas}`);
}

function statefulSet(_object: KubeObject, spec: Fields, status: Fields): KStatus {
  const strategy = recordAt(spec, 'updateStrategy');
  if (strategy['type'] === 'OnDelete') return current('StatefulSet is using the ondelete update strategy');
  const desired = optionalNumberAt(spec, 'replicas') ?? 1;
  const replicas = numberAt(status, 'replicas');
  const ready = numberAt(status, 'readyReplicas');
  const updated = numberAt(status, 'updatedReplicas');
  if (desired > replicas) return inProgress(`Replicas: ${replicas}/${desired}`);
  if (desired > ready) return inProgress(`Ready: ${ready}/${desired}`);
  if (replicas > desired) return inProgress(`Pending termination: ${replicas - desired}`);
  const partition = optionalNumberAt(recordAt(strategy, 'rollingUpdate'), 'partition');
  if (partition !== undefined) {
    if (updated < desired - partition) return inProgress(`updated: ${updated}/${desired - partition}`);
    return current(`Partition rollout complete. updated: ${updated}`);
  }
  if (numberAt(status, 'currentReplicas') < desired) {
    return inProgress(`current: ${numberAt(status, 'currentReplicas')}/${desired}`);
  }
  if (textAt(status, 'currentRevision') !== textAt(status, 'updateRevision')) {
    return inProgress('Waiting for updated revision to match current');
  }
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`);
}

function daemonSet(object: KubeObject, _spec: Fields, status: Fields): KStatus {
  const desired = optionalNumberAt(status, 'desiredNumberScheduled');
  if (object.metadata.generation === undefined) return inProgress('DaemonSet metadata.generation not found');
  if (status['observedGeneration'] === undefined)
    return inProgress('DaemonSet status.observedGeneration not found');
  if (desired === undefined) return inProgress('Missing .status.desiredNumberScheduled');
  const pairs: readonly [string, string][] = [
    ['Current', 'currentNumberScheduled'],
    ['Updated', 'updatedNumberScheduled'],
    ['Available', 'numberAvailable'],
    ['Ready', 'numberReady'],
  ];
  for (const [label, field] of pairs) {
    const value = numberAt(status, field);
    if (desired > value) return inProgress(`${label}: ${value}/${desired}`);
  }
  return current(`All replicas scheduled as expected. Replicas: ${desired}`);
}

function replicaSet(_object: KubeObject, spec: Fields, status: Fields): KStatus {
  const failure = condition(status, 'ReplicaFailure');
  if (failure?.['status'] === 'True') return inProgress('Replica Failure condition. Check Pods');
  const desired = optionalNumberAt(spec, 'replicas') ?? 1;
  const replicas = numberAt(status, 'replicas');
  const labelled = numberAt(status, 'fullyLabeledReplicas');
  const available = numberAt(status, 'availableReplicas');
  const ready = numberAt(status, 'readyReplicas');
  if (desired > labelled) return inProgress(`Labelled: ${labelled}/${desired}`);
  if (desired > available) return inProgress(`Available: ${available}/${desired}`);
  if (desired > ready) return inProgress(`Ready: ${ready}/${desired}`);
  if (replicas > desired) return inProgress(`Pending termination: ${replicas - desired}`);
  return current(`ReplicaSet is available. Replicas: ${replicas}`);
}

function job(_object: KubeObject, spec: Fields, status: Fields): KStatus {
  const succeeded = numberAt(status, 'succeeded');
  const active = numberAt(status, 'active');
  const failures = numberAt(status, 'failed');
  const completions = optionalNumberAt(spec, 'completions') ?? optionalNumberAt(spec, 'parallelism') ?? 1;
  for (const c of recordsAt(status, 'conditions')) {
    if (c['status'] !== 'True') continue;
    if (c['type'] === 'Complete') return current(`Job Completed. succeeded: ${succeeded}/${completions}`);
    if (c['type'] === 'Failed') return failed(`Job Failed. failed: ${failures}/${completions}`);
    if (c['type'] === 'Suspended' && spec['suspend'] === true) return current('Job is suspended');
  }
  if (textAt(status, 'startTime') === '') return inProgress('Job not started');
  return current(`Job in progress. success:${succeeded}, active: ${active}, failed: ${failures}`);
}

function pod(object: KubeObject, _spec: Fields, status: Fields, now: number): KStatus {
  switch (textAt(status, 'phase')) {
    case 'Succeeded':
      return current('Pod has completed successfully');
    case 'Failed':
      return current('Pod has completed, but not successfully');
    case 'Running': {
      if (condition(status, 'Ready')?.['status'] === 'True') return current('Pod is Ready');
      const looping = recordsAt(status, 'containerStatuses').filter(
        (c) => recordAt(recordAt(c, 'state'), 'waiting')['reason'] === 'CrashLoopBackOff',
      );
      if (looping.length === 0) return inProgress('Pod is running but is not Ready');
      return failed(`Containers in CrashLoop state: ${looping.map((c) => textAt(c, 'name')).join(',')}`);
    }
    case 'Pending': {
      const scheduled = condition(status, 'PodScheduled');
      if (scheduled?.['status'] !== 'False' || scheduled['reason'] !== 'Unschedulable') {
        return inProgress('Pod is in the Pending phase');
      }
      const age = now - Date.parse(object.metadata.creationTimestamp ?? '');
      return age < SCHEDULING_MS
        ? inProgress('Pod has not been scheduled')
        : failed('Pod could not be scheduled');
    }
    default:
      return inProgress('Pod phase not available');
  }
}

function service(_object: KubeObject, spec: Fields): KStatus {
  return spec['type'] === 'LoadBalancer' && textAt(spec, 'clusterIP') === ''
    ? inProgress('ClusterIP not set. Service type: LoadBalancer')
    : current('Service is ready');
}

function volumeClaim(_object: KubeObject, _spec: Fields, status: Fields): KStatus {
  const phase = textAt(status, 'phase');
  return phase === 'Bound'
    ? current('PVC is Bound')
    : inProgress(`PVC is not Bound. phase: ${phase === '' ? 'unknown' : phase}`);
}

function definition(_object: KubeObject, _spec: Fields, status: Fields): KStatus {
  for (const c of recordsAt(status, 'conditions')) {
    if (c['type'] === 'NamesAccepted' && c['status'] === 'False') return failed(textAt(c, 'message'));
    if (c['type'] !== 'Established') continue;
    if (c['status'] === 'False' && c['reason'] !== 'Installing') return failed(textAt(c, 'message'));
    if (c['status'] === 'True') return current('CRD is established');
  }
  return inProgress('Install in progress');
}
