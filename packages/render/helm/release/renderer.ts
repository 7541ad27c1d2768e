import { err, ok, problem } from '@plumbline/base';
import type { Clock, Problem, Random, Result } from '@plumbline/base';
import { createSprigCrypto } from '@plumbline/crypto';
import { createTemplateCache, GoError, GoInt, sprigFunctions } from '@plumbline/languages';
import type {
  CryptoPort,
  GoFunctions,
  GoMap,
  RandomSource,
  TemplateCache,
  TemplateFunctions,
  TemplateLimits,
} from '@plumbline/languages';
import { apiVersionsDefault } from '../api-versions.ts';
import { forkChart } from '../chart/types.ts';
import { emptyMetadata } from '../chart/metadata.ts';
import type { HelmChart, HelmProfile } from '../chart/types.ts';
import { processDependencies } from '../dependencies.ts';
import { renderTemplates, valuesMap } from '../engine.ts';
import { kubeVersionDefault } from '../kube-version.ts';
import { helmFunctions } from '../functions.ts';
import { sortManifests } from '../manifests.ts';
import { capabilitiesObject, releaseMap } from '../objects.ts';
import { crdsOf } from '../output.ts';
import type { ChartCrd } from '../output.ts';
import { realRandom, releaseRandom } from '../random.ts';
import type { RandomMode, ReleaseRandom } from '../random.ts';
import type { ChartSource, HelmLookup } from '../request.ts';
import { checkChartSchemas } from '../schema/chart.ts';
import { coalesceTables, coalesceValues } from '../values/coalesce.ts';
import type { Coalescing } from '../values/coalesce.ts';
import { composeValues } from '../values/compose.ts';
import type { UserValues } from '../values/compose.ts';
import { copyTable } from '../values/tables.ts';
import { isCompatibleRange } from '../versions.ts';
import { recordOfChart } from './chart-record.ts';
import { loadReleaseChart } from './loaded-chart.ts';
import type { LoadedChart } from './loaded-chart.ts';
import type { ReleaseChart, ReleaseHook } from './record.ts';

/** What a render for a release is told beyond the chart. */
export interface ReleaseRenderRequest {
  readonly chart: LoadedChart;
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly isUpgrade: boolean;
  /** What the user says, as it goes into the record. */
  readonly config: GoMap;
  /** Instead of the chart's own defaults: those that an earlier release had. */
  readonly defaults?: GoMap;
  /** The server's own word: `v1.36.3+k3s1`. */
  readonly kubeVersion?: string;
  /** All that the server serves; both are what Helm has compiled in where nobody says. */
  readonly apiVersions?: readonly string[];
  readonly lookup?: HelmLookup;
  readonly skipSchemaValidation?: boolean;
  readonly subchartNotes?: boolean;
  readonly random?: RandomMode;
  readonly seed?: string;
  readonly limits?: TemplateLimits;
}

/** A render as a release keeps it. */
export interface RenderedRelease {
  readonly chart: ReleaseChart;
  readonly manifest: string;
  readonly hooks: readonly ReleaseHook[];
  readonly notes: string;
  readonly warnings: readonly string[];
}

/** Renders charts for releases. */
export interface ReleaseRenderer {
  load(source: ChartSource, profile: HelmProfile): Promise<Result<LoadedChart>>;
  /** Lays value files and `--set` operations over each other, as `helm install` does. */
  compose(values: UserValues, profile: HelmProfile): Result<GoMap>;
  /** The definitions of a chart and of the charts below it that take part. */
  definitions(chart: LoadedChart, config: GoMap): Result<readonly ChartCrd[]>;
  /** Throws what `lookup` throws, unless it is a `GoError`. */
  render(request: ReleaseRenderRequest): Result<RenderedRelease>;
}

/** What a renderer takes from outside. */
export interface ReleaseRendererPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly crypto?: CryptoPort;
}

interface Kit {
  readonly sprig: GoFunctions;
  readonly functions: TemplateFunctions;
  readonly cache: TemplateCache;
}

/** Makes a renderer. Renders of one share parsed templates, so keep it. */
export function createReleaseRenderer(ports: ReleaseRendererPorts): ReleaseRenderer {
  const crypto = ports.crypto ?? createSprigCrypto();
  const kits = new Map<HelmProfile, Kit>();
  // Templates run without waiting, so whose turn it is can be switched here.
  const current: { source: ReleaseRandom; now: number } = { source: releaseRandom([]), now: 0 };
  const random: RandomSource = { stream: (use) => current.source.stream(use) };
  const kitOf = (profile: HelmProfile): Kit => {
    const known = kits.get(profile);
    if (known !== undefined) return known;
    const sprig = sprigFunctions({ random, now: () => current.now, crypto });
    const kit = { sprig, functions: helmFunctions(sprig, profile), cache: createTemplateCache() };
    kits.set(profile, kit);
    return kit;
  };
  return {
    async load(source, profile) {
      try {
        return ok(await loadReleaseChart(source, profile));
      } catch (thrown) {
        return refused(thrown);
      }
    },
    compose: (values, profile) => attempt(() => composeValues(values, profile)),
    definitions: (loaded, config) =>
      attempt(() => {
        const chart = forkChart(loaded.chart);
        processDependencies(chart, config, { profile: loaded.profile, warn: () => undefined });
        return crdsOf(chart);
      }),
    render: (request) =>
      attempt(() => {
        const kit = kitOf(request.chart.profile);
        const { seed = '', name, namespace } = request;
        current.source =
          request.random === 'seeded'
            ? releaseRandom([seed, name, namespace, request.chart.name])
            : realRandom(ports.random);
        current.now = ports.clock.now();
        return renderFor(request, kit, current.source);
      }),
  };
}

