import type { KubeObject } from '@plumbline/api';
import { integer, isAbsent, record, records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { specOf, statusOf } from '../../controllers/runtime/objects.ts';
import { isSidecar } from '../status.ts';
import type { ContainerView } from '../status.ts';
import { makeContainer } from './container.ts';
import type { Container, Ended } from './container.ts';

/** The containers of a pod: new ones, or as they were when this program stopped. */
export function containersOf(pod: KubeObject, now: string): readonly Container[] {
  const spec = specOf(pod);
  const inits = records(spec['initContainers']);
  const waiting = inits.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const made = [
    ...inits.map((one) =>
      makeContainer(text(one['name']), isSidecar(one) ? 'sidecar' : 'init', one, 'PodInitializing'),
    ),
    ...records(spec['containers']).map((one) => makeContainer(text(one['name']), 'main', one, waiting)),
  ];
  made.push(...extrasOf(pod));
  const status = statusOf(pod);
  const known = new Map(
    ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses']
      .flatMap((field) => records(status[field]))
      .map((one) => [text(one['name']), one]),
  );
  for (const container of made) {
    const before = known.get(container.name);
    if (before !== undefined) recall(container, before, now);
  }
  return made;
}

/** The containers that were added to look into the pod. */
export function extrasOf(pod: KubeObject): readonly Container[] {
  return records(specOf(pod)['ephemeralContainers']).map((one) =>
    makeContainer(text(one['name']), 'extra', one, 'ContainerCreating'),
  );
}

/** What the status says of a container that this run of the program has not started. */
function recall(container: Container, before: Fields, now: string): void {
  const state = record(before['state']);
  const last = endedOf(record(record(before['lastState'])['terminated']));
  const ended = endedOf(record(state['terminated']));
  const startedAt = text(record(state['running'])['startedAt']);
  container.attempt = integer(before['restartCount']);
  container.last = last;
  if (startedAt !== '') {
    // As after the restart of a machine: nobody knows how it ended.
    const lost = 'the program that ran this container was restarted';
    container.state = {
      type: 'ended',
      ended: { exitCode: 255, reason: 'Unknown', message: lost, startedAt, finishedAt: now },
    };
  } else if (ended !== undefined) container.state = { type: 'ended', ended };
  else if (last !== undefined) container.state = { type: 'ended', ended: last };
  container.ran = container.state.type === 'ended';
  container.started = container.ran && before['started'] === true;
}

function endedOf(terminated: Fields): Ended | undefined {
  if (isAbsent(terminated['exitCode'])) return undefined;
  return {
    exitCode: integer(terminated['exitCode']),
    ...(typeof terminated['signal'] === 'number' && { signal: terminated['signal'] }),
    reason: text(terminated['reason']),
    ...(text(terminated['message']) !== '' && { message: text(terminated['message']) }),
    startedAt: text(terminated['startedAt']),
    finishedAt: text(terminated['finishedAt']),
  };
}

/** A container as its status shows it. `restarting`: it waits for the end of its back-off. */
export function viewOf(
  container: Container,
  uid: string,
  restarting: { readonly reason: string; readonly message: string } | undefined,
): ContainerView {
  const { state, last, attempt, name, ran } = container;
  const shown: Fields =
    state.type === 'waiting'
      ? { waiting: { reason: state.reason, ...(state.message !== undefined && { message: state.message }) } }
      : state.type === 'running'
        ? { running: { startedAt: state.startedAt } }
        : restarting === undefined
          ? { terminated: terminatedOf(state.ended, idOf(uid, name, attempt)) }
          : { waiting: restarting };
  const before = state.type === 'ended' && restarting !== undefined ? state.ended : last;
  const beforeAttempt = before === last ? attempt - 1 : attempt;
  const done = container.role === 'init' && state.type === 'ended' && state.ended.exitCode === 0;
  return {
    state: shown,
    ...(before === undefined
      ? {}
      : { lastState: { terminated: terminatedOf(before, idOf(uid, name, beforeAttempt)) } }),
    ready: done || (state.type === 'running' && container.ready),
    started: state.type === 'running' && container.started,
    restarts: attempt,
    id: ran ? idOf(uid, name, attempt) : '',
    imageID: '',
  };
}

const idOf = (uid: string, name: string, attempt: number): string =>
  `process://${uid}/${name}/${Math.max(0, attempt)}`;

function terminatedOf(ended: Ended, containerID: string): Fields {
  const { exitCode, signal, reason, message, startedAt, finishedAt } = ended;
  return {
    exitCode,
    ...(signal !== undefined && { signal }),
    reason,
    ...(message !== undefined && { message }),
    startedAt,
    finishedAt,
    containerID,
  };
}
