import { describe, expect, it } from 'vitest';
import {
  type Action,
  type ActionResult,
  type KubeObject,
  type LiveMarks,
  type Phase,
  type Progress,
  type RunContext,
  type RunEvent,
  type RunRequest,
  type Target,
  type TargetPolicy,
  type TargetResource,
} from '@plumbline/api';
import { advance, startRun } from '../index.ts';
import { drive } from '../test/drive.ts';
import { configMap, request, resource, target } from '../test/targets.ts';
import { createWorld } from '../test/world.ts';

const finalizer = 'example.com/hold';
const startedAt = 1_000_000_400;

const job = (name: string, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'ns', ...more },
  spec: { template: { spec: { containers: [{ image: 'job:1' }] } } },
});

function hook(
  object: KubeObject,
  phase: Phase,
  when: readonly ('beforeCreation' | 'succeeded' | 'failed')[] = ['beforeCreation'],
): TargetResource {
  const held = { ...object, metadata: { ...object.metadata, finalizers: [finalizer] } };
  return resource(held, { phase, hook: { phase, delete: when, finalizer } });
}

interface Scene {
  readonly refuses?: readonly string[];
  readonly cannotTry?: readonly string[];
  readonly request?: Partial<RunRequest>;
  readonly policy?: Partial<TargetPolicy>;
  readonly served?: (kind: string) => boolean;
}

/** A run of these resources in a cluster of its own. */
function stage(resources: readonly TargetResource[], scene: Scene = {}) {
  let now = startedAt;
  const world = createWorld({ refuses: new Set(scene.refuses), now: () => now });
  const wanted: Target = target(resources, scene.policy);
  const actions: Action[] = [];
  const execute = (action: Action): ActionResult => {
    actions.push(action);
    const { name } = action.type === 'apply' ? action.resource.key : action.key;
    const tried = action.type === 'apply' && action.dryRun;
    return tried && scene.cannotTry?.includes(name) === true
      ? { ok: false, message: `${name} cannot be` }
      : world.execute(action);
  };
  const context = (): RunContext => ({
    target: wanted,
    request: { ...request, ...scene.request },
    observation: world.observe(),
    now,
    serves: ({ kind }) => scene.served?.(kind) ?? true,
    health: world.health,
  });
  let progress: Progress = startRun(startedAt);
  return {
    world,
    actions,
    context,
    get progress() {
      return progress;
    },
    set progress(next: Progress) {
      progress = next;
    },
    /** Goes on; the view is up to date between the steps unless it is to lag. */
    go(event: RunEvent = { type: 'observed' }, lag = false): Progress {
      now += 3_000;
      if (!lag) while (world.deliver());
      progress = drive(progress, context, execute, event);
      return progress;
    },
    lines: () =>
      progress.results.map(
        ({ phase, key, outcome, state, message }) => `${phase} ${key.name} ${outcome} ${state} | ${message}`,
      ),
    sent: () => actions.filter((action) => action.type !== 'apply' || !action.dryRun).map(({ id }) => id),
  };
}

