import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueMetrics } from '@plumbline/controllers';
import type { RenderCache } from '@plumbline/render';
import type { GitSources } from '@plumbline/sources';

export interface Metrics {
  readonly registry: Registry;
  /** For the work queue. */
  readonly queue: QueueMetrics;
  /** What is read when somebody asks. */
  observe(rooms: { readonly renderCache: RenderCache; readonly sources: GitSources }): void;
}

/** The metrics of the rooms that know nothing of metrics; the server adds its own and shows them all. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const depth = new Gauge({
    name: 'plumbline_queue_length',
    help: 'Items waiting for work, by family.',
    labelNames: ['family'],
    registers,
  });
  const time = new Histogram({
    name: 'plumbline_reconcile_seconds',
    help: 'How long one pass over a resource took, by family.',
    labelNames: ['family', 'result'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
    registers,
  });
  return {
    registry,
    queue: {
      length: (family, due) => depth.set({ family }, due),
      finished: (family, { milliseconds, failed }) =>
        time.observe({ family, result: failed ? 'error' : 'ok' }, milliseconds / 1000),
    },
    observe({ renderCache, sources }) {
      counter(
        registry,
        'plumbline_renders_total',
        'Folders that were rendered.',
        () => renderCache.counts().renders,
      );
      counter(
        registry,
        'plumbline_render_cache_hits_total',
        'Renderings that were still right.',
        () => renderCache.counts().hits,
      );
      counter(
        registry,
        'plumbline_git_fetches_total',
        'Fetches from other Git servers.',
        () => sources.counts().fetches,
      );
    },
  };
}

/** A counter whose value is kept elsewhere. */
function counter(registry: Registry, name: string, help: string, value: () => number): void {
  registry.registerMetric(
    new Counter({
      name,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(value());
      },
    }),
  );
}
