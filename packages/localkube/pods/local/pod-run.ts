import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { equalData, messageOf } from '@plumbline/base';
import type { Cancel } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { integer, isAbsent, record, records, strings, text } from '../../kinds/fields.ts';
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
import { missingEnvironment, missingVolumes } from '../references.ts';
import { buildStatus } from '../status.ts';
import { apiVariables } from './api-access.ts';
import { check } from './checks.ts';
import { backOff, follow, makeStopper } from './container.ts';
import type { Container, Ended, Running } from './container.ts';
import { decide } from './decide.ts';
import type { Decision, Seen } from './decide.ts';
import { createLogFile } from './log-file.ts';
import { makePlace } from './place.ts';
import type { Place } from './place.ts';
import { startProbes } from './probes.ts';
import { endMarked, startProcess } from './process.ts';
import type { Exit, Signal } from './process.ts';
import { writeRecord } from './record-file.ts';
import { restartsAfter } from './restart-rules.ts';
import { containersOf, viewOf } from './status.ts';
import { inTerminal } from './terminal.ts';
import { terminationMessageOf } from './termination.ts';
import type { LocalWorld, PodRun } from './types.ts';
import { isLive, prepareVolume, VolumeProblem } from './volumes.ts';

const MANAGER = 'kubelet';
/** Tokens in volumes are renewed when four fifths of their life are over, as kubelet does. */
const tokenShare = 0.8;

