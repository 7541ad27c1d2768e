/**
 * A release as Helm stores it, by the names of its JSON. What Helm adds later stays where it is: members that are not
 * named here are kept, since a record is only ever changed by copying it.
 */
export interface HelmRelease {
  readonly name: string;
  readonly info: ReleaseInfo;
  readonly chart?: ReleaseChart | null;
  /** What the user said over the chart's defaults. */
  readonly config?: Data | null;
  readonly manifest?: string;
  readonly hooks?: readonly ReleaseHook[] | null;
  /** The revision. */
  readonly version: number;
  readonly namespace: string;
  /** Helm 4: how objects are written; nothing means `csa`. */
  readonly apply_method?: string;
  readonly [other: string]: unknown;
}

type Data = Readonly<Record<string, unknown>>;

/** What became of a release. Times are RFC 3339; Helm 3 writes '' where there is none. */
export interface ReleaseInfo {
  readonly first_deployed?: string;
  readonly last_deployed?: string;
  readonly deleted?: string;
  readonly description?: string;
  readonly status?: string;
  readonly notes?: string;
  readonly [other: string]: unknown;
}

/** The chart of a release. Charts below it are not kept; what they rendered is in the manifest. */
export interface ReleaseChart {
  readonly metadata?: ReleaseMetadata | null;
  readonly lock?: unknown;
  readonly templates?: readonly ReleaseFile[] | null;
  readonly values?: Data | null;
  /** Base64. */
  readonly schema?: string | null;
  readonly files?: readonly ReleaseFile[] | null;
  readonly [other: string]: unknown;
}

/** A file of a chart; `data` is base64. */
export interface ReleaseFile {
  readonly name: string;
  readonly data: string | null;
  readonly [other: string]: unknown;
}

/** `Chart.yaml` as far as somebody reads it here. */
export interface ReleaseMetadata {
  readonly name?: string;
  readonly version?: string;
  readonly appVersion?: string;
  readonly annotations?: Readonly<Record<string, string>> | null;
  readonly dependencies?: readonly { readonly name?: string; readonly [other: string]: unknown }[] | null;
  readonly deprecated?: boolean;
  readonly [other: string]: unknown;
}

/** A hook and how it went last time. */
export interface ReleaseHook {
  readonly name?: string;
  readonly kind?: string;
  readonly path?: string;
  readonly manifest?: string;
  readonly events?: readonly string[] | null;
  readonly last_run?: HookRun;
  readonly weight?: number;
  readonly delete_policies?: readonly string[] | null;
  readonly output_log_policies?: readonly string[] | null;
  readonly [other: string]: unknown;
}

/** One run of a hook. */
export interface HookRun {
  readonly started_at?: string;
  readonly completed_at?: string;
  readonly phase: string;
  readonly [other: string]: unknown;
}

/** A record with the labels that users gave the release; Helm keeps them on the Secret, not in the record. */
export interface StoredRelease {
  readonly release: HelmRelease;
  readonly labels: Readonly<Record<string, string>>;
  /** Those that Helm sets by itself, as they were read. */
  readonly systemLabels?: Readonly<Record<string, string>>;
}

/** A moment as Go writes it into JSON: no zeros at the end of the fraction. */
export function releaseTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
}
