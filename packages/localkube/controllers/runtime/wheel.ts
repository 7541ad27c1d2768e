import type { Cancel, Clock } from '@plumbline/base';

/** Many wake-ups over one timer of the clock. */
export interface Wheel {
  /** Calls `run` once `ms` from now. */
  after(ms: number, run: () => void): Cancel;
  stop(): void;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Timers of the process overflow after 24 days; a longer wait is one of several such waits. */
const MOST_MS = 2 ** 30;

/**
 * A heap of wake-ups. Thousands of pods and deadlines cost one timer of the process, and cancelled entries are skipped
 * when their time comes.
 */
export function createWheel(clock: Clock): Wheel {
  const heap: Entry[] = [];
  let order = 0;
  let armed: { readonly at: number; readonly cancel: Cancel } | undefined;
  let stopped = false;

  const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  const push = (entry: Entry): void => {
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent]!;
      if (!before(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  };

  const pop = (): Entry | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || top === last) return top;
    let index = 0;
    for (;;) {
      let smallest = index * 2 + 1;
      if (smallest >= heap.length) break;
      if (smallest + 1 < heap.length && before(heap[smallest + 1]!, heap[smallest]!)) smallest++;
      if (!before(heap[smallest]!, last)) break;
      heap[index] = heap[smallest]!;
      index = smallest;
    }
    heap[index] = last;
    return top;
  };

  const arm = (): void => {
    const first = heap[0];
    if (stopped || first === undefined || (armed !== undefined && armed.at <= first.at)) return;
    armed?.cancel();
    armed = { at: first.at, cancel: clock.after(Math.min(first.at - clock.now(), MOST_MS), fire) };
  };

  const fire = (): void => {
    armed = undefined;
    const now = clock.now();
    while (heap.length > 0 && heap[0]!.at <= now) pop()?.run?.();
    arm();
  };

  return {
    after(ms, run) {
      const entry: Entry = { at: clock.now() + Math.max(0, ms), order: order++, run };
      push(entry);
      arm();
      return () => {
        entry.run = undefined;
      };
    },
    stop() {
      stopped = true;
      armed?.cancel();
      heap.length = 0;
    },
  };
}
