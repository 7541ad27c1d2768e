export * from './runtime/index.ts';
export * from './argo/index.ts';
export * from './helm-release/index.ts';
