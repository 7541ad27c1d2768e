import { describe, expect, it } from 'vitest';
import {
  keyOf,
  keyText,
  type ActionResult,
  type Health,
  type KubeObject,
  type LiveObject,
  type ObjectKey,
  type Phase,
  type Progress,
  type ProgressReason,
  type RunContext,
  type StepResult,
  type Target,
  type TargetResource,
} from '@plumbline/api';
import { orderTasks, startRun, taskId, tasksOf, type Task } from '../index.ts';
import { table } from '../test/conformance.ts';
import { drive } from '../test/drive.ts';
import { live, observe, request, resource, target } from '../test/targets.ts';

// The recorded tables speak the dialect of the tool they come from; this is the little of it that they use.
const mark = (object: KubeObject, name: string) =>
  object.metadata.annotations?.[`argocd.argoproj.io/${name}`];
const phases: Readonly<Record<string, Phase>> = {
  PreSync: 'before',
  Sync: 'main',
  PostSync: 'after',
  SyncFail: 'onFailure',
};
const codes: Readonly<Record<StepResult['outcome'], string>> = {
  synced: 'Synced',
  failed: 'SyncFailed',
  pruned: 'Pruned',
  pruneSkipped: 'PruneSkipped',
};

function resourcesOf(object: KubeObject): readonly TargetResource[] {
  const wave = Number(mark(object, 'sync-wave') ?? 0);
  const hooks = mark(object, 'hook')?.split(',') ?? [];
  if (hooks.length === 0) return [resource(object, { wave })];
  return hooks.map((name) => {
    const phase = phases[name]!;
    const policy = mark(object, 'hook-delete-policy');
    const when =
      policy === 'HookSucceeded' ? 'succeeded' : policy === 'HookFailed' ? 'failed' : 'beforeCreation';
    return resource(object, { wave, phase, hook: { phase, delete: [when] } });
  });
}

function words(reason: ProgressReason): string {
  const name = (key: ObjectKey) => `${key.group}/${key.kind}/${key.name}`;
  if (reason.type === 'allRun') return 'successfully synced (all tasks run)';
  if (reason.type === 'noMore') return 'successfully synced (no more tasks)';
  if (reason.type === 'stepsFailed') return 'one or more synchronization tasks completed unsuccessfully';
  if (reason.type === 'waitingForConsent') return `waiting for pruning confirmation of ${name(reason.key)}`;
  if (reason.type !== 'waiting') return reason.type;
  const what =
    reason.for === 'health' ? 'healthy state of ' : `${reason.for} of ${reason.hook ? 'hook ' : ''}`;
  const more = reason.more > 0 ? ` and ${reason.more} more ${reason.moreOf}` : '';
  return `waiting for ${what}${name(reason.key)}${more}`;
}

interface RunCase {
  readonly name: string;
  readonly target: readonly KubeObject[];
  readonly hooks?: readonly KubeObject[];
  readonly live: readonly KubeObject[];
  readonly prune?: boolean;
  readonly defaultPruneOption?: 'true' | 'false' | 'confirm' | null;
  readonly applyOutOfSyncOnly?: boolean;
  readonly health?: Readonly<Record<string, Health>>;
  readonly errors?: Readonly<Record<string, string>>;
  readonly expectedTaskCount?: number;
  readonly steps: readonly {
    readonly live?: readonly string[];
    readonly pruneConfirmed?: boolean;
    readonly expect: {
      readonly phase: string;
      readonly message?: string;
      readonly results?: Readonly<Record<string, string>>;
    };
    readonly resultMessage?: string;
    readonly resultCount?: number;
  }[];
}

const runCases = table<RunCase>('argocd/sync/runs.jsonl')?.filter((each) => each.steps !== undefined);

