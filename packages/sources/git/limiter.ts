/** Lets only so many tasks run at a time; the others wait in order. */
export function createLimiter(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // A waiting task takes over the place, so the count stays.
      if (next === undefined) running--;
      else next();
    }
  };
}

/**
 * Makes one task of many calls: who calls while it runs waits for one further run that starts afterwards, so everybody
 * gets a result that began after the call.
 */
export function createCoalescer<T>(task: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let queued: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    queued = undefined;
    const run = task().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  };
  return () => {
    if (running === undefined) return begin();
    queued ??= running.then(begin, begin);
    return queued;
  };
}
