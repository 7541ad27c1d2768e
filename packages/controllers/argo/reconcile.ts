import { equalData } from '@plumbline/base';
import type { Application, ApplicationCondition, Operation } from '@plumbline/api';
import { isStatusError } from '@plumbline/kube';
import type { Outcome, RunPorts } from '../runtime/index.ts';
import { automate } from './automation.ts';
import { compareApplication, unknownComparison } from './comparison.ts';
import type { CompareInput } from './comparison.ts';
import type { Comparison } from './standing.ts';
import { loadDesired, localDesired } from './desired.ts';
import type { DesiredResult } from './desired.ts';
import { changesIn } from './events.ts';
import type { Executor } from './execute.ts';
import type { Memory } from './memory.ts';
import { APPLICATION, APPLICATION_MANAGER, annotationOf, annotations } from './names.ts';
import { automatedBy, endOf, nextTry, runOf, tryAgain, wantedSources, withRetry } from './operation.ts';
import type { Run } from './operation.ts';
import type { ArgoPorts } from './ports.ts';
import { drive } from './run.ts';
import type { SpecCheck, ValidSpec } from './spec.ts';
import { sourcesOf } from './spec.ts';
import { applicationAfter, patchBetween } from './status.ts';
import type { Draft } from './status.ts';
import { maySync, nextMinute } from './windows.ts';
import type { Calendar } from './windows.ts';

/** One look at one application. */
export interface Look {
  readonly ports: ArgoPorts;
  readonly memory: Memory;
  readonly instance: string;
  readonly executor: Executor;
  readonly check: SpecCheck;
  readonly run: RunPorts;
  readonly calendar: Calendar;
  /** Hears that Events are waiting to be written. */
  said(): void;
  /** Hears of a new comparison. */
  compared(): void;
}

/** A kind that may not be watched may be permitted later; nobody tells when. */
const UNSETTLED_MS = 30_000;

/** What a person asked for (a rollback, say) can be seen for a moment before automation overrules it. */
const PERSON_FIRST_MS = 1_000;

/** Brings an application one step nearer to what it wants, and says how it stands. */
export async function reconcile(application: Application, look: Look): Promise<Outcome> {
  const { ports, memory, check } = look;
  const refreshed = annotationOf(application, annotations.refresh) !== undefined;
  const now = ports.clock.now();
  memory.run = currentRun(application, look, now);
  if (annotationOf(application, annotations.refresh) === 'hard') forgetAnswers(memory);
  if (!check.ok) return invalidSpec(application, look, check, refreshed);
  const { value: spec } = check;
  memory.repositories = [...new Set(spec.sources.map(({ repoURL }) => repoURL))];
  return reconcileValid({ application, look, spec, refreshed });
}

/** A hard refresh trusts nothing that was remembered. */
function forgetAnswers(memory: Memory): void {
  memory.verdicts.clear();
  memory.compiled = undefined;
  memory.compareMemo = new Map();
}

/** The run that is under way: what is in memory knows more than what was written. */
function currentRun(application: Application, look: Look, now: number): Run | undefined {
  const { memory, ports } = look;
  if (application.operation === undefined) return undefined;
  const namespaced = (kind: { readonly group: string; readonly kind: string }): boolean =>
    ports.cluster.knownResource(kind)?.namespaced ?? true;
  const written = runOf(application, now, namespaced);
  const known = memory.run;
  if (written === undefined || known === undefined) return written;
  const state = application.status?.operationState;
  const begun = state !== undefined && (state.phase === 'Running' || state.phase === 'Terminating');
  const same = begun
    ? Date.parse(state.startedAt) === known.startedAt
    : equalData(known.operation, { ...application.operation, retry: application.operation.retry ?? {} });
  if (!same) return written;
  return state?.phase === 'Terminating' ? { ...known, terminating: true } : known;
}

interface Situation {
  readonly application: Application;
  readonly look: Look;
  readonly spec: ValidSpec;
  readonly refreshed: boolean;
}

