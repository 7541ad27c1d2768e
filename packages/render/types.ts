import type { Rendering, Tree } from '@plumbline/api';
import type { Problem, Result } from '@plumbline/base';
import type { RenderContext } from './context.ts';
import type { SourceKind } from './detect.ts';
import type { ChartPort } from './helm/dependency-tree.ts';
import type { DirectoryParameters } from './directory/renderer.ts';
import type { HelmEngine } from './helm/index.ts';
import type { RemotePort } from './kustomize/index.ts';
import type { PluginHost } from './plugin/host.ts';

/** The part of an Argo CD source that says how its files become manifests. */
export interface SourceParameters {
  readonly directory?: DirectoryParameters;
  readonly helm?: unknown;
  readonly kustomize?: unknown;
  readonly plugin?: unknown;
}

/** A folder (or the archive of a chart) and the source that names it. */
export interface RenderSource {
  readonly tree: Tree;
  readonly path: string;
  readonly source: SourceParameters;
  /** For `.argocd-source-<app>.yaml`. */
  readonly appName?: string;
  readonly context?: RenderContext;
  /** Kinds that are switched off: their folders are read as plain files. */
  readonly disabled?: readonly SourceKind[];
  readonly combinedBytesMax?: number;
  /** Also find out where each field comes from. */
  readonly origins?: boolean;
  /** Brings charts that a chart needs and does not have; without it they have to lie in `charts/`. */
  readonly charts?: ChartPort;
  /** Reads what kustomizations name elsewhere; without it they are refused. */
  readonly remote?: RemotePort;
  /** Where what may take long is rendered instead of here. */
  readonly elsewhere?: RenderElsewhere;
  /** What renders charts and remembers those it has parsed; without it each chart is read anew. */
  readonly helm?: HelmEngine;
  /** The plugins that are installed; without them only those with a built-in equivalent work. */
  readonly plugins?: PluginHost;
  readonly signal?: AbortSignal;
}

/** A rendering and what made it, as `status.sourceType` calls it. */
export interface Rendered extends Rendering {
  readonly kind: SourceKind;
  readonly sourceType: string;
}

/** Renders somewhere else. Never rejects. */
export type RenderElsewhere = (
  kind: SourceKind,
  request: RenderSource,
) => Promise<Result<Rendering, readonly Problem[]>>;
