export { render } from './render.ts';
export { findField } from './field-path.ts';
export type { FoundField } from './field-path.ts';
export type { RenderElsewhere, Rendered, RenderSource, SourceParameters } from './types.ts';
export { expandVariables } from './context.ts';
export type { RenderContext } from './context.ts';
export { createRenderCache } from './cache.ts';
export type { RenderCache, RenderCacheOptions, RenderOptions, RenderOutcome } from './cache.ts';
export { detect } from './detect.ts';
export type { Detected, SourceKind } from './detect.ts';
export { directoryRenderer } from './directory/renderer.ts';
export type { DirectoryParameters } from './directory/renderer.ts';
export { createAnswerer, repeatUse, taskOf } from './workers/answer.ts';
export { createRenderServer } from './workers/serve.ts';
export { chartTaskOf, serveChart } from './workers/charts.ts';
export type {
  ChartResult,
  RenderTask,
  TaskResult,
  TreeQuestion,
  WorkerMessage,
  WorkerOrder,
} from './workers/protocol.ts';
export * from './helm/index.ts';
export * from './flux/index.ts';
export {
  buildKustomization,
  createKustomizeRenderer,
  helmPortOf,
  kustomizationFileNames,
  kustomizeRenderer,
  parseRepositoryUrl,
  variableKeys,
} from './kustomize/index.ts';
export type {
  BuildOptions,
  BuildRequest,
  Built,
  HelmPort,
  KustomizeParameters,
  KustomizeRendererOptions,
  RemotePort,
  RepositoryUrl,
} from './kustomize/index.ts';
export * from './plugin/index.ts';
export * from './kustomize-edit/index.ts';
export type { ChartPort, ChartWanted } from './helm/dependency-tree.ts';
