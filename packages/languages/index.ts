export * from './yaml/index.ts';
export { compileGlob, matchGlob } from './glob/glob.ts';
export type { GlobMatcher } from './glob/glob.ts';
export * from './patch/index.ts';
export * from './quantity/index.ts';
export * from './jsonpath/index.ts';
export * from './selector/index.ts';
export * from './cron/index.ts';
