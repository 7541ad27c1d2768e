import type { Clock, Logger, Random } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { list, records, text } from '../kinds/fields.ts';
import { createContext } from '../controllers/runtime/context.ts';
import {
  isDeleting,
  keyOf,
  phaseOf,
  specOf,
  splitKey,
  statusOf,
  timeText,
  withCondition,
  writeStatus,
} from '../controllers/runtime/objects.ts';
import { createRecorder } from '../controllers/runtime/recorder.ts';
import type { Access } from '../registry/types.ts';
import type { Kubelet, Next, Step } from './kubelet.ts';
import { afterCreate, firstStatus, play, stepOf } from './kubelet.ts';
import type { LocalRuntime } from './local/index.ts';
import { logOf } from './logs.ts';
import { NODE, startNode, whyNot } from './node.ts';
import { unboundClaims } from './references.ts';
import { scenarioOf, timing } from './scenario.ts';
import { createAddresses } from './addresses.ts';

export interface PodsOptions {
  readonly access: Access;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Runs the pods that it can run; without it all are played. */
  readonly local?: LocalRuntime;
}

/** Scheduler and kubelet of the one node. */
export interface SimulatedPods {
  stop(): void;
  /** What a container has written so far; undefined if there is no such container or it has not started. */
  log(namespace: string, name: string, container: string): string | undefined;
}

interface Run {
  readonly uid: string;
  readonly scenario: string;
  step: Step | 'schedule' | 'stop';
  /** When the step is due; infinite while it waits for something to happen. */
  due: number;
  waitsFor: readonly string[];
}

