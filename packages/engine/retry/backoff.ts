/** How waiting grows from try to try. Times are milliseconds. */
export interface Backoff {
  readonly duration?: number;
  readonly factor?: number;
  readonly maxDuration?: number;
}

const usual = { duration: 5_000, factor: 2, maxDuration: 180_000 } as const;

/** How long to wait before the next try after `count` retries. */
export function retryDelay(backoff: Backoff, count: number): number {
  const duration = backoff.duration ?? usual.duration;
  const most = backoff.maxDuration ?? usual.maxDuration;
  const delay = duration * (backoff.factor ?? usual.factor) ** count;
  return Math.min(most, delay);
}
