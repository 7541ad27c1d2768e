import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@plumbline/base';
import type { Cancel } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import {
  isDeleting,
  phaseOf,
  specOf,
  statusOf,
  timeText,
  writeStatus,
} from '../../controllers/runtime/objects.ts';
import { StatusError } from '../../registry/types.ts';
import { buildStatus } from '../status.ts';
import type { Container } from './container.ts';
import { fullName, logPath, runningOf } from './context.ts';
import type { PodContext } from './context.ts';
import { decide } from './decide.ts';
import type { Decision, Seen } from './decide.ts';
import { graceOf, makeLife } from './life.ts';
import { makePodVolumes } from './pod-volumes.ts';
import { restartsAfter } from './restart-rules.ts';
import { containersOf, extrasOf, viewOf } from './status.ts';
import type { LocalWorld, PodRun } from './types.ts';

const MANAGER = 'kubelet';
const specFields = {
  init: 'initContainers',
  sidecar: 'initContainers',
  main: 'containers',
  extra: 'ephemeralContainers',
} as const;

/** Runs one pod: each `step` looks at what there is, does what comes next, and writes what it has come to. */
export function startPodRun(world: LocalWorld, first: KubeObject): PodRun {
  const { access, clock, recorder } = world;
  const uid = first.metadata.uid ?? '';
  const folder = join(world.folder, 'pods', uid);
  const ip = world.addressOf(first);
  const now = (): string => timeText(clock.now());
  const containers = new Map(containersOf(first, now()).map((one) => [one.name, one]));
  const timers = new Map<string, Cancel>();
  let pod = first;
  let begun = [...containers.values()].some(({ role, ran }) => role === 'main' && ran);
  let failing: { readonly reason: string; readonly message: string } | undefined;
  let over = false;

  const soon = (): void => {
    if (!over) world.soon(uid);
  };
  const later = (key: string, ms: number, run: () => void): void => {
    timers.get(key)?.();
    timers.set(
      key,
      clock.after(Math.max(0, ms), () => {
        timers.delete(key);
        run();
      }),
    );
  };
  const guarded = (): void => {
    if (over) return;
    try {
      step();
    } catch (thrown) {
      if (thrown instanceof StatusError && thrown.status.code === 404) return;
      // A conflict with another writer brings its change, and with it the next step; anything else is tried again.
      world.logger.warn('a pod could not go on', { pod: pod.metadata.name, error: messageOf(thrown) });
      later('retry', 1_000, soon);
    }
  };

  const pathOf = (container: Container): string => `spec.${specFields[container.role]}{${container.name}}`;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string, about?: Container): void =>
    recorder.event(pod, type, reason, message, about === undefined ? undefined : pathOf(about));

  const context: PodContext = { world, uid, folder, ip, containers, pod: () => pod, event, soon, later };
  const volumes = makePodVolumes(context);
  const life = makeLife(context, volumes);
  const isRunning = (): boolean => runningOf(context).length > 0;

  const step = (): void => {
    const live = access.get('', 'Pod', pod.metadata.namespace ?? '', pod.metadata.name);
    if (live === undefined || live.metadata.uid !== uid) return;
    pod = live;
    if (isDeleting(pod)) {
      terminate();
      return;
    }
    if (phaseOf(pod) === 'Succeeded' || phaseOf(pod) === 'Failed') return;
    checkDeadline();
    if (failing !== undefined) {
      life.stopAll(graceOf(pod));
      write(isRunning() ? phase('Running') : 'Failed');
      return;
    }
    if (!volumes.prepare()) {
      write('Pending');
      return;
    }
    for (const extra of extrasOf(pod)) if (!containers.has(extra.name)) containers.set(extra.name, extra);
    const decision = decide(seen(), begun);
    for (const name of decision.stop) life.stop(containers.get(name)!, graceOf(pod));
    if (decision.initialized && !begun) begun = true;
    for (const name of decision.start) life.start(containers.get(name)!);
    // What was started changes what is next: an init container that cannot start, a main one that runs.
    finish(decide(seen(), begun));
  };

  const finish = (decision: Decision): void => {
    const ended = decision.phase === 'Succeeded' || decision.phase === 'Failed';
    if (ended) timers.forEach((cancel) => cancel());
    write(decision.phase);
    if (ended) void world.sweeper.sweep(uid);
  };

  const phase = (otherwise: 'Pending' | 'Running'): 'Pending' | 'Running' => (begun ? otherwise : 'Pending');

  const seen = (): readonly Seen[] =>
    [...containers.values()].map((container) => ({
      name: container.name,
      role: container.role,
      state: container.state.type,
      exitCode: container.state.type === 'ended' ? container.state.ended.exitCode : 0,
      started: container.started,
      restarts:
        container.state.type === 'ended' &&
        restartsAfter(container, specOf(pod), container.state.ended.exitCode),
      ran: container.ran,
    }));

  const checkDeadline = (): void => {
    const seconds = specOf(pod)['activeDeadlineSeconds'];
    const since = Date.parse(text(statusOf(pod)['startTime']));
    if (typeof seconds !== 'number' || Number.isNaN(since) || failing !== undefined) return;
    const left = since + seconds * 1000 - clock.now();
    if (left > 0) {
      later('deadline', left, soon);
      return;
    }
    const message = 'Pod was active on the node longer than the specified deadline';
    failing = { reason: 'DeadlineExceeded', message };
    event('Normal', 'DeadlineExceeded', message);
  };

  const terminate = (): void => {
    const seconds = pod.metadata.deletionGracePeriodSeconds ?? 30;
    if (isRunning()) {
      const left = Date.parse(pod.metadata.deletionTimestamp ?? '') - clock.now();
      life.stopAll(seconds === 0 ? 0 : Math.max(1, Math.min(seconds * 1000, left)));
      write(phase('Running'));
      return;
    }
    void world.sweeper.sweep(uid);
    if (seconds === 0 && pod.metadata.finalizers !== undefined) return;
    // What was waiting never ran; the rest says how it ended.
    const all = [...containers.values()].filter(({ role }) => role === 'main');
    const well = all.every(({ state }) => state.type === 'ended' && state.ended.exitCode === 0);
    if (phaseOf(pod) !== 'Succeeded' && phaseOf(pod) !== 'Failed')
      write(well ? 'Succeeded' : begun ? 'Failed' : 'Pending');
    access.delete('', 'Pod', pod.metadata.namespace ?? '', pod.metadata.name, { gracePeriodSeconds: 0, uid });
  };

  const write = (wanted: 'Pending' | 'Running' | 'Succeeded' | 'Failed'): void => {
    const final = wanted === 'Succeeded' || wanted === 'Failed';
    const restarting = (container: Container): { reason: string; message: string } | undefined => {
      const { backOff: state, name } = container;
      if (final || failing !== undefined || isDeleting(pod) || container.state.type !== 'ended')
        return undefined;
      if (
        state.until <= clock.now() ||
        !restartsAfter(container, specOf(pod), container.state.ended.exitCode)
      )
        return undefined;
      const message = `back-off ${spanText(state.until - state.at)} restarting failed container=${name} pod=${fullName(context)}`;
      return { reason: 'CrashLoopBackOff', message };
    };
    const view = (spec: Fields) => {
      const container = containers.get(text(spec['name']))!;
      return viewOf(container, uid, restarting(container));
    };
    const status = buildStatus(
      pod,
      { phase: wanted, ip, init: view, main: view, extra: view, ...(wanted === 'Failed' && failing) },
      now(),
    );
    pod = writeStatus(access, pod, status, MANAGER);
  };

  const abandon = async (graceMs: number): Promise<void> => {
    over = true;
    timers.forEach((cancel) => cancel());
    await life.abandon(graceMs);
  };

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    uid,
    get pod() {
      return pod;
    },
    ip,
    containers,
    sync(changed) {
      pod = changed;
      volumes.podChanged();
      soon();
    },
    step: guarded,
    sourceChanged() {
      volumes.refresh();
      soon();
    },
    async forget() {
      await abandon(0);
      await world.sweeper.sweep(uid);
      await rm(folder, { recursive: true, force: true });
    },
    abandon,
    logPath: (container, attempt) => logPath(context, container, attempt),
  };
}

/** A span as Go prints it: 10s, 1m20s, 5m0s. */
function spanText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
