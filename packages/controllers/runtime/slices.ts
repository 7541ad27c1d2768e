import type { Clock } from '@plumbline/base';
import type { Turns } from './turns.ts';

/**
 * Keeps work in slices. In process everything is answered by microtasks, so without a break a thousand items would run
 * in one turn of the event loop, and nobody else would be served until they are done.
 */
export interface Slices {
  /** True when this turn has had its share: the usual one, or so many milliseconds. */
  spent(share?: number): boolean;
  /** Resolves at once while there is time left in this turn, else in the next turn. */
  breathe(): Promise<void>;
  /** Runs something in the next turn. */
  later(run: () => void): void;
}

/** The event loop must answer within 50 ms (99 of 100 times), so a slice is far shorter. */
const SLICE_MS = 10;

export function createSlices(clock: Clock, turns: Turns, budget = SLICE_MS): Slices {
  let began: number | undefined;
  const waiting: (() => void)[] = [];
  let asked = false;

  /** One that waits goes on per turn: it may use the whole slice before it gives way again. */
  function nextTurn(): void {
    asked = false;
    began = undefined;
    const next = waiting.shift();
    if (waiting.length > 0) ask();
    if (next === undefined) return;
    spent();
    next();
  }

  function ask(): void {
    if (asked) return;
    asked = true;
    turns.next(nextTurn);
  }

  function spent(share = budget): boolean {
    const now = clock.now();
    if (began === undefined) {
      began = now;
      ask();
      return false;
    }
    return now - began >= share;
  }

  function later(run: () => void): void {
    waiting.push(run);
    ask();
  }

  return {
    spent,
    later,
    // Who comes while others wait, waits too.
    breathe: () =>
      waiting.length > 0 || spent() ? new Promise<void>((resolve) => later(resolve)) : Promise.resolve(),
  };
}
