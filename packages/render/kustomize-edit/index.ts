export { editKustomization } from './edit.ts';
export { convertVars } from './vars.ts';
export type { ConvertedVars, NearbyFiles } from './vars.ts';
export type { DataFlags, KustomizationEdit, PatchFlags } from './types.ts';
export { readEntries, readImage, readReplica } from './arguments.ts';
