import type { Tree, TreeEntry } from '@plumbline/api';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { RenderContext } from '../context.ts';
import type { SourceKind } from '../detect.ts';
import type { RenderSource } from '../types.ts';
import type { RepositoryUrl } from '../kustomize/load/repository-url.ts';
import type {
  FileQuestion,
  PlainContext,
  RemoteTree,
  RenderTask,
  TaskResult,
  TreeAnswer,
  TreeQuestion,
} from './protocol.ts';

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
    remote: request.remote !== undefined,
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

/** Answers the questions of a worker about one task. */
export function createAnswerer(
  request: Pick<RenderSource, 'tree' | 'charts' | 'remote'>,
): (question: TreeQuestion) => Promise<TreeAnswer> {
  const { tree, charts, remote } = request;
  /** Other repositories that the worker was told of, by their numbers. */
  const others: Tree[] = [];

  async function openOther(wanted: RepositoryUrl): Promise<Result<RemoteTree>> {
    if (remote === undefined)
      return err(problem('remote-unavailable', 'other repositories cannot be had here'));
    const got = await remote.repository(wanted);
    if (!got.ok) return got;
    const of = others.push(got.value.tree) - 1;
    return ok({ of, revision: got.value.revision, root: await got.value.tree.stat('') });
  }

  async function answer(question: TreeQuestion): Promise<TreeAnswer> {
    switch (question.ask) {
      case 'chart':
        if (charts === undefined) return { ok: false, message: 'charts cannot be had here' };
        return { ok: true, value: await charts(question.wanted) };
      case 'repository':
        return { ok: true, value: await openOther(question.wanted) };
      case 'file':
        if (remote === undefined) return { ok: false, message: 'files on the web cannot be had here' };
        return { ok: true, value: await remote.file(question.url) };
      default:
        return { ok: true, value: await answerOf(treeOf(question.of), question) };
    }
  }

  function treeOf(of: number | undefined): Tree {
    const found = of === undefined ? tree : others[of];
    if (found === undefined) throw new Error('no such tree');
    return found;
  }

  return (question) =>
    answer(question).catch((thrown: unknown) => ({ ok: false, message: messageOf(thrown) }));
}

function answerOf(
  tree: Tree,
  question: FileQuestion,
): Promise<TreeEntry | readonly TreeEntry[] | Uint8Array | undefined> {
  switch (question.ask) {
    case 'stat':
      return tree.stat(question.path);
    case 'list':
      return tree.list(question.path);
    case 'read':
      return tree.read(question.path, question.bytesMax);
  }
}
