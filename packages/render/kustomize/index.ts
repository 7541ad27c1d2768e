export { buildKustomization } from './build.ts';
export type { BuildOptions, BuildRequest, Built } from './build.ts';
export type { ChartFolder, HelmOptions, HelmPort, HelmRequest } from './generators/helm.ts';
export type { LoadRestriction, RemotePort } from './load/loader.ts';
export type { RepositoryUrl } from './load/repository-url.ts';
export { kustomizationFileNames } from './kustomization/read.ts';
export { createKustomizeRenderer, kustomizeRenderer } from './renderer.ts';
export type { KustomizeRendererOptions } from './renderer.ts';
export type { ArgoPatch, KustomizeParameters } from './argo-overlay.ts';
