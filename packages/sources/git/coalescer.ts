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
