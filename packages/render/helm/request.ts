import type { Manifest, Read, Tree } from '@plumbline/api';
import type { Problem, Result } from '@plumbline/base';
import type { TemplateLimits, Value } from '@plumbline/languages';
import type { HelmProfile } from './chart/types.ts';
import type { HelmHook } from './manifests.ts';
import type { RandomMode } from './random.ts';
import type { WebPort } from './schema/outside.ts';
import type { UserValues } from './values/compose.ts';

/** Where a chart lies: in a folder of a tree, or packed. */
export type ChartSource = { readonly tree: Tree; readonly path: string } | { readonly archive: Uint8Array };

/** What to render, as `helm template` is told by its flags. */
export interface HelmRequest {
  readonly chart: ChartSource;
  readonly releaseName: string;
  readonly namespace: string;
  readonly values?: UserValues;
  /** `v1.33.0`; what Helm has compiled in when nobody says. */
  readonly kubeVersion?: string;
  /** Further API versions; with `exact` they are all that there are, as a live cluster tells them. */
  readonly apiVersions?: readonly string[];
  readonly apiVersionsExact?: boolean;
  readonly includeCrds?: boolean;
  readonly isUpgrade?: boolean;
  readonly skipTests?: boolean;
  readonly noHooks?: boolean;
  readonly skipSchemaValidation?: boolean;
  /** Paths or globs of templates below the chart (`templates/x.yaml`). */
  readonly showOnly?: readonly string[];
  /** Which Helm is imitated where 3 and 4 differ; 3 unless told. */
  readonly profile?: HelmProfile;
  /** `seeded` (default): random functions give the same for the same release. */
  readonly random?: RandomMode;
  /** Mixed into the seed, so that nobody can compute what `randAlphaNum` gave. */
  readonly seed?: string;
  /** What `now` says in milliseconds; the start of the year unless told or `fresh`. */
  readonly now?: number;
  /** Answers `lookup`; without it nothing is found. */
  readonly lookup?: HelmLookup;
  /** Has the last word on definitions and manifests; hooks do not come by it. */
  readonly postRender?: PostRender;
  /** Brings schemas that those of the chart refer to; without it such charts are refused. */
  readonly web?: WebPort | undefined;
  readonly limits?: TemplateLimits;
  /** Also keep where each field comes from, which is found out when somebody asks; costs about two to three times as much. */
  readonly origins?: boolean;
}

/** What a post-renderer makes of the manifests. Rejects in words that are shown. */
export type PostRender = (manifests: string) => Promise<string>;

/** An object of the cluster, a list when `name` is empty, or nothing. */
export type HelmLookup = (apiVersion: string, kind: string, namespace: string, name: string) => Value;

/** One thing that a template asked the cluster for. */
export interface HelmLookedUp {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A rendered release. */
export interface HelmRendering {
  /** To the byte what `helm template` prints. */
  readonly text: string;
  /** Every document that holds an object: definitions if wanted, manifests, hooks. */
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly HelmHook[];
  readonly notes: string;
  readonly reads: readonly Read[];
  readonly lookedUp: readonly HelmLookedUp[];
  readonly warnings: readonly string[];
}

/** Renders charts, and remembers what it has read and parsed. */
export interface HelmEngine {
  render(request: HelmRequest): Promise<Result<HelmRendering, readonly Problem[]>>;
}
