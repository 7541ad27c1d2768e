import type {
  Application,
  ApplicationSource,
  ObjectKey,
  Operation,
  OperationState,
  Phase,
  Progress,
  ResourceResult,
  RevisionHistory,
  RunRequest,
  StepResult,
  SyncOperationResult,
} from '@plumbline/api';
import { retryDelay } from '@plumbline/engine';
import { HOOK_OF_PHASE, PHASE_OF_HOOK } from './directives.ts';
import type { HookType } from './directives.ts';
import { annotationOf, annotations, timeText } from './names.ts';
import { sourcesOf } from './spec.ts';
import { invalidStepMessage, reasonWords } from './words.ts';

/** An operation that was asked for and has not ended: what `status.operationState` says, as values. */
export interface Run {
  readonly operation: Operation;
  readonly startedAt: number;
  readonly retryCount: number;
  /** Set while a failed try waits for the next one. */
  readonly waiting?: { readonly since: number; readonly message: string };
  readonly terminating: boolean;
  /** A sync window keeps it from starting or from going on. */
  readonly blocked?: boolean;
  /** What it applies, once that is known: pinned for all of the run. */
  readonly pinned?: Pinned;
  readonly progress?: Progress;
  /** An end that the engine has no part in: the sources cannot be read, the project is missing. */
  readonly failure?: string;
}

interface Pinned {
  readonly sources: readonly ApplicationSource[];
  readonly revisions: readonly string[];
  readonly multiple: boolean;
}

const HISTORY_LIMIT = 10;

/** A new run for `operation`, or the one that `status.operationState` tells of, which may be of an earlier process. */
export function runOf(
  application: Application,
  now: number,
  namespaced: (kind: { readonly group: string; readonly kind: string }) => boolean,
): Run | undefined {
  const { operation } = application;
  if (operation === undefined) return undefined;
  const state = application.status?.operationState;
  if (state === undefined || (state.phase !== 'Running' && state.phase !== 'Terminating')) {
    const started = Math.floor(now / 1_000) * 1_000;
    return {
      operation: { ...operation, retry: operation.retry ?? {} },
      startedAt: started,
      retryCount: 0,
      terminating: false,
    };
  }
  return resumed(state, namespaced);
}

function resumed(
  state: OperationState,
  namespaced: (kind: { readonly group: string; readonly kind: string }) => boolean,
): Run {
  const startedAt = Date.parse(state.startedAt);
  const pinned = pinnedOf(state.syncResult);
  const results = (state.syncResult?.resources ?? []).map((result) => stepOf(result, namespaced));
  return {
    operation: state.operation,
    startedAt,
    retryCount: state.retryCount ?? 0,
    terminating: state.phase === 'Terminating',
    ...(state.finishedAt === undefined
      ? {}
      : { waiting: { since: Date.parse(state.finishedAt), message: state.message ?? '' } }),
    ...(pinned === undefined ? {} : { pinned }),
    ...(results.length === 0
      ? {}
      : { progress: { startedAt, phase: 'Running', reason: { type: 'started' }, results } }),
  };
}

function pinnedOf(result: SyncOperationResult | undefined): Pinned | undefined {
  if (result === undefined) return undefined;
  if (result.sources !== undefined && result.sources.length > 0) {
    const { sources, revisions = [] } = result;
    return revisions.length === 0 ? undefined : { sources, revisions, multiple: true };
  }
  if (result.source === undefined || !result.revision) return undefined;
  return { sources: [result.source], revisions: [result.revision], multiple: false };
}

/** What an operation applies: its own sources and revisions, else the application's. Undefined revisions: the newest. */
export function wantedSources(
  application: Application,
  operation: Operation,
): {
  readonly sources: readonly ApplicationSource[];
  readonly revisions: readonly string[] | undefined;
  readonly multiple: boolean;
} {
  const { sync } = operation;
  const own = sourcesOf(application);
  const many = sync?.sources ?? [];
  const sources =
    many.length > 0 ? many : sync?.source !== undefined && !own.multiple ? [sync.source] : own.sources;
  const multiple = many.length > 0 || (own.multiple && sources === own.sources);
  if (multiple) {
    const revisions = sync?.revisions ?? [];
    return { sources, revisions: revisions.length > 0 ? revisions : undefined, multiple };
  }
  return { sources, revisions: sync?.revision ? [sync.revision] : undefined, multiple };
}

/** What the engine is asked to do. */
export function requestOf(
  application: Application,
  operation: Operation,
  candidates: Iterable<ObjectKey>,
): RunRequest {
  const sync = operation.sync ?? {};
  const chosen = sync.resources ?? [];
  const strategy = sync.syncStrategy;
  const approved = Date.parse(annotationOf(application, annotations.deletionApproved) ?? '');
  return {
    prune: sync.prune === true,
    dryRun: sync.dryRun === true,
    hooks: strategy?.apply === undefined && chosen.length === 0,
    force: strategy?.apply?.force === true || strategy?.hook?.force === true,
    ...(chosen.length === 0 ? {} : { selected: selectKeys(chosen, candidates) }),
    ...(Number.isNaN(approved) ? {} : { deletionsApprovedAt: approved }),
  };
}

