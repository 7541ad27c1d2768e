export { makeAccess } from './access.ts';
export { isStored, makeCatalogue } from './catalogue.ts';
export type { Catalogue, Served, ServedGroup } from './catalogue.ts';
export { internalWrite, read, tableOf, timeText } from './core.ts';
export type { Core, Doors, FieldValidation, WriteOptions, WriteResult } from './core.ts';
export { decodeBody } from './decode.ts';
export { definitionHooks, followDefinitions, isDefinition } from './definitions.ts';
export * as errors from './errors.ts';
export { patch, patchData } from './patch.ts';
export type { PatchRequest, PatchType } from './patch.ts';
export { bookmark, get, list, watch } from './read.ts';
export type { ListRequest, ListResult, WatchHandlers, WatchRequest } from './read.ts';
export { binding, evict } from './pods.ts';
export { answerScale, patchScale, updateScale } from './scale.ts';
export { remove } from './remove.ts';
export { StatusError } from './types.ts';
export type {
  Access,
  Column,
  DeleteOptions,
  Draft,
  FieldError,
  KindHooks,
  Resource,
  StoreEvent,
  WriteContext,
} from './types.ts';
export { create, update } from './write.ts';
