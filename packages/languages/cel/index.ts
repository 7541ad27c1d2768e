export { compileCel, perCallLimit, typeText } from './environment.ts';
export type { Evaluation, Program as CelProgram } from './environment.ts';
export type { Bindings, Environment as CelEnvironment, StructDeclaration } from './scope.ts';
export type { SizeOf } from './cost-estimate.ts';
export type { CostRange } from './cost-range.ts';
export { declareSchema, escapeName, sizeAt } from './schema.ts';
export type { DeclaredSchema, DeclaredType } from './schema.ts';
export { adaptAny } from './native.ts';
export { toPlain } from './plain.ts';
export { CelError, CelList, CelMap, CelObject, Optional as CelOptional, none as celNone } from './values.ts';
export type { Value as CelValue } from './values.ts';
export {
  boolType,
  dynType,
  intType,
  listType,
  mapType,
  opaqueType,
  optionalType,
  stringType,
  structType,
  timestampType,
} from './types.ts';
export type { CelType } from './types.ts';
export {
  authorizerType,
  authorizerValue,
  requestResourceType,
  requestResourceValue,
} from './library/authorizer.ts';
export type { AccessQuestion } from './library/authorizer.ts';
