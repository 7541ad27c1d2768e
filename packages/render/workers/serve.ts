import { err, messageOf, problem } from '@plumbline/base';
import { recordUse } from '../context.ts';
import type { RenderContext } from '../context.ts';
import { createHelmEngine } from '../helm/index.ts';
import type { HelmEngine } from '../helm/index.ts';
import type { ChartPort } from '../helm/dependency-tree.ts';
import { renderKind } from '../render.ts';
import type { PlainContext, RenderTask, TaskResult, TreeQuestion } from './protocol.ts';
import { createContentCache, proxyTree } from './proxy-tree.ts';

/** The worker's side: one task at a time, with what was read before in memory. */
export function createRenderServer(
  ask: (question: TreeQuestion) => Promise<unknown>,
  helm: HelmEngine = createHelmEngine(),
): (task: RenderTask) => Promise<TaskResult> {
  const cache = createContentCache();
  return async ({ kind, path, source, context: plain, origins, charts, combinedBytesMax, root }) => {
    const { context, used } = recordUse(contextOf(plain));
    try {
      const tree = proxyTree(root, ask, cache);
      const result = await renderKind(kind, {
        tree,
        path,
        source,
        context,
        origins,
        helm,
        ...(charts
          ? {
              charts: async (wanted) =>
                (await ask({ ask: 'chart', wanted })) as Awaited<ReturnType<ChartPort>>,
            }
          : {}),
        ...(combinedBytesMax === undefined ? {} : { combinedBytesMax }),
      });
      return { result, used: [...used.keys()] };
    } catch (thrown) {
      const failure = problem('source-unreadable', messageOf(thrown), { retryable: true });
      return { result: err([failure]), used: [...used.keys()] };
    }
  };
}

function contextOf({ variables, ...rest }: PlainContext): RenderContext {
  return {
    ...rest,
    variables: () => variables,
    variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
  };
}
