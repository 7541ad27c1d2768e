export { compileRegex, compileWholeRegex, quoteRegex, regexCache } from './regex.ts';
export type { GoRegex } from './regex.ts';
