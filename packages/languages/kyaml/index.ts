export { readKyaml } from './read.ts';
export type { KyamlDocument, KyamlProblem } from './read.ts';
export { resolveScalar } from './resolve.ts';
