/** A number of slots; who finds none free waits in line. */
export interface Slots {
  /** Resolves with the way to give the slot back, which may be called more than once. */
  acquire(): Promise<() => void>;
}

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  function release(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
  return {
    async acquire() {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let released = false;
      return () => {
        if (released) return;
        released = true;
        release();
      };
    },
  };
}
