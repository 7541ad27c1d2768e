export { compileRegex, quoteRegex, regexCache } from './regex.ts';
export type { CompiledRegex, GoRegex } from './regex.ts';