describe('a run', () => {
  it('applies one wave in one go and does not wait for its health', () => {
    const run = stage([resource(job('j')), resource(configMap('a'))]);
    expect(run.go()).toMatchObject({ phase: 'Succeeded', reason: { type: 'allRun' } });
    expect(run.lines()).toEqual(['main a synced running | created', 'main j synced running | created']);
    expect(run.progress.results[1]).toMatchObject({ version: 'v1', images: ['job:1'] });
  });

  it('runs the hooks of all phases around the rest', () => {
    const run = stage([
      hook(configMap('fail'), 'onFailure'),
      hook(configMap('post'), 'after'),
      hook(configMap('mid'), 'main'),
      hook(configMap('pre'), 'before'),
      resource(configMap('a')),
    ]);
    expect(run.go()).toMatchObject({ phase: 'Succeeded', reason: { type: 'noMore' } });
    expect(run.lines()).toEqual([
      'before pre synced succeeded | pre created',
      'main a synced succeeded | created',
      'main mid synced succeeded | mid created',
      'after post synced succeeded | post created',
    ]);
    expect([...run.world.objects.values()].flatMap((object) => object.metadata.finalizers ?? [])).toEqual([]);
  });

  it('waits for a hook, then goes on', () => {
    const run = stage([hook(job('pre'), 'before'), resource(configMap('a'))]);
    expect(run.go()).toMatchObject({
      phase: 'Running',
      reason: { type: 'waiting', for: 'completion', hook: true, more: 0, moreOf: 'hooks' },
    });
    expect(run.lines()).toEqual(['before pre synced running | created']);
    run.world.settle('pre', true);
    expect(run.go()).toMatchObject({ phase: 'Succeeded', reason: { type: 'allRun' } });
  });

  it('waits for the health of what hooks come after', () => {
    const run = stage([resource(job('lb')), hook(configMap('post'), 'after')]);
    expect(run.go()).toMatchObject({
      phase: 'Running',
      reason: { type: 'waiting', for: 'health', hook: false, key: { name: 'lb' } },
    });
    run.world.settle('lb', true);
    expect(run.go().reason.type).toBe('noMore');
  });

  it('runs a hook of two phases twice, each time anew', () => {
    const both = configMap('both');
    const run = stage([hook(both, 'before'), resource(configMap('a')), hook(both, 'after')]);
    run.go();
    run.go();
    run.go();
    expect(run.progress).toMatchObject({ phase: 'Succeeded' });
    expect(run.world.created).toEqual(['both', 'a', 'both']);
  });

  it('makes a hook of an earlier run anew', () => {
    const run = stage([hook(job('pre'), 'before')]);
    run.world.put(job('pre', { uid: 'old' }));
    run.go();
    expect(run.progress.reason).toMatchObject({ type: 'waiting', for: 'deletion', hook: true });
    run.go();
    expect(run.world.created).toEqual(['pre', 'pre']);
  });
});

describe('a run that fails', () => {
  it('says what could not be applied, and leaves later waves alone', () => {
    const run = stage([resource(job('bad')), resource(configMap('later'), { wave: 1 })], {
      refuses: ['bad'],
    });
    expect(run.go()).toMatchObject({
      phase: 'Failed',
      reason: { type: 'applyFailed', messages: ['bad is refused'] },
    });
    expect(run.lines()).toEqual(['main bad failed failed | bad is refused']);
  });

  it('looks after what was applied beside it', () => {
    const run = stage([resource(configMap('a')), resource(job('bad'))], { refuses: ['bad'] });
    expect(run.go()).toMatchObject({
      phase: 'Failed',
      reason: { type: 'stepsFailed', messages: ['bad is refused'] },
    });
    expect(run.lines()).toEqual([
      'main a synced succeeded | created',
      'main bad failed failed | bad is refused',
    ]);
  });

  it('runs the hooks for that case, and deletes those that are to go with it', () => {
    const run = stage([
      hook(job('pre'), 'before', ['failed']),
      hook(configMap('failed'), 'onFailure'),
      resource(configMap('a')),
    ]);
    run.go();
    run.world.settle('pre', false);
    expect(run.go()).toMatchObject({ phase: 'Failed', reason: { type: 'stepsFailed', messages: [] } });
    expect(run.lines()).toEqual([
      'before pre synced failed | created',
      'onFailure failed synced succeeded | failed created',
    ]);
    expect([...run.world.objects.values()].map(({ metadata }) => metadata.name)).toEqual(['failed']);
  });

  it('changes nothing where something cannot be tried', () => {
    const run = stage([resource(configMap('a')), resource(job('j'))], { cannotTry: ['j'] });
    expect(run.go()).toMatchObject({
      phase: 'Failed',
      reason: { type: 'dryRunFailed', messages: ['j cannot be'] },
    });
    expect(run.lines()).toEqual(['main j failed failed | j cannot be']);
    expect(run.sent()).toEqual([]);
  });

  it('ends where a hook was deleted by somebody', () => {
    const run = stage([hook(job('pre'), 'before')]);
    run.go();
    const [key] = run.world.objects.keys();
    const pre = run.world.objects.get(key!)!;
    run.world.execute({ id: 'r', type: 'removeFinalizer', key: resource(pre).key, live: pre, finalizer });
    run.world.execute({
      id: 'd',
      type: 'delete',
      key: resource(pre).key,
      live: pre,
      propagation: 'Background',
    });
    expect(run.go()).toMatchObject({
      phase: 'Failed',
      reason: { type: 'stepsFailed', messages: ['pre was deleted before it was done'] },
    });
  });

  it('does not take a late view for a deletion', () => {
    const run = stage([hook(job('pre'), 'before')]);
    run.go();
    run.go({ type: 'observed' }, true);
    expect(run.progress.phase).toBe('Running');
    expect(run.actions.at(-1)?.type).toBe('read');
  });

  it('asks nothing about what it has only just made', () => {
    const run = stage([hook(job('pre'), 'before')]);
    const { progress } = advance(run.go(), { type: 'observed' }, run.context());
    expect(progress.reason).toMatchObject({ type: 'waiting', for: 'completion' });
    expect(run.actions.map(({ type }) => type)).not.toContain('read');
  });
});

