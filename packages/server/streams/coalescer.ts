import type { Clock } from '@plumbline/base';

/** Gathers changes by key and hands them over together, at most once per interval; the first ones at once. */
export interface Coalescer<V> {
  add(key: string, value: V): void;
  stop(): void;
}

/** Changes of one write come within a few milliseconds of each other. */
const FIRST_MS = 5;

/** A coalescer that hands over to `flush`; `merge` makes one of two values of the same key. */
export function createCoalescer<V>(options: {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly merge: (before: V, value: V) => V;
  readonly flush: (changes: ReadonlyMap<string, V>) => void;
}): Coalescer<V> {
  const { clock, intervalMs } = options;
  let waiting = new Map<string, V>();
  let last = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;

  function flush(): void {
    cancel = undefined;
    last = clock.now();
    const changes = waiting;
    waiting = new Map();
    options.flush(changes);
  }

  return {
    add(key, value) {
      const before = waiting.get(key);
      waiting.set(key, before === undefined ? value : options.merge(before, value));
      cancel ??= clock.after(Math.max(FIRST_MS, last + intervalMs - clock.now()), flush);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
