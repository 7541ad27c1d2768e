import { keyText } from '@plumbline/api';
import type { Action, Observation, Progress, RunContext, RunEvent } from '@plumbline/api';
import { schemaFor } from '@plumbline/api/schema';
import { advance, respectIgnored, startRun } from '@plumbline/engine';
import { compileFresh } from './comparison.ts';
import type { CompareInput } from './comparison.ts';
import type { Comparison } from './standing.ts';
import type { Desired } from './desired.ts';
import { optionValue } from './directives.ts';
import type { Executor } from './execute.ts';
import { observe } from './observe.ts';
import { requestOf } from './operation.ts';
import type { Run } from './operation.ts';
import { runTarget } from './target.ts';
import type { Compiled } from './target.ts';

export interface DriveInput extends CompareInput {
  readonly executor: Executor;
  readonly run: Run;
  readonly desired: Desired;
  /** The comparison with what the application wants, if what the run applies is the same. */
  readonly comparison: Comparison | undefined;
  now(): number;
  breathe(): Promise<void>;
  /** Writes how the run stands. Called before anything is done that must not be done twice. */
  persist(run: Run): Promise<void>;
}

export interface Driven {
  readonly run: Run;
  /** Milliseconds from now. */
  readonly wakeUp?: number;
}

/** Lets the engine go as far as it can without waiting for the world. */
export async function drive(input: DriveInput): Promise<Driven> {
  const compiled = await runCompiled(input);
  let progress = input.run.progress ?? startRun(input.run.startedAt);
  let event: RunEvent = input.run.terminating ? { type: 'terminate' } : { type: 'observed' };
  let written = stateKey(input.run.progress);
  for (;;) {
    const step = advance(progress, event, contextOf(input, compiled));
    progress = step.progress;
    if (step.actions.length === 0) {
      const run = { ...input.run, progress };
      return step.wakeUp === undefined ? { run } : { run, wakeUp: step.wakeUp };
    }
    const state = stateKey(progress);
    if (step.actions.some(changesSomething) && state !== written) {
      await input.persist({ ...input.run, progress });
      written = state;
    }
    event = { type: 'done', results: await input.executor.run(step.actions) };
    await input.breathe();
  }
}

function changesSomething(action: Action): boolean {
  return action.type === 'apply' ? !action.dryRun : action.type !== 'read';
}

/**
 * What must have been written before the next change: that the run goes on at all, and which hooks have ended. Applying
 * an object twice does no harm, so other results may wait for the next write.
 */
function stateKey(progress: Progress | undefined): string | undefined {
  if (progress === undefined) return undefined;
  const hooks = progress.results.filter(({ hook, state }) => hook !== undefined && state !== 'running');
  return hooks.map(({ key, phase, state }) => `${phase} ${keyText(key)} ${state}`).join('\n');
}

async function runCompiled(input: DriveInput): Promise<Compiled> {
  const { run, comparison, desired, application } = input;
  const options = run.operation.sync?.syncOptions ?? [];
  const own = application.spec.syncPolicy?.syncOptions ?? [];
  const shared = comparison?.compiled;
  const sameOptions = options.join('\n') === own.join('\n');
  if (
    shared !== undefined &&
    sameOptions &&
    !shared.target.resources.some(({ object }) => object.metadata.generateName)
  ) {
    return shared;
  }
  const revision = run.pinned?.revisions[0] ?? '';
  return compileFresh(input, desired, options, { revision, startedAt: run.startedAt });
}

function contextOf(input: DriveInput, compiled: Compiled): RunContext {
  const { cluster, observer, instance, application, run } = input;
  const more = compiled.namespace === undefined ? [] : [compiled.namespace.key];
  const observation = observe(observer, instance, compiled.target, more, run.operation.sync?.syncOptions);
  const exists = compiled.namespace !== undefined && observation.objects.has(keyText(compiled.namespace.key));
  const whole = runTarget(compiled, exists);
  const options = run.operation.sync?.syncOptions ?? [];
  const target =
    optionValue(options, 'RespectIgnoreDifferences') === 'true'
      ? respectIgnored(whole, observation, schemaFor)
      : whole;
  return {
    target,
    request: requestOf(application, run.operation, candidates(compiled, observation)),
    observation,
    now: input.now(),
    serves: (kind) => cluster.knownResource(kind) !== undefined,
    health: observer.health,
    equal: equalKeys(input.comparison),
  };
}

function* candidates(compiled: Compiled, observation: Observation) {
  for (const { key } of compiled.target.resources) yield key;
  for (const { key, owner } of observation.objects.values()) if (owner === compiled.target.key) yield key;
}

function equalKeys(comparison: Comparison | undefined): ReadonlySet<string> {
  const resources = comparison?.difference?.resources ?? [];
  return new Set(resources.filter(({ state }) => state === 'equal').map(({ key }) => keyText(key)));
}
