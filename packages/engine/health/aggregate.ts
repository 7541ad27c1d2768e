import type { Health, HealthStatus } from '@plumbline/api';

const ranks: Readonly<Record<Health, number>> = {
  Healthy: 0,
  Suspended: 1,
  Progressing: 2,
  Missing: 3,
  Degraded: 4,
  Unknown: 5,
};

/** Whether the first is worse than the second. */
export function isWorse(health: Health, than: Health): boolean {
  return ranks[health] > ranks[than];
}

/** One lasting object of a whole. Undefined health: its kind has none, which counts as healthy. */
export interface Part {
  readonly live: boolean;
  readonly health?: HealthStatus;
}

/**
 * How a whole is: as bad as its worst part. Parts that are not there do not count, for that is what being out of sync
 * says already; only where nothing at all is there the whole is missing. Nothing wanted is healthy.
 */
export function aggregateHealth(parts: Iterable<Part>): Health {
  let worst: Health = 'Healthy';
  let [wanted, live] = [false, false];
  for (const part of parts) {
    wanted = true;
    if (!part.live) continue;
    live = true;
    const status = part.health?.status ?? 'Healthy';
    if (status !== 'Missing' && isWorse(status, worst)) worst = status;
  }
  return wanted && !live ? 'Missing' : worst;
}
