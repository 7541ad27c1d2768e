import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Applications } from '../applications/store.ts';
import { projectOf } from '../applications/store.ts';

/** The metrics, and what is counted by hand. */
export interface ServerMetrics {
  readonly registry: Registry;
  answered(method: string, status: number): void;
  login(): void;
  stop(): void;
}

const RESOLUTION_MS = 10;

/** Argo CD's names where dashboards know them, ours for the rest. */
export function createServerMetrics(options: {
  readonly registry: Registry | undefined;
  readonly applications: Applications;
  readonly streams: () => number;
}): ServerMetrics {
  const registry = options.registry ?? new Registry();
  const registers = [registry];
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();

  const requests = new Counter({
    name: 'plumbline_http_requests_total',
    help: 'Requests that were answered, by method and class of status.',
    labelNames: ['method', 'status'],
    registers,
  });
  const logins = new Counter({
    name: 'argocd_login_request_total',
    help: 'Number of login requests.',
    registers,
  });
  registry.registerMetric(
    new Gauge({
      name: 'argocd_app_info',
      help: 'Information about application.',
      labelNames: [
        'name',
        'namespace',
        'project',
        'repo',
        'dest_server',
        'dest_namespace',
        'sync_status',
        'health_status',
        'operation',
        'autosync_enabled',
      ],
      registers: [],
      collect() {
        this.reset();
        for (const app of options.applications.all()) {
          const { metadata, spec, status } = app;
          const automated = spec.syncPolicy?.automated;
          this.set(
            {
              name: metadata.name,
              namespace: metadata.namespace ?? '',
              project: projectOf(app),
              repo: normalRepo((spec.sources?.[0] ?? spec.source)?.repoURL ?? ''),
              dest_server: spec.destination?.server ?? '',
              dest_namespace: spec.destination?.namespace ?? '',
              sync_status: status?.sync?.status ?? 'Unknown',
              health_status: status?.health?.status ?? 'Unknown',
              operation:
                metadata.deletionTimestamp !== undefined
                  ? 'delete'
                  : app.operation === undefined
                    ? ''
                    : 'sync',
              autosync_enabled: String(automated !== undefined && automated.enabled !== false),
            },
            1,
          );
        }
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'plumbline_http_streams',
      help: 'Clients that follow a stream of events.',
      registers: [],
      collect() {
        this.set(options.streams());
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'plumbline_http_event_loop_delay_seconds',
      help: 'Event loop delay since the last time that it was asked for.',
      labelNames: ['quantile'],
      registers: [],
      collect() {
        for (const quantile of [50, 99, 100])
          this.set({ quantile: String(quantile / 100) }, seconds(delay.percentile(quantile)));
        delay.reset();
      },
    }),
  );

  return {
    registry,
    answered: (method, status) => requests.inc({ method, status: `${Math.floor(status / 100)}xx` }),
    login: () => logins.inc(),
    stop: () => delay.disable(),
  };
}

/** What is measured is the time between two looks, so that the wish for a look is no delay. */
function seconds(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000) : 0;
}

/** The repository without its secrets and its ending, as upstream labels it. */
function normalRepo(url: string): string {
  return url
    .replace(/^(\w+:\/\/)[^/@]*@/, '$1')
    .replace(/\.git$/, '')
    .toLowerCase();
}
