import { messageOf } from '@plumbline/base';
import type { RenderContext } from '../context.ts';
import type { SourceKind } from '../detect.ts';
import type { RenderSource } from '../types.ts';
import type { PlainContext, RenderTask, TaskResult, TreeAnswer, TreeQuestion } from './protocol.ts';

/** A request as a task for a worker. */
export async function taskOf(kind: SourceKind, request: RenderSource): Promise<RenderTask> {
  const { tree, path, source, context = {}, origins = false, combinedBytesMax } = request;
  return {
    kind,
    path,
    source,
    context: plainContext(context.unrecorded ?? context),
    origins,
    combinedBytesMax,
    charts: request.charts !== undefined,
    root: await tree.stat(''),
  };
}

function plainContext(context: RenderContext): PlainContext {
  const { appName, namespace, kubeVersion, apiVersions, seed, kustomizeBuildOptions } = context;
  return {
    appName,
    namespace,
    kubeVersion,
    apiVersions,
    seed,
    kustomizeBuildOptions,
    variables: { ...context.variables?.() },
  };
}

/** What a worker has asked of a context was asked of this one. */
export function repeatUse(used: TaskResult['used'], context: RenderContext): void {
  for (const name of used) {
    if (name.startsWith('$')) context.variable?.(name.slice(1));
    else void context[name as 'appName'];
  }
}

/** Answers a question of a worker about what it renders. */
export async function answerQuestion(
  { tree, charts }: Pick<RenderSource, 'tree' | 'charts'>,
  question: TreeQuestion,
): Promise<TreeAnswer> {
  try {
    switch (question.ask) {
      case 'chart':
        if (charts === undefined) return { ok: false, message: 'charts cannot be had here' };
        return { ok: true, value: await charts(question.wanted) };
      case 'stat':
        return { ok: true, value: await tree.stat(question.path) };
      case 'list':
        return { ok: true, value: await tree.list(question.path) };
      case 'read':
        return { ok: true, value: await tree.read(question.path, question.bytesMax) };
    }
  } catch (thrown) {
    return { ok: false, message: messageOf(thrown) };
  }
}
