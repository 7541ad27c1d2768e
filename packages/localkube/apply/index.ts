import { applyServerSide } from './apply.ts';
import { makeMemory } from './memory.ts';
import type { ApplyRequest, ApplyResult, UpdateManagers } from './types.ts';
import { updateManagers } from './update.ts';

export type { ApplyRequest } from './types.ts';

/** Ownership of fields, for one server. */
export interface Ownership {
  readonly applyServerSide: (request: ApplyRequest) => ApplyResult;
  readonly updateManagers: UpdateManagers;
}

/** What is remembered between calls belongs to the one who asks. */
export function makeOwnership(): Ownership {
  const memory = makeMemory();
  return {
    applyServerSide: (request) => applyServerSide(memory, request),
    updateManagers: (request) => updateManagers(memory, request),
  };
}
