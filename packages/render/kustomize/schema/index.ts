export { isNamespaceScoped, openApiVersion, parseOpenApi, schemaFor } from './schema.ts';
export { parseFieldSchema } from './open-api.ts';
export type { OpenApi, Schema } from './types.ts';
