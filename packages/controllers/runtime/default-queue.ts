import type { Clock, Logger, Random } from '@plumbline/base';
import { createWorkQueue } from './queue.ts';
import type { QueueMetrics, WorkQueue } from './queue.ts';
import { nodeTurns } from './turns.ts';

/** The queue of a process that runs on Node. */
export function createQueue(options: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: Random;
  readonly workers?: number;
  readonly metrics?: QueueMetrics;
}): WorkQueue {
  return createWorkQueue({ ...options, turns: nodeTurns });
}
