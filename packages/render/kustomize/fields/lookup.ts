import { expectKind, fieldOf, isMapping, keyText } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import { conditionNeeded, indexOf, isListCondition, splitCondition } from './path.ts';

/**
 * The value at a path: undefined where there is none. Parts are names, indexes, `-` (the last item) or conditions; `*` is
 * refused. Throws where the path goes through something of another kind.
 */
export function lookupPath(object: unknown, path: readonly string[]): unknown {
  let at = object;
  for (const part of path.map((each) => each.trim())) {
    if (part === '') continue;
    at = step(at, part);
    if (at === undefined) return undefined;
  }
  return at;
}

function step(at: unknown, part: string): unknown {
  const index = indexOf(part);
  if (index !== undefined && index < 0) throw new KustomizeError(`array index ${index} cannot be negative`);
  if (index !== undefined) return itemsOf(at)[index];
  if (part === '-') return itemsOf(at).at(-1);
  if (part === '*') throw new KustomizeError('wildcard is not supported in PathGetter');
  if (isListCondition(part)) return firstMatch(at, part);
  expectKind('MappingNode', [at]);
  return isMapping(at) ? fieldOf(at, part) : undefined;
}

/** The items of a list; none where there is no value. */
export function itemsOf(at: unknown): unknown[] {
  expectKind('SequenceNode', [at]);
  return Array.isArray(at) ? at : [];
}

function firstMatch(at: unknown, part: string): unknown {
  const condition = splitCondition(part);
  if (condition === undefined) throw new KustomizeError(conditionNeeded);
  const { field, text } = condition;
  return itemsOf(at).find((item) =>
    field === ''
      ? keyText(item) === text
      : isMapping(item) && Object.hasOwn(item, field) && keyText(item[field]) === text,
  );
}
