import type { Result } from '@plumbline/base';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMerge,
  canonicalQuantity,
} from '@plumbline/languages';
import { applyServerSide, updateManagers } from './apply/index.ts';
import { kindHooks } from './kinds/index.ts';
import type { Doors } from './registry/index.ts';

/** Connects the registry with its neighbours. */
export function makeDoors(): Doors {
  return {
    hooks: kindHooks,
    compile: () => ({
      versions: [],
      errors: [
        {
          reason: 'FieldValueForbidden',
          field: 'spec',
          message: 'Forbidden: custom resources are not built into this server',
        },
      ],
    }),
    applyServerSide,
    updateManagers,
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
