export { GoError, GoInt, GoObject } from './values.ts';
export type { GoFunction, GoFunctions, GoMap, GoType, IntKind, Member, Value } from './values.ts';
export {
  byteLength,
  compareStrings,
  fromBytes,
  fromByteString,
  isAscii,
  sortedKeys,
  toBytes,
  toByteString,
} from './bytes.ts';
export { formatDuration, parseDuration, quoteForTime } from './duration.ts';
export { formatFloat } from './floats.ts';
export type { FloatVerb, Precision } from './floats.ts';
export { sprint, sprintf, sprintln } from './format.ts';
export { printFloat, printValue, quoteAscii, quoteString, textOf } from './print.ts';
export { deepEqual, isEmpty, kindName, typeName } from './reflect.ts';
export {
  isNilList,
  isNilMap,
  listType,
  listWithMethods,
  mapType,
  methodOfList,
  methodOfMap,
  withMethods,
  nilList,
  nilMap,
  typedList,
  typedMap,
} from './typed.ts';
