export * from './runtime/index.ts';
export * from './argo/index.ts';
