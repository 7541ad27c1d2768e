import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { integer, record, strings, text } from '../../kinds/fields.ts';
import { isDeleting, specOf, timeText } from '../../controllers/runtime/objects.ts';
import { missingEnvironment } from '../references.ts';
import { apiVariables } from './api-access.ts';
import { check } from './checks.ts';
import { backOff, follow, makeStopper } from './container.ts';
import type { Container, Ended, Running } from './container.ts';
import { fullName, logPath, runningOf } from './context.ts';
import type { PodContext } from './context.ts';
import { createLogFile } from './log-file.ts';
import { makePlace } from './place.ts';
import type { Place } from './place.ts';
import type { PodVolumes } from './pod-volumes.ts';
import { startProbes } from './probes.ts';
import { startProcess } from './process.ts';
import type { Exit, Signal } from './process.ts';
import { writeRecord } from './record-file.ts';
import { restartsAfter } from './restart-rules.ts';
import { inTerminal } from './terminal.ts';
import { terminationMessageOf } from './termination.ts';
import { VolumeProblem } from './volumes.ts';

/** Starts and stops the containers of one pod. */
export interface Life {
  /** Now, or when its back-off is over. */
  start(container: Container): void;
  /** Asks it to end, and ends it after the grace. */
  stop(container: Container, graceMs: number): void;
  /** Main containers first; sidecars when those are gone, the last one first. */
  stopAll(graceMs: number): void;
  /** Ends everything without a word: the program stops, or the pod is gone. */
  abandon(graceMs: number): Promise<void>;
}

export const graceOf = (pod: KubeObject): number =>
  integer(specOf(pod)['terminationGracePeriodSeconds'], 30) * 1000;

export function makeLife(context: PodContext, volumes: PodVolumes): Life {
  const { world, folder, ip, containers, pod, event, soon, later } = context;
  const { clock } = world;
  const stopContainer = makeStopper(clock);
  const start = (container: Container): void => {
    const wait = container.state.type === 'ended' ? container.backOff.until - clock.now() : 0;
    if (wait > 0) {
      later(`start/${container.name}`, wait, soon);
      return;
    }
    const missing = missingEnvironment(world.access, pod(), container.spec);
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
    const startedAt = timeText(clock.now());
    const log = createLogFile(logPath(context, container.name, container.attempt), clock);
    rmSync(logPath(context, container.name, container.attempt - 2), { force: true });
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
    world.memory.started(container);
    container.state = { type: 'running', startedAt };
    event('Normal', 'Started', `Started container ${container.name}`, container);
    void current.over.then((exit) => ended(container, current, startedAt, exit));
    void afterStart(container, current);
  };

  const placeOf = (container: Container): Place =>
    makePlace({
      access: world.access,
      pod: pod(),
      container: container.spec,
      ip,
      folder: join(folder, 'containers', container.name),
      volumes: volumes.paths,
      api: apiVariables(world.api(), pod(), container.spec, volumes.paths, folder),
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
        stopOne(container, graceOf(pod()), false);
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
        stopOne(container, typeof own === 'number' ? own * 1000 : graceOf(pod()), false);
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
    const finishedAt = timeText(clock.now());
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
    if (!isDeleting(pod()) && wait > 0 && restartsAfter(container, specOf(pod()), exit.exitCode))
      event(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${container.name} in pod ${fullName(context)}`,
        container,
      );
    soon();
  };

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
    const alive = runningOf(context);
    const others = alive.filter(({ role }) => role !== 'sidecar');
    if (others.length > 0) others.forEach((container) => stopOne(container, graceMs));
    else if (alive.length > 0) stopOne(alive.at(-1)!, graceMs);
  };

  return {
    start,
    stop: (container, graceMs) => stopOne(container, graceMs),
    stopAll,
    async abandon(graceMs) {
      const last = runningOf(context).map(({ running, spec }) => {
        const signal = (text(record(spec['lifecycle'])['stopSignal']) || 'SIGTERM') as Signal;
        stopContainer(running!, graceMs, { signal });
        return running!.over;
      });
      await Promise.all(last);
    },
  };
}
