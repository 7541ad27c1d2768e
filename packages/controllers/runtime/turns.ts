/** The event loop's turns as a port: `next` runs something after what waits in the loop (sockets, timers) had its turn. */
export interface Turns {
  next(run: () => void): void;
}

/** The turns of Node's event loop. */
export const nodeTurns: Turns = { next: (run) => void setImmediate(run) };
