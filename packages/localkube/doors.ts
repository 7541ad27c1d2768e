import type { Result } from '@plumbline/base';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMerge,
  canonicalQuantity,
} from '@plumbline/languages';
import { makeOwnership } from './apply/index.ts';
import { compileDefinition } from './crd/index.ts';
import { kindHooks } from './kinds/index.ts';
import { definitionHooks, isDefinition } from './registry/index.ts';
import type { Doors } from './registry/index.ts';

/** Connects the registry with its neighbours. */
export function makeDoors(): Doors {
  return {
    hooks: (group, kind) =>
      isDefinition({ group, kind })
        ? { ...kindHooks(group, kind), ...definitionHooks }
        : kindHooks(group, kind),
    compile: compileDefinition,
    ...makeOwnership(),
    jsonPatch: (document, operations) => unwrap(applyJsonPatch(document, operations)),
    mergePatch: (document, patch) => unwrap(applyMergePatch(document, patch)),
    strategicPatch: (document, patch, schema) => unwrap(applyStrategicMerge(document, patch, schema)),
    canonicalQuantity,
  };
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(result.error.message);
}