describe('a run that must not begin', () => {
  const thing: KubeObject = {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name: 't', namespace: 'ns' },
  };
  const definition: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: { group: 'example.com', names: { kind: 'Thing' } },
  };
  const served = (kind: string) => kind !== 'Thing';

  it('because the server does not know a kind', () => {
    const run = stage([resource(configMap('a')), resource(thing)], { served });
    expect(run.go()).toMatchObject({
      phase: 'Failed',
      reason: { type: 'invalid', problems: [{ key: { name: 't' }, problem: { code: 'kind-unknown' } }] },
    });
    expect(run.lines()).toHaveLength(1);
    expect(run.sent()).toEqual([]);
  });

  it.each([
    ['unless its definition comes with it', [resource(definition), resource(thing)]],
    [
      'unless it may be unknown',
      [
        resource(thing, {
          apply: { mode: 'client', force: false, validate: true, tolerateMissingKind: true },
        }),
      ],
    ],
  ])('%s', (_, resources) => {
    const run = stage(resources, { served });
    run.go();
    expect(
      run.actions.filter(
        (action) => action.type === 'apply' && action.dryRun && action.resource.key.name === 't',
      ),
    ).toEqual([]);
    expect(run.world.created).toContain('t');
  });

  it('because the rules of the dialect forbid an object', () => {
    const run = stage([resource(configMap('a'), { forbidden: 'not here' })]);
    expect(run.go()).toMatchObject({
      phase: 'Failed',
      reason: { type: 'invalid', problems: [{ problem: { code: 'not-permitted', message: 'not here' } }] },
    });
  });

  it('because another target owns an object', () => {
    const run = stage([resource(configMap('a'))], { policy: { failOnShared: true } });
    run.world.put(configMap('a'));
    while (run.world.deliver());
    const context = run.context();
    const [[text, seen]] = [...context.observation.objects] as [[string, { key: never; object: KubeObject }]];
    const observation = { objects: new Map([[text, { ...seen, owner: 'other' }]]) };
    const step = advance(startRun(startedAt), { type: 'observed' }, { ...context, observation });
    expect(step.progress).toMatchObject({
      phase: 'Failed',
      reason: { type: 'shared', objects: [{ owner: 'other' }] },
    });
  });
});

describe('a dry run', () => {
  it('tries everything and changes nothing', () => {
    const run = stage([hook(job('pre'), 'before'), resource(configMap('a'))], {
      request: { dryRun: true, prune: true },
    });
    run.world.put(configMap('old'));
    expect(run.go()).toMatchObject({ phase: 'Succeeded', reason: { type: 'noMore' } });
    expect(run.lines()).toEqual([
      'before pre synced succeeded | tried',
      'main a synced succeeded | tried',
      'main old pruned succeeded | pruned (dry run)',
    ]);
    expect(run.sent()).toEqual([]);
  });
});