describe.skipIf(runCases === undefined)('recorded runs', () => {
  it.each((runCases ?? []).map((each) => [each.name, each] as const))('%s', (_, each) => {
    const hookNames = new Set((each.hooks ?? []).map((hook) => hook.metadata.name));
    const regular = each.target.filter((object) => !hookNames.has(object.metadata.name));
    const all = [...regular, ...(each.hooks ?? [])];
    const wanted: Target = target(all.flatMap(resourcesOf), {
      onlyOutOfSync: each.applyOutOfSyncOnly ?? false,
    });
    const see = (object: KubeObject): LiveObject => {
      const option = mark(object, 'sync-options');
      const prune =
        option === 'Prune=false' || each.defaultPruneOption === 'false'
          ? 'no'
          : option === 'Prune=confirm' || each.defaultPruneOption === 'confirm'
            ? 'confirm'
            : 'yes';
      const status = each.health?.[object.metadata.name];
      return live(object, {
        ...(status === undefined ? {} : { health: { status } }),
        marks: {
          wave: 0,
          prune,
          pruneLast: false,
          ignoreExtraneous: false,
          hook: mark(object, 'hook') !== undefined,
        },
      });
    };
    const context = (seen: readonly KubeObject[], confirmed: boolean): RunContext => ({
      target: wanted,
      request: {
        ...request,
        prune: each.prune ?? false,
        ...(confirmed ? { deletionsApprovedAt: 1_000 } : {}),
      },
      observation: observe(...seen.map(see)),
      now: 0,
      serves: () => true,
      health: (object) => {
        const status = each.health?.[object.metadata.name];
        return status === undefined ? undefined : { status };
      },
      equal: new Set(each.live.map((object) => keyText(keyOf(object)))),
    });
    if (each.expectedTaskCount !== undefined) {
      expect(tasksOf(wanted, request, observe())).toHaveLength(each.expectedTaskCount);
    }
    let progress: Progress = startRun(0);
    for (const step of each.steps) {
      const seen =
        step.live === undefined
          ? each.live
          : [...all, ...each.live].filter((object) => step.live?.includes(object.metadata.name));
      const execute = (action: {
        readonly type: string;
        readonly resource?: TargetResource;
      }): ActionResult => {
        const error = each.errors?.[action.resource?.key.name ?? ''];
        return error === undefined ? { ok: true, message: 'done' } : { ok: false, message: error };
      };
      progress = drive(progress, () => context(seen, step.pruneConfirmed === true), execute);
      expect(progress.phase).toBe(step.expect.phase);
      if (step.expect.message !== undefined) expect(words(progress.reason)).toBe(step.expect.message);
      if (step.expect.results !== undefined) {
        expect(
          Object.fromEntries(progress.results.map((result) => [result.key.name, codes[result.outcome]])),
        ).toEqual(step.expect.results);
      }
      if (step.resultMessage !== undefined) expect(progress.results[0]?.message).toBe(step.resultMessage);
      if (step.resultCount !== undefined) expect(progress.results).toHaveLength(step.resultCount);
    }
  });
});

interface MessageCase {
  readonly name: string;
  readonly tasks: readonly { readonly kind: string; readonly name: string; readonly hook?: string }[];
  readonly pendingDeletion: boolean;
  readonly expectedMessage: string;
}

const messageCases = table<MessageCase>('argocd/sync/runs.jsonl')?.filter((each) =>
  each.name.startsWith('running-message/'),
);

describe.skipIf(messageCases === undefined)('recorded words for what is waited for', () => {
  it.each((messageCases ?? []).map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const { waitingFor } = await import('./batch.ts');
    const tasks = each.tasks.map(({ kind, name, hook }): Task => {
      const object: KubeObject = { apiVersion: 'v1', kind, metadata: { name } };
      const wanted = resource(object, hook === undefined ? {} : { hook: { phase: 'main', delete: [] } });
      return { id: name, key: wanted.key, phase: 'main', wave: 0, resource: wanted };
    });
    const reason = waitingFor(tasks, each.pendingDeletion);
    expect(reason === undefined ? '' : words(reason)).toBe(each.expectedMessage);
  });
});

interface OrderCase {
  readonly name: string;
  readonly target: readonly (KubeObject & string)[];
  readonly live?: readonly string[];
  readonly waves?: Readonly<Record<string, number>>;
  readonly pruneLastResources?: readonly string[];
  readonly expectedWaves?: Readonly<Record<string, number>>;
  readonly expectedOrder?: readonly string[];
  readonly expectedTasks?: Readonly<Record<string, { readonly phase?: string; readonly wave?: number }>>;
}

const orderCases = table<OrderCase>('argocd/sync/ordering.jsonl');
const sorted = orderCases?.filter((each) => each.expectedOrder !== undefined);
const waved = orderCases?.filter((each) => each.expectedWaves !== undefined);

describe.skipIf(orderCases === undefined)('recorded orders', () => {
  it.each((sorted ?? []).map((each) => [each.name, each] as const))('%s', (_, each) => {
    const tasks = tasksOf(target(each.target.flatMap(resourcesOf)), request, observe());
    expect(tasks.map((task) => task.key.name)).toEqual(each.expectedOrder);
    for (const [name, { phase, wave }] of Object.entries(each.expectedTasks ?? {})) {
      expect(tasks.find((task) => task.key.name === name)).toMatchObject({
        phase: phases[phase ?? ''],
        wave,
      });
    }
  });

  it.each((waved ?? []).map((each) => [each.name, each] as const))('%s', (_, each) => {
    const object = (name: string): KubeObject => ({
      apiVersion: 'v1',
      kind: name === 'ns' ? 'Namespace' : 'Pod',
      metadata: { name },
    });
    const tasks = Object.entries(each.waves ?? {}).map(([name, wave]): Task => {
      const key = keyOf(object(name));
      const common = { id: taskId('main', key), key, phase: 'main', wave } as const;
      if (each.target.some((wanted) => String(wanted) === name))
        return { ...common, resource: resource(object(name), { wave }) };
      const pruneLast = each.pruneLastResources?.includes(name) === true;
      return {
        ...common,
        live: live(object(name), {
          marks: { wave, prune: 'yes', pruneLast, ignoreExtraneous: false, hook: false },
        }),
      };
    });
    const result = orderTasks(tasks, false);
    expect(Object.fromEntries(result.map((task) => [task.key.name, task.wave]))).toEqual(each.expectedWaves);
  });
});
