export { createHelmEngine } from './helm-engine.ts';
export type { HelmEngineOptions, HelmPorts } from './helm-engine.ts';
export type {
  ChartSource,
  HelmEngine,
  HelmLookedUp,
  HelmLookup,
  HelmRendering,
  HelmRequest,
  PostRender,
} from './request.ts';
export { openChartVerifier } from './provenance.ts';
export type { ChartVerifier } from './provenance.ts';
export { withDependencies } from './dependency-tree.ts';
export type { HelmHook } from './manifests.ts';
export type { HelmProfile } from './chart/types.ts';
export type { UserValues, ValuesText } from './values/compose.ts';
export * from './release/index.ts';
