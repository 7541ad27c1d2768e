export { editKustomization } from './edit.ts';
export type { DataFlags, KustomizationEdit, PatchFlags } from './types.ts';
export { readEntries, readImage, readReplica } from './arguments.ts';
