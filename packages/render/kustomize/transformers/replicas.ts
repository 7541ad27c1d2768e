import { applyToFieldSpec, setScalar } from '../fields/index.ts';
import type { ReplicaArgs } from '../kustomization/types.ts';
import { KustomizeError } from '../problem.ts';
import { currentId, gvkSelected, gvkText, previousIds } from '../resource.ts';
import type { FieldSpec } from '../types.ts';
import { acting } from './plugin.ts';
import type { StepOf, Transformer } from './plugin.ts';

/** Sets the number of replicas of what has, or had, a name. */
export function replicaTransformer(
  replica: ReplicaArgs,
  fieldSpecs: readonly FieldSpec[],
  step: StepOf,
): Transformer {
  const { name = '', count = 0 } = replica;
  return {
    kind: 'ReplicaCountTransformer',
    step,
    act: 'transformer',
    transform(map, context) {
      let found = false;
      for (const spec of fieldSpecs) {
        for (const resource of map.byAnyName(name)) {
          const ids = [...previousIds(resource), currentId(resource)];
          if (!ids.some((id) => id.name === name && gvkSelected(id, spec))) continue;
          found = true;
          acting(context, resource, step, () => {
            applyToFieldSpec(resource.object, spec, setScalar(count), { createKind: 'ScalarNode' });
          });
        }
      }
      if (found) return;
      const kinds = fieldSpecs.map(gvkText).join(' ');
      throw new KustomizeError(
        `resource with name ${name} does not match a config with the following GVK [${kinds}]`,
        { code: 'replicas-unmatched', hint: 'check the name in `replicas`' },
      );
    },
  };
}
