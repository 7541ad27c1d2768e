import type { Figures } from './table.ts';

export interface Budget {
  readonly name: string;
  /** Depends on how busy the machine is: said, but no reason to fail a check. */
  readonly timed: boolean;
  holds(figures: Figures): boolean;
}

/** The promises at 1,000 applications of 10 objects; smaller sizes must keep them too. */
export const budgets: readonly Budget[] = [
  { name: 'all Synced and Healthy within 15 s', timed: true, holds: (f) => f.readyMs <= 15_000 },
  { name: 'a push is applied within 500 ms (p99)', timed: true, holds: (f) => f.pushP99 <= 500 },
  { name: 'a push renders exactly one application', timed: false, holds: (f) => f.rendersPerPush === 1 },
  { name: 'drift is healed within 250 ms (p99)', timed: true, holds: (f) => f.healP99 <= 250 },
  { name: 'mass deletion is healed within 5 s', timed: true, holds: (f) => f.massHealMs <= 5000 },
  { name: 'idle below 2 % of a core', timed: true, holds: (f) => f.idlePercent < 2 },
  { name: 'resident memory below 500 MB', timed: false, holds: (f) => f.residentMb < 500 },
];
