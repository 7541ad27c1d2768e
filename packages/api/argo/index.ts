export * from './application.ts';
export * from './views.ts';
export * from './project.ts';
export { argoDefinitions } from './definitions.ts';