/** Runs one pod: each `step` looks at what there is, does what comes next, and writes what it has come to. */
export function startPodRun(world: LocalWorld, first: KubeObject): PodRun {
  const { access, clock, recorder } = world;
  const uid = first.metadata.uid ?? '';
  const folder = join(world.folder, 'pods', uid);
  const ip = world.addressOf(first);
  const now = (): string => timeText(clock.now());
  const containers = new Map(containersOf(first, now()).map((one) => [one.name, one]));
  const volumes = new Map<string, string>();
  const stopContainer = makeStopper(clock);
  const timers = new Map<string, Cancel>();
  let pod = first;
  let begun = [...containers.values()].some(({ role, ran }) => role === 'main' && ran);
  let volumesReady = false;
  /** The metadata that volumes were last filled from. */
  let shown = first.metadata;
  let failing: { readonly reason: string; readonly message: string } | undefined;
  let over = false;
  let queued = false;

  /** Soon, and once for many reasons. */
  const soon = (): void => {
    if (queued || over) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      if (!over) guarded();
    });
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
    try {
      step();
    } catch (thrown) {
      if (thrown instanceof StatusError && thrown.status.code === 404) return;
      // A conflict with another writer brings its change, and with it the next step; anything else is tried again.
      world.logger.warn('a pod could not go on', { pod: pod.metadata.name, error: messageOf(thrown) });
      later('retry', 1_000, soon);
    }
  };

  const pathOf = (container: Container): string =>
    `spec.${container.role === 'main' ? 'containers' : 'initContainers'}{${container.name}}`;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string, about?: Container): void =>
    recorder.event(pod, type, reason, message, about === undefined ? undefined : pathOf(about));

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
      stopAll(graceOf());
      write(running().length > 0 ? phase('Running') : 'Failed');
      return;
    }
    if (!volumesReady && !prepareVolumes()) {
      write('Pending');
      return;
    }
    const decision = decide(seen(), begun);
    for (const name of decision.stop) stopOne(containers.get(name)!, graceOf());
    if (decision.initialized && !begun) begun = true;
    for (const name of decision.start) start(containers.get(name)!);
    // What was started changes what is next: an init container that cannot start, a main one that runs.
    finish(decide(seen(), begun));
  };

  const finish = (decision: Decision): void => {
    const ended = decision.phase === 'Succeeded' || decision.phase === 'Failed';
    if (ended) timers.forEach((cancel) => cancel());
    write(decision.phase);
    if (ended) endMarked(uid);
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

  const running = (): readonly Container[] =>
    [...containers.values()].filter((container) => container.running !== undefined);

  const prepareVolumes = (): boolean => {
    const missing = missingVolumes(access, pod);
    for (const one of missing) event('Warning', 'FailedMount', one.message);
    if (missing.length > 0) return false;
    const made = fillVolumes(records(specOf(pod)['volumes']));
    volumesReady = made;
    return made;
  };

  const fillVolumes = (wanted: readonly Fields[]): boolean => {
    shown = pod.metadata;
    const place = join(folder, 'volumes');
    mkdirSync(place, { recursive: true, mode: 0o700 });
    const volumeWorld = { ...world, claims: join(world.folder, 'claims') };
    for (const volume of wanted) {
      try {
        volumes.set(text(volume['name']), prepareVolume(volumeWorld, pod, volume, place, ip));
      } catch (thrown) {
        event(
          'Warning',
          'FailedMount',
          `MountVolume.SetUp failed for volume ${JSON.stringify(volume['name'])} : ${messageOf(thrown)}`,
        );
        return false;
      }
    }
    const seconds = wanted.flatMap((volume) =>
      records(record(volume['projected'])['sources'])
        .filter((source) => !isAbsent(source['serviceAccountToken']))
        .map((source) => integer(record(source['serviceAccountToken'])['expirationSeconds'], 3600)),
    );
    if (seconds.length > 0) later('tokens', Math.min(...seconds) * tokenShare * 1000, refresh);
    return true;
  };

  /** Brings volumes up to date with the objects that they show. */
  const refresh = (): void => {
    if (!volumesReady || over || isDeleting(pod)) return;
    if (missingVolumes(access, pod).length === 0) fillVolumes(records(specOf(pod)['volumes']).filter(isLive));
  };

  const start = (container: Container): void => {
    const wait = container.state.type === 'ended' ? container.backOff.until - clock.now() : 0;
    if (wait > 0) {
      later(`start/${container.name}`, wait, soon);
      return;
    }
    const missing = missingEnvironment(access, pod, container.spec);
    if (missing !== undefined) {
      refuse(container, 'CreateContainerConfigError', missing.message);
      return;
    }
    if (strings(container.spec['command']).length === 0) {
      const image = text(container.spec['image']);
      refuse(
        container,
        'CreateContainerError',
        `no command specified: image ${image} is not pulled here, so the container itself has to say what runs`,
      );
      return;
    }
    launch(container);
  };

  const refuse = (container: Container, reason: string, message: string): void => {
    const { state } = container;
    if (state.type === 'waiting' && state.reason === reason && state.message === message) return;
    container.state = { type: 'waiting', reason, message };
    event('Warning', 'Failed', `Error: ${message}`, container);
  };

  const launch = (container: Container): void => {
    if (container.state.type === 'ended') container.last = container.state.ended;
    if (container.ran) container.attempt++;
    container.ran = true;
    container.ready = false;
    container.started = false;
    const startedAt = now();
    const log = createLogFile(logPath(container.name, container.attempt), clock);
    rmSync(logPath(container.name, container.attempt - 2), { force: true });
    let place: Place;
    let current: Running;
    try {
      place = placeOf(container);
      event('Normal', 'Created', `Created container: ${container.name}`, container);
      const command = container.spec['tty'] === true ? inTerminal(place.command) : place.command;
      const child = startProcess({
        command,
        folder: place.folder,
        environment: place.environment,
        stdin: container.spec['stdin'] === true,
      });
      writeRecord(folder, container.name, child.pid);
      current = follow(child, place, log, clock);
    } catch (thrown) {
      log.end();
      failedToStart(container, startedAt, messageOf(thrown), thrown instanceof VolumeProblem);
      return;
    }
    container.running = current;
    container.state = { type: 'running', startedAt };
    event('Normal', 'Started', `Started container ${container.name}`, container);
    void current.over.then((exit) => ended(container, current, startedAt, exit));
    void afterStart(container, current);
  };

  const placeOf = (container: Container): Place =>
    makePlace({
      access,
      pod,
      container: container.spec,
      ip,
      folder: join(folder, 'containers', container.name),
      volumes,
      api: apiVariables(world.api(), pod, container.spec, volumes, folder),
    });

  const failedToStart = (container: Container, startedAt: string, message: string, config: boolean): void => {
    if (config) {
      container.ran = container.last !== undefined;
      if (container.ran) container.attempt--;
      refuse(container, 'CreateContainerConfigError', message);
      return;
    }
    container.state = {
      type: 'ended',
      ended: { exitCode: 128, reason: 'StartError', message, startedAt, finishedAt: startedAt },
    };
    backOff(container, clock.now());
    event('Warning', 'Failed', `Error: ${message}`, container);
    later(`start/${container.name}`, Math.max(1, container.backOff.until - clock.now()), soon);
  };

  /** The `postStart` hook comes first: only then the container counts as started, and only then it is probed. */
  const afterStart = async (container: Container, current: Running): Promise<void> => {
    const hook = record(record(container.spec['lifecycle'])['postStart']);
    if (Object.keys(hook).length > 0) {
      const problem = await check(
        { spec: container.spec, place: current.place, ip },
        hook,
        clock,
        0x7fffffff,
      );
      if (container.running !== current) return;
      if (problem !== undefined) {
        event('Warning', 'FailedPostStartHook', 'PostStartHook failed', container);
        event('Normal', 'Killing', 'FailedPostStartHook', container);
        stopOne(container, graceOf(), false);
        return;
      }
    }
    if (current.stopping || container.running !== current) return;
    current.stopProbes = startProbes({
      clock,
      container: container.spec,
      check: (probe, timeoutMs) =>
        check({ spec: container.spec, place: current.place, ip }, probe, clock, timeoutMs),
      onStarted: () => {
        container.started = true;
        soon();
      },
      onReady: (ready) => {
        if (container.ready === ready) return;
        container.ready = ready;
        soon();
      },
      onDead: (kind, probe) => {
        event(
          'Normal',
          'Killing',
          `Container ${container.name} failed ${kind} probe, will be restarted`,
          container,
        );
        const own = probe['terminationGracePeriodSeconds'];
        stopOne(container, typeof own === 'number' ? own * 1000 : graceOf(), false);
      },
      onFailure: (kind, why) =>
        event(
          'Warning',
          'Unhealthy',
          `${kind[0]?.toUpperCase()}${kind.slice(1)} probe failed: ${why}`,
          container,
        ),
    });
  };

  const ended = (container: Container, current: Running, startedAt: string, exit: Exit): void => {
    if (container.running !== current) return;
    current.stopProbes();
    container.running = undefined;
    container.ready = false;
    writeRecord(folder, container.name, undefined);
    const finishedAt = now();
    const message = terminationMessageOf(container.spec, current, exit, containers.size);
    const result: Ended = {
      exitCode: exit.exitCode,
      ...(exit.signal !== undefined && { signal: exit.signal }),
      reason: current.killed ?? (exit.exitCode === 0 ? 'Completed' : 'Error'),
      ...(message !== '' && { message }),
      startedAt,
      finishedAt,
    };
    container.state = { type: 'ended', ended: result };
    backOff(container, clock.now());
    const wait = container.backOff.until - clock.now();
    if (!isDeleting(pod) && wait > 0 && restartsAfter(container, specOf(pod), exit.exitCode))
      event(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${container.name} in pod ${fullName()}`,
        container,
      );
    soon();
  };

  const fullName = (): string => `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${uid})`;

  const graceOf = (): number => integer(specOf(pod)['terminationGracePeriodSeconds'], 30) * 1000;

  const stopOne = (container: Container, graceMs: number, say = true): void => {
    const current = container.running;
    if (current === undefined) return;
    if (say && !current.stopping)
      event('Normal', 'Killing', `Stopping container ${container.name}`, container);
    const lifecycle = record(container.spec['lifecycle']);
    const hook = record(lifecycle['preStop']);
    const preStop = async (ms: number): Promise<void> => {
      const problem = await Promise.race([
        check({ spec: container.spec, place: current.place, ip }, hook, clock, ms),
        new Promise<string>((resolve) => {
          clock.after(ms, () => resolve('the grace period is over'));
        }),
      ]);
      if (problem !== undefined) event('Warning', 'FailedPreStopHook', 'PreStopHook failed', container);
    };
    stopContainer(current, graceMs, {
      signal: (text(lifecycle['stopSignal']) || 'SIGTERM') as Signal,
      preStop: Object.keys(hook).length > 0 ? preStop : undefined,
    });
  };

  /** Main containers first; sidecars when those are gone, the last one first. */
  const stopAll = (graceMs: number): void => {
    const alive = running();
    const others = alive.filter(({ role }) => role !== 'sidecar');
    if (others.length > 0) others.forEach((container) => stopOne(container, graceMs));
    else if (alive.length > 0) stopOne(alive.at(-1)!, graceMs);
  };

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
    if (running().length > 0) {
      const left = Date.parse(pod.metadata.deletionTimestamp ?? '') - clock.now();
      stopAll(seconds === 0 ? 0 : Math.max(1, Math.min(seconds * 1000, left)));
      write(phase('Running'));
      return;
    }
    endMarked(uid);
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
      const message = `back-off ${spanText(state.until - state.at)} restarting failed container=${name} pod=${fullName()}`;
      return { reason: 'CrashLoopBackOff', message };
    };
    const view = (spec: Fields) => {
      const container = containers.get(text(spec['name']))!;
      return viewOf(container, uid, restarting(container));
    };
    const status = buildStatus(
      pod,
      { phase: wanted, ip, init: view, main: view, ...(wanted === 'Failed' && failing) },
      now(),
    );
    pod = writeStatus(access, pod, status, MANAGER);
  };

  const logPath = (container: string, attempt: number): string =>
    join(folder, 'containers', container, 'logs', `${attempt}.log`);

  const endAll = (): void => {
    over = true;
    timers.forEach((cancel) => cancel());
    for (const container of running()) stopContainer(container.running!, 0, { signal: 'SIGKILL' });
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
      // Labels and annotations may be shown in files.
      const { labels, annotations } = changed.metadata;
      if (!equalData([shown.labels, shown.annotations], [labels, annotations])) refresh();
      soon();
    },
    sourceChanged() {
      refresh();
      soon();
    },
    forget() {
      const last = running().map((container) => container.running!.over);
      endAll();
      void Promise.all(last).then(() => {
        endMarked(uid);
        rmSync(folder, { recursive: true, force: true });
      });
    },
    async abandon(graceMs) {
      over = true;
      timers.forEach((cancel) => cancel());
      const last = running().map(({ running: current, spec }) => {
        const signal = (text(record(spec['lifecycle'])['stopSignal']) || 'SIGTERM') as Signal;
        stopContainer(current!, graceMs, { signal });
        return current!.over;
      });
      await Promise.all(last);
      endMarked(uid);
    },
    logPath,
  };
}

/** A span as Go prints it: 10s, 1m20s, 5m0s. */
function spanText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
