import type { KubeObject } from '@plumbline/api';
import { records, record, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import { specOf, statusOf } from '../controllers/runtime/objects.ts';
import { scenarioOf } from './scenario.ts';

/** What `kubectl logs` shows: that nothing ran, and what was played. Undefined while the container has not started. */
export function logOf(pod: KubeObject, name: string): string | undefined {
  const status = [
    ...records(statusOf(pod)['containerStatuses']),
    ...records(statusOf(pod)['initContainerStatuses']),
  ].find((one) => one['name'] === name);
  const container = [...records(specOf(pod)['containers']), ...records(specOf(pod)['initContainers'])].find(
    (one) => one['name'] === name,
  );
  if (status === undefined || container === undefined) return undefined;
  const lines = statesOf(status).flatMap((state) => linesOf(state));
  if (lines.length === 0) return undefined;
  return [
    `This container is simulated: no image was pulled and no process runs (image ${text(container['image'])}).`,
    ...(scenarioOf(pod) === 'normal'
      ? []
      : [`It plays "${scenarioOf(pod)}", as plumbline.dev/simulate says.`]),
    ...lines,
    '',
  ].join('\n');
}

function statesOf(status: Fields): readonly Fields[] {
  return [record(status['lastState']), record(status['state'])];
}

function linesOf(state: Fields): readonly string[] {
  const live = record(state['running']);
  if (text(live['startedAt']) !== '') return [`${text(live['startedAt'])} started`];
  const ended = record(state['terminated']);
  if (text(ended['finishedAt']) === '') return [];
  return [
    `${text(ended['startedAt'])} started`,
    `${text(ended['finishedAt'])} ended with exit code ${String(ended['exitCode'])} (${text(ended['reason'])})`,
  ];
}
