import type { KubeObject, LiveMarks, ObjectKey, RunRequest } from '@plumbline/api';

export type PruneVerdict = { readonly prune: true } | { readonly prune: false; readonly reason: string };

/** Whether a live object that nobody wants any more may be deleted by this run. */
export function pruneVerdict(marks: LiveMarks | undefined, request: RunRequest): PruneVerdict {
  if (!request.prune) return { prune: false, reason: 'ignored (requires pruning)' };
  if (marks?.prune === 'no') return { prune: false, reason: 'ignored (no prune)' };
  return { prune: true };
}

interface Prunable {
  readonly key: ObjectKey;
  readonly live?: { readonly object: KubeObject; readonly marks?: LiveMarks };
}

/** Which of these must not be pruned before somebody has agreed since the run started. Times of consent have whole seconds. */
export function consentMissing<T extends Prunable>(
  prunes: readonly T[],
  request: RunRequest,
  startedAt: number,
): readonly T[] {
  if (!request.prune) return [];
  const approved = request.deletionsApprovedAt;
  if (approved !== undefined && approved >= Math.floor(startedAt / 1000) * 1000) return [];
  return prunes.filter(({ live }) => live?.marks?.prune === 'confirm');
}
