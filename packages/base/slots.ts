/** A number of slots; who finds none free waits in line. */
export interface Slots {
  /** Resolves with the way to give the slot back, which may be called more than once. */
  acquire(): Promise<() => void>;
  /** How many wait: more than none only while no slot is free. */
  readonly waiting: number;
  /** Runs a task in a slot. */
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** At most `count` slots are taken at the same time. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;

  /** A waiting one takes over the slot, so the count stays. */
  function release(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  async function acquire(): Promise<() => void> {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let released = false;
    return () => {
      if (released) return;
      released = true;
      release();
    };
  }

  return {
    acquire,
    get waiting() {
      return waiting.length;
    },
    async run(task) {
      const giveBack = await acquire();
      try {
        return await task();
      } finally {
        giveBack();
      }
    },
  };
}
