import { err, messageOf, ok, problem, recordAt, textAt } from '@plumbline/base';
import type { Clock, Logger, Random } from '@plumbline/base';
import type { Application, ApplicationSource, ApplicationViews, Snapshot } from '@plumbline/api';
import { healthOf } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import type { RenderCache, RenderContext } from '@plumbline/render';
import type { ChartSources, GitSources } from '@plumbline/sources';
import type { WorkQueue } from '../runtime/index.ts';
import { createController } from './controller.ts';
import { loadDesired } from './desired.ts';
import type { ArgoController } from './controller.ts';
import { renderSeed } from './seed.ts';
import type { ArgoSettings, RenderPort, SourcePort } from './ports.ts';
import { createWhy } from './why.ts';

export interface ArgoControllerOptions {
  readonly cluster: Cluster;
  readonly sources: GitSources;
  /** Without it, applications of charts from repositories are refused. */
  readonly charts?: ChartSources;
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
export function createArgoController(
  options: ArgoControllerOptions,
): Omit<ArgoController, 'views'> & { readonly views: ApplicationViews } {
  const { cluster, queue, clock, random, logger } = options;
  const seed = seedOnce(options);
  const sources = sourcePort(options.sources, options.charts);
  const traced = renderPort(options.renderCache, cluster, options.namespace, seed, true);
  const controller = createController({
    cluster,
    queue,
    clock,
    random,
    logger,
    sources,
    render: renderPort(options.renderCache, cluster, options.namespace, seed),
    settings: { namespace: options.namespace, pollMs: options.settings?.pollMs ?? POLL_MS },
    health: healthOf,
  });
  return {
    ...controller,
    views: {
      ...controller.views,
      why: createWhy({
        live: (key) => cluster.live.get(key),
        load: (request) => loadDesired(request, sources, traced),
        blame: (repoURL, sha, file, line) => options.sources.blame(repoURL, sha, file, line),
      }),
    },
    async start() {
      await seed();
      await controller.start();
    },
  };
}

/** Read once. Where Secrets may not be used, charts still render, but what is random in them can be computed. */
function seedOnce({
  cluster,
  namespace,
  random,
  logger,
}: ArgoControllerOptions): () => Promise<string | undefined> {
  let seed: Promise<string | undefined> | undefined;
  return () =>
    (seed ??= renderSeed(cluster, namespace, random).catch((thrown: unknown) => {
      logger.warn('random values of charts are predictable: their seed cannot be kept in a Secret', {
        namespace,
        error: messageOf(thrown),
      });
      return undefined;
    }));
}

function sourcePort(sources: GitSources, charts: ChartSources | undefined): SourcePort {
  return {
    resolve({ repoURL, chart }, targetRevision, { refresh = false } = {}) {
      const mode = { refresh: refresh ? 'fetch' : 'cached' } as const;
      if (chart === undefined || chart === '') return sources.resolve(repoURL, targetRevision, mode);
      if (charts !== undefined) return charts.resolve(repoURL, chart, targetRevision, mode);
      return Promise.resolve(err(problem('no-charts', 'repositories of charts are switched off')));
    },
    revision: (repoURL, revision) => sources.revision(repoURL, revision),
    listen: (listener) => sources.listen(listener),
  };
}

function renderPort(
  cache: RenderCache,
  cluster: Cluster,
  namespace: string,
  seeds: () => Promise<string | undefined>,
  origins = false,
): RenderPort {
  return {
    async render(snapshot, source, application) {
      const { version, apiVersions } = await cluster.capabilities();
      const seed = await seeds();
      const path = await pathOf(snapshot, source);
      const outcome = await cache.render(snapshot, path, {
        source: parametersOf(source),
        ...(origins ? { origins } : {}),
        appName: application.metadata.name,
        context: contextOf(application, source, snapshot, {
          version,
          apiVersions,
          seed,
          kustomizeBuildOptions: kustomizeBuildOptions(cluster, namespace),
        }),
      });
      if (!outcome.ok) return outcome;
      const { rendering } = outcome.value;
      return ok({ type: rendering.sourceType, rendering });
    },
    unchanged: (rendering, snapshot) => cache.unchanged(rendering, snapshot),
  };
}

/** A chart of a repository is the one file in its tree. */
async function pathOf(snapshot: Snapshot, source: ApplicationSource): Promise<string> {
  if (source.chart === undefined || source.chart === '') return source.path ?? '';
  const [archive] = (await snapshot.tree.list('')) ?? [];
  return archive?.name ?? '';
}

/** `kustomize.buildOptions` of argocd-cm: flags for every build. */
function kustomizeBuildOptions(cluster: Cluster, namespace: string): string | undefined {
  const settings = cluster.live.get({ group: '', kind: 'ConfigMap', namespace, name: 'argocd-cm' });
  return textAt(recordAt(settings ?? {}, 'data'), 'kustomize.buildOptions') || undefined;
}

/** The build environment by the names that Argo CD gives its variables. */
function contextOf(
  application: Application,
  source: ApplicationSource,
  { revision }: Snapshot,
  facts: {
    readonly version: string;
    readonly apiVersions: readonly string[];
    readonly seed: string | undefined;
    readonly kustomizeBuildOptions: string | undefined;
  },
): RenderContext {
  const { version, apiVersions, seed, kustomizeBuildOptions } = facts;
  const { name } = application.metadata;
  const { destination, project } = application.spec;
  const variables: Readonly<Record<string, string>> = {
    ARGOCD_APP_NAME: name,
    ARGOCD_APP_NAMESPACE: destination?.namespace ?? '',
    ARGOCD_APP_PROJECT_NAME: project || 'default',
    ARGOCD_APP_REVISION: revision,
    ARGOCD_APP_REVISION_SHORT: revision.slice(0, 7),
    ARGOCD_APP_REVISION_SHORT_8: revision.slice(0, 8),
    ARGOCD_APP_SOURCE_REPO_URL: source.repoURL,
    ARGOCD_APP_SOURCE_PATH: source.path ?? '',
    ARGOCD_APP_SOURCE_TARGET_REVISION: source.targetRevision ?? '',
    KUBE_VERSION: version.replace(/^v/, ''),
    get KUBE_API_VERSIONS() {
      return apiVersions.join(',');
    },
  };
  return {
    appName: name,
    namespace: destination?.namespace,
    kubeVersion: version,
    apiVersions,
    seed,
    kustomizeBuildOptions,
    variables: () => variables,
    variable: (wanted) => (Object.hasOwn(variables, wanted) ? variables[wanted] : undefined),
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
