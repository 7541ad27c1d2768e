export { withoutFinalBreak } from './block-end.ts';
export { readKyaml } from './read.ts';
export type { KyamlDocument, KyamlProblem } from './read.ts';
export { resolveScalar } from './resolve.ts';
export { positionsOf } from './positions.ts';
export type { TextPosition } from './positions.ts';
export type { ScalarStyles } from './styles.ts';