async function reconcileValid(situation: Situation): Promise<Outcome> {
  const { look, spec, refreshed } = situation;
  const { ports, memory } = look;
  let { application } = situation;
  const wakeUps: number[] = [];
  let run = memory.run === undefined ? undefined : dueRun(memory.run, ports.clock.now());
  if (run !== undefined) run = unblocked(application, run, look, spec);
  if (run?.blocked === true) wakeUps.push(nextMinute(ports.clock.now()));
  const waits = run?.waiting !== undefined || run?.blocked === true;
  const applied = run === undefined || waits ? undefined : await loadRun(application, run, look);
  if (run !== undefined && applied !== undefined) run = pin(application, run, applied);

  const input = (): CompareInput => ({
    application,
    instance: look.instance,
    spec,
    memory,
    observer: { live: ports.cluster.live, overlay: memory.overlay, health: ports.health, seen: memory.seen },
    cluster: ports.cluster,
  });
  const wanted = await loadDesired(
    { sources: spec.sources, refresh: refreshed, application },
    ports.sources,
    ports.render,
  );
  await look.run.breathe();
  let comparison = await compareNow(input(), wanted);
  let conditions: readonly ApplicationCondition[] = [];

  if (run === undefined && wanted.ok && comparison.unsettled.length === 0) {
    const started = startAutomatically(application, look, spec, comparison);
    if (typeof started === 'number') wakeUps.push(started);
    else if (started.run !== undefined) run = started.run;
    else conditions = started.conditions;
  }

  const save = async (current: Run | undefined, operation: Operation | undefined): Promise<void> => {
    application = await write(application, look, {
      comparison,
      conditions,
      run: current,
      operation,
      refreshed,
      controlNamespace: ports.settings.namespace,
      now: ports.clock.now(),
    });
  };

  const desired = applied ?? wanted;
  if (run !== undefined && !waits && run.failure === undefined && desired.ok) {
    const shared = wanted.ok && sameRenderings(wanted, desired) ? comparison : undefined;
    const driven = await drive({
      ...input(),
      executor: look.executor,
      run,
      desired: desired.value,
      comparison: shared,
      now: () => ports.clock.now(),
      breathe: () => look.run.breathe(),
      persist: async (standing) => {
        memory.run = standing;
        await save(standing, application.operation ?? standing.operation);
      },
    });
    run = driven.run;
    memory.run = run;
    if (driven.wakeUp !== undefined) wakeUps.push(driven.wakeUp);
    await look.run.breathe();
    comparison = await compareNow(input(), wanted);
  }

  if (run !== undefined) {
    const now = ports.clock.now();
    run = endOf(run) === undefined || run.waiting !== undefined ? run : withRetry(run, now);
    memory.run = run;
    const next = nextTry(run);
    if (next !== undefined) wakeUps.push(Math.max(0, next - now));
    const over = endOf(run) !== undefined && run.waiting === undefined;
    await save(run, over ? nextOperation(application, run) : (application.operation ?? run.operation));
    if (over) {
      memory.run = undefined;
      if (!automatedBy(run.operation)) memory.personDoneAt = now;
      // What comes after an operation (the next automated one, say) is decided with its end in view.
      if (comparison.sync !== 'Synced') wakeUps.push(0);
    }
  } else {
    await save(undefined, application.operation);
  }
  memory.comparison = comparison;
  look.compared();
  if (comparison.unsettled.length > 0) wakeUps.push(UNSETTLED_MS);
  if (!wanted.ok && wanted.retryable)
    wakeUps.push(ports.settings.pollMs > 0 ? Math.min(ports.settings.pollMs, 30_000) : 30_000);
  return wakeUps.length === 0 ? {} : { wakeUp: Math.min(...wakeUps) };
}

async function compareNow(input: CompareInput, wanted: DesiredResult): Promise<Comparison> {
  return wanted.ok ? compareApplication(input, wanted.value) : unknownComparison(input, wanted.message);
}

/** An ended operation goes; one that somebody has put in its place meanwhile stays, and is the next. */
function nextOperation(application: Application, run: Run): Operation | undefined {
  const { operation } = application;
  if (operation === undefined || automatedBy(operation)) return undefined;
  return equalData({ ...operation, retry: operation.retry ?? {} }, run.operation) ? undefined : operation;
}

/** A failed try whose time has come starts anew; so does one that is to be terminated, to be told so. */
function dueRun(run: Run, now: number): Run {
  const next = nextTry(run);
  return next !== undefined && (next <= now || run.terminating) ? tryAgain(run) : run;
}

/** The run as the project's windows let it be now. Ending it is always allowed. */
function unblocked(application: Application, run: Run, look: Look, spec: ValidSpec): Run {
  const { blocked: _blocked, ...free } = run;
  const request = {
    byPerson: !automatedBy(run.operation),
    startedAt: run.startedAt,
    now: look.ports.clock.now(),
  };
  if (run.terminating || endOf(run) !== undefined || maySync(application, spec, look.calendar, request))
    return free;
  return { ...run, blocked: true };
}

