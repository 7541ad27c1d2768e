export { sha256 } from './hash/sha256.ts';
export { evaluateJsonnet } from './evaluate.ts';
export type {
  JsonnetOptions,
  JsonnetOutput,
  JsonnetProblem,
  JsonnetResult,
  JsonnetVariable,
  NativeFunction,
} from './evaluate.ts';
export { createJsonnetFiles } from './files.ts';
export type { JsonnetFile, JsonnetFiles, ResolveImport } from './files.ts';
export type { JsonnetPlace, JsonnetPlaces } from './run/places.ts';
export type { JsonnetLimits } from './run/machine.ts';
