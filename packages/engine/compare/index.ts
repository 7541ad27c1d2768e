export { compare, type CompareMemo, type Comparison, type SchemaLookup } from './compare.ts';
export { ignoredIn, withoutIgnored } from './ignore.ts';
export { respectIgnored } from './respect.ts';
export { lastAppliedAnnotation } from './normalise.ts';
export { textHash } from './hash.ts';
