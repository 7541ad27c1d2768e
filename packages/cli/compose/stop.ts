/** Things to stop, in reverse order of their start. One that fails does not keep the others from stopping. */
export interface Stopper {
  add(stop: () => void | Promise<void>): void;
  stop(): Promise<void>;
}

export function createStopper(): Stopper {
  const stops: (() => void | Promise<void>)[] = [];
  return {
    add: (stop) => void stops.push(stop),
    async stop() {
      const errors: unknown[] = [];
      for (let next = stops.pop(); next !== undefined; next = stops.pop()) {
        try {
          await next();
        } catch (thrown) {
          errors.push(thrown);
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, 'stopping failed');
    },
  };
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve(signal);
      });
    }
  });
}
