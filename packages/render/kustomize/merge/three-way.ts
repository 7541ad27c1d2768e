import { equalData } from '@plumbline/base';
import { copyOf, kindOf } from './nodes.ts';
import { walk } from './walk.ts';
import type { MergeOptions, Visitor } from './types.ts';

/**
 * Merges what changed between `original` and `updated` into `target`, as kyaml's merge3 does it. The target is changed
 * in place; the others are not. Undefined: nothing is left.
 */
export function merge3(
  original: unknown,
  updated: unknown,
  target: unknown,
  options: MergeOptions = {},
): unknown {
  const merged = walk({ ...options, visitor }, [target, copyOf(original), copyOf(updated)], undefined, []);
  return typeof merged === 'symbol' ? null : merged;
}

const visitor: Visitor = {
  mapping([target, , updated]) {
    if (updated === null || target === null) return undefined;
    if (target === undefined) return updated === undefined ? undefined : {};
    return target;
  },
  scalar: changed,
  list(sources, associative) {
    if (!associative) return changed(sources);
    const [target, original, updated] = sources;
    if (isNothing(updated) && !isNothing(original)) return undefined;
    return isNothing(target) ? [] : target;
  },
};

/** Takes the update where there is one, and leaves the target alone otherwise. */
function changed([target, original, updated]: readonly unknown[]): unknown {
  if (updated === null || target === null) return undefined;
  if (isNothing(updated) !== isNothing(original)) return updated;
  if (isNothing(updated)) return target;
  return equalData(original, updated) ? target : updated;
}

function isNothing(node: unknown): boolean {
  return kindOf(node) === undefined;
}
