import { equalData } from '@plumbline/base';
import type { Application, ApplicationCondition, ApplicationStatus, Operation } from '@plumbline/api';
import { diffMergePatch } from '@plumbline/languages';
import type { Comparison } from './standing.ts';
import { mergeConditions } from './conditions.ts';
import { healthField } from './health.ts';
import { annotations, finalizers, timeText } from './names.ts';
import { automatedBy, historyAfter, stateOf } from './operation.ts';
import type { Run } from './operation.ts';
import { sourcesOf } from './spec.ts';
import type { Compiled } from './target.ts';

/** All that a status is computed from. */
export interface Draft {
  readonly comparison: Comparison | undefined;
  /** What is wrong with the spec; then nothing was compared. */
  readonly invalid?: ApplicationCondition;
  readonly conditions: readonly ApplicationCondition[];
  readonly run: Run | undefined;
  /** The operation that stays requested. */
  readonly operation: Operation | undefined;
  /** A person asked for a refresh, which this answers. */
  readonly refreshed: boolean;
  readonly controlNamespace: string;
  readonly now: number;
}

/** The Application as it shall be. */
export function applicationAfter(application: Application, draft: Draft): Application {
  const status = statusAfter(application, draft);
  const { operation: _operation, ...rest } = application;
  const { [annotations.refresh]: asked, ...kept } = application.metadata.annotations ?? {};
  const marked =
    draft.refreshed && asked !== undefined
      ? { ...application.metadata, annotations: kept }
      : application.metadata;
  // What is being deleted takes no new finalizers.
  const going = marked.deletionTimestamp !== undefined;
  const held = going ? undefined : heldBy(marked.finalizers ?? [], draft.comparison?.compiled);
  const metadata = held === undefined ? marked : { ...marked, finalizers: held };
  return {
    ...rest,
    metadata,
    ...(draft.operation === undefined ? {} : { operation: draft.operation }),
    status,
  };
}

/** An application with deletion hooks must not go before they have run. Undefined: nothing is to be changed. */
function heldBy(before: readonly string[], compiled: Compiled | undefined): readonly string[] | undefined {
  if (compiled === undefined) return undefined;
  const wanted: readonly string[] = [
    ...(compiled.preDelete.length > 0 ? [finalizers.preDelete, finalizers.preDeleteCleanup] : []),
    ...(compiled.postDelete.length > 0 ? [finalizers.postDelete, finalizers.postDeleteCleanup] : []),
  ];
  const own: readonly string[] = [
    finalizers.preDelete,
    finalizers.preDeleteCleanup,
    finalizers.postDelete,
    finalizers.postDeleteCleanup,
  ];
  const after = [
    ...before.filter((name) => !own.includes(name) || wanted.includes(name)),
    ...wanted.filter((name) => !before.includes(name)),
  ];
  return equalData(before, after) ? undefined : after;
}

function statusAfter(application: Application, draft: Draft): ApplicationStatus {
  const before = application.status ?? {};
  const { run, now } = draft;
  const operationState =
    run === undefined
      ? before.operationState
      : keptTimes(stateOf(application, run, now), before.operationState);
  const history = run === undefined ? before.history : historyAfter(application, run, now);
  const state: ApplicationStatus = {
    ...before,
    ...(operationState === undefined ? {} : { operationState }),
    ...(history === undefined ? {} : { history }),
  };
  const computed =
    draft.comparison === undefined
      ? invalidStatus(application, state, draft)
      : comparedStatus(application, state, draft, draft.comparison);
  const changed = draft.refreshed || !equalData(computed, before);
  const dated =
    draft.comparison !== undefined && changed ? { ...computed, reconciledAt: timeText(now) } : computed;
  return dated;
}

/** An end that is written again (after a lost race) keeps its time. */
function keptTimes<
  S extends { readonly phase: string; readonly startedAt: string; readonly finishedAt?: string },
>(
  state: S,
  before: { readonly phase: string; readonly startedAt: string; readonly finishedAt?: string } | undefined,
): S {
  const same = before?.startedAt === state.startedAt && before.phase === state.phase;
  return same &&
    state.finishedAt !== undefined &&
    before.finishedAt !== undefined &&
    before.phase !== 'Running'
    ? { ...state, finishedAt: before.finishedAt }
    : state;
}

