export { createQueue } from './default-queue.ts';
export { createWorkQueue } from './queue.ts';
export type {
  Backoff,
  Outcome,
  QueueMetrics,
  QueueOptions,
  Reconciler,
  RunPorts,
  WorkFamily,
  WorkQueue,
} from './queue.ts';
export { nodeTurns } from './turns.ts';
export type { Turns } from './turns.ts';
export type { Priority } from './schedule.ts';
