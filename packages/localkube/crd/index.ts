export { compileDefinition } from './compile.ts';
export type { CompileDefinition, CompiledVersion } from './types.ts';
