import { equalData } from '@plumbline/base';
import { listRule, mapRule, type FieldRule, type PatchSchema } from './schema.ts';
import { byText, directive, itemKind, retainKeys } from './strategic-lists.ts';
import { has, isMap, type Items, type Members } from './values.ts';

/** Whether two patches want different things for one place. */
export function patchesConflict(left: Members, right: Members, schema: PatchSchema): boolean {
  return valuesConflict(left, right, { schema, strategy: '', retainKeys: false, mergeKey: '' });
}

function valuesConflict(left: unknown, right: unknown, rule: FieldRule): boolean {
  if (isMap(left)) {
    if (!isMap(right)) return true;
    // A directive works on the whole map, so both must have the same one.
    if (left[directive] !== right[directive]) return true;
    return rule.strategy !== 'replace' && membersConflict(left, right, rule.schema);
  }
  if (Array.isArray(left)) return !Array.isArray(right) || listsConflict(left as Items, right as Items, rule);
  return !equalData(left, right);
}

function membersConflict(left: Members, right: Members, schema: PatchSchema): boolean {
  return Object.keys(left).some((key) => {
    if (key === directive || key === retainKeys || !has(right, key)) return false;
    const plain = { schema, strategy: '', retainKeys: false, mergeKey: '' } as const;
    const value = left[key];
    const rule = Array.isArray(value) ? listRule(schema, key) : isMap(value) ? mapRule(schema, key) : plain;
    return valuesConflict(value, right[key], rule ?? plain);
  });
}

function listsConflict(left: Items, right: Items, rule: FieldRule): boolean {
  const maps = itemKind(left, right) === 'map';
  const plain = { schema: rule.schema, strategy: '', retainKeys: false, mergeKey: '' } as const;
  if (rule.strategy === 'merge') {
    // Scalars of merge lists are added and removed one by one and never conflict.
    if (!maps) return false;
    const others = new Map(right.map((item) => [String((item as Members)[rule.mergeKey]), item]));
    return left.some((item) => {
      const other = others.get(String((item as Members)[rule.mergeKey]));
      return other !== undefined && valuesConflict(item, other, plain);
    });
  }
  if (left.length !== right.length) return true;
  const [a, b] = maps ? [left, right] : [left.toSorted(byText), right.toSorted(byText)];
  return a.some((item, i) => valuesConflict(item, b[i], plain));
}
