import { compileSelector } from '../fields/index.ts';
import { expectKind, isMapping, putField } from '../merge/nodes.ts';
import { scalarText } from '../resource.ts';
import type { JsonObject } from '../resource.ts';
import type { Selector } from '../types.ts';
import { setNamespaceOf } from './namespace.ts';
import { acting } from './plugin.ts';
import type { StepOf, Transformer } from './plugin.ts';

/** Where a value goes. */
export interface ValueTarget {
  readonly selector: Selector | undefined;
  readonly fieldPath: string;
  /** Above 0: the field holds a path of files, and the value becomes its part at this place. */
  readonly filePathPosition: number;
}

/** Writes one value to fields of the resources that the targets select. */
export function valueAddTransformer(
  value: string,
  targets: readonly ValueTarget[],
  step: StepOf,
): Transformer {
  return {
    kind: 'ValueAddTransformer',
    step,
    act: 'transformer',
    transform(map, context) {
      for (const target of targets) {
        const selector = target.selector === undefined ? undefined : compileSelector(target.selector);
        for (const resource of map.resources) {
          if (selector !== undefined && !selector.matches(resource)) continue;
          acting(context, resource, step, () => addValue(resource.object, value, target));
        }
      }
      map.changed();
    },
  };
}

function addValue(object: JsonObject, value: string, target: ValueTarget): void {
  if (target.fieldPath === 'metadata/namespace')
    return setNamespaceOf(object, {
      namespace: value,
      fieldSpecs: [],
      unsetOnly: false,
      subjects: 'defaultOnly',
    });
  const path = splitFields(target.fieldPath);
  const last = path.pop() ?? '';
  let at = object;
  for (const part of path) {
    const found = at[part];
    expectKind('MappingNode', [found]);
    const next: JsonObject = isMapping(found) ? found : {};
    if (next !== found) putField(at, part, next);
    at = next;
  }
  expectKind('ScalarNode', [at[last]]);
  const old = scalarText(at[last]);
  putField(
    at,
    last,
    target.filePathPosition > 0 ? insertPart(old, target.filePathPosition - 1, value) : value,
  );
}

/** Parts between slashes; a backslash before a slash keeps it. */
function splitFields(path: string): string[] {
  const fields: string[] = [];
  for (const part of path.split('/')) {
    const before = fields.at(-1);
    if (before?.endsWith('\\') === true) fields[fields.length - 1] = `${before.slice(0, -1)}/${part}`;
    else fields.push(part);
  }
  return fields;
}

/** Puts a part into a path of files; one that starts with a slash still does. */
function insertPart(path: string, position: number, part: string): string {
  const absolute = path.startsWith('/');
  const parts = path.split('/').filter((one) => one !== '');
  parts.splice(Math.min(position, parts.length), 0, part);
  return (absolute ? '/' : '') + parts.join('/');
}
