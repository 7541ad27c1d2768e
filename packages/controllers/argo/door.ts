import { ok } from '@plumbline/base';
import type { Clock, Logger, Random } from '@plumbline/base';
import type { ApplicationSource } from '@plumbline/api';
import { healthOf } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import type { RenderCache } from '@plumbline/render';
import type { GitSources } from '@plumbline/sources';
import type { WorkQueue } from '../runtime/index.ts';
import { createController } from './controller.ts';
import type { ArgoController } from './controller.ts';
import type { ArgoSettings, RenderPort, SourcePort } from './ports.ts';

export interface ArgoControllerOptions {
  readonly cluster: Cluster;
  readonly sources: GitSources;
  readonly renderCache: RenderCache;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The control plane's namespace. */
  readonly namespace: string;
  readonly settings?: Partial<Omit<ArgoSettings, 'namespace'>>;
}

/** Argo CD's own rhythm: two minutes, plus up to one so that not all ask together. */
const POLL_MS = 180_000;

/**
 * The controller of Applications. `cluster` must have been connected with `trackingIndex` as its index function, and the
 * definitions must be installed. Starting it starts the queue.
 */
export function createArgoController(options: ArgoControllerOptions): ArgoController {
  const { cluster, queue, clock, random, logger } = options;
  return createController({
    cluster,
    queue,
    clock,
    random,
    logger,
    sources: sourcePort(options.sources),
    render: renderPort(options.renderCache),
    settings: { namespace: options.namespace, pollMs: options.settings?.pollMs ?? POLL_MS },
    health: healthOf,
  });
}

function sourcePort(sources: GitSources): SourcePort {
  return {
    resolve: (repoURL, targetRevision, { refresh = false } = {}) =>
      sources.resolve(repoURL, targetRevision, { refresh: refresh ? 'fetch' : 'cached' }),
    revision: (repoURL, revision) => sources.revision(repoURL, revision),
    listen: (listener) => sources.listen(listener),
  };
}

function renderPort(cache: RenderCache): RenderPort {
  return {
    async render(snapshot, source, appName) {
      const outcome = await cache.render(snapshot, source.path ?? '', {
        source: parametersOf(source),
        appName,
      });
      if (!outcome.ok) return outcome;
      const { rendering } = outcome.value;
      return ok({ type: rendering.sourceType, rendering });
    },
    unchanged: (rendering, snapshot) => cache.unchanged(rendering, snapshot),
  };
}

function parametersOf(source: ApplicationSource) {
  const { directory, helm, kustomize, plugin } = source;
  return {
    ...(directory === undefined ? {} : { directory }),
    ...(helm === undefined ? {} : { helm }),
    ...(kustomize === undefined ? {} : { kustomize }),
    ...(plugin === undefined ? {} : { plugin }),
  };
}
