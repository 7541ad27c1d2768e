export { applyJsonPatch, type JsonPatchOperation } from './json-patch.ts';
export { applyMergePatch, diffMergePatch, threeWayMergePatch } from './merge-patch.ts';
export { parsePointer, pointerGet, pointerRemove } from './pointer.ts';
export type { PatchSchema } from './schema.ts';
export { applyStrategicMerge, threeWayStrategicMerge, twoWayStrategicMerge } from './strategic.ts';
