import type { Clock } from '@plumbline/base';
import { endMarked } from './process.ts';

/** Ends what pods that are over have left outside of their groups. */
export interface Sweeper {
  /** Resolves when nothing of this pod runs any more. */
  sweep(uid: string): Promise<void>;
}

/** Looking at all processes costs some milliseconds, so pods that end together are looked for together. */
const gatherMs = 50;

export function makeSweeper(clock: Clock): Sweeper {
  let waiting = new Map<string, (() => void)[]>();
  const run = (): void => {
    const now = waiting;
    waiting = new Map();
    endMarked(new Set(now.keys()));
    for (const all of now.values()) for (const done of all) done();
  };
  return {
    sweep: (uid) =>
      new Promise((resolve) => {
        if (waiting.size === 0) clock.after(gatherMs, run);
        waiting.set(uid, [...(waiting.get(uid) ?? []), resolve]);
      }),
  };
}
