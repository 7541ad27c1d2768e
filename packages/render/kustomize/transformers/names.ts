import { resolveScalar } from '@plumbline/languages';
import { expectKind } from '../merge/nodes.ts';
import { applyToFieldSpec } from '../fields/index.ts';
import { gvkSelected, originalId, scalarText, storePreviousId } from '../resource.ts';
import type { Gvk } from '../resource.ts';
import type { FieldSpec } from '../types.ts';
import { acting } from './plugin.ts';
import type { StepOf, Transformer } from './plugin.ts';

/** Kinds whose names are given from outside, or name something else than the object. */
const neverRenamed: readonly Gvk[] = [
  { group: '', version: '', kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', version: '', kind: 'APIService' },
  { group: '', version: '', kind: 'Namespace' },
];

/** Puts a text in front of names, or behind them. */
export function affixTransformer(
  side: 'prefix' | 'suffix',
  text: string,
  fieldSpecs: readonly FieldSpec[],
  step: StepOf,
): Transformer {
  return {
    kind: side === 'prefix' ? 'PrefixTransformer' : 'SuffixTransformer',
    step,
    act: 'transformer',
    transform(map, context) {
      for (const resource of map.resources) {
        const id = originalId(resource);
        if (neverRenamed.some((gvk) => gvkSelected(id, gvk))) continue;
        acting(context, resource, step, () => {
          for (const spec of fieldSpecs) {
            if (!gvkSelected(id, spec)) continue;
            // An affix is remembered with the resource: it tells later which of several candidates a reference means.
            if (spec.path === 'metadata/name' && text !== '') {
              (side === 'prefix' ? resource.prefixes : resource.suffixes).push(text);
              storePreviousId(resource);
            }
            applyToFieldSpec(resource.object, spec, (value) => affixed(value, side, text), {
              createKind: 'ScalarNode',
            });
          }
        });
      }
      map.changed();
    },
  };
}

function affixed(value: unknown, side: 'prefix' | 'suffix', text: string): unknown {
  expectKind('ScalarNode', [value]);
  // A null that is written out is the word.
  const old = value === null ? 'null' : scalarText(value);
  const wanted = side === 'prefix' ? text + old : old + text;
  // What was no text becomes what the new text says.
  return typeof value === 'string' ? wanted : resolveScalar(wanted);
}
