import type { KubeObject } from '@plumbline/api';
import type { Column } from '../registry/types.ts';
import { age, ageColumn, column, nameColumn, orNone } from './columns.ts';
import type { Fields } from './fields.ts';
import { integer, record, records, text } from './fields.ts';

export const podColumns: readonly Column[] = [
  nameColumn,
  column('Ready', readyOf, {
    description: 'The aggregate readiness state of this pod for accepting traffic.',
  }),
  column('Status', podStatus, { description: 'The aggregate status of the containers in this pod.' }),
  column('Restarts', restartsOf, {
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
  }),
  ageColumn,
  column('IP', (o) => orNone(text(record(o['status'])['podIP'])), { wide: true }),
  column('Node', (o) => orNone(text(record(o['spec'])['nodeName'])), { wide: true }),
  column('Nominated Node', (o) => orNone(text(record(o['status'])['nominatedNodeName'])), { wide: true }),
  column('Readiness Gates', readinessGates, { wide: true }),
];

function isSidecar(container: Fields | undefined): boolean {
  return container?.['restartPolicy'] === 'Always';
}

function readyOf(pod: KubeObject): string {
  const spec = record(pod['spec']);
  const status = record(pod['status']);
  const sidecars = records(spec['initContainers']).filter(isSidecar);
  const names = new Set(sidecars.map((container) => container['name']));
  const total = records(spec['containers']).length + sidecars.length;
  const ready =
    records(status['containerStatuses']).filter(
      (c) => c['ready'] === true && record(c['state'])['running'] !== undefined,
    ).length +
    records(status['initContainerStatuses']).filter((c) => names.has(c['name']) && c['ready'] === true)
      .length;
  return `${ready}/${total}`;
}

function restartsOf(pod: KubeObject, now: number): string {
  const status = record(pod['status']);
  let restarts = 0;
  let last = 0;
  for (const container of [
    ...records(status['initContainerStatuses']),
    ...records(status['containerStatuses']),
  ]) {
    restarts += integer(container['restartCount']);
    const finished = text(record(record(container['lastState'])['terminated'])['finishedAt']);
    if (finished !== '') last = Math.max(last, Date.parse(finished));
  }
  if (restarts === 0 || last === 0) return String(restarts);
  return `${restarts} (${age(new Date(last).toISOString(), now)} ago)`;
}

/** The one word that people look at: what kubectl shows as STATUS. */
export function podStatus(pod: KubeObject): string {
  const status = record(pod['status']);
  let reason = text(status['reason']) || text(status['phase']);
  const conditions = records(status['conditions']);
  if (conditions.some((c) => c['type'] === 'PodScheduled' && c['reason'] === 'SchedulingGated'))
    reason = 'SchedulingGated';
  const initializing = initReason(pod);
  if (initializing !== undefined) reason = initializing;
  const initialized = conditions.some((c) => c['type'] === 'Initialized' && c['status'] === 'True');
  if (initializing === undefined || initialized) reason = containersReason(status, conditions, reason);
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (status['reason'] === 'NodeLost') return 'Unknown';
  return ['Succeeded', 'Failed'].includes(text(status['phase'])) ? reason : 'Terminating';
}

function initReason(pod: KubeObject): string | undefined {
  const containers = records(record(pod['spec'])['initContainers']);
  const statuses = records(record(pod['status'])['initContainerStatuses']);
  for (const [index, one] of statuses.entries()) {
    const state = record(one['state']);
    const terminated = state['terminated'] === undefined ? undefined : record(state['terminated']);
    if (terminated !== undefined && integer(terminated['exitCode']) === 0) continue;
    if (isSidecar(containers.find((c) => c['name'] === one['name'])) && one['started'] === true) continue;
    if (terminated !== undefined) return `Init:${terminationReason(terminated)}`;
    const waiting = text(record(state['waiting'])['reason']);
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${containers.length}`;
  }
  return undefined;
}

function terminationReason(terminated: Fields): string {
  const reason = text(terminated['reason']);
  if (reason !== '') return reason;
  const signal = integer(terminated['signal']);
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${integer(terminated['exitCode'])}`;
}

function containersReason(status: Fields, conditions: readonly Fields[], initial: string): string {
  let reason = initial;
  let running = false;
  for (const one of records(status['containerStatuses']).toReversed()) {
    const state = record(one['state']);
    const waiting = text(record(state['waiting'])['reason']);
    if (waiting !== '') reason = waiting;
    else if (state['terminated'] !== undefined) reason = terminationReason(record(state['terminated']));
    else if (one['ready'] === true && state['running'] !== undefined) running = true;
  }
  if (reason !== 'Completed' || !running) return reason;
  const ready = conditions.some((c) => c['type'] === 'Ready' && c['status'] === 'True');
  return ready ? 'Running' : 'NotReady';
}

function readinessGates(pod: KubeObject): string {
  const gates = records(record(pod['spec'])['readinessGates']);
  if (gates.length === 0) return '<none>';
  const conditions = records(record(pod['status'])['conditions']);
  const met = gates.filter((gate) =>
    conditions.some((c) => c['type'] === gate['conditionType'] && c['status'] === 'True'),
  );
  return `${met.length}/${gates.length}`;
}