/** What a run applies. A person who asks for the newest gets the newest, so the source is asked first. */
async function loadRun(application: Application, run: Run, look: Look): Promise<DesiredResult> {
  const { sources, render } = look.ports;
  const local = run.operation.sync?.manifests ?? [];
  if (local.length > 0) return localDesired(local);
  if (run.pinned !== undefined) {
    const { pinned } = run;
    return loadDesired(
      { sources: pinned.sources, revisions: pinned.revisions, refresh: false, application },
      sources,
      render,
    );
  }
  const wanted = wantedSources(application, run.operation);
  return loadDesired({ ...wanted, refresh: wanted.revisions === undefined, application }, sources, render);
}

function pin(application: Application, run: Run, loaded: DesiredResult): Run {
  const wanted = run.pinned ?? wantedSources(application, run.operation);
  const { sources, multiple } = wanted;
  if (loaded.ok) return { ...run, pinned: { sources, multiple, revisions: loaded.value.revisions } };
  const revisions = wanted.revisions ?? sources.map(({ targetRevision }) => targetRevision ?? '');
  return { ...run, pinned: { sources, multiple, revisions }, failure: `ComparisonError: ${loaded.message}` };
}

function sameRenderings(a: DesiredResult, b: DesiredResult): boolean {
  if (!a.ok || !b.ok) return false;
  const [left, right] = [a.value.renderings, b.value.renderings];
  return (
    left.length === right.length && left.every((one, index) => one.rendering === right[index]?.rendering)
  );
}

/** An automated operation, why there is none, or in how many milliseconds to look again. */
function startAutomatically(
  application: Application,
  look: Look,
  spec: ValidSpec,
  comparison: Comparison,
): number | { readonly run?: Run; readonly conditions: readonly ApplicationCondition[] } {
  const { sources, multiple } = sourcesOf(application);
  const { difference, compiled, revisions } = comparison;
  if (difference === undefined || compiled === undefined) return { conditions: [] };
  const now = look.ports.clock.now();
  const { policy } = compiled.target;
  const decision = automate({ application, policy, difference, sources, revisions, multiple, now });
  if (decision.type === 'nothing') return { conditions: [] };
  if (decision.type === 'refuse') return { conditions: [{ type: 'SyncError', message: decision.message }] };
  if (!maySync(application, spec, look.calendar, { byPerson: false, startedAt: now, now }))
    return nextMinute(now);
  const shown = (look.memory.personDoneAt ?? 0) + PERSON_FIRST_MS;
  const due = Math.max(shown, look.memory.healing.due(decision.heals, now));
  if (due > now) return due - now;
  look.memory.healing.healed(decision.heals, now);
  return {
    run: {
      operation: decision.operation,
      startedAt: Math.floor(now / 1_000) * 1_000,
      retryCount: 0,
      terminating: false,
      pinned: { sources: spec.sources, revisions: comparison.revisions, multiple },
    },
    conditions: [],
  };
}

async function invalidSpec(
  application: Application,
  look: Look,
  check: Extract<SpecCheck, { ok: false }>,
  refreshed: boolean,
): Promise<Outcome> {
  const { memory, ports } = look;
  const { run } = memory;
  const name = check.projectMissing;
  const failure =
    name === undefined
      ? check.condition.message
      : `Failed to load application project: error getting app project "${name}": appproject.argoproj.io "${name}" not found`;
  await write(application, look, {
    comparison: undefined,
    invalid: check.condition,
    conditions: [],
    run: run === undefined ? undefined : { ...run, failure },
    operation: undefined,
    refreshed,
    controlNamespace: ports.settings.namespace,
    now: ports.clock.now(),
  });
  memory.run = undefined;
  memory.comparison = undefined;
  look.compared();
  return {};
}

/** Writes what has changed, if anything has. A lost race is looked at anew by who is called after this throws. */
export async function write(application: Application, look: Look, draft: Draft): Promise<Application> {
  const { memory, ports } = look;
  const after = applicationAfter(application, draft);
  const patch = patchBetween(application, after);
  if (patch === undefined) return application;
  const { name, namespace } = application.metadata;
  const ref = { ...APPLICATION, name, ...(namespace === undefined ? {} : { namespace }) };
  try {
    const written = (await ports.cluster.patch(ref, 'application/merge-patch+json', patch, {
      fieldManager: APPLICATION_MANAGER,
    })) as Application;
    memory.written = written;
    const said = changesIn(application, written);
    if (said.length > 0) {
      memory.said = [...memory.said, ...said.map((one) => ({ application: written, said: one }))];
      look.said();
    }
    return written;
  } catch (thrown) {
    if (isStatusError(thrown, 409)) memory.written = undefined;
    throw thrown;
  }
}
