import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { recordUse } from '../context.ts';
import type { RenderContext } from '../context.ts';
import { createHelmEngine } from '../helm/index.ts';
import type { HelmEngine } from '../helm/index.ts';
import type { ChartPort } from '../helm/dependency-tree.ts';
import { renderKind } from '../render.ts';
import type { RemotePort } from '../kustomize/load/loader.ts';
import type { PlainContext, RemoteTree, RenderTask, TaskResult, TreeQuestion } from './protocol.ts';
import { settledOrigins } from './origins.ts';
import { createContentCache, proxyTree } from './proxy-tree.ts';
import type { ContentCache } from './proxy-tree.ts';

/** The worker's side: one task at a time, with what was read before in memory. */
export function createRenderServer(
  ask: (question: TreeQuestion) => Promise<unknown>,
  helm: HelmEngine = createHelmEngine(),
): (task: RenderTask) => Promise<TaskResult> {
  const cache = createContentCache();
  return async (task) => {
    const { kind, path, source, context: plain, origins, charts, combinedBytesMax, root } = task;
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
        ...(task.remote ? { remote: remoteOf(ask, cache) } : {}),
        ...(combinedBytesMax === undefined ? {} : { combinedBytesMax }),
      });
      return { result: origins ? settled(result) : result, used: [...used.keys()] };
    } catch (thrown) {
      const failure = problem('source-unreadable', messageOf(thrown), { retryable: true });
      return { result: err([failure]), used: [...used.keys()] };
    }
  };
}

function settled(result: TaskResult['result']): TaskResult['result'] {
  return result.ok ? ok({ ...result.value, manifests: settledOrigins(result.value.manifests) }) : result;
}

/** Other repositories are read as the task's own one is: by asking for what is not here yet. */
function remoteOf(ask: (question: TreeQuestion) => Promise<unknown>, cache: ContentCache): RemotePort {
  return {
    async repository(wanted) {
      const got = (await ask({ ask: 'repository', wanted })) as Result<RemoteTree>;
      if (!got.ok) return got;
      const { of, revision, root } = got.value;
      return ok({ revision, tree: proxyTree(root, (question) => ask({ ...question, of }), cache) });
    },
    file: async (url) => (await ask({ ask: 'file', url })) as Awaited<ReturnType<RemotePort['file']>>,
  };
}

function contextOf({ variables, ...rest }: PlainContext): RenderContext {
  return {
    ...rest,
    variables: () => variables,
    variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
  };
}
