import type { Cancel, Clock } from './ports.ts';

/** A clock that only moves when told to: `advance` runs what is due, in order of time, then of request. */
export interface VirtualClock extends Clock {
  advance(ms: number): void;
  /** When the next timer is due, if any. */
  next(): number | undefined;
}

/** A clock that stands still at `start` (milliseconds since the epoch) until it is advanced. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  let order = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  const earliest = (): [number, { at: number; run: () => void }] | undefined => {
    let best: [number, { at: number; run: () => void }] | undefined;
    for (const entry of timers) if (best === undefined || entry[1].at < best[1].at) best = entry;
    return best;
  };
  return {
    now: () => now,
    after(ms, run): Cancel {
      const id = order++;
      timers.set(id, { at: now + Math.max(0, ms), run });
      return () => timers.delete(id);
    },
    next: () => earliest()?.[1].at,
    advance(ms) {
      const end = now + ms;
      for (let due = earliest(); due !== undefined && due[1].at <= end; due = earliest()) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = end;
    },
  };
}
