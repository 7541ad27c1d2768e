import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Clock, Logger, Random } from '@plumbline/base';
import {
  createArgoController,
  createChartAccess,
  createQueue,
  createRepositoryCredentials,
  installDefinitions,
} from '@plumbline/controllers';
import type { Cluster } from '@plumbline/kube';
import { createRenderCache, type PluginHost } from '@plumbline/render';
import { createServer, type Server } from '@plumbline/server';
import {
  createChartSources,
  createGitSources,
  createRemoteBases,
  type Git,
  type GitSources,
  type RemotePolicy,
} from '@plumbline/sources';
import type { Stopper } from './stop.ts';
import { listenNear } from './ports.ts';
import { productFile } from './addresses.ts';
import { chartPort } from './chart-port.ts';
import { createMetrics } from './metrics.ts';
import { createRenderWorkers } from './render-workers.ts';
import { version } from '../version.ts';

export interface PlatformOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Holds what can be lost: mirrors of repositories. */
  readonly mirrors: string;
  readonly host: string;
  readonly port: number;
  readonly said: (port: number) => void;
  /** Repositories that this process hosts itself: their folder. */
  readonly localRepository?: (repoURL: string) => string | undefined;
  readonly git: Git;
  /** Config management plugins and what runs them. */
  readonly plugins?: PluginHost;
  /** What kustomizations may name elsewhere. */
  readonly remote?: RemotePolicy;
  /** Answers Git's requests below /git/. */
  readonly handleGit?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface Platform {
  readonly url: string;
  readonly server: Server;
  readonly sources: GitSources;
}

/** Where Applications, projects and the Secrets of sign-in and repositories live. */
const controlNamespace = 'argocd';

/** Controllers, API and pages for one cluster. What is started is put on the stopper. */
export async function startPlatform(options: PlatformOptions, stopper: Stopper): Promise<Platform> {
  const { cluster, clock, random, logger } = options;
  mkdirSync(options.mirrors, { recursive: true });
  const sources = createGitSources({
    git: options.git,
    dataDir: options.mirrors,
    clock,
    logger: logger.with({ room: 'sources' }),
    credentials: createRepositoryCredentials(cluster, controlNamespace),
    ...(options.localRepository === undefined ? {} : { local: options.localRepository }),
  });
  stopper.add(() => sources.close());
  const charts = createChartSources({
    dataDir: join(options.mirrors, 'charts'),
    clock,
    access: createChartAccess(cluster, controlNamespace),
  });
  stopper.add(() => charts.close());
  await installDefinitions(cluster);
  const workers = createRenderWorkers({
    program: productFile('dist', 'render-worker.mjs'),
    clock,
    logger: logger.with({ room: 'render' }),
    count: Math.max(1, availableParallelism() - 1),
  });
  stopper.add(() => workers.close());
  const bases = createRemoteBases({
    git: options.git,
    dataDir: join(options.mirrors, 'elsewhere'),
    clock,
    credentials: createRepositoryCredentials(cluster, controlNamespace),
    ...(options.remote === undefined ? {} : { policy: options.remote }),
  });
  stopper.add(() => bases.close());
  sources.listen((repoURL) => bases.forget(repoURL));
  const renderCache = createRenderCache({
    elsewhere: workers.render,
    remote: (source) => bases.readerFor(source),
    charts: chartPort(charts, cluster, controlNamespace),
    ...(options.plugins === undefined ? {} : { plugins: options.plugins }),
  });
  const metrics = createMetrics();
  metrics.observe({ renderCache, sources });
  const queue = createQueue({
    clock,
    random,
    logger: logger.with({ room: 'controllers' }),
    metrics: metrics.queue,
  });
  const controller = createArgoController({
    cluster,
    sources,
    charts,
    renderCache,
    queue,
    clock,
    random,
    logger: logger.with({ room: 'argo' }),
    namespace: controlNamespace,
  });
  const server = await createServer({
    cluster,
    views: controller.views,
    clock,
    random,
    logger: logger.with({ room: 'server' }),
    webAssets: productFile('dist', 'web'),
    version,
    registry: metrics.registry,
    onPush: (repoURLs) => {
      for (const repoURL of repoURLs) sources.notify(repoURL);
    },
    ...(options.handleGit === undefined ? {} : { git: options.handleGit }),
  });
  stopper.add(() => server.close());
  const listener = await listenNear(
    options.port,
    (port) => server.listen({ host: options.host, port }),
    options.said,
  );
  stopper.add(() => listener.close());
  await controller.start();
  stopper.add(() => controller.stop());
  return { url: listener.url, server, sources };
}
