import { applyToFieldSpec } from '../fields/index.ts';
import { expectKind, isMapping, putField } from '../merge/nodes.ts';
import type { FieldSpec } from '../types.ts';
import type { JsonObject, LinkHolder } from '../resource.ts';
import { linkFields, settleLinks } from './links.ts';
import { acting, specIndex } from './plugin.ts';
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
          const made = new Map<string, LinkHolder[]>();
          for (const spec of specsOf(resource.object)) {
            applyToFieldSpec(
              resource.object,
              spec,
              (value) =>
                withEntries(value, keys, entries, (key, mapping) => {
                  const holders = made.get(key);
                  if (holders === undefined) made.set(key, [{ path: spec.path, mapping }]);
                  else holders.push({ path: spec.path, mapping });
                }),
              { createKind: 'MappingNode' },
            );
          }
          for (const [key, holders] of made) linkFields(resource, key, entries[key], holders);
          settleLinks(resource);
        });
      }
    },
  };
}

function withEntries(
  value: unknown,
  keys: readonly string[],
  entries: Readonly<Record<string, string>>,
  onNew: (key: string, mapping: JsonObject) => void,
): unknown {
  expectKind('MappingNode', [value]);
  const mapping = isMapping(value) ? value : {};
  for (const key of keys) {
    if (!Object.hasOwn(mapping, key)) onNew(key, mapping);
    putField(mapping, key, entries[key]);
  }
  return mapping;
}
