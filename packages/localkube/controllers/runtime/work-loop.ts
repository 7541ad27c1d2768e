import { messageOf } from '@plumbline/base';
import type { Cancel, Clock, Logger } from '@plumbline/base';
import { createWheel } from './wheel.ts';
import type { Wheel } from './wheel.ts';

/** The keys of one controller that wait for work. A key waits at most once. */
export interface Queue {
  add(key: string): void;
  /** Adds the key later; of several waits for one key the earliest counts. */
  addAfter(key: string, ms: number): void;
}

/** One loop for all controllers of a server. */
export interface WorkLoop {
  queue(name: string, sync: (key: string) => void): Queue;
  readonly wheel: Wheel;
  stop(): void;
}

interface Controller {
  readonly name: string;
  readonly sync: (key: string) => void;
  readonly waiting: Set<string>;
  readonly later: Map<string, { readonly at: number; readonly cancel: Cancel }>;
  readonly failures: Map<string, number>;
}

interface Work {
  readonly controller: Controller;
  readonly key: string;
}

/** A turn of the event loop is given back after this, so that requests are answered while a thousand apps start. */
const SLICE_MS = 6;
/** A virtual clock stands still, so the number of syncs bounds its turns. */
const SLICE_SYNCS = 400;
const RETRY_FIRST_MS = 5;
const RETRY_MOST_MS = 60_000;

/** Work begins in the turn after the write that asked for it, in the order of asking, in slices. */
export function createWorkLoop(clock: Clock, logger: Logger): WorkLoop {
  const wheel = createWheel(clock);
  let pending: Work[] = [];
  let head = 0;
  let scheduled: Cancel | undefined;
  let stopped = false;

  const schedule = (): void => {
    if (scheduled === undefined && !stopped && head < pending.length) scheduled = clock.after(0, drain);
  };

  const drain = (): void => {
    scheduled = undefined;
    const start = clock.now();
    for (let done = 0; head < pending.length && done < SLICE_SYNCS; done++) {
      const work = pending[head++]!;
      work.controller.waiting.delete(work.key);
      run(work);
      if (clock.now() - start >= SLICE_MS) break;
    }
    if (head === pending.length) {
      pending = [];
      head = 0;
    } else if (head > 4096) {
      pending = pending.slice(head);
      head = 0;
    }
    schedule();
  };

  const run = ({ controller, key }: Work): void => {
    try {
      controller.sync(key);
      controller.failures.delete(key);
    } catch (thrown) {
      const failures = (controller.failures.get(key) ?? 0) + 1;
      controller.failures.set(key, failures);
      const wait = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(failures, 20));
      logger.debug('controller retries', {
        controller: controller.name,
        key,
        wait,
        error: messageOf(thrown),
      });
      addAfter(controller, key, wait);
    }
  };

  const add = (controller: Controller, key: string): void => {
    if (stopped || controller.waiting.has(key)) return;
    controller.waiting.add(key);
    pending.push({ controller, key });
    schedule();
  };

  const addAfter = (controller: Controller, key: string, ms: number): void => {
    if (stopped) return;
    if (ms <= 0) {
      add(controller, key);
      return;
    }
    const at = clock.now() + ms;
    const present = controller.later.get(key);
    if (present !== undefined && present.at <= at) return;
    present?.cancel();
    const cancel = wheel.after(ms, () => {
      controller.later.delete(key);
      add(controller, key);
    });
    controller.later.set(key, { at, cancel });
  };

  return {
    wheel,
    queue(name, sync) {
      const controller: Controller = {
        name,
        sync,
        waiting: new Set(),
        later: new Map(),
        failures: new Map(),
      };
      return {
        add: (key) => add(controller, key),
        addAfter: (key, ms) => addAfter(controller, key, ms),
      };
    },
    stop() {
      stopped = true;
      scheduled?.();
      wheel.stop();
      pending = [];
      head = 0;
    },
  };
}
