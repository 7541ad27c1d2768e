export { compare, compareInSteps, type CompareMemo, type Comparison } from './compare.ts';
export type { SchemaLookup } from './pair.ts';
export { ignoredIn, withoutIgnored } from './ignore.ts';
export { respectIgnored } from './respect.ts';
export { comparable, lastAppliedAnnotation } from './normalise.ts';
export { textHash } from './hash.ts';
