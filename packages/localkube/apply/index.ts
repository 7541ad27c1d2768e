export { applyServerSide } from './apply.ts';
export { conflictMessage, managerText } from './conflict.ts';
export type { ApplyRequest, ApplyResult, Conflict, UpdateManagers, UpdateRequest } from './types.ts';
export { updateManagers } from './update.ts';
