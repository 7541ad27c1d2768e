import type { KubeObject } from '../kubernetes/object.ts';
import type { Problem, Result } from '@plumbline/base';
import type { Tree } from './snapshot.ts';

/** Where a value was written: file below the root of its tree, line from 1, document from 0. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly document: number;
}

/** What kind of act set or changed a field. */
export type OriginAct =
  /** Written as it is in a file. */
  | 'file'
  /** Text or an action of a template. */
  | 'template'
  /** A key of the values that the template took. */
  | 'value'
  /** A condition or a loop that the field stands in. */
  | 'condition'
  | 'generator'
  | 'patch'
  | 'transformer'
  | 'replacement'
  | 'substitution'
  | 'plugin';

/** One act of the chain that made a field what it is. */
export interface OriginStep {
  readonly act: OriginAct;
  /** Below the root of the tree; for what no file says, a word for it: `--set`, `the release`. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** What of it: a values key (`image.tag`), a field of a kustomization (`namePrefix`), a chain of includes. */
  readonly detail?: string;
}

/** By JSON Pointer into the object: the acts that made the field, in their order. A field that is absent here has those of the nearest field above it. */
export type FieldOrigins = ReadonlyMap<string, readonly OriginStep[]>;

/** A Kubernetes object that shall exist, and where it was written. */
export interface Manifest {
  readonly object: KubeObject;
  readonly origin: Origin;
  /** Only where the request asked for it. */
  readonly origins?: FieldOrigins;
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
  /** Also find out where each field comes from. */
  readonly origins?: boolean;
  readonly signal?: AbortSignal;
}

/** One way of turning files into manifests. Pure but for reading the tree. */
export interface Renderer<P = unknown> {
  readonly kind: string;
  render(request: RenderRequest<P>): Promise<Result<Rendering, readonly Problem[]>>;
}
