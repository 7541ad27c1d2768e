import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  keyText,
  type ActionResult,
  type Advance,
  type KubeObject,
  type LiveMarks,
  type Phase,
  type Progress,
  type RunContext,
  type RunRequest,
  type TargetResource,
} from '@plumbline/api';
import { advance, startRun } from '../index.ts';
import { request as plainRequest, resource, target } from '../test/targets.ts';
import { createWorld, type World } from '../test/world.ts';

const finalizer = 'example.com/hold';
const start = 1_000_000_400;

interface Part {
  readonly kind: 'ConfigMap' | 'Job' | 'Deployment';
  readonly phase: Phase;
  readonly wave: number;
  readonly hook: boolean;
  readonly second: boolean;
  readonly delete: readonly ('beforeCreation' | 'succeeded' | 'failed')[];
  readonly outcome: 'good' | 'bad' | 'refused';
  readonly leftover: boolean;
}

interface Extra {
  readonly wave: number;
  readonly prune: 'yes' | 'no' | 'confirm';
  readonly pruneLast: boolean;
}

interface Case {
  readonly parts: readonly Part[];
  readonly extras: readonly Extra[];
  readonly prune: boolean;
  readonly approved: boolean;
}

const part: fc.Arbitrary<Part> = fc.record({
  kind: fc.constantFrom('ConfigMap', 'Job', 'Deployment'),
  phase: fc.constantFrom('before', 'main', 'main', 'after', 'onFailure'),
  wave: fc.integer({ min: -1, max: 1 }),
  hook: fc.boolean(),
  second: fc.boolean(),
  delete: fc.constantFrom(['beforeCreation'], ['beforeCreation', 'succeeded'], ['beforeCreation', 'failed']),
  outcome: fc.constantFrom('good', 'good', 'good', 'good', 'bad', 'refused'),
  leftover: fc.boolean(),
});

const extra: fc.Arbitrary<Extra> = fc.record({
  wave: fc.integer({ min: -1, max: 1 }),
  prune: fc.constantFrom('yes', 'no', 'confirm'),
  pruneLast: fc.boolean(),
});

const anyCase: fc.Arbitrary<Case> = fc.record({
  parts: fc.array(part, { maxLength: 6 }),
  extras: fc.array(extra, { maxLength: 3 }),
  prune: fc.boolean(),
  approved: fc.boolean(),
});

const nameOf = (i: number) => `part-${i}`;

function objectOf(each: Part, i: number, held: boolean): KubeObject {
  const metadata = { name: nameOf(i), namespace: 'ns', ...(held ? { finalizers: [finalizer] } : {}) };
  return {
    apiVersion: each.kind === 'Job' ? 'batch/v1' : each.kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind: each.kind,
    metadata,
  };
}

function resourcesOf(each: Part, i: number): readonly TargetResource[] {
  if (!each.hook) return [resource(objectOf(each, i, false), { wave: each.wave })];
  const made = (phase: Phase) =>
    resource(objectOf(each, i, true), {
      phase,
      wave: each.wave,
      hook: { phase, delete: each.delete, finalizer },
    });
  return each.second && each.phase === 'before' ? [made('before'), made('after')] : [made(each.phase)];
}

/** What is in the cluster before the run, made in an earlier second. */
function populate(world: World, each: Case): void {
  each.parts.forEach((one, i) => {
    if (one.leftover && one.outcome !== 'refused') world.put(objectOf(one, i, false));
  });
  each.extras.forEach((one, i) => {
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `extra-${i}`, namespace: 'ns' },
    };
    const marks: LiveMarks = { ...one, ignoreExtraneous: false, hook: false };
    world.put(object, marks);
  });
}

/** What a process that was killed finds again: what a dialect wrote, nothing else. */
const restored = ({ startedAt, phase, reason, results }: Progress): Progress =>
  JSON.parse(JSON.stringify({ startedAt, phase, reason, results })) as Progress;

/** The ends of hooks have to be written before anything else is changed. */
const mustBeWritten = (progress: Progress) =>
  progress.results
    .filter((result) => result.hook !== undefined && result.state !== 'running')
    .map((result) => `${result.phase} ${keyText(result.key)} ${result.state}`)
    .join('\n');

interface Outcome {
  readonly phase: Progress['phase'];
  readonly reason: string;
  readonly objects: readonly string[];
  readonly created: ReadonlyMap<string, number>;
  readonly deleted: readonly string[];
}