describe('pruning', () => {
  const marks: LiveMarks = { wave: 0, prune: 'yes', pruneLast: false, ignoreExtraneous: false, hook: false };

  it('comes first in its wave', () => {
    const run = stage([resource(configMap('a'))], { request: { prune: true } });
    run.world.put(configMap('b'));
    run.go();
    expect(run.lines()).toEqual(['main b pruned succeeded | pruned', 'main a synced running | created']);
    expect(run.progress.reason.type).toBe('allRun');
  });

  it('comes last where that is wanted', () => {
    const run = stage([resource(configMap('a'))], { request: { prune: true }, policy: { pruneLast: true } });
    run.world.put(configMap('b'));
    run.go();
    expect(run.lines()).toEqual(['main a synced succeeded | created', 'main b pruned succeeded | pruned']);
  });

  it.each([
    [
      'is not asked for',
      { prune: false },
      marks,
      'main b pruneSkipped succeeded | ignored (requires pruning)',
    ],
    [
      'is forbidden',
      { prune: true },
      { ...marks, prune: 'no' as const },
      'main b pruneSkipped succeeded | ignored (no prune)',
    ],
  ])('is left out where it %s', (_, asked, own, line) => {
    const run = stage([], { request: asked });
    run.world.put(configMap('b'), own);
    run.go();
    expect(run.lines()).toEqual([line]);
    expect(run.world.deleted).toEqual([]);
  });

  it('waits for consent that is newer than the run', () => {
    const early = stage([resource(configMap('a'))], {
      request: { prune: true, deletionsApprovedAt: startedAt - 60_000 },
    });
    early.world.put(configMap('b'), { ...marks, prune: 'confirm' });
    expect(early.go()).toMatchObject({
      phase: 'Running',
      reason: { type: 'waitingForConsent', key: { name: 'b' }, more: 0 },
      results: [],
    });
    const asked = {
      ...early.context(),
      request: { ...request, prune: true, deletionsApprovedAt: startedAt },
    };
    expect(
      drive(
        early.progress,
        () => asked,
        (action) => early.world.execute(action),
      ).phase,
    ).toBe('Succeeded');
  });

  it('never touches what hooks left or what others own', () => {
    const run = stage([], { request: { prune: true } });
    run.world.put(configMap('left'), { ...marks, hook: true });
    expect(run.go()).toMatchObject({ phase: 'Succeeded', results: [] });
  });

  it('of selected objects leaves the others alone, and runs no hooks', () => {
    const selected = [resource(configMap('b')).key, resource(configMap('y')).key];
    const run = stage(
      [resource(configMap('a')), resource(configMap('b')), hook(configMap('pre'), 'before')],
      { request: { prune: true, selected } },
    );
    run.world.put(configMap('x'));
    run.world.put(configMap('y'));
    run.go();
    expect(run.lines()).toEqual(['main y pruned succeeded | pruned', 'main b synced running | created']);
  });
});

describe('a run that is terminated', () => {
  it('stops its hooks and says so', () => {
    const run = stage([hook(job('pre'), 'before'), resource(configMap('a'))]);
    run.go();
    expect(run.go({ type: 'terminate' })).toMatchObject({ phase: 'Failed', reason: { type: 'terminated' } });
    expect(run.lines()).toEqual(['before pre synced failed | Terminated']);
    expect(run.world.objects.size).toBe(0);
  });

  it('stops them even if it was killed while doing so', () => {
    const run = stage([hook(job('pre'), 'before')]);
    run.go();
    while (run.world.deliver());
    const { progress } = advance(run.progress, { type: 'terminate' }, run.context());
    const { startedAt: since, phase, reason, results } = progress;
    expect(phase).toBe('Terminating');
    run.progress = { startedAt: since, phase, reason, results };
    expect(run.go()).toMatchObject({ phase: 'Failed', reason: { type: 'terminated' } });
    expect(run.world.objects.size).toBe(0);
  });

  it('is over at once where nothing runs', () => {
    const run = stage([resource(configMap('a'))]);
    expect(run.go({ type: 'terminate' })).toMatchObject({
      phase: 'Failed',
      reason: { type: 'terminated' },
      results: [],
    });
  });
});
