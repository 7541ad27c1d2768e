export { buildKustomization } from './build.ts';
export type { BuildOptions, BuildRequest, Built } from './build.ts';
export type { HelmPort } from './generators/helm.ts';
export { helmPortOf } from './helm-port.ts';
export type { RemotePort } from './load/loader.ts';
export { kustomizationFileNames } from './kustomization/read.ts';
export { createKustomizeRenderer, kustomizeRenderer } from './renderer.ts';
export type { KustomizeRendererOptions } from './renderer.ts';
export type { KustomizeParameters } from './argo-overlay.ts';
