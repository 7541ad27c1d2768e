import type { Cancel, Clock } from '@plumbline/base';
import type { Fields } from '../../kinds/fields.ts';
import type { Role } from './decide.ts';
import { drained } from './inside.ts';
import type { LogFile } from './log-file.ts';
import type { Place } from './place.ts';
import type { Child, Exit, Signal } from './process.ts';

/** How a container ended. */
export interface Ended {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** A container of a pod over all its restarts. */
export interface Container {
  readonly name: string;
  readonly role: Role;
  readonly spec: Fields;
  /** How often it was restarted. */
  attempt: number;
  state:
    | { readonly type: 'waiting'; readonly reason: string; readonly message?: string }
    | { readonly type: 'running'; readonly startedAt: string }
    | { readonly type: 'ended'; readonly ended: Ended };
  last: Ended | undefined;
  ran: boolean;
  started: boolean;
  ready: boolean;
  readonly backOff: BackOff;
  running: Running | undefined;
}

/** A container's process and what belongs to it. */
export interface Running {
  readonly child: Child;
  readonly place: Place;
  readonly log: LogFile;
  /** Those who listen to its output besides the log. */
  readonly listeners: Set<OutputListener>;
  stopProbes: Cancel;
  stopping: boolean;
  /** Why it was killed, where that is no matter of its own: OOMKilled. */
  killed?: string;
  /** Its processes and output are at their end. */
  readonly over: Promise<Exit>;
}

type OutputListener = (stream: 'stdout' | 'stderr', chunk: Buffer) => void;

interface BackOff {
  ms: number;
  /** No start before this. */
  until: number;
  /** When it failed last. */
  at: number;
}

export function makeContainer(name: string, role: Role, spec: Fields, reason: string): Container {
  return {
    name,
    role,
    spec,
    attempt: 0,
    state: { type: 'waiting', reason },
    last: undefined,
    ran: false,
    started: false,
    ready: false,
    backOff: { ms: 0, until: 0, at: 0 },
    running: undefined,
  };
}

const backOffMsFirst = 10_000;
const backOffMsMost = 300_000;
/** A container that has run so long without failing begins at the first step again. */
const backOffMsForgotten = 2 * backOffMsMost;

/** kubelet's rule: the first failure is followed by a start at once, each further one by a longer wait. */
export function backOff(container: Container, now: number): void {
  const { backOff: state } = container;
  const forgotten = state.at === 0 || now - state.at > backOffMsForgotten;
  state.until = forgotten ? now : now + state.ms;
  state.ms = forgotten ? backOffMsFirst : Math.min(backOffMsMost, state.ms * 2);
  state.at = now;
}

/** What goes into a log in one go before others get their turn: a container that only writes must not stall the program. */
const sliceBytes = 512 << 10;
const sliceMs = 25;

/** Follows a process: its output goes into the log and to whoever listens; `over` settles when all of it is there. */
export function follow(child: Child, place: Place, log: LogFile, clock: Clock): Running {
  const listeners = new Set<OutputListener>();
  for (const stream of ['stdout', 'stderr'] as const) {
    const source = child[stream];
    let read = 0;
    let resting = false;
    source.on('data', (chunk: Buffer) => {
      read += log.append(stream, chunk);
      for (const listen of listeners) listen(stream, chunk);
      if (read < sliceBytes || resting) return;
      resting = true;
      source.pause();
      clock.after(sliceMs, () => {
        read = 0;
        resting = false;
        source.resume();
      });
    });
    source.on('error', () => {});
  }
  const over = child.exited.then(async (exit) => {
    // What a container leaves behind ends with it, as everything ends with the first process of a namespace.
    child.signal('SIGKILL');
    await drained(child.stdout, child.stderr, clock);
    log.end();
    return exit;
  });
  return { child, place, log, listeners, stopProbes: () => {}, stopping: false, over };
}

/** A container has so long after its `preStop` hook, however short its grace was. */
const graceMsLeast = 2_000;

/** Asks a process to end, and ends it when it does not. Asked again with less time, the shorter time counts. */
export function makeStopper(
  clock: Clock,
): (
  running: Running,
  graceMs: number,
  how: { readonly signal: Signal; readonly preStop?: ((ms: number) => Promise<void>) | undefined },
) => void {
  const deadlines = new WeakMap<Running, { at: number; cancel: Cancel }>();
  return (running, graceMs, { signal, preStop }) => {
    const kill = (): void => running.child.signal('SIGKILL');
    const arm = (at: number): void => {
      const present = deadlines.get(running);
      if (present !== undefined && present.at <= at) return;
      present?.cancel();
      deadlines.set(running, { at, cancel: clock.after(Math.max(0, at - clock.now()), kill) });
    };
    const first = !running.stopping;
    running.stopping = true;
    running.stopProbes();
    if (graceMs <= 0) {
      kill();
      return;
    }
    const at = clock.now() + graceMs;
    void running.over.then(() => deadlines.get(running)?.cancel());
    if (!first || preStop === undefined) {
      arm(at);
      if (first) running.child.signal(signal);
      return;
    }
    arm(at + graceMsLeast);
    void preStop(graceMs).then(() => running.child.signal(signal));
  };
}
