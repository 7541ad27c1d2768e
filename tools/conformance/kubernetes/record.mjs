// Writes sequences down with what kube-apiserver answers, for the test that replays them without it.
import { play } from '../../../packages/localkube/recorded/play.ts';
import { definitionOf } from './custom.mjs';

/** What a sequence needs that a run prepares for all of them. */
export function preparationOf({ about, steps }) {
  const before = [];
  const used = new Set(
    JSON.stringify(steps.map((step) => step.path))
      .match(/conformance-\d+/g)
      ?.toSorted() ?? [],
  );
  for (const name of used) {
    before.push({
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    });
    before.push({
      method: 'POST',
      path: `/api/v1/namespaces/${name}/serviceaccounts`,
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
    });
  }
  const definition = /^definition (\d+)$/.exec(about)?.[1];
  if (definition !== undefined)
    before.push({
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      body: definitionOf(Number(definition)),
    });
  return before;
}

/** The case of a sequence: its answers come from the real server now. */
export async function recorded(sequence, id, real) {
  const { area, kind, seed, steps } = sequence;
  return {
    name: `${area} of ${kind}, ${seed}`,
    id,
    before: preparationOf(sequence),
    steps,
    answers: await play(steps, real, id),
  };
}
