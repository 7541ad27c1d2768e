import type { Cancel, Clock } from '@plumbline/base';

/**
 * When answers that go on leave. The first thing that is said leaves at once; what is said shortly after it leaves together,
 * because each piece costs the server and its reader more than what is in it. The more listen, the longer that is.
 */
export interface Pace {
  of(flush: () => void): { soon(): void };
}

const apartMsMin = 4;
const apartMsMax = 10;
const listenersPerMs = 10;

export function makePace(clock: Clock, listeners: () => number): Pace {
  const waiting = new Set<() => void>();
  let timer: Cancel | undefined;
  const all = (): void => {
    timer = undefined;
    const due = Array.from(waiting);
    waiting.clear();
    for (const flush of due) flush();
  };
  return {
    of(flush) {
      let last = Number.NEGATIVE_INFINITY;
      const run = (): void => {
        last = clock.now();
        flush();
      };
      return {
        soon() {
          if (waiting.has(run)) return;
          const apartMs = Math.min(apartMsMax, Math.max(apartMsMin, Math.ceil(listeners() / listenersPerMs)));
          if (clock.now() - last >= apartMs) {
            run();
            return;
          }
          waiting.add(run);
          timer ??= clock.after(apartMs, all);
        },
      };
    },
  };
}
