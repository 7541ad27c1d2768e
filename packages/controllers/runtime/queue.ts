import { messageOf } from '@plumbline/base';
import type { Cancel, Clock, Logger, Random } from '@plumbline/base';
import { createSchedule } from './schedule.ts';
import type { Item, Priority } from './schedule.ts';
import { createSlices } from './slices.ts';
import type { Turns } from './turns.ts';

/** What a run may use of the queue. */
export interface RunPorts {
  /** To be awaited in long loops: gives the event loop its turn when this one has had its share. */
  breathe(): Promise<void>;
}

/** What a run wants next. Without `wakeUp` the item sleeps until somebody wakes it. */
export interface Outcome {
  /** Milliseconds from now. */
  readonly wakeUp?: number;
}

/** Makes one thing true, as far as possible now. It never waits for the world; it says when it wants to look again. */
export type Reconciler = (key: string, ports: RunPorts) => Promise<Outcome>;

/** One family of items on the queue. */
export interface WorkFamily {
  wake(key: string, priority?: Priority): void;
  /** Time in milliseconds since the epoch. */
  wakeAt(key: string, at: number): void;
  forget(key: string): void;
}

/** The one place of timers, retries and limits: all controllers run on it. */
export interface WorkQueue {
  family(name: string, reconciler: Reconciler, options?: { readonly workers?: number }): WorkFamily;
  start(): void;
  /** Starts nothing new; resolves when what runs has ended. */
  stop(): Promise<void>;
  /** Resolves when nothing runs and nothing is due. */
  idle(): Promise<void>;
}

/** What is to be measured. Called synchronously; must be quick. */
export interface QueueMetrics {
  length(family: string, due: number): void;
  finished(family: string, run: { readonly milliseconds: number; readonly failed: boolean }): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  /** Spreads retries; without it they are not spread. */
  readonly random?: Random;
  readonly turns: Turns;
  readonly logger: Logger;
  /** Runs at the same time, over all families. Runs wait for the network only, so many fit. */
  readonly workers?: number;
  readonly backoff?: Backoff;
  readonly metrics?: QueueMetrics;
}

export interface Backoff {
  readonly first: number;
  readonly factor: number;
  readonly most: number;
}

const WORKERS = 64;
/** Where nothing urgent waits in the queue, what matters (a push, a request) comes from outside and takes many turns. */
const LAZY_SLICE_MS = 2;
const BACKOFF: Backoff = { first: 100, factor: 2, most: 60_000 };

/** The delay after the n-th failure in a row (from 1), spread by up to a fifth so that many do not come back at once. */
function backoffDelay(backoff: Backoff, failures: number, random: Random | undefined): number {
  const delay = Math.min(backoff.most, backoff.first * backoff.factor ** Math.min(failures - 1, 40));
  return Math.round(delay * (1 + ((random?.bytes(1)[0] ?? 0) / 256) * 0.2));
}

interface FamilyState {
  readonly name: string;
  readonly reconciler: Reconciler;
  readonly workers: number;
  readonly failures: Map<string, number>;
  running: number;
}

export function createWorkQueue(options: QueueOptions): WorkQueue {
  const { clock, random, logger, metrics } = options;
  const workers = options.workers ?? WORKERS;
  const backoff = options.backoff ?? BACKOFF;
  const schedule = createSchedule();
  const slices = createSlices(clock, options.turns);
  const families = new Map<string, FamilyState>();
  const ports: RunPorts = { breathe: () => slices.breathe() };
  let state: 'new' | 'running' | 'stopped' = 'new';
  let running = 0;
  let pumping = false;
  let timer: { readonly at: number; readonly cancel: Cancel } | undefined;
  let idlers: (() => void)[] = [];

  function full(name: string): boolean {
    const family = families.get(name);
    return family === undefined || family.running >= family.workers;
  }

  function setTimer(): void {
    const at = state === 'running' ? schedule.nextTime() : undefined;
    if (timer?.at === at) return;
    timer?.cancel();
    timer = undefined;
    if (at === undefined) return;
    const cancel = clock.after(at - clock.now(), () => {
      timer = undefined;
      pump();
    });
    timer = { at, cancel };
  }

  function settle(): void {
    if (running > 0 || (state === 'running' && schedule.due > 0)) return;
    const waiting = idlers;
    idlers = [];
    for (const resolve of waiting) resolve();
  }

  /** Starts what may start in the next turn at the latest; wake-ups of one turn are gathered. */
  function pump(): void {
    if (pumping || state !== 'running') return;
    pumping = true;
    queueMicrotask(startDue);
  }

  function startDue(): void {
    pumping = false;
    while (state === 'running' && running < workers) {
      if (schedule.due > 0 && slices.spent(schedule.urgent ? undefined : LAZY_SLICE_MS)) {
        pumping = true;
        slices.later(startDue);
        return;
      }
      const item = schedule.take(clock.now(), full);
      if (item === undefined) break;
      run(item);
    }
    setTimer();
    settle();
  }

  function run(item: Item): void {
    const family = families.get(item.family);
    if (family === undefined) return;
    running += 1;
    family.running += 1;
    const began = clock.now();
    family
      .reconciler(item.key, ports)
      .then(
        (outcome) => {
          family.failures.delete(item.key);
          if (outcome.wakeUp !== undefined) schedule.wakeAt(item, clock.now() + Math.max(0, outcome.wakeUp));
          return false;
        },
        (thrown: unknown) => {
          retry(family, item, thrown);
          return true;
        },
      )
      .then((failed) => {
        running -= 1;
        family.running -= 1;
        schedule.finish(item);
        metrics?.finished(family.name, { milliseconds: clock.now() - began, failed });
        metrics?.length(family.name, schedule.length(family.name));
        pump();
        if (state !== 'running') settle();
      })
      .catch((thrown: unknown) => logger.error('queue accounting failed', { error: messageOf(thrown) }));
  }

  function retry(family: FamilyState, item: Item, thrown: unknown): void {
    const failures = (family.failures.get(item.key) ?? 0) + 1;
    family.failures.set(item.key, failures);
    const delay = backoffDelay(backoff, failures, random);
    logger.warn('reconcile failed', {
      family: family.name,
      key: item.key,
      failures,
      retryMs: delay,
      error: messageOf(thrown),
    });
    schedule.wakeAt(item, clock.now() + delay);
  }

  return {
    family(name, reconciler, familyOptions) {
      if (families.has(name)) throw new Error(`the queue has a family ${name} already`);
      const family: FamilyState = {
        name,
        reconciler,
        workers: familyOptions?.workers ?? workers,
        failures: new Map(),
        running: 0,
      };
      families.set(name, family);
      return {
        wake(key, priority = 'urgent') {
          schedule.wake({ family: name, key }, priority);
          metrics?.length(name, schedule.length(name));
          pump();
        },
        wakeAt(key, at) {
          schedule.wakeAt({ family: name, key }, at);
          pump();
        },
        forget(key) {
          family.failures.delete(key);
          schedule.forget({ family: name, key });
        },
      };
    },
    start() {
      if (state !== 'new') return;
      state = 'running';
      pump();
    },
    stop() {
      state = 'stopped';
      setTimer();
      return new Promise((resolve) => {
        idlers.push(resolve);
        settle();
      });
    },
    idle() {
      return new Promise((resolve) => {
        idlers.push(resolve);
        pump();
        if (state !== 'running') settle();
      });
    },
  };
}
