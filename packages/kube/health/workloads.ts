import { numberAt, optionalNumberAt, recordAt, textAt } from '@plumbline/base';
import type { HealthStatus, KubeObject } from '@plumbline/api';
import { condition, health } from './read.ts';

/** A deployment by its observed generation, its deadline and its replicas. */
export function deploymentHealth(object: KubeObject): HealthStatus {
  const spec = recordAt(object, 'spec');
  const status = recordAt(object, 'status');
  if (spec['paused'] === true) return health('Suspended', 'Deployment is paused');
  if ((object.metadata.generation ?? 0) > numberAt(status, 'observedGeneration')) {
    return waiting('observed deployment generation less than desired generation');
  }
  const replicas = optionalNumberAt(spec, 'replicas');
  const updated = numberAt(status, 'updatedReplicas');
  const present = numberAt(status, 'replicas');
  const available = numberAt(status, 'availableReplicas');
  if (condition(status, 'Progressing')?.['reason'] === 'ProgressDeadlineExceeded') {
    return health('Degraded', `Deployment ${quote(object)} exceeded its progress deadline`);
  }
  if (replicas !== undefined && updated < replicas) {
    return waiting(`${updated} out of ${replicas} new replicas have been updated...`);
  }
  if (present > updated) return waiting(`${present - updated} old replicas are pending termination...`);
  if (available < updated) return waiting(`${available} of ${updated} updated replicas are available...`);
  return health('Healthy');
}

/** A stateful set by its observed generation, its replicas and its strategy of updates. */
export function statefulSetHealth(object: KubeObject): HealthStatus {
  const spec = recordAt(object, 'spec');
  const status = recordAt(object, 'status');
  const strategy = recordAt(spec, 'updateStrategy');
  const observed = numberAt(status, 'observedGeneration');
  if (observed === 0 || (object.metadata.generation ?? 0) > observed) {
    return health('Progressing', 'Waiting for statefulset spec update to be observed...');
  }
  const replicas = optionalNumberAt(spec, 'replicas');
  const ready = numberAt(status, 'readyReplicas');
  const updated = numberAt(status, 'updatedReplicas');
  if (replicas !== undefined && ready < replicas) {
    return health('Progressing', `Waiting for ${replicas - ready} pods to be ready...`);
  }
  if (strategy['type'] === 'RollingUpdate' && strategy['rollingUpdate'] !== undefined) {
    const partition = optionalNumberAt(recordAt(strategy, 'rollingUpdate'), 'partition');
    const wanted = replicas === undefined || partition === undefined ? 0 : replicas - partition;
    if (updated < wanted) {
      const progress = `${updated} out of ${wanted} new pods have been updated...`;
      return health('Progressing', `Waiting for partitioned roll out to finish: ${progress}`);
    }
    return health('Healthy', `partitioned roll out complete: ${updated} new pods have been updated...`);
  }
  if (strategy['type'] === 'OnDelete') return health('Healthy', `statefulset has ${ready} ready pods`);
  const current = textAt(status, 'currentRevision');
  const update = textAt(status, 'updateRevision');
  if (update !== current) {
    const progress = `${updated} pods at revision ${update}...`;
    return health('Progressing', `waiting for statefulset rolling update to complete ${progress}`);
  }
  const pods = numberAt(status, 'currentReplicas');
  return health('Healthy', `statefulset rolling update complete ${pods} pods at revision ${current}...`);
}

/** A daemon set by its observed generation and the pods that are scheduled, updated and available. */
export function daemonSetHealth(object: KubeObject): HealthStatus {
  const status = recordAt(object, 'status');
  if ((object.metadata.generation ?? 0) > numberAt(status, 'observedGeneration')) {
    return waiting('observed daemon set generation less than desired generation');
  }
  const updated = numberAt(status, 'updatedNumberScheduled');
  const desired = numberAt(status, 'desiredNumberScheduled');
  const available = numberAt(status, 'numberAvailable');
  if (recordAt(recordAt(object, 'spec'), 'updateStrategy')['type'] === 'OnDelete') {
    return health('Healthy', `daemon set ${updated} out of ${desired} new pods have been updated`);
  }
  const start = `Waiting for daemon set ${quote(object)} rollout to finish:`;
  if (updated < desired) {
    return health('Progressing', `${start} ${updated} out of ${desired} new pods have been updated...`);
  }
  if (available < desired) {
    return health('Progressing', `${start} ${available} of ${desired} updated pods are available...`);
  }
  return health('Healthy');
}

/** A replica set by its observed generation, its conditions and its replicas. */
export function replicaSetHealth(object: KubeObject): HealthStatus {
  const status = recordAt(object, 'status');
  if ((object.metadata.generation ?? 0) > numberAt(status, 'observedGeneration')) {
    return waiting('observed replica set generation less than desired generation');
  }
  const failure = condition(status, 'ReplicaFailure');
  if (failure !== undefined && failure['status'] === 'True')
    return health('Degraded', textAt(failure, 'message'));
  const replicas = optionalNumberAt(recordAt(object, 'spec'), 'replicas');
  const available = numberAt(status, 'availableReplicas');
  if (replicas !== undefined && available < replicas) {
    return waiting(`${available} out of ${replicas} new replicas are available...`);
  }
  return health('Healthy');
}

function waiting(why: string): HealthStatus {
  return health('Progressing', `Waiting for rollout to finish: ${why}`);
}

function quote(object: KubeObject): string {
  return JSON.stringify(object.metadata.name);
}