function attempt<T>(run: () => T): Result<T> {
  try {
    return ok(run());
  } catch (thrown) {
    return refused(thrown);
  }
}

function refused(thrown: unknown): Result<never, Problem> {
  if (thrown instanceof GoError) return err(problem('helm-failed', thrown.message));
  if (thrown instanceof RangeError)
    return err(problem('helm-failed', 'rendering template failed: the templates nest too deeply'));
  throw thrown;
}

function renderFor(request: ReleaseRenderRequest, kit: Kit, source: ReleaseRandom): RenderedRelease {
  const { profile } = request.chart;
  const warnings: string[] = [...request.chart.warnings];
  const how: Coalescing = { profile, warn: (message) => warnings.push(message) };
  const chart = forkChart(request.chart.chart);
  if (request.defaults !== undefined) chart.values = copyTable(request.defaults);
  const config = copyTable(request.config);
  processDependencies(chart, config, how);
  const values = coalesceValues(chart, config, how);
  if (request.skipSchemaValidation !== true) checkChartSchemas(chart, values, matcherOf(kit.sprig));
  const { kubeVersion } = chart.metadata;
  const server = request.kubeVersion ?? kubeVersionDefault;
  if (kubeVersion !== '' && !isCompatibleRange(kubeVersion, server)) {
    throw new GoError(
      `chart requires kubeVersion: ${kubeVersion} which is incompatible with Kubernetes ${server}`,
    );
  }
  const release = releaseMap(request.name, request.namespace, request.isUpgrade);
  release.set('Revision', new GoInt('int', BigInt(request.revision)));
  const traced = renderTemplates({
    chart,
    values: valuesMap(profile, [...values]),
    release,
    capabilities: capabilitiesObject(liveVersion(server), request.apiVersions ?? apiVersionsDefault, profile),
    profile,
    functions: kit.functions,
    cache: kit.cache,
    context: request.lookup === undefined ? {} : { lookup: request.lookup },
    limits: request.limits ?? {},
    entering: (file) => source.at(file),
  });
  const files = new Map([...traced].map(([path, { text }]) => [path, text]));
  const notes = takeNotes(files, chart.metadata.name, request.subchartNotes === true);
  const { manifests, hooks } = sortManifests(files, profile);
  return {
    chart: recordOfChart(chart, request.chart.schema, profile),
    manifest: manifests.map(({ path, content }) => `---\n# Source: ${path}\n${content}\n`).join(''),
    hooks: hooks.map((hook) => hookRecord(hook, profile)),
    notes,
    warnings,
  };
}

type SortedHook = ReturnType<typeof sortManifests>['hooks'][number];

function hookRecord(hook: SortedHook, profile: HelmProfile): ReleaseHook {
  const { deletePolicies, outputLogPolicies, weight } = hook;
  return {
    name: hook.name,
    kind: hook.kind,
    path: hook.path,
    manifest: hook.content,
    events: hook.events,
    last_run: profile === 3 ? { started_at: '', completed_at: '', phase: '' } : { phase: '' },
    ...(weight === 0 ? {} : { weight }),
    ...(deletePolicies.length === 0 ? {} : { delete_policies: deletePolicies }),
    ...(outputLogPolicies.length === 0 ? {} : { output_log_policies: outputLogPolicies }),
  };
}

/** A live server is taken at its word, with whatever stands behind the numbers. */
function liveVersion(version: string) {
  const [, major = '', minor = ''] = /^v?([0-9]+)\.([0-9]+)/.exec(version) ?? [];
  return { version, normalized: version, major, minor };
}

function matcherOf(sprig: GoFunctions) {
  return (pattern: string, text: string): boolean | undefined => {
    try {
      return sprig.get('mustRegexMatch')?.call([pattern, text]) === true;
    } catch {
      return undefined;
    }
  };
}

const notesSuffix = 'NOTES.txt';

/** Takes the notes out of the files; upstream's order of several is that of a Go map, ours is by path. */
function takeNotes(files: Map<string, string>, chart: string, all: boolean): string {
  const notes: string[] = [];
  for (const path of [...files.keys()].toSorted()) {
    if (!path.endsWith(notesSuffix)) continue;
    const text = files.get(path) ?? '';
    if (all || path === `${chart}/templates/${notesSuffix}`) notes.push(text);
    files.delete(path);
  }
  return notes.join('\n');
}

/** What `helm get values --all` and `--reuse-values` make of a recorded chart and what its user said. */
export function computedValues(name: string, defaults: GoMap, config: GoMap, profile: HelmProfile): GoMap {
  const chart: HelmChart = {
    metadata: { ...emptyMetadata(), name },
    templates: [],
    values: defaults,
    valuesText: '',
    schema: undefined,
    files: [],
    lock: undefined,
    parent: undefined,
    dependencies: [],
  };
  return coalesceValues(chart, config, { profile, warn: () => undefined });
}

/** Lays what a user says now over what was said before; a null that is said now takes away what was said. */
export function overlayConfig(now: GoMap, before: GoMap, profile: HelmProfile): GoMap {
  return coalesceTables(copyTable(now), copyTable(before), '', false, { profile, warn: () => undefined });
}
