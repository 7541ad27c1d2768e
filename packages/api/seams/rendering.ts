import type { KubeObject } from '../kubernetes/object.ts';
import type { Problem, Result } from '@plumbline/base';
import type { Tree } from './snapshot.ts';

/** Where a value was written: file below the root of its tree, line from 1, document from 0. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly document: number;
}

/** A Kubernetes object that shall exist, and where it was written. */
export interface Manifest {
  readonly object: KubeObject;
  readonly origin: Origin;
}

/**
 * A path that a render looked at, with the hash it found there; undefined: nothing was there. A folder's hash covers
 * everything below it; `folder/*` stands for the files right in it.
 */
export interface Read {
  readonly path: string;
  readonly hash: string | undefined;
}

/** What a folder says: the same reads give the same manifests, so nothing is rendered twice. */
export interface Rendering {
  readonly manifests: readonly Manifest[];
  readonly reads: readonly Read[];
  readonly warnings: readonly string[];
}

/** What to render: a folder of a tree. */
export interface RenderRequest<P = unknown> {
  readonly tree: Tree;
  /** The folder below the tree's root; '' is the root. */
  readonly path: string;
  readonly parameters: P;
  readonly signal?: AbortSignal;
}

/** One way of turning files into manifests. Pure but for reading the tree. */
export interface Renderer<P = unknown> {
  readonly kind: string;
  render(request: RenderRequest<P>): Promise<Result<Rendering, readonly Problem[]>>;
}
