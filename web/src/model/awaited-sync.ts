import type { Application, OperationState } from '@plumbline/api';
import { isRunning } from './status.ts';

/** A sync that was asked for, and when the one before it ended: that is how its own end is told from the other's. */
export interface AwaitedSync {
  readonly key: string;
  readonly finishedBefore: string | undefined;
}

/** How an awaited sync ended; undefined while it has not. */
export function resultOf(
  awaited: AwaitedSync,
  application: Application | undefined,
): OperationState | undefined {
  const state = application?.status?.operationState;
  if (application?.operation !== undefined || state === undefined || isRunning(state.phase)) return undefined;
  return state.finishedAt === awaited.finishedBefore ? undefined : state;
}
