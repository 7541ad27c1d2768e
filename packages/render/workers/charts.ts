import { ok } from '@plumbline/base';
import type { HelmEngine, HelmRequest } from '../helm/index.ts';
import { settledOrigins } from './origins.ts';
import type { ChartResult, ChartTask, TreeQuestion } from './protocol.ts';
import { createContentCache, proxyTree } from './proxy-tree.ts';

/**
 * A request as a task; undefined where it must be able to call somebody while it runs. (Schemas on the web are not brought
 * a second time: charts that need them are refused there.)
 */
export async function chartTaskOf(request: HelmRequest): Promise<ChartTask | undefined> {
  const { chart, lookup, postRender, web: _, ...plain } = request;
  if (lookup !== undefined || postRender !== undefined) return undefined;
  if ('archive' in chart) return { request: plain, chart };
  return { request: plain, chart: { path: chart.path, root: await chart.tree.stat('') } };
}

/** The other thread's side. */
export async function serveChart(
  { request, chart }: ChartTask,
  ask: (question: TreeQuestion) => Promise<unknown>,
  helm: HelmEngine,
): Promise<ChartResult> {
  const source =
    'archive' in chart ? chart : { tree: proxyTree(chart.root, ask, createContentCache()), path: chart.path };
  const rendered = await helm.render({ ...request, chart: source });
  if (!rendered.ok || request.origins !== true) return rendered;
  return ok({ ...rendered.value, manifests: settledOrigins(rendered.value.manifests) });
}
