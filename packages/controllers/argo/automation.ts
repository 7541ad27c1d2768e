import { equalData } from '@plumbline/base';
import type {
  Application,
  ApplicationSource,
  Difference,
  ObjectKey,
  Operation,
  TargetPolicy,
} from '@plumbline/api';
import { decideAutomation } from '@plumbline/engine';
import type { Attempt } from '@plumbline/engine';

/** What automated sync does about a comparison. */
export type Decision =
  | { readonly type: 'nothing' }
  /** It will not act, and people should know why. */
  | { readonly type: 'refuse'; readonly message: string }
  | { readonly type: 'start'; readonly operation: Operation; readonly heals: readonly ObjectKey[] };

export interface Situation {
  readonly application: Application;
  readonly policy: TargetPolicy;
  readonly difference: Difference;
  readonly sources: readonly ApplicationSource[];
  readonly revisions: readonly string[];
  readonly multiple: boolean;
  readonly now: number;
}

/** Tries of an automated sync where the application says nothing of retries. */
const AUTOMATED_RETRIES = 5;
/** Heals are slowed down per object, and only in a fight: see `healing.ts`. */
const NO_BACKOFF = { duration: 0, factor: 1, maxDuration: 0, cooldown: 0 };

/** The engine's decision as an operation, or as the condition that Argo CD writes. */
export function automate(situation: Situation): Decision {
  const { application, policy, difference, revisions, now } = situation;
  if (application.operation !== undefined) return { type: 'nothing' };
  const attempt = lastAttempt(situation);
  const decision = decideAutomation({
    policy,
    difference,
    now,
    backoff: NO_BACKOFF,
    ...(attempt === undefined ? {} : { attempt }),
  });
  switch (decision.type) {
    case 'rest':
    case 'wait':
      return { type: 'nothing' };
    case 'refuse': {
      const named = `[${revisions.join(' ')}]`;
      const why = application.status?.operationState?.message ?? '';
      return {
        type: 'refuse',
        message:
          decision.why === 'lastAttemptFailed'
            ? `Failed last sync attempt to ${named}: ${why}`
            : `Skipping sync attempt to ${named}: auto-sync will wipe out all resources`,
      };
    }
    case 'run':
      return operationFor(situation, decision.only ?? []);
  }
}

/** The last operation, if it was for the same revisions and sources. Who asked for a dry run or a part did not try the whole. */
function lastAttempt(situation: Situation): Attempt | undefined {
  const { application, revisions, sources, multiple } = situation;
  const state = application.status?.operationState;
  const result = state?.syncResult;
  if (
    state === undefined ||
    result === undefined ||
    state.finishedAt === undefined ||
    state.phase === 'Running'
  )
    return undefined;
  const sameRevisions = multiple
    ? equalData(result.revisions ?? [], revisions)
    : result.revision === revisions[0];
  const sameSources = multiple
    ? equalData(result.sources ?? [], sources)
    : equalData(result.source, sources[0]);
  const { sync } = state.operation;
  const whole =
    sync?.dryRun !== true &&
    (sync?.autoHealAttemptsCount !== undefined || (sync?.resources?.length ?? 0) === 0);
  if (!sameRevisions || !sameSources || !whole) return undefined;
  return {
    succeeded: state.phase === 'Succeeded',
    finishedAt: Math.min(situation.now, Date.parse(state.finishedAt)),
    heals: 0,
  };
}

function operationFor(situation: Situation, heals: readonly ObjectKey[]): Decision {
  const { application, sources, revisions, multiple } = situation;
  const policy = application.spec.syncPolicy ?? {};
  const last = application.status?.operationState?.operation.sync?.autoHealAttemptsCount ?? 0;
  const options = policy.syncOptions ?? [];
  const [source] = sources;
  const { limit, ...retry } = policy.retry ?? { limit: AUTOMATED_RETRIES };
  const operation: Operation = {
    initiatedBy: { automated: true },
    retry: { ...retry, ...(limit === undefined || limit === 0 ? {} : { limit }) },
    sync: {
      ...(policy.automated?.prune === true ? { prune: true } : {}),
      ...(multiple
        ? { revisions, sources }
        : { revision: revisions[0] ?? '', ...(source === undefined ? {} : { source }) }),
      ...(options.length === 0 ? {} : { syncOptions: options }),
      ...(heals.length === 0 ? {} : { autoHealAttemptsCount: last + 1, resources: heals.map(chosen) }),
    },
  };
  return { type: 'start', operation, heals };
}

function chosen({ group, kind, name, namespace }: ObjectKey) {
  return { ...(group === '' ? {} : { group }), kind, name, ...(namespace === '' ? {} : { namespace }) };
}
