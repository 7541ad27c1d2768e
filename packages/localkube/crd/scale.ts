import type { KubeObject } from '@plumbline/api';
import { isRecord } from '@plumbline/base';
import { goPlain } from '../registry/patch-texts.ts';
import type { FieldError } from '../registry/types.ts';
import { invalid } from './definition.ts';

/** Where a definition says that the parts of a Scale are. */
export interface ScalePaths {
  readonly specReplicasPath?: string;
  readonly statusReplicasPath?: string;
  readonly labelSelectorPath?: string;
}

const countMax = 2 ** 31 - 1;

/** What an object says of its count has to be readable as a Scale. Writes to `status` are asked of their own part. */
export function checkScale(
  object: KubeObject,
  { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath }: ScalePaths,
  ofStatus: boolean,
): readonly FieldError[] {
  return [
    ...(ofStatus ? [] : checkCount(object, specReplicasPath)),
    ...checkCount(object, statusReplicasPath),
    ...(labelSelectorPath === undefined ? [] : checkSelector(object, labelSelectorPath)),
  ];
}

function checkCount(object: KubeObject, path: string): readonly FieldError[] {
  const found = valueAt(object, path);
  if (found === undefined) return [];
  if ('why' in found) return [invalid(path, 0, found.why)];
  const { value } = found;
  if (typeof value !== 'number' || !Number.isInteger(value))
    return [invalid(path, 0, `${path} accessor error: ${goShown(value)}, expected int64`)];
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')];
  return value > countMax ? [invalid(path, value, `should be less than or equal to ${countMax}`)] : [];
}

function checkSelector(object: KubeObject, path: string): readonly FieldError[] {
  const found = valueAt(object, path);
  if (found === undefined) return [];
  if ('why' in found) return [invalid(path, '', found.why)];
  if (typeof found.value === 'string') return [];
  return [invalid(path, '', `${path} accessor error: ${goShown(found.value)}, expected string`)];
}

/** Undefined: nothing is there. A null on the way is nothing, too, and one at the end a value of the wrong type. */
function valueAt(
  object: KubeObject,
  path: string,
): { readonly value: unknown } | { readonly why: string } | undefined {
  const names = path.replace(/^\./, '').split('.');
  let at: unknown = object;
  for (const [depth, name] of names.entries()) {
    if (at === undefined || at === null) return undefined;
    if (!isRecord(at) || Array.isArray(at)) {
      const place = `.${names.slice(0, depth + 1).join('.')}`;
      return { why: `${place} accessor error: ${goShown(at)}, expected map[string]interface{}` };
    }
    at = at[name];
  }
  return at === undefined ? undefined : { value: at };
}

function goShown(value: unknown): string {
  return `${goPlain(value)} is of the type ${goType(value)}`;
}

function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return isRecord(value) ? 'map[string]interface {}' : 'string';
}