type Chosen = NonNullable<NonNullable<Operation['sync']>['resources']>[number];

/** A choice without a namespace names the object in any. */
function selectKeys(chosen: readonly Chosen[], candidates: Iterable<ObjectKey>): readonly ObjectKey[] {
  return [...candidates].filter((key) =>
    chosen.some(
      (choice) =>
        (choice.group ?? '') === key.group &&
        choice.kind === key.kind &&
        choice.name === key.name &&
        (!choice.namespace || choice.namespace === key.namespace),
    ),
  );
}

const OUTCOMES = {
  synced: 'Synced',
  failed: 'SyncFailed',
  pruned: 'Pruned',
  pruneSkipped: 'PruneSkipped',
} as const;
const STATES = { running: 'Running', succeeded: 'Succeeded', failed: 'Failed', error: 'Error' } as const;

function inverse<K extends string, V extends string>(
  map: Readonly<Record<K, V>>,
  value: string | undefined,
): K | undefined {
  return (Object.keys(map) as K[]).find((key) => map[key] === value);
}

/** A result in upstream's shape. Cluster-scoped objects are shown with the application's namespace. */
function resultOf(step: StepResult, progress: Progress, namespace: string): ResourceResult {
  const { key } = step;
  const invalid = progress.reason.type === 'invalid' ? progress.reason.problems : [];
  const problem = invalid.find(
    (other) =>
      other.key.group === key.group &&
      other.key.kind === key.kind &&
      other.key.name === key.name &&
      other.key.namespace === key.namespace,
  );
  const own =
    key.group === '' && key.kind === 'Namespace' && step.phase === 'before' && step.hook === undefined;
  return {
    group: key.group,
    version: step.version,
    kind: key.kind,
    namespace: key.namespace === '' && !own ? namespace : key.namespace,
    name: key.name,
    status: OUTCOMES[step.outcome],
    message: problem === undefined ? step.message : invalidStepMessage(problem),
    ...(step.hook === undefined ? {} : { hookType: HOOK_OF_PHASE[step.hook] }),
    ...(step.state === 'pending' ? {} : { hookPhase: STATES[step.state] }),
    syncPhase: HOOK_OF_PHASE[step.phase],
    ...(step.images === undefined || step.images.length === 0 ? {} : { images: step.images }),
  };
}

function stepOf(
  result: ResourceResult,
  namespaced: (kind: { readonly group: string; readonly kind: string }) => boolean,
): StepResult {
  const phase: Phase = PHASE_OF_HOOK[(result.syncPhase ?? 'Sync') as HookType] ?? 'main';
  const hook = result.hookType === undefined ? undefined : PHASE_OF_HOOK[result.hookType as HookType];
  return {
    key: {
      group: result.group,
      kind: result.kind,
      namespace: namespaced(result) ? result.namespace : '',
      name: result.name,
    },
    version: result.version,
    phase,
    ...(hook === undefined ? {} : { hook }),
    outcome: inverse(OUTCOMES, result.status) ?? 'synced',
    state: inverse(STATES, result.hookPhase) ?? 'pending',
    message: result.message ?? '',
    ...(result.images === undefined ? {} : { images: result.images }),
  };
}

export function automatedBy(operation: Operation): boolean {
  return operation.initiatedBy?.automated === true;
}

/** `syncResult`: what was applied and what became of each object. */
function syncResult(application: Application, run: Run): SyncOperationResult | undefined {
  const pinned =
    run.pinned ??
    (run.blocked === true ? { ...wantedSources(application, run.operation), revisions: [] } : undefined);
  if (pinned === undefined) return undefined;
  const namespace = application.spec.destination?.namespace ?? '';
  const resources = (run.progress?.results ?? []).map((step) =>
    resultOf(step, run.progress as Progress, namespace),
  );
  const managed = application.spec.syncPolicy?.managedNamespaceMetadata;
  const base = {
    ...(resources.length === 0 ? {} : { resources }),
    ...(managed === undefined ? {} : { managedNamespaceMetadata: managed }),
  };
  if (!pinned.multiple) {
    const [source] = pinned.sources;
    return { ...base, revision: pinned.revisions[0] ?? '', ...(source === undefined ? {} : { source }) };
  }
  // With several sources upstream leaves the single ones empty, or the first where a person asked.
  const [first] = pinned.sources;
  const source = automatedBy(run.operation) || first === undefined ? { repoURL: '' } : first;
  return { ...base, revision: '', revisions: pinned.revisions, source, sources: pinned.sources };
}

export type RunEnd = 'Succeeded' | 'Failed' | 'Error';

