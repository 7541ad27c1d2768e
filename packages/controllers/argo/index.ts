export { createArgoController } from './door.ts';
export type { ArgoControllerOptions } from './door.ts';
export type { ArgoController } from './controller.ts';
export { installDefinitions } from './install.ts';
export { createChartAccess, createRepositoryCredentials, namedRepository } from './credentials.ts';
export { trackingIndex } from './tracking.ts';
