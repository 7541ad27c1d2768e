import type { Clock, Logger, Random } from '@plumbline/base';
import type { ApplicationViews } from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';
import type { Registry } from 'prom-client';
import { readRoutes } from './applications/reads.ts';
import { APPLICATION, createApplications } from './applications/store.ts';
import { whyRoute } from './applications/why.ts';
import { writeRoutes } from './applications/writes.ts';
import { createRouter } from './gate/route.ts';
import type { RouteSpec } from './gate/route.ts';
import { adminOnly } from './gate/types.ts';
import type { Authorize } from './gate/types.ts';
import { isLoopback } from './http/guard.ts';
import { listen } from './listen.ts';
import type { Listener, RawHandler } from './listen.ts';
import { tokenOf } from './session/cookie.ts';
import { createCredentialStore } from './session/credentials.ts';
import { createLogin } from './session/login.ts';
import { sessionRoutes } from './session/routes.ts';
import { createTokens } from './session/tokens.ts';
import { applicationStream } from './streams/applications.ts';
import { createHub } from './streams/hub.ts';
import { treeStream } from './streams/trees.ts';
import { assetRoutes } from './system/assets.ts';
import { createServerMetrics } from './system/metrics.ts';
import { systemRoutes } from './system/routes.ts';
import { webhookRoutes } from './webhook/routes.ts';
import type { Push } from './webhook/push.ts';

/** What the server needs from the composition root. */
export interface ServerOptions {
  readonly cluster: Cluster;
  readonly views: ApplicationViews;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** Where Applications and the Secrets of sign-in live. Default: `argocd`. */
  readonly namespace?: string;
  /** The folder of the built pages. */
  readonly webAssets?: string;
  /** Metrics of other rooms, shown together with the server's own. */
  readonly registry?: Registry;
  /** Told the addresses of repositories that a webhook says have moved. */
  readonly onPush?: (repoURLs: readonly string[], pushes: readonly Push[]) => void;
  /** Answers on the same port what is not the API's, such as Git's requests below `/git/`. */
  readonly git?: RawHandler;
  /** The authorization function. Default: the administrator may do everything, others nothing. */
  readonly authorize?: Authorize;
}

/** The server, with a socket or without. */
export interface Server {
  fetch(request: Request): Promise<Response>;
  listen(options: { readonly host: string; readonly port: number }): Promise<Listener>;
  /** A token of the administrator for programs of this machine; void when this process ends. */
  localToken(): Promise<string>;
  /** The password made at the first start, until it is changed. */
  initialPassword(): Promise<string | undefined>;
  /** Every route, for whoever wants to prove something about all of them. */
  readonly routes: readonly RouteSpec[];
  /** The same as the framework knows them. */
  readonly registered: readonly { readonly method: string; readonly path: string }[];
  close(): void;
}

/** Makes the API server of one cluster, and at the first start the password of its administrator. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { cluster, views, clock, random, logger } = options;
  const namespace = options.namespace ?? 'argocd';
  const authorize = options.authorize ?? adminOnly;
  const applications = createApplications(cluster, namespace);
  const hub = createHub(clock);
  const metrics = createServerMetrics({ registry: options.registry, applications, streams: () => hub.size });
  const credentials = createCredentialStore({ cluster, namespace, clock, random, logger });
  const tokens = createTokens({ credentials, clock, random });
  let loopbackOnly = false;

  const router = createRouter({
    authorize,
    logger,
    loopbackOnly: () => loopbackOnly,
    onAnswer: (method, status) => metrics.answered(method, status),
    async authenticate(request) {
      const token = tokenOf(request);
      return token === undefined ? undefined : tokens.verify(token);
    },
  });

  sessionRoutes(router, {
    tokens,
    credentials,
    login: createLogin({ credentials, clock }),
    onLogin: () => metrics.login(),
  });
  readRoutes(router, { cluster, applications, views, authorize, clock });
  whyRoute(router, { applications, views });
  writeRoutes(router, { cluster, applications, clock, namespace });
  const stopApplications = applicationStream(router, { cluster, applications, authorize, clock, hub });
  const stopTrees = treeStream(router, { views, applications, clock, hub });
  webhookRoutes(router, {
    logger,
    secret: (name) => credentials.value(name),
    onPush: (pushes) => options.onPush?.([...new Set(pushes.flatMap((push) => push.repoURLs))], pushes),
  });
  const platform = `${process.platform}/${process.arch}`;
  systemRoutes(router, {
    cluster,
    version: options.version,
    platform,
    namespace,
    registry: metrics.registry,
  });
  await assetRoutes(router, options.webAssets);

  await cluster.live.require([APPLICATION]);
  await credentials.prepare();

  function close(): void {
    stopApplications();
    stopTrees();
    hub.close();
    metrics.stop();
  }

  return {
    fetch: (request) => router.fetch(request),
    routes: router.routes,
    get registered() {
      return router.registered;
    },
    close,
    localToken: () => tokens.issueLocal(),
    initialPassword: () => credentials.initialPassword(),
    async listen({ host, port }) {
      const listener = await listen({
        host,
        port,
        fetch: (request) => router.fetch(request),
        raw: options.git,
        onClose: close,
      });
      loopbackOnly = isLoopback(host);
      return listener;
    },
  };
}
