import { equalData } from '@plumbline/base';
import type {
  Application,
  ApplicationSource,
  Operation,
  ResourceStatus,
  SyncStatusCode,
} from '@plumbline/api';

/** What automated sync does about a comparison. */
export type Decision =
  | { readonly type: 'nothing' }
  /** It will not act, and people should know why. */
  | { readonly type: 'refuse'; readonly message: string }
  | { readonly type: 'start'; readonly operation: Operation; readonly heals: readonly ResourceStatus[] };

export interface Situation {
  readonly application: Application;
  readonly sync: SyncStatusCode;
  readonly resources: readonly ResourceStatus[];
  readonly sources: readonly ApplicationSource[];
  readonly revisions: readonly string[];
  readonly multiple: boolean;
}

/** Tries of an automated sync where the application says nothing of retries. */
const AUTOMATED_RETRIES = 5;

/** Argo CD's rules: one operation per revision and source; drift from what was applied is healed piece by piece. */
export function automate(situation: Situation): Decision {
  const { application, sync, resources, revisions } = situation;
  const automated = application.spec.syncPolicy?.automated;
  if (automated === undefined || automated.enabled === false) return { type: 'nothing' };
  if (sync !== 'OutOfSync' || application.operation !== undefined) return { type: 'nothing' };
  const differing = resources.filter(({ status }) => status === 'OutOfSync');
  const onlyPrunes =
    differing.length > 0 && differing.every(({ requiresPruning }) => requiresPruning === true);
  if (automated.prune !== true && onlyPrunes) return { type: 'nothing' };
  const named = `[${revisions.join(' ')}]`;
  const attempt = attempted(situation);
  if (attempt === 'failed') {
    const why = application.status?.operationState?.message ?? '';
    return { type: 'refuse', message: `Failed last sync attempt to ${named}: ${why}` };
  }
  const lasting = resources.filter(({ hook }) => hook !== true);
  const wipes = lasting.length > 0 && lasting.every(({ requiresPruning }) => requiresPruning === true);
  if (automated.prune === true && automated.allowEmpty !== true && wipes) {
    return {
      type: 'refuse',
      message: `Skipping sync attempt to ${named}: auto-sync will wipe out all resources`,
    };
  }
  if (attempt === 'done')
    return automated.selfHeal === true ? start(situation, differing) : { type: 'nothing' };
  return start(situation, []);
}

/** Whether the last operation was for the same revisions and sources, and how it ended. */
function attempted(situation: Situation): 'no' | 'done' | 'failed' {
  const { application, revisions, sources, multiple } = situation;
  const state = application.status?.operationState;
  const result = state?.syncResult;
  if (state === undefined || result === undefined) return 'no';
  const sameRevisions = multiple
    ? equalData(result.revisions ?? [], revisions)
    : result.revision === revisions[0];
  const sameSources = multiple
    ? equalData(result.sources ?? [], sources)
    : equalData(result.source, sources[0]);
  // Who asked for a dry run or a part did not try the whole.
  const { sync } = state.operation;
  const whole =
    sync?.dryRun !== true &&
    (sync?.autoHealAttemptsCount !== undefined || (sync?.resources?.length ?? 0) === 0);
  if (!sameRevisions || !sameSources || !whole) return 'no';
  if (state.phase === 'Succeeded') return 'done';
  return state.phase === 'Failed' || state.phase === 'Error' ? 'failed' : 'no';
}

function start(situation: Situation, heals: readonly ResourceStatus[]): Decision {
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
      ...(heals.length === 0
        ? {}
        : {
            autoHealAttemptsCount: last + 1,
            resources: heals.map(({ group, kind, name, namespace }) => ({
              ...(group === undefined ? {} : { group }),
              kind,
              name,
              ...(namespace === undefined ? {} : { namespace }),
            })),
          }),
    },
  };
  return { type: 'start', operation, heals };
}
