export * from './kubernetes/object.ts';
export * from './kubernetes/schema-node.ts';
export * from './kubernetes/request.ts';
export * from './seams/index.ts';
export * from './http/index.ts';
export * from './argo/index.ts';