function invalidStatus(application: Application, before: ApplicationStatus, draft: Draft): ApplicationStatus {
  const all = draft.invalid === undefined ? draft.conditions : [draft.invalid, ...draft.conditions];
  const conditions = mergeConditions(before.conditions, all, draft.now);
  const { conditions: _conditions, ...rest } = before;
  // How it stood before it was deleted is still the last that is known.
  if (application.metadata.deletionTimestamp !== undefined) {
    return { ...rest, ...(conditions === undefined ? {} : { conditions }) };
  }
  const health = healthField(before.health, 'Unknown', draft.now);
  return {
    ...rest,
    ...(conditions === undefined ? {} : { conditions }),
    ...(health === undefined ? {} : { health }),
    sync: { ...before.sync, status: 'Unknown' },
  };
}

function comparedStatus(
  application: Application,
  before: ApplicationStatus,
  draft: Draft,
  comparison: Comparison,
): ApplicationStatus {
  const { sources, multiple } = sourcesOf(application);
  const conditions = mergeConditions(
    before.conditions,
    [...comparison.conditions, ...draft.conditions],
    draft.now,
  );
  const health = healthField(before.health, comparison.health, draft.now);
  const { conditions: _c, resources: _r, summary: _s, sourceType: _t, sourceTypes: _ts, ...rest } = before;
  const known = comparison.compiled !== undefined;
  const hasSummary = Object.keys(comparison.summary).length > 0;
  const types = known ? comparison.types : undefined;
  return {
    ...rest,
    ...(conditions === undefined ? {} : { conditions }),
    controllerNamespace: draft.controlNamespace,
    ...(health === undefined ? {} : { health }),
    resourceHealthSource: 'appTree',
    ...(comparison.resources.length === 0 ? {} : { resources: comparison.resources }),
    ...(types === undefined || multiple || types[0] === undefined ? {} : { sourceType: types[0] }),
    ...(types === undefined || !multiple ? {} : { sourceTypes: types }),
    ...(hasSummary ? { summary: comparison.summary } : {}),
    sync: {
      status: comparison.sync,
      comparedTo: comparedTo(application, before),
      ...(multiple
        ? comparison.revisions.length > 0
          ? { revisions: comparison.revisions }
          : {}
        : { revision: comparison.revisions[0] ?? sources[0]?.targetRevision ?? '' }),
    },
  };
}

function comparedTo(application: Application, status: ApplicationStatus): Readonly<Record<string, unknown>> {
  const { sources, multiple } = sourcesOf(application);
  const { destination, ignoreDifferences } = application.spec;
  const state = status.operationState;
  // Upstream's automated syncs write the whole object, with the empty `source` that its type always has.
  const emptySource = multiple && state !== undefined && automatedBy(state.operation);
  return {
    destination: destination ?? {},
    ...(multiple ? { sources, ...(emptySource ? { source: { repoURL: '' } } : {}) } : { source: sources[0] }),
    ...(ignoreDifferences === undefined ? {} : { ignoreDifferences }),
  };
}

/**
 * The merge patch from what is to what shall be; undefined if that is nothing. Where it starts, ends or answers
 * something that people ask for, it names the version it was made for, so that a newer request is never lost.
 */
export function patchBetween(
  before: Application,
  after: Application,
): Readonly<Record<string, unknown>> | undefined {
  const patch = diffMergePatch(part(before), part(after));
  if (!patch.ok) return undefined;
  const body = patch.value as Readonly<Record<string, unknown>>;
  if (Object.keys(body).length === 0) return undefined;
  const guarded = 'operation' in body || 'metadata' in body;
  if (!guarded) return body;
  const metadata = (body['metadata'] ?? {}) as Readonly<Record<string, unknown>>;
  const { resourceVersion } = before.metadata;
  return {
    ...body,
    metadata: { ...metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  };
}

function part(application: Application): unknown {
  const { finalizers, annotations: marks } = application.metadata;
  return {
    metadata: {
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(marks === undefined ? {} : { annotations: marks }),
    },
    ...(application.operation === undefined ? {} : { operation: application.operation }),
    status: application.status ?? {},
  };
}
