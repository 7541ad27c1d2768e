export { builtInKinds, definitionFor, schemaFor } from './lookup.ts';
export type { TypedNode } from './lookup.ts';
export { builtInResources } from './resources.ts';
export type { BuiltInResource, BuiltInSubresource } from './resources.ts';
