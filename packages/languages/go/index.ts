export { GoError, GoInt, GoObject } from './values.ts';
export type { GoFunction, GoFunctions, GoMap, GoType, IntKind, Member, Value } from './values.ts';
