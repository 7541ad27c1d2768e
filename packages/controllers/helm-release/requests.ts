import type { GoMap } from '@plumbline/languages';
import type { LoadedChart, PostRender, StoredRelease } from '@plumbline/render';
import type { DefinitionPolicy } from './definitions.ts';
import type { ReleaseProblem } from './errors.ts';

/** What actions that write objects have in common. Times in milliseconds. */
export interface WriteOptions {
  /** How long one thing may take that is waited for; five minutes unless told. */
  readonly timeoutMs?: number;
  /** Wait until everything is ready. */
  readonly wait?: boolean;
  readonly waitForJobs?: boolean;
  readonly noHooks?: boolean;
  /** Replace objects instead of patching them. */
  readonly forceReplace?: boolean;
  /** Server-side apply: take fields from other owners. */
  readonly forceConflicts?: boolean;
  /** `auto`: as the release before, and without one as the profile does it. */
  readonly serverSide?: boolean | 'auto';
  /** How many revisions are kept; 0: all. */
  readonly historyMax?: number;
}

/** What actions that render have in common. */
export interface RenderOptions {
  readonly chart: LoadedChart;
  /** What the user says over the chart's defaults. */
  readonly config: GoMap;
  /** `client` asks the cluster nothing that a chart looks up; both leave everything as it is. */
  readonly dryRun?: 'client' | 'server';
  readonly hideSecrets?: boolean;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly skipSchemaValidation?: boolean;
  readonly subchartNotes?: boolean;
  /** Take objects that belong to somebody else. */
  readonly takeOwnership?: boolean;
  /** Has the last word on the manifest; hooks are not part of that, as with Helm 3. */
  readonly postRender?: PostRender;
  readonly random?: 'seeded' | 'fresh';
  readonly seed?: string;
}

export interface InstallRequest extends WriteOptions, RenderOptions {
  readonly name: string;
  readonly createNamespace?: boolean;
  /** Take a name whose last release was uninstalled or failed. */
  readonly replace?: boolean;
  readonly definitions?: DefinitionPolicy;
  /** Uninstall again when it fails; waits for readiness. */
  readonly rollbackOnFailure?: boolean;
}

export interface UpgradeRequest extends WriteOptions, RenderOptions {
  readonly name: string;
  /** Which values go on from the release before; `auto`: all of them when now nothing is said. */
  readonly values?: 'auto' | 'reset' | 'reuse' | 'reset-then-reuse';
  /** Of definitions upgrades of Helm change nothing; Flux does. */
  readonly definitions?: DefinitionPolicy;
  /** Roll back to the last good revision when it fails; waits for readiness. */
  readonly rollbackOnFailure?: boolean;
  /** Delete what was created when it fails. */
  readonly cleanupOnFail?: boolean;
}

export interface RollbackRequest extends WriteOptions {
  readonly name: string;
  /** 0: the one before. */
  readonly version?: number;
  readonly dryRun?: boolean;
  readonly cleanupOnFail?: boolean;
}

export interface UninstallRequest {
  readonly name: string;
  readonly timeoutMs?: number;
  readonly wait?: boolean;
  readonly noHooks?: boolean;
  readonly keepHistory?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly dryRun?: boolean;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly description?: string;
}

/** What an uninstallation left: the last record, and the objects that were kept on purpose, as Helm tells of them. */
export interface Uninstalled {
  readonly release: StoredRelease | undefined;
  readonly info: string;
}

export interface TestRequest {
  readonly name: string;
  /** How long one thing may take that is waited for; five minutes unless told. */
  readonly timeoutMs?: number;
  /** Names of tests; none: all. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Read what the pods of the tests printed. */
  readonly logs?: boolean;
}

/** What a pod of a test printed, or why that cannot be had. */
export type TestLog = { readonly name: string } & (
  | { readonly container?: string; readonly text: string }
  | { readonly failure: string }
);

/** A release whose tests ran; with `failure` they did not go well. */
export interface TestedRelease {
  readonly release: StoredRelease;
  readonly logs: readonly TestLog[];
  readonly failure?: ReleaseProblem;
}

export const timeoutDefaultMs = 300_000;
