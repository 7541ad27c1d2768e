import { expectKind, isMapping, putField } from '../merge/nodes.ts';
import type { FieldSpec } from '../types.ts';
import { acting, specIndex, visitSpecs } from './plugin.ts';
import type { StepOf, Transformer } from './plugin.ts';

/** Sets labels or annotations in all fields of the given specs. */
export function entriesTransformer(
  kind: 'LabelTransformer' | 'AnnotationsTransformer',
  entries: Readonly<Record<string, string>>,
  fieldSpecs: readonly FieldSpec[],
  step: StepOf,
): Transformer {
  const keys = Object.keys(entries).sort();
  const specsOf = specIndex(fieldSpecs);
  return {
    kind,
    step,
    act: 'transformer',
    transform(map, context) {
      if (keys.length === 0) return;
      for (const resource of map.resources) {
        acting(context, resource, step, () => {
          visitSpecs(
            resource.object,
            specsOf(resource.object),
            (value) => withEntries(value, keys, entries),
            {
              createKind: 'MappingNode',
            },
          );
        });
      }
    },
  };
}

function withEntries(
  value: unknown,
  keys: readonly string[],
  entries: Readonly<Record<string, string>>,
): unknown {
  expectKind('MappingNode', [value]);
  const mapping = isMapping(value) ? value : {};
  for (const key of keys) putField(mapping, key, entries[key]);
  return mapping;
}