/** Plays a case; `luck` decides at each turn whether something is seen, ends, or the process is killed. */
function play(each: Case, luck: readonly number[]): Outcome {
  let now = start - 10_000;
  const refuses = new Set(each.parts.flatMap((one, i) => (one.outcome === 'refused' ? [nameOf(i)] : [])));
  const world = createWorld({ refuses, now: () => now });
  populate(world, each);
  while (world.deliver());
  const before = world.created.length;
  now = start;
  const request: RunRequest = {
    ...plainRequest,
    prune: each.prune,
    ...(each.approved ? { deletionsApprovedAt: start } : {}),
  };
  const context = (): RunContext => ({
    target: target(each.parts.flatMap(resourcesOf)),
    request,
    observation: world.observe(),
    now,
    serves: () => true,
    health: world.health,
  });
  const dice = [...luck];
  const roll = () => dice.shift();

  let written = restored(startRun(start));
  let step: Advance = advance(written, { type: 'observed' }, context());
  for (let turn = 0; turn < 2_000; turn++) {
    now += 7;
    if (mustBeWritten(step.progress) !== mustBeWritten(written) || roll() === 1)
      written = restored(step.progress);
    if (step.progress.phase !== 'Running') break;
    if (step.actions.length > 0) {
      const killed = roll() === 2;
      const done = killed ? step.actions.slice(0, (roll() ?? 0) % (step.actions.length + 1)) : step.actions;
      const results = new Map<string, ActionResult>(done.map((action) => [action.id, world.execute(action)]));
      if (killed) {
        while (world.deliver());
        step = advance(written, { type: 'observed' }, context());
      } else {
        if ((roll() ?? 0) > 3) world.deliver();
        step = advance(step.progress, { type: 'done', results }, context());
      }
      continue;
    }
    const chance = roll();
    const seen = world.deliver();
    if (chance === undefined || chance > 4 || !seen) {
      each.parts.forEach((one, i) => world.settle(nameOf(i), one.outcome === 'good'));
    }
    if (!seen && !world.deliver() && step.progress.reason.type === 'waitingForConsent') break;
    step = advance(step.progress, { type: 'observed' }, context());
  }
  const created = new Map<string, number>();
  for (const name of world.created.slice(before)) created.set(name, (created.get(name) ?? 0) + 1);
  return {
    phase: step.progress.phase,
    reason: step.progress.reason.type,
    objects: [...world.objects]
      .map(([key, { metadata }]) => `${key} ${(metadata.finalizers ?? []).join()}`)
      .toSorted(),
    created,
    deleted: world.deleted,
  };
}

const luck = fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 120 });

describe('a run', () => {
  it('ends and leaves no finalizer behind, or waits for consent', () => {
    fc.assert(
      fc.property(anyCase, luck, (each, dice) => {
        const { phase, reason, objects } = play(each, dice);
        if (phase === 'Running') expect(reason).toBe('waitingForConsent');
        else expect(objects.filter((object) => object.includes(finalizer))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('reaches the same state, whatever is seen late and whenever the process is killed', () => {
    fc.assert(
      fc.property(anyCase, luck, (each, dice) => {
        const [calm, wild] = [play(each, []), play(each, dice)];
        expect({ phase: wild.phase, objects: wild.objects }).toEqual({
          phase: calm.phase,
          objects: calm.objects,
        });
      }),
      { numRuns: 600 },
    );
  });

  it('makes no hook twice', () => {
    fc.assert(
      fc.property(anyCase, luck, (each, dice) => {
        const { created } = play(each, dice);
        each.parts.forEach((one, i) => {
          const times = resourcesOf(one, i).length;
          expect(created.get(nameOf(i)) ?? 0).toBeLessThanOrEqual(times);
        });
      }),
      { numRuns: 600 },
    );
  });

  it('prunes nothing without consent', () => {
    fc.assert(
      fc.property(anyCase, luck, (each, dice) => {
        const { deleted } = play(each, dice);
        each.extras.forEach((one, i) => {
          const allowed = each.prune && (one.prune === 'yes' || (one.prune === 'confirm' && each.approved));
          if (!allowed) expect(deleted).not.toContain(`extra-${i}`);
        });
      }),
      { numRuns: 400 },
    );
  });
});