/** How a run stands, ended or not. */
export function endOf(run: Run): RunEnd | undefined {
  if (run.failure !== undefined) return 'Error';
  const phase = run.progress?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error' ? phase : undefined;
}

function messageOfRun(run: Run): string {
  if (run.failure !== undefined) return run.failure;
  if (run.blocked === true) return 'Sync operation blocked by sync window';
  return run.progress === undefined ? '' : reasonWords(run.progress.reason);
}

/** The state as it is written. */
export function stateOf(application: Application, run: Run, now: number): OperationState {
  const end = endOf(run);
  const result = syncResult(application, run);
  const message = run.waiting?.message ?? messageOfRun(run);
  const phase =
    run.waiting !== undefined ? 'Running' : (end ?? (run.terminating ? 'Terminating' : 'Running'));
  const finishedAt = run.waiting?.since ?? (end === undefined ? undefined : now);
  return {
    operation: run.operation,
    phase,
    ...(message === '' ? {} : { message }),
    startedAt: timeText(run.startedAt),
    ...(finishedAt === undefined ? {} : { finishedAt: timeText(finishedAt) }),
    ...(run.retryCount === 0 ? {} : { retryCount: run.retryCount }),
    ...(result === undefined ? {} : { syncResult: result }),
  };
}

/** A failed try that may be repeated becomes a waiting one. */
export function withRetry(run: Run, now: number): Run {
  const end = endOf(run);
  const limit = run.operation.retry?.limit ?? 0;
  const stopped = run.terminating || run.progress?.reason.type === 'terminated';
  if (end === undefined || end === 'Succeeded' || stopped || (limit >= 0 && run.retryCount >= limit))
    return run;
  const retryCount = run.retryCount + 1;
  const since = Math.floor(now / 1_000) * 1_000;
  const at = clockText(since + delayOf(run.operation, retryCount - 1));
  const message = `${messageOfRun(run)}. Retrying attempt #${retryCount} at ${at}.`;
  return { ...run, retryCount, waiting: { since, message } };
}

/** `3:04PM`, in UTC. */
function clockText(milliseconds: number): string {
  const time = new Date(milliseconds);
  const hours = time.getUTCHours();
  const minutes = String(time.getUTCMinutes()).padStart(2, '0');
  return `${hours % 12 === 0 ? 12 : hours % 12}:${minutes}${hours < 12 ? 'AM' : 'PM'}`;
}

/** When a waiting run goes on. */
export function nextTry(run: Run): number | undefined {
  if (run.waiting === undefined) return undefined;
  return run.waiting.since + delayOf(run.operation, run.retryCount - 1);
}

/** The next try: nothing is known of the one before. */
export function tryAgain(run: Run): Run {
  const { waiting: _waiting, progress: _progress, failure: _failure, pinned, ...rest } = run;
  if (pinned === undefined || run.operation.retry?.refresh === true) return rest;
  return { ...rest, pinned };
}

function delayOf(operation: Operation, retries: number): number {
  const backoff = operation.retry?.backoff;
  const duration = durationMs(backoff?.duration);
  const maxDuration = durationMs(backoff?.maxDuration);
  return retryDelay(
    {
      ...(duration === undefined ? {} : { duration }),
      ...(backoff?.factor === undefined ? {} : { factor: backoff.factor }),
      ...(maxDuration === undefined ? {} : { maxDuration }),
    },
    Math.max(0, retries),
  );
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Go's durations (`1m30s`); a bare number is seconds. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, number = '0', unit = 's'] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(number) * (UNITS[unit] ?? 0);
  }
  return total;
}

/** History grows by successful, complete and real syncs. */
export function historyAfter(
  application: Application,
  run: Run,
  now: number,
): readonly RevisionHistory[] | undefined {
  const before = application.status?.history;
  const { sync } = run.operation;
  const partial = (sync?.resources?.length ?? 0) > 0;
  const { pinned } = run;
  if (endOf(run) !== 'Succeeded' || partial || sync?.dryRun === true || pinned === undefined) return before;
  const limit = application.spec.revisionHistoryLimit ?? HISTORY_LIMIT;
  const last = before?.at(-1);
  const [source] = pinned.sources;
  const entry: RevisionHistory = {
    id: last === undefined ? 0 : last.id + 1,
    deployedAt: timeText(now),
    deployStartedAt: timeText(run.startedAt),
    initiatedBy: run.operation.initiatedBy ?? {},
    ...(pinned.multiple
      ? {
          revisions: pinned.revisions,
          sources: pinned.sources,
          source: { repoURL: '' },
        }
      : {
          ...(pinned.revisions[0] ? { revision: pinned.revisions[0] } : {}),
          ...(source === undefined ? {} : { source }),
        }),
  };
  const all = [...(before ?? []), entry];
  return limit <= 0 ? [] : all.slice(-limit);
}
