import { applyServerSide } from './apply.ts';
import { makeMemory, type Memory } from './memory.ts';
import { ElementError } from './path-element.ts';
import type { ApplyRequest, ApplyResult, UpdateManagers, UpdateRequest } from './types.ts';
import { updateManagers } from './update.ts';
import { checkTyped } from './validate.ts';

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
    updateManagers: (request) => ownersOrNobody(memory, request),
  };
}

/** An object that does not fit its schema, or whose lists cannot be told apart, has no owners: upstream takes them away and goes on. */
function ownersOrNobody(memory: Memory, request: UpdateRequest): ReturnType<UpdateManagers> {
  const { sent, schema } = request;
  if (sent !== undefined && checkTyped(schema, sent, true) !== undefined) return [];
  try {
    return updateManagers(memory, request);
  } catch (thrown) {
    if (!(thrown instanceof ElementError)) throw thrown;
    return [];
  }
}
