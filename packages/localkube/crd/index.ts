export { compileDefinition } from './compile.ts';
export type { CompiledVersion } from './types.ts';
