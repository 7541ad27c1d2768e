export { strategicMerge } from './strategic.ts';
export { merge3 } from './three-way.ts';
export { applyJson6902 } from './json6902.ts';
export type { MergeOptions } from './types.ts';
