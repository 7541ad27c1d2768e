export { render } from './render.ts';
export type { Rendered, RenderSource, SourceParameters } from './render.ts';
export { createRenderCache } from './cache.ts';
export type { RenderCache, RenderCacheOptions, RenderOptions, RenderOutcome } from './cache.ts';
export { detect } from './detect.ts';
export type { Detected, SourceKind } from './detect.ts';
export { directoryRenderer } from './directory/renderer.ts';
export type { DirectoryParameters } from './directory/renderer.ts';
