import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject, LiveMarks, LiveObject, TargetResource } from '@plumbline/api';
import { tasksOf } from '../index.ts';
import { configMap, live, observe, request, resource, target } from '../test/targets.ts';

const object = (kind: string, name: string, apiVersion = 'v1', namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});
const marks = (wave: number, more: Partial<LiveMarks> = {}): LiveMarks => ({
  wave,
  prune: 'yes',
  pruneLast: false,
  ignoreExtraneous: false,
  hook: false,
  ...more,
});
const names = (resources: readonly TargetResource[], ...seen: readonly LiveObject[]) =>
  tasksOf(target(resources), request, observe(...seen)).map(
    ({ key, phase, wave }) => `${phase} ${wave} ${key.name}`,
  );

const definition: KubeObject = {
  ...object('CustomResourceDefinition', 'crd', 'apiextensions.k8s.io/v1'),
  spec: { group: 'x.io', names: { kind: 'Thing' } },
};
const all: readonly TargetResource[] = [
  resource(object('Thing', 'thing', 'x.io/v1', 'ns')),
  resource(object('Deployment', 'b', 'apps/v1', 'other')),
  resource(object('Deployment', 'a', 'apps/v1', 'other')),
  resource(object('Service', 'z', 'v1', 'other')),
  resource(object('Other', 'early', 'y.io/v1', 'other'), { wave: -1 }),
  resource(object('Job', 'after', 'batch/v1', 'other'), {
    phase: 'after',
    hook: { phase: 'after', delete: [] },
  }),
  resource(object('Job', 'before', 'batch/v1', 'ns'), {
    phase: 'before',
    wave: 3,
    hook: { phase: 'before', delete: [] },
  }),
  resource(object('Namespace', 'ns')),
  resource(definition, { wave: 2 }),
];

describe('the order of tasks', () => {
  const expected = [
    'before 3 ns',
    'before 3 before',
    'main -1 early',
    'main 0 z',
    'main 0 a',
    'main 0 b',
    'main 0 crd',
    'main 0 thing',
    'after 0 after',
  ];

  it('is by phase, wave, kind and name, with namespaces and definitions before their first use', () => {
    expect(names(all)).toEqual(expected);
  });

  it('does not depend on the order of the target', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...all], { minLength: all.length }), (shuffled) => {
        expect(names(shuffled)).toEqual(expected);
      }),
    );
  });

  it('prunes in mirrored waves', () => {
    const seen = [1, 2, 5].map((wave) => live(configMap(`made-in-${wave}`), { marks: marks(wave) }));
    expect(names([], ...seen)).toEqual(['main 1 made-in-5', 'main 2 made-in-2', 'main 5 made-in-1']);
  });

  it('prunes after everything else where an object says so', () => {
    const seen = live(configMap('old'), { marks: marks(0, { pruneLast: true }) });
    expect(names([resource(configMap('new'), { wave: 4 })], seen)).toEqual(['main 4 new', 'main 5 old']);
  });
});
