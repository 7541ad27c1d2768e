import type { KubeObject } from '@plumbline/api';
import { integer, record, records, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import { specOf, statusOf } from '../controllers/runtime/objects.ts';
import { NODE_IP } from './node.ts';

/** What one container is at: a ContainerStatus in the making. */
export interface ContainerView {
  readonly state: Fields;
  readonly lastState?: Fields;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restarts: number;
  /** Who runs it; a simulated container where left out. */
  readonly id?: string;
  readonly imageID?: string;
}

export const waiting = (reason: string, message?: string): Fields => ({
  waiting: { reason, ...(message === undefined ? {} : { message }) },
});

export const running = (startedAt: string): Fields => ({ running: { startedAt } });

export const terminated = (
  exitCode: number,
  reason: string,
  startedAt: string,
  finishedAt: string,
): Fields => ({
  terminated: { exitCode, reason, startedAt, finishedAt },
});

export interface PodView {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly ip: string | undefined;
  readonly init: (container: Fields, index: number) => ContainerView;
  readonly main: (container: Fields, index: number) => ContainerView;
  /** Containers that were added to a running pod; left out where they are not run. */
  readonly extra?: (container: Fields, index: number) => ContainerView;
  readonly reason?: string;
  readonly message?: string;
}

/** The whole status of a bound pod, with the conditions that kubelet keeps. */
export function buildStatus(pod: KubeObject, view: PodView, now: string): Fields {
  const spec = specOf(pod);
  const before = statusOf(pod);
  const init = records(spec['initContainers']).map((container, index) =>
    containerStatus(container, view.init(container, index)),
  );
  const main = records(spec['containers']).map((container, index) =>
    containerStatus(container, view.main(container, index)),
  );
  const extra = records(view.extra === undefined ? [] : spec['ephemeralContainers']).map((container, index) =>
    containerStatus(container, view.extra!(container, index)),
  );
  return {
    ...before,
    observedGeneration: pod.metadata.generation,
    phase: view.phase,
    conditions: conditionsOf(pod, view, init, main, now),
    hostIP: NODE_IP,
    hostIPs: [{ ip: NODE_IP }],
    ...(view.ip === undefined ? {} : { podIP: view.ip, podIPs: [{ ip: view.ip }] }),
    startTime: text(before['startTime']) || now,
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: main,
    ...(extra.length === 0 ? {} : { ephemeralContainerStatuses: extra }),
    ...(view.reason === undefined ? {} : { reason: view.reason }),
    ...(view.message === undefined ? {} : { message: view.message }),
  };
}

function containerStatus(container: Fields, view: ContainerView): Fields {
  const image = text(container['image']);
  const began = view.state['waiting'] === undefined || view.restarts > 0;
  const id = view.id ?? (began ? `simulated://${text(container['name'])}-${view.restarts}` : '');
  return {
    name: container['name'],
    state: view.state,
    lastState: view.lastState ?? {},
    ready: view.ready,
    restartCount: view.restarts,
    image,
    imageID: view.imageID ?? (began ? `simulated://${image}` : ''),
    ...(id === '' ? {} : { containerID: id }),
    started: view.started,
    ...(Object.keys(record(container['resources'])).length === 0
      ? {}
      : { resources: container['resources'] }),
  };
}

function conditionsOf(
  pod: KubeObject,
  view: PodView,
  init: readonly Fields[],
  main: readonly Fields[],
  now: string,
): readonly Fields[] {
  const before = records(statusOf(pod)['conditions']);
  const set = (type: string, status: boolean, more: Fields = {}): Fields => {
    const value = status ? 'True' : 'False';
    const present = before.find((c) => c['type'] === type);
    const since = present?.['status'] === value ? present['lastTransitionTime'] : now;
    return {
      type,
      observedGeneration: pod.metadata.generation,
      status: value,
      lastProbeTime: null,
      lastTransitionTime: since,
      ...more,
    };
  };
  const done = view.phase === 'Succeeded';
  // A sidecar is past its initialization once it has started; its readiness counts like that of the main containers.
  const sidecars = new Set(names(records(specOf(pod)['initContainers']).filter(isSidecar)));
  const isStartedSidecar = (c: Fields): boolean => c['started'] === true && sidecars.has(text(c['name']));
  const incomplete = names(init.filter((c) => c['ready'] !== true && !isStartedSidecar(c)));
  const initialized = incomplete.length === 0;
  const notReady = names([
    ...init.filter((c) => c['ready'] !== true && isStartedSidecar(c)),
    ...main.filter((c) => c['ready'] !== true),
  ]);
  const containersReady = notReady.length === 0 && initialized;
  const why: Fields = containersReady
    ? {}
    : done
      ? { reason: 'PodCompleted' }
      : view.phase === 'Failed'
        ? { reason: 'PodFailed' }
        : {
            reason: 'ContainersNotReady',
            message: `containers with unready status: [${notReady.join(' ')}]`,
          };
  const gate = unmetGate(pod, before);
  const ready = containersReady && gate === undefined;
  const initWhy: Fields = initialized
    ? done
      ? { reason: 'PodCompleted' }
      : {}
    : {
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: [${incomplete.join(' ')}]`,
      };
  const kept = new Set([
    'PodReadyToStartContainers',
    'Initialized',
    'Ready',
    'ContainersReady',
    'PodScheduled',
  ]);
  return [
    set(
      'PodReadyToStartContainers',
      view.ip !== undefined && view.phase !== 'Succeeded' && view.phase !== 'Failed',
    ),
    set('Initialized', initialized, initWhy),
    set(
      'Ready',
      ready,
      gate !== undefined && containersReady ? { reason: 'ReadinessGatesNotReady', message: gate } : why,
    ),
    set('ContainersReady', containersReady, why),
    set('PodScheduled', true),
    ...before.filter((c) => !kept.has(text(c['type']))),
  ];
}

function names(statuses: readonly Fields[]): readonly string[] {
  return statuses.map((status) => text(status['name']));
}

function unmetGate(pod: KubeObject, conditions: readonly Fields[]): string | undefined {
  for (const gate of records(specOf(pod)['readinessGates'])) {
    const type = text(gate['conditionType']);
    const present = conditions.find((c) => c['type'] === type);
    if (present === undefined)
      return `corresponding condition of pod readiness gate "${type}" does not exist.`;
    if (present['status'] !== 'True')
      return `the status of pod readiness gate "${type}" is not "True", but ${text(present['status'])}`;
  }
  return undefined;
}

/** How often the first container of this pod was restarted so far. */
export function restartsOf(pod: KubeObject): number {
  return integer(records(statusOf(pod)['containerStatuses'])[0]?.['restartCount']);
}

export function isSidecar(container: Fields): boolean {
  return container['restartPolicy'] === 'Always';
}
