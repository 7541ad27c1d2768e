export * from './snapshot.ts';
export * from './rendering.ts';
export * from './target.ts';
export * from './observation.ts';
export * from './difference.ts';
export * from './plan.ts';
export * from './progress.ts';
