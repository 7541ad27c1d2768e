import type { JsonObject } from '../resource.ts';
import { KustomizeError } from '../problem.ts';
import { elideDirective, directiveOf } from './directives.ts';
import { copyOf, isEmptyMapping, isMapping, keptNull, kindOf } from './nodes.ts';
import { walk } from './walk.ts';
import type { MergeOptions, Visitor } from './types.ts';

/**
 * Merges a strategic merge patch into a target, as kyaml's merge2 does it for kustomize: by the keys of the kind's
 * schema, with `$patch` directives; new items of lists stand in front. The target is changed in place; nothing of the
 * patch is changed, or shared with the result. Undefined: the patch deletes the target.
 */
export function strategicMerge(
  target: JsonObject,
  patch: JsonObject,
  options: MergeOptions = {},
): JsonObject | undefined {
  const copy = copyOf(patch);
  const walking = { newItems: 'front', ...options, visitor, patchText: patchTexts(copy, options) } as const;
  const merged = walk(walking, [target, copy], undefined, []);
  return isMapping(merged) && !isEmptyMapping(merged) ? merged : undefined;
}

/** Looks the texts of a patch's numbers up in the document that it was read from. */
function patchTexts(
  copy: JsonObject,
  { patchStyles }: MergeOptions,
): ((mapping: object, key: string) => string | undefined) | undefined {
  if (patchStyles === undefined || !patchStyles.styles.hasOddNumbers) return undefined;
  const originals = new Map<object, object>();
  const pair = (one: unknown, original: unknown): void => {
    if (typeof one !== 'object' || one === null || typeof original !== 'object' || original === null) return;
    originals.set(one, original);
    for (const [key, child] of Object.entries(one)) pair(child, (original as JsonObject)[key]);
  };
  pair(copy, patchStyles.original);
  return (mapping, key) => {
    const original = originals.get(mapping);
    return original === undefined ? undefined : patchStyles.styles.plainText(original, key);
  };
}

const visitor: Visitor = {
  mapping([target, patch]) {
    if (kindOf(target) === undefined) return added(target, patch);
    if (patch === null) return undefined;
    return directed(target, patch);
  },
  scalar([target, patch]) {
    return patch === undefined ? target : patch;
  },
  list([target, patch], associative) {
    if (!associative) return patch === undefined ? target : patch;
    if (kindOf(target) === undefined) return patch;
    if (patch === null) return undefined;
    return directed(target, patch);
  },
};

/** What only the patch has, or nobody. */
function added(target: unknown, patch: unknown): unknown {
  if (patch === undefined) return target === null ? keptNull : undefined;
  if (!isMapping(patch)) return patch;
  const directive = directiveOf(patch);
  // Upstream does not look at a directive that it does not know where there is nothing to be patched.
  if (directive.type === 'unknown') return patch;
  elideDirective(patch, directive);
  return directive.type === 'delete' ? undefined : patch;
}

function directed(target: unknown, patch: unknown): unknown {
  if (patch === undefined) return target;
  const directive = directiveOf(patch);
  if (directive.type === 'unknown') {
    throw new KustomizeError(`unknown patch strategy '${directive.text}'`);
  }
  elideDirective(patch, directive);
  if (directive.type === 'delete') return undefined;
  return directive.type === 'replace' ? patch : target;
}
