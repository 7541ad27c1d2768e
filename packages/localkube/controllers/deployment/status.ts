import type { KubeObject } from '@plumbline/api';
import { integer, records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import type { Condition } from '../runtime/objects.ts';
import { conditionOf, specOf, statusOf, timeText, withoutZeros } from '../runtime/objects.ts';
import { scaled } from './numbers.ts';
import { replicasOf, statusNumber, sum } from './replica-sets.ts';
import type { Sets } from './rolling.ts';
import { allOf } from './rolling.ts';

/** What happened in a round that conditions tell of. */
export type Event = 'created' | 'found' | undefined;

/** Status of a deployment from its sets. `wait`: milliseconds until the deadline of its progress is worth a look. */
export function deploymentStatus(
  deployment: KubeObject,
  sets: Sets,
  event: Event,
  now: number,
): { readonly status: Fields; readonly wait?: number } {
  const all = allOf(sets);
  const counts = countsOf(sets);
  let conditions: readonly Fields[] = records(statusOf(deployment)['conditions']);
  const time = timeText(now);
  const { replicas, unavailable } = scaled(deployment);
  const available = counts.availableReplicas >= replicas - unavailable;
  conditions = setCondition(
    conditions,
    {
      type: 'Available',
      status: available ? 'True' : 'False',
      reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `Deployment ${available ? 'has' : 'does not have'} minimum availability.`,
    },
    time,
  );
  const progress = progressOf(deployment, sets, counts, event, now);
  if (progress.condition !== undefined) conditions = setCondition(conditions, progress.condition, time);
  conditions = withReplicaFailure(conditions, all, time);
  const collisions = integer(statusOf(deployment)['collisionCount']);
  const status = {
    ...withoutZeros({
      observedGeneration: deployment.metadata.generation,
      ...counts,
      terminatingReplicas: undefined,
    }),
    terminatingReplicas: counts.terminatingReplicas,
    conditions,
    ...(collisions === 0 ? {} : { collisionCount: collisions }),
  };
  return progress.wait === undefined ? { status } : { status, wait: progress.wait };
}

interface Counts extends Fields {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
  readonly terminatingReplicas: number;
}

function countsOf(sets: Sets): Counts {
  const all = allOf(sets);
  const availableReplicas = sum(all, (set) => statusNumber(set, 'availableReplicas'));
  return {
    replicas: sum(all, (set) => statusNumber(set, 'replicas')),
    updatedReplicas: sets.current === undefined ? 0 : statusNumber(sets.current, 'replicas'),
    readyReplicas: sum(all, (set) => statusNumber(set, 'readyReplicas')),
    availableReplicas,
    unavailableReplicas: Math.max(0, sum(all, replicasOf) - availableReplicas),
    terminatingReplicas: sum(all, (set) => statusNumber(set, 'terminatingReplicas')),
  };
}

/** True when every replica is of the present template and available, and nothing of the old is left. */
export function isComplete(deployment: KubeObject, counts: Fields): boolean {
  const { replicas } = scaled(deployment);
  return (
    integer(counts['updatedReplicas']) === replicas &&
    integer(counts['replicas']) === replicas &&
    integer(counts['availableReplicas']) === replicas
  );
}

function progressOf(
  deployment: KubeObject,
  sets: Sets,
  counts: Counts,
  event: Event,
  now: number,
): { readonly condition?: Condition; readonly wait?: number } {
  const deadline = specOf(deployment)['progressDeadlineSeconds'];
  const present = conditionOf(deployment, 'Progressing');
  const make = (reason: string, message: string, status: Condition['status'] = 'True'): Condition => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  if (specOf(deployment)['paused'] === true) {
    if (present?.['reason'] === 'DeploymentPaused' || present?.['reason'] === 'ProgressDeadlineExceeded')
      return {};
    return { condition: make('DeploymentPaused', 'Deployment is paused', 'Unknown') };
  }
  if (present?.['reason'] === 'DeploymentPaused')
    return { condition: make('DeploymentResumed', 'Deployment is resumed', 'Unknown') };
  if (typeof deadline !== 'number' || deadline >= 2147483647) return {};
  const name =
    sets.current === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${sets.current.metadata.name}"`;
  const before = statusOf(deployment);
  const complete = isComplete(deployment, counts);
  const wasComplete = present?.['reason'] === 'NewReplicaSetAvailable';
  const grown = (field: string): boolean => integer(counts[field]) > integer(before[field]);
  const oldBefore = integer(before['replicas']) - integer(before['updatedReplicas']);
  const progressing =
    grown('updatedReplicas') ||
    grown('readyReplicas') ||
    grown('availableReplicas') ||
    counts.replicas - counts.updatedReplicas < oldBefore;
  if (event === 'created') {
    return {
      condition: make(
        'NewReplicaSetCreated',
        `Created new replica set "${sets.current?.metadata.name ?? ''}"`,
      ),
      wait: deadline * 1000 + 1000,
    };
  }
  if (event === 'found') {
    return {
      condition: make('FoundNewReplicaSet', `Found new replica set "${sets.current?.metadata.name ?? ''}"`),
      wait: deadline * 1000 + 1000,
    };
  }
  if (complete) return { condition: make('NewReplicaSetAvailable', `${name} has successfully progressed.`) };
  // A finished rollout whose pods fail later is not a rollout again, so no deadline runs.
  if (wasComplete && counts.updatedReplicas === counts.replicas && !progressing) return {};
  if (progressing)
    return { condition: make('ReplicaSetUpdated', `${name} is progressing.`), wait: deadline * 1000 + 1000 };
  if (present === undefined)
    return { condition: make('ReplicaSetUpdated', `${name} is progressing.`), wait: deadline * 1000 + 1000 };
  if (present['reason'] === 'ProgressDeadlineExceeded') return {};
  const since = Date.parse(text(present['lastUpdateTime']) || text(present['lastTransitionTime']));
  const left = since + deadline * 1000 - now;
  if (left >= 0) return { wait: left + 1000 };
  return { condition: make('ProgressDeadlineExceeded', `${name} has timed out progressing.`, 'False') };
}

/** As upstream: an equal status and reason changes nothing; else the update time moves, and the transition with the status. */
function setCondition(conditions: readonly Fields[], condition: Condition, now: string): readonly Fields[] {
  const present = conditions.find((c) => c['type'] === condition.type);
  const sameReason = present?.['status'] === condition.status && present['reason'] === condition.reason;
  // Progress shows in the update time, so that the deadline runs anew; other conditions keep theirs.
  if (sameReason && (condition.reason !== 'ReplicaSetUpdated' || present['lastUpdateTime'] === now))
    return conditions;
  const transition = present?.['status'] === condition.status ? present['lastTransitionTime'] : now;
  const next = { ...condition, lastUpdateTime: now, lastTransitionTime: transition };
  if (present === undefined) return [...conditions, next];
  return conditions.map((c) => (c === present ? next : c));
}

function withReplicaFailure(
  conditions: readonly Fields[],
  all: readonly KubeObject[],
  now: string,
): readonly Fields[] {
  const failure = all.map((set) => conditionOf(set, 'ReplicaFailure')).find((c) => c?.['status'] === 'True');
  if (failure === undefined) return conditions.filter((c) => c['type'] !== 'ReplicaFailure');
  const condition: Condition = {
    type: 'ReplicaFailure',
    status: 'True',
    reason: text(failure['reason']),
    message: text(failure['message']),
  };
  return setCondition(conditions, condition, now);
}
