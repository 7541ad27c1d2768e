export { applyToFieldSpec, applyToFieldSpecs } from './field-spec.ts';
export type { FieldVisitor, FieldSpecOptions } from './field-spec.ts';
export { parseFieldPath, splitPath } from './path.ts';
export { lookupPath } from './lookup.ts';
export { matchPath } from './match.ts';
export { compileSelector } from './selector.ts';
export { applyReplacement, applyReplacements, refuseMismatches } from './replacements.ts';
export { defaultConfig } from './defaults.ts';
export { setScalar, setText, withText } from './scalars.ts';
