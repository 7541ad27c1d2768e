export * from './compare/index.ts';
export * from './order/index.ts';
export * from './prune/index.ts';
export * from './run/index.ts';
