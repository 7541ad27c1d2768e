import { describe, expect, it } from 'vitest';
import { compare, plan } from '../index.ts';
import { configMap, live, observe, request, resource, target } from '../test/targets.ts';

const marks = { wave: 0, prune: 'confirm', pruneLast: false, ignoreExtraneous: false, hook: false } as const;
const wanted = target([
  resource(configMap('new'), { wave: 1 }),
  resource(configMap('same')),
  resource(configMap('drifted')),
  resource(configMap('first'), { phase: 'before', hook: { phase: 'before', delete: [] } }),
]);
const seen = observe(
  live(configMap('same')),
  live(configMap('drifted', { k: 'other' })),
  live(configMap('old'), { marks }),
);
const pruning = { ...request, prune: true };
const made = (asked = pruning, resources = wanted) =>
  plan(resources, asked, compare(resources, seen, new Map(), () => undefined).difference, seen);

describe('a plan', () => {
  it('shows what a run would do, wave by wave, and what stands in its way', () => {
    const shown = made().waves.map(({ phase, wave, steps }) => [
      `${phase} ${wave}`,
      ...steps.map(
        ({ key, action, blockers }) =>
          `${action} ${key.name}${blockers.length > 0 ? ` (${blockers.join('; ')})` : ''}`,
      ),
    ]);
    expect(shown).toEqual([
      ['before 0', 'hook first'],
      [
        'main 0',
        'update drifted (wave 0 of phase before comes first)',
        'prune old (its deletion needs consent; wave 0 of phase before comes first)',
        'unchanged same (wave 0 of phase before comes first)',
      ],
      ['main 1', 'create new (wave 0 of phase main comes first)'],
    ]);
  });

  it('keeps what it was not asked to prune, and says so', () => {
    const step = made(request)
      .waves.flatMap(({ steps }) => steps)
      .find(({ key }) => key.name === 'old');
    expect(step).toMatchObject({ action: 'keep', reason: 'ignored (requires pruning)' });
  });

  it('has the same hash for the same steps and contents, and another for others', () => {
    expect(made().hash).toBe(made().hash);
    expect(made(request).hash).not.toBe(made().hash);
    const other = target(
      wanted.resources.map((each) =>
        each.key.name === 'new' ? { ...each, object: configMap('new', { k: 'w' }) } : each,
      ),
    );
    expect(made(pruning, other).hash).not.toBe(made().hash);
  });
});
