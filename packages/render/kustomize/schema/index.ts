export { isNamespaceScoped, openApiVersion, parseOpenApi, schemaFor } from './schema.ts';
export type { OpenApi, Schema } from './types.ts';
