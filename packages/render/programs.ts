import type { Rendering } from '@plumbline/api';
import type { Problem, Result } from '@plumbline/base';
import { createHelmEngine } from './helm/helm-engine.ts';
import { renderHelmSource } from './helm/renderer.ts';
import { createKustomizeRenderer, helmPortOf } from './kustomize/index.ts';
import type { KustomizeParameters } from './kustomize/index.ts';
import { renderPluginSource } from './plugin/index.ts';
import type { RenderSource } from './types.ts';

export { discoverPlugin } from './plugin/index.ts';
export { renderPluginSource as renderPlugin };

export function renderHelm(request: RenderSource): Promise<Result<Rendering, readonly Problem[]>> {
  return renderHelmSource(request, request.helm ?? createHelmEngine());
}

export function renderKustomize(request: RenderSource): Promise<Result<Rendering, readonly Problem[]>> {
  const { tree, path, source, context, origins, signal } = request;
  const parameters = (source.kustomize ?? {}) as KustomizeParameters;
  const words = context?.kustomizeBuildOptions ?? '';
  const build = {
    ...(/--enable-helm(?!=false)/.test(words)
      ? { helm: helmPortOf(request.helm ?? createHelmEngine(), request.charts) }
      : {}),
    ...(/--load-restrictor[= ]LoadRestrictionsNone/.test(words) ? { loadRestriction: 'none' as const } : {}),
    ...(words.includes('--enable-managedby-label') ? { managedByLabel: true } : {}),
    ...(request.remote === undefined ? {} : { remote: request.remote }),
  };
  return createKustomizeRenderer({ build, ...(context === undefined ? {} : { context }) }).render({
    tree,
    path,
    parameters,
    ...(origins === true ? { origins } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
}
