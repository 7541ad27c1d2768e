export { substitute } from './substitute.ts';
export type { SubstituteOptions } from './substitute.ts';
export { parseEnvsubst } from './substitute.ts';
export type { EnvsubstNode } from './parse.ts';
