import type { Clock } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { integer, isAbsent, record, records, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import type { Recorder } from '../controllers/runtime/recorder.ts';
import { specOf, statusOf, timeText, writeStatus } from '../controllers/runtime/objects.ts';
import type { Access } from '../registry/types.ts';
import { missingEnvironment, missingVolumes } from './references.ts';
import type { Missing } from './references.ts';
import { crashBackOff, runsToCompletion, scenarioOf, timing } from './scenario.ts';
import type { ContainerView, PodView } from './status.ts';
import { buildStatus, isSidecar, restartsOf, running, terminated, waiting } from './status.ts';

/** Where a bound pod is. `steady`: nothing more happens by itself. */
export type Step =
  | 'create'
  | 'init'
  | 'start'
  | 'probe'
  | 'complete'
  | 'crash'
  | 'pull'
  | 'back-off'
  | 'steady';

/** What comes next: after `ms`, or when one of `waitsFor` changes. */
export interface Next {
  readonly step: Step;
  readonly ms?: number;
  readonly waitsFor?: readonly string[];
}

export interface Kubelet {
  readonly access: Access;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly addressOf: (pod: KubeObject) => string;
}

const MANAGER = 'kubelet';

/** Plays one step of a pod that is bound to the node. */
export function play(kubelet: Kubelet, pod: KubeObject, step: Step): Next {
  switch (step) {
    case 'create':
      return create(kubelet, pod);
    case 'init':
      return initialize(kubelet, pod);
    case 'start':
      return start(kubelet, pod);
    case 'probe':
      return probe(kubelet, pod);
    case 'complete':
      return complete(kubelet, pod);
    case 'crash':
      return crash(kubelet, pod);
    case 'pull':
      return pullAgain(kubelet, pod);
    case 'back-off':
      return start(kubelet, pod);
    case 'steady':
      return { step: 'steady' };
  }
}

/** The step of a pod that this process meets half-way, after a restart. */
export function stepOf(pod: KubeObject): Step {
  const status = statusOf(pod);
  if (text(status['startTime']) === '') return 'create';
  if (text(status['phase']) === 'Pending')
    return records(specOf(pod)['initContainers']).length > 0 ? 'init' : 'start';
  if (runsToCompletion(pod)) return 'complete';
  return scenarioOf(pod) === 'normal' ? 'probe' : 'start';
}

function write(kubelet: Kubelet, pod: KubeObject, view: PodView): void {
  writeStatus(kubelet.access, pod, buildStatus(pod, view, timeText(kubelet.clock.now())), MANAGER);
}

const idle = (state: Fields): ContainerView => ({ state, ready: false, started: false, restarts: 0 });

/** What kubelet says of a pod that it has just heard of. */
export function firstStatus(kubelet: Kubelet, pod: KubeObject): Fields {
  const inits = records(specOf(pod)['initContainers']);
  const reason = inits.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const view: PodView = {
    phase: 'Pending',
    ip: undefined,
    init: () => idle(waiting('PodInitializing')),
    main: () => idle(waiting(reason)),
  };
  return buildStatus(pod, view, timeText(kubelet.clock.now()));
}

function create(kubelet: Kubelet, pod: KubeObject): Next {
  writeStatus(kubelet.access, pod, firstStatus(kubelet, pod), MANAGER);
  return afterCreate(kubelet, pod);
}

/** Volumes come first; without those that it names a pod waits. */
export function afterCreate(kubelet: Kubelet, pod: KubeObject): Next {
  const missing = missingVolumes(kubelet.access, pod);
  for (const one of missing) kubelet.recorder.event(pod, 'Warning', 'FailedMount', one.message);
  if (missing.length > 0) return { step: 'create', waitsFor: missing.map((one) => one.waitsFor) };
  const inits = records(specOf(pod)['initContainers']);
  if (inits.length > 0) return { step: 'init', ms: timing.create };
  return { step: 'start', ms: timing.start };
}

/** Init containers run one after the other; sidecars among them start and stay. */
function initialize(kubelet: Kubelet, pod: KubeObject): Next {
  const inits = records(specOf(pod)['initContainers']);
  const now = timeText(kubelet.clock.now());
  const before = records(statusOf(pod)['initContainerStatuses']);
  const isRunning = (index: number): boolean => record(before[index]?.['state'])['running'] !== undefined;
  const isDone = (index: number): boolean => record(before[index]?.['state'])['terminated'] !== undefined;
  const current = inits.findIndex(
    (container, index) => !(isDone(index) || (isSidecar(container) && isRunning(index))),
  );
  if (current < 0) return { step: 'start', ms: 0 };
  const container = inits[current]!;
  const finishing = isRunning(current);
  if (!finishing) {
    const missing = missingEnvironment(kubelet.access, pod, container);
    if (missing !== undefined) return configError(kubelet, pod, [missing], 'init');
  }
  const startedAt = (index: number): string =>
    text(record(record(before[index]?.['state'])['running'])['startedAt']) || now;
  const view = (one: Fields, index: number): ContainerView => {
    if (isDone(index))
      return { state: record(before[index]?.['state']), ready: true, started: false, restarts: 0 };
    if (index < current) return { state: running(startedAt(index)), ready: true, started: true, restarts: 0 };
    if (index > current) return idle(waiting('PodInitializing'));
    if (isSidecar(one)) return { state: running(now), ready: true, started: true, restarts: 0 };
    if (finishing)
      return {
        state: terminated(0, 'Completed', startedAt(index), now),
        ready: true,
        started: false,
        restarts: 0,
      };
    return { state: running(now), ready: false, started: true, restarts: 0 };
  };
  write(kubelet, pod, {
    phase: 'Pending',
    ip: kubelet.addressOf(pod),
    init: view,
    main: () => idle(waiting('PodInitializing')),
  });
  if (!finishing) startEvents(kubelet, pod, container, 'initContainers');
  const last = current === inits.length - 1 && (finishing || isSidecar(container));
  return last ? { step: 'start', ms: timing.create } : { step: 'init', ms: timing.initContainer };
}

function startEvents(kubelet: Kubelet, pod: KubeObject, container: Fields, field: string): void {
  const name = text(container['name']);
  const path = `spec.${field}{${name}}`;
  const image = text(container['image']);
  kubelet.recorder.event(
    pod,
    'Normal',
    'Pulled',
    `Container image "${image}" already present on machine`,
    path,
  );
  kubelet.recorder.event(pod, 'Normal', 'Created', `Created container: ${name}`, path);
  kubelet.recorder.event(pod, 'Normal', 'Started', `Started container ${name}`, path);
}

function configError(kubelet: Kubelet, pod: KubeObject, missing: readonly Missing[], step: Step): Next {
  const byPart = new Map(missing.map((one) => [one.part, one.message]));
  const view = (container: Fields): ContainerView => {
    const message = byPart.get(text(container['name']));
    return idle(
      message === undefined ? waiting('PodInitializing') : waiting('CreateContainerConfigError', message),
    );
  };
  const kept = initViews(pod);
  write(kubelet, pod, {
    phase: 'Pending',
    ip: kubelet.addressOf(pod),
    init: (container, index) =>
      byPart.has(text(container['name'])) ? view(container) : (kept(container, index) ?? view(container)),
    main: (container) => {
      const message = byPart.get(text(container['name']));
      return idle(
        message === undefined ? waiting('ContainerCreating') : waiting('CreateContainerConfigError', message),
      );
    },
  });
  for (const one of missing)
    kubelet.recorder.event(pod, 'Warning', 'Failed', `Error: ${one.message}`, `spec.containers{${one.part}}`);
  return { step, waitsFor: missing.map((one) => one.waitsFor) };
}

/** Init containers as they are: ended ones and sidecars stay what they were. */
function initViews(pod: KubeObject): (container: Fields, index: number) => ContainerView {
  const before = records(statusOf(pod)['initContainerStatuses']);
  return (_, index) => ({
    state: record(before[index]?.['state']),
    ready: before[index]?.['ready'] === true,
    started: before[index]?.['started'] === true,
    restarts: integer(before[index]?.['restartCount']),
  });
}

function start(kubelet: Kubelet, pod: KubeObject): Next {
  const scenario = scenarioOf(pod);
  const containers = records(specOf(pod)['containers']);
  if (scenario === 'image-pull-error') return pullFails(kubelet, pod);
  const missing = containers
    .map((container) => missingEnvironment(kubelet.access, pod, container))
    .filter((one) => one !== undefined);
  if (missing.length > 0) return configError(kubelet, pod, missing, 'start');
  const now = timeText(kubelet.clock.now());
  const restarts = restartsOf(pod);
  const again = integer(records(statusOf(pod)['containerStatuses'])[0]?.['restartCount']) > 0;
  const probed = (container: Fields): boolean =>
    !isAbsent(container['readinessProbe']) || !isAbsent(container['startupProbe']);
  const late = scenario === 'never-ready' || scenario === 'slow-start';
  write(kubelet, pod, {
    phase: 'Running',
    ip: kubelet.addressOf(pod),
    init: initViews(pod),
    main: (container, index) => ({
      state: running(now),
      ...lastStateOf(pod, index),
      ready: !late && !probed(container),
      started: isAbsent(container['startupProbe']) && !late,
      restarts,
    }),
  });
  if (!again) for (const container of containers) startEvents(kubelet, pod, container, 'containers');
  switch (scenario) {
    case 'crash-loop':
    case 'oom':
    case 'fail':
      return { step: 'crash', ms: timing.crash };
    case 'hang':
      return { step: 'steady' };
    case 'never-ready':
      kubelet.recorder.event(
        pod,
        'Warning',
        'Unhealthy',
        'Readiness probe failed: simulated',
        `spec.containers{${text(containers[0]?.['name'])}}`,
      );
      return { step: 'steady' };
    case 'slow-start':
      return { step: 'probe', ms: timing.slowStart };
    default:
      if (runsToCompletion(pod)) return { step: 'complete', ms: timing.complete };
      return containers.some(probed) ? { step: 'probe', ms: timing.probe } : { step: 'steady' };
  }
}

function lastStateOf(pod: KubeObject, index: number): { readonly lastState?: Fields } {
  const before = records(statusOf(pod)['containerStatuses'])[index];
  const state = record(before?.['state']);
  const lastState = record(before?.['lastState']);
  if (state['terminated'] !== undefined) return { lastState: state };
  return Object.keys(lastState).length === 0 ? {} : { lastState };
}

/** The probes succeed: every container is ready. */
function probe(kubelet: Kubelet, pod: KubeObject): Next {
  const before = records(statusOf(pod)['containerStatuses']);
  const now = timeText(kubelet.clock.now());
  write(kubelet, pod, {
    phase: 'Running',
    ip: kubelet.addressOf(pod),
    init: initViews(pod),
    main: (_, index) => ({
      state:
        record(before[index]?.['state'])['running'] === undefined
          ? running(now)
          : record(before[index]?.['state']),
      ...lastStateOf(pod, index),
      ready: true,
      started: true,
      restarts: integer(before[index]?.['restartCount']),
    }),
  });
  return runsToCompletion(pod) ? { step: 'complete', ms: timing.complete } : { step: 'steady' };
}

function endOf(pod: KubeObject, index: number, exitCode: number, reason: string, now: string): Fields {
  const began = text(
    record(record(records(statusOf(pod)['containerStatuses'])[index]?.['state'])['running'])['startedAt'],
  );
  return terminated(exitCode, reason, began || now, now);
}

function complete(kubelet: Kubelet, pod: KubeObject): Next {
  end(kubelet, pod, 'Succeeded', 0, 'Completed');
  return { step: 'steady' };
}

function end(
  kubelet: Kubelet,
  pod: KubeObject,
  phase: 'Succeeded' | 'Failed',
  exitCode: number,
  reason: string,
): void {
  const now = timeText(kubelet.clock.now());
  const inits = initViews(pod);
  write(kubelet, pod, {
    phase,
    ip: kubelet.addressOf(pod),
    init: (container, index) => {
      const present = inits(container, index);
      if (present.state['running'] === undefined) return present;
      return {
        state: terminated(0, 'Completed', text(record(present.state['running'])['startedAt']), now),
        ready: true,
        started: false,
        restarts: present.restarts,
      };
    },
    main: (_, index) => ({
      state: endOf(pod, index, exitCode, reason, now),
      ...lastStateOf(pod, index),
      ready: false,
      started: false,
      restarts: restartsOf(pod),
    }),
  });
}

/** The containers die: the pod has failed, or they are started again after a while. */
function crash(kubelet: Kubelet, pod: KubeObject): Next {
  const [exitCode, reason] = scenarioOf(pod) === 'oom' ? [137, 'OOMKilled'] : [1, 'Error'];
  if (text(specOf(pod)['restartPolicy']) === 'Never') {
    end(kubelet, pod, 'Failed', exitCode, reason);
    return { step: 'steady' };
  }
  const restarts = restartsOf(pod);
  const wait = crashBackOff(restarts);
  const now = timeText(kubelet.clock.now());
  const container = text(records(specOf(pod)['containers'])[0]?.['name']);
  const message =
    `back-off ${wait >= 60_000 ? `${Math.floor(wait / 60_000)}m${(wait % 60_000) / 1000}s` : `${wait / 1000}s`} restarting failed ` +
    `container=${container} pod=${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid ?? ''})`;
  write(kubelet, pod, {
    phase: 'Running',
    ip: kubelet.addressOf(pod),
    init: initViews(pod),
    main: (_, index) => ({
      state: waiting('CrashLoopBackOff', message),
      lastState: endOf(pod, index, exitCode, reason, now),
      ready: false,
      started: false,
      restarts: restarts + 1,
    }),
  });
  const back = `Back-off restarting failed container ${container} in pod ${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid ?? ''})`;
  kubelet.recorder.event(pod, 'Warning', 'BackOff', back, `spec.containers{${container}}`);
  return { step: 'back-off', ms: wait };
}

function pullFails(kubelet: Kubelet, pod: KubeObject): Next {
  pullState(kubelet, pod, 'ErrImagePull');
  for (const container of records(specOf(pod)['containers'])) {
    const image = text(container['image']);
    const path = `spec.containers{${text(container['name'])}}`;
    kubelet.recorder.event(pod, 'Normal', 'Pulling', `Pulling image "${image}"`, path);
    kubelet.recorder.event(
      pod,
      'Warning',
      'Failed',
      `Failed to pull image "${image}": ${pullError(image)}`,
      path,
    );
    kubelet.recorder.event(pod, 'Warning', 'Failed', 'Error: ErrImagePull', path);
  }
  return { step: 'pull', ms: timing.imageBackOff };
}

const pullError = (image: string): string => `simulated failure: "${image}" was not pulled`;

function pullAgain(kubelet: Kubelet, pod: KubeObject): Next {
  pullState(kubelet, pod, 'ImagePullBackOff');
  for (const container of records(specOf(pod)['containers'])) {
    const path = `spec.containers{${text(container['name'])}}`;
    kubelet.recorder.event(
      pod,
      'Normal',
      'BackOff',
      `Back-off pulling image "${text(container['image'])}"`,
      path,
    );
    kubelet.recorder.event(pod, 'Warning', 'Failed', 'Error: ImagePullBackOff', path);
  }
  return { step: 'steady' };
}

function pullState(kubelet: Kubelet, pod: KubeObject, reason: 'ErrImagePull' | 'ImagePullBackOff'): void {
  write(kubelet, pod, {
    phase: 'Pending',
    ip: kubelet.addressOf(pod),
    init: initViews(pod),
    main: (container) => {
      const image = text(container['image']);
      const message =
        reason === 'ErrImagePull'
          ? pullError(image)
          : `Back-off pulling image "${image}": ErrImagePull: ${pullError(image)}`;
      return idle(waiting(reason, message));
    },
  });
}
