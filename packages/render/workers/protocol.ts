import type { Rendering, TreeEntry } from '@plumbline/api';
import type { Problem, Result } from '@plumbline/base';
import type { SourceKind } from '../detect.ts';
import type { ChartPort, ChartWanted } from '../helm/dependency-tree.ts';
import type { HelmRendering, HelmRequest } from '../helm/request.ts';
import type { RemotePort } from '../kustomize/load/loader.ts';
import type { RepositoryUrl } from '../kustomize/load/repository-url.ts';
import type { SourceParameters } from '../types.ts';

/** What a worker is asked to render. The tree stays where it is: the worker asks for what it needs of it. */
export interface RenderTask {
  readonly kind: SourceKind;
  readonly path: string;
  readonly source: SourceParameters;
  readonly context: PlainContext;
  readonly origins: boolean;
  /** Charts that others need can be asked for. */
  readonly charts: boolean;
  /** Other repositories and files on the web can be asked for. */
  readonly remote: boolean;
  readonly combinedBytesMax: number | undefined;
  /** Hash of the tree's root; undefined for trees without one. */
  readonly root: TreeEntry | undefined;
}

/** A `RenderContext` as data. */
export interface PlainContext {
  readonly appName: string | undefined;
  readonly namespace: string | undefined;
  readonly kubeVersion: string | undefined;
  readonly apiVersions: readonly string[] | undefined;
  readonly seed: string | undefined;
  readonly kustomizeBuildOptions: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** A question about the tree, or for what lies elsewhere. */
export type TreeQuestion =
  | { readonly ask: 'chart'; readonly wanted: ChartWanted }
  | { readonly ask: 'repository'; readonly wanted: RepositoryUrl }
  | { readonly ask: 'file'; readonly url: string }
  | FileQuestion;

/** A question about one path. `of` is the number of another repository's tree; without it the task's own is meant. */
export type FileQuestion = { readonly of?: number } & (
  | { readonly ask: 'stat'; readonly path: string }
  | { readonly ask: 'list'; readonly path: string }
  | { readonly ask: 'read'; readonly path: string; readonly bytesMax: number }
);

/** Another repository, whose tree stays where it is. */
export interface RemoteTree {
  readonly of: number;
  readonly revision: string;
  readonly root: TreeEntry | undefined;
}

export type TreeAnswer =
  | { readonly ok: true; readonly value: TreeEntry | readonly TreeEntry[] | Uint8Array | undefined }
  /** The answer to `chart`. */
  | { readonly ok: true; readonly value: Awaited<ReturnType<ChartPort>> }
  /** The answers to `repository` and `file`. */
  | { readonly ok: true; readonly value: Result<RemoteTree> | Awaited<ReturnType<RemotePort['file']>> }
  | { readonly ok: false; readonly message: string };

/** What came of a task, and what it asked of its context (`appName`, `$ARGOCD_APP_REVISION`). */
export interface TaskResult {
  readonly result: Result<Rendering, readonly Problem[]>;
  readonly used: readonly string[];
}

/** A request for a chart that can be posted to another thread; a folder's files are asked for one by one. */
export interface ChartTask {
  readonly request: Omit<HelmRequest, 'chart' | 'lookup' | 'postRender' | 'web'>;
  readonly chart:
    | { readonly archive: Uint8Array }
    | { readonly path: string; readonly root: TreeEntry | undefined };
}

/** What came of such a request. */
export type ChartResult = Result<HelmRendering, readonly Problem[]>;

/** From the worker. */
export type WorkerMessage =
  | { readonly type: 'question'; readonly id: number; readonly question: TreeQuestion }
  | { readonly type: 'done'; readonly done: TaskResult }
  | { readonly type: 'chart'; readonly result: ChartResult };

/** To the worker. */
export type WorkerOrder =
  | { readonly type: 'task'; readonly task: RenderTask }
  | { readonly type: 'chart'; readonly task: ChartTask }
  | { readonly type: 'answer'; readonly id: number; readonly answer: TreeAnswer };