/** Starts playing pods. Each moves on by timed steps on the clock; a pod that has nothing to do costs nothing. */
export function startPods(options: PodsOptions): SimulatedPods {
  const { access, clock, logger, local } = options;
  const context = createContext(options);
  const node = startNode(access, clock, logger, local !== undefined);
  const scheduler = createRecorder(access, clock, 'default-scheduler');
  const addresses = createAddresses();
  const kubelet: Kubelet = {
    access,
    clock,
    recorder: createRecorder(access, clock, 'kubelet', NODE),
    addressOf: (pod) => text(statusOf(pod)['podIP']) || addresses.take(keyOf(pod)),
  };
  const runs = new Map<string, Run>();
  const waiters = new Map<string, Set<string>>();

  const wait = (key: string, run: Run, waitsFor: readonly string[]): void => {
    run.due = Infinity;
    run.waitsFor = waitsFor;
    for (const what of waitsFor) {
      const set = waiters.get(what) ?? new Set();
      set.add(key);
      waiters.set(what, set);
    }
  };
  const unwait = (key: string, run: Run): void => {
    for (const what of run.waitsFor) {
      const set = waiters.get(what);
      if (set?.delete(key) === true && set.size === 0) waiters.delete(what);
    }
    run.waitsFor = [];
  };
  const wake = (what: string): void => {
    for (const key of Array.from(waiters.get(what) ?? [])) {
      const run = runs.get(key);
      if (run === undefined) continue;
      unwait(key, run);
      run.due = clock.now();
      queue.add(key);
    }
  };
  const forget = (key: string): void => {
    const run = runs.get(key);
    if (run !== undefined) unwait(key, run);
    runs.delete(key);
    addresses.free(key);
  };

  const runOf = (key: string, pod: KubeObject): Run => {
    const present = runs.get(key);
    const scenario = scenarioOf(pod);
    const uid = pod.metadata.uid ?? '';
    if (present !== undefined && present.uid === uid && present.scenario === scenario) return present;
    const step =
      text(specOf(pod)['nodeName']) === '' ? 'schedule' : present?.uid === uid ? 'start' : stepOf(pod);
    if (present !== undefined) unwait(key, present);
    const due = clock.now() + (step === 'schedule' ? timing.schedule : timing.create);
    const run: Run = { uid, scenario, step, due, waitsFor: [] };
    runs.set(key, run);
    return run;
  };

  const queue = context.loop.queue('pods', (key) => {
    const [namespace, name] = splitKey(key);
    const pod = access.get('', 'Pod', namespace, name);
    if (pod === undefined) {
      forget(key);
      local?.forget(namespace, name);
      return;
    }
    const place = text(specOf(pod)['nodeName']);
    if (place !== '' && place !== NODE) return;
    if (place !== '' && local?.runs(pod) === true) {
      runLocally(local, key, pod);
      return;
    }
    if (isDeleting(pod)) {
      stop(key, pod);
      return;
    }
    const phase = phaseOf(pod);
    if (phase === 'Succeeded' || phase === 'Failed') {
      forget(key);
      return;
    }
    const run = runOf(key, pod);
    if (run.due > clock.now()) {
      if (run.due !== Infinity) queue.addAfter(key, run.due - clock.now());
      return;
    }
    node.beat();
    if (place === '') schedule(key, run, pod);
    else advance(key, run, pod);
  });

  const schedule = (key: string, run: Run, pod: KubeObject): void => {
    const spec = specOf(pod);
    if (text(spec['schedulerName']) !== 'default-scheduler' || list(spec['schedulingGates']).length > 0) {
      wait(key, run, []);
      return;
    }
    const target = access.get('', 'Node', '', NODE);
    const claims = unboundClaims(access, pod);
    const problem =
      target === undefined
        ? 'no nodes available to schedule pods'
        : (claims[0]?.message ?? whyNot(pod, target));
    if (problem !== undefined) {
      const message =
        target === undefined
          ? problem
          : `0/1 nodes are available: ${claims.length > 0 ? problem : `1 ${problem}`}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`;
      unschedulable(pod, message);
      wait(key, run, [...claims.map((claim) => claim.waitsFor), 'Node']);
      return;
    }
    // Kubelet hears of its pod at once, so both write in one go what they say of it.
    const bound = access.bind(pod, NODE, firstStatus(kubelet, pod));
    scheduler.event(
      pod,
      'Normal',
      'Scheduled',
      `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name} to ${NODE}`,
    );
    if (local?.runs(bound) === true) runLocally(local, key, bound);
    else proceed(key, run, afterCreate(kubelet, bound));
  };

  /** From here on the runtime hears of each change and says itself what comes next. */
  const runLocally = (runtime: LocalRuntime, key: string, pod: KubeObject): void => {
    const run = runs.get(key);
    if (run !== undefined) unwait(key, run);
    runs.delete(key);
    node.beat();
    runtime.sync(pod);
  };

  const unschedulable = (pod: KubeObject, message: string): void => {
    const conditions = withCondition(
      records(statusOf(pod)['conditions']),
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
      timeText(clock.now()),
      { observedGeneration: pod.metadata.generation, lastProbeTime: null },
    );
    writeStatus(access, pod, { ...statusOf(pod), conditions }, 'kube-scheduler');
    scheduler.event(pod, 'Warning', 'FailedScheduling', message);
  };

  const advance = (key: string, run: Run, pod: KubeObject): void => {
    const step: Step = run.step === 'schedule' || run.step === 'stop' ? stepOf(pod) : run.step;
    proceed(key, run, play(kubelet, pod, step));
  };

  const proceed = (key: string, run: Run, next: Next): void => {
    run.step = next.step;
    if (next.ms === undefined) wait(key, run, next.waitsFor ?? []);
    else {
      run.due = clock.now() + next.ms;
      queue.addAfter(key, next.ms);
    }
  };

  /** A pod on its way out stops its containers, then it is removed; finalizers hold the object, not the containers. */
  const stop = (key: string, pod: KubeObject): void => {
    if (pod.metadata.deletionGracePeriodSeconds === 0) return;
    const run = runOf(key, pod);
    if (run.step !== 'stop') {
      unwait(key, run);
      run.step = 'stop';
      run.due = clock.now() + timing.stop;
      for (const container of records(specOf(pod)['containers'])) {
        const name = text(container['name']);
        if (phaseOf(pod) === 'Running')
          kubelet.recorder.event(
            pod,
            'Normal',
            'Killing',
            `Stopping container ${name}`,
            `spec.containers{${name}}`,
          );
      }
    }
    if (run.due > clock.now()) {
      queue.addAfter(key, run.due - clock.now());
      return;
    }
    const { uid } = pod.metadata;
    access.delete('', 'Pod', pod.metadata.namespace ?? '', pod.metadata.name, {
      gracePeriodSeconds: 0,
      ...(uid === undefined ? {} : { uid }),
    });
  };

  context.watch('', 'Pod', ({ object, previous }) => {
    const key = keyOf(object);
    const run = runs.get(key);
    // Gates that others lift let a waiting pod go on, and readiness gates change what Ready says.
    if (run !== undefined && run.due === Infinity && previous !== undefined && mayMove(object, previous)) {
      unwait(key, run);
      run.due = clock.now();
      if (run.step === 'steady' && phaseOf(object) === 'Running') run.step = 'probe';
    }
    queue.add(key);
  });
  for (const kind of ['ConfigMap', 'Secret', 'PersistentVolumeClaim']) {
    context.watch('', kind, ({ type, object }) => {
      if (type !== 'deleted' && waiters.size > 0) wake(`${kind}/${keyOf(object)}`);
    });
  }
  context.watch('', 'Node', () => {
    if (waiters.size > 0) wake('Node');
  });

  return {
    stop: () => context.stop(),
    log(namespace, name, container) {
      const pod = access.get('', 'Pod', namespace, name);
      return pod === undefined ? undefined : logOf(pod, container);
    },
  };
}

/** Changes by others that a resting pod reacts to. */
function mayMove(now: KubeObject, before: KubeObject): boolean {
  if (list(specOf(now)['schedulingGates']).length !== list(specOf(before)['schedulingGates']).length)
    return true;
  const gates = records(specOf(now)['readinessGates']).map((gate) => text(gate['conditionType']));
  if (gates.length === 0) return false;
  const state = (pod: KubeObject): string =>
    gates
      .map((type) => text(records(statusOf(pod)['conditions']).find((c) => c['type'] === type)?.['status']))
      .join();
  return state(now) !== state(before);
}
