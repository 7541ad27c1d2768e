export { applyServerSide } from './apply.ts';
export type { ApplyRequest } from './types.ts';
export { updateManagers } from './update.ts';
