import type { Manifest, Read } from '@plumbline/api';
import { GoError, readYamlStream } from '@plumbline/languages';
import type { GoFunctions, TemplateCache, TemplateFunctions, Value } from '@plumbline/languages';
import type { KubeObject } from '@plumbline/api';
import { apiVersionsDefault } from './api-versions.ts';
import { forkChart } from './chart/types.ts';
import type { HelmChart, HelmProfile } from './chart/types.ts';
import { checkDependencies, processDependencies } from './dependencies.ts';
import { renderTemplates, valuesMap } from './engine.ts';
import { kubeVersionDefault, parseKubeVersion } from './kube-version.ts';
import type { KubeVersion } from './kube-version.ts';
import { sortManifests } from './manifests.ts';
import type { ManifestHead, SortedManifests } from './manifests.ts';
import { capabilitiesObject, releaseMap } from './objects.ts';
import type { TextCache } from './documents.ts';
import { createStepsCache, fieldOrigins } from './origins/field-origins.ts';
import type { RangesCache, TracedFile } from './origins/field-origins.ts';
import { valuePlaces } from './origins/value-places.ts';
import type { WrittenCache } from './origins/value-places.ts';
import { bodyText, crdsOf, onlyShown, outputText } from './output.ts';
import type { ChartCrd } from './output.ts';
import type { ReleaseRandom } from './random.ts';
import type { HelmLookedUp, HelmRendering, HelmRequest } from './request.ts';
import { checkChartSchemas } from './schema/chart.ts';
import type { OutsideSchemas } from './schema/outside.ts';
import { coalesceValues } from './values/coalesce.ts';
import type { Coalescing } from './values/coalesce.ts';
import { composeValues } from './values/compose.ts';
import { isCompatibleRange } from './versions.ts';

/** What renders of one profile share. */
export interface RenderKit {
  readonly profile: HelmProfile;
  readonly sprig: GoFunctions;
  readonly functions: TemplateFunctions;
  readonly cache: TemplateCache;
  readonly heads: TextCache<ManifestHead>;
  readonly ranges: RangesCache;
  readonly written: WrittenCache;
}

/** A loaded chart with what was read for it. */
export interface ChartInput {
  readonly chart: HelmChart;
  readonly reads: readonly Read[];
  readonly warnings: readonly string[];
  /** What its schemas refer to. */
  readonly outside?: OutsideSchemas | undefined;
}

const notesSuffix = 'NOTES.txt';
const releaseNamePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const releaseNameLengthMax = 53;

/** A rendering and what of it a post-renderer may change. */
interface RenderedRelease extends HelmRendering {
  readonly body: string;
}

/** Renders a loaded chart. `begin` is called right before the templates run. Throws `GoError`. */
export function renderRelease(
  request: HelmRequest,
  input: ChartInput,
  kit: RenderKit,
  begin: () => ReleaseRandom,
): RenderedRelease {
  const { profile } = kit;
  const warnings: string[] = [...input.warnings];
  const how: Coalescing = { profile, warn: (message) => warnings.push(message) };
  const kube = parseKubeVersion(request.kubeVersion || kubeVersionDefault, profile);
  const user = composeValues(request.values ?? {}, profile);
  const chart = forkChart(input.chart);
  checkInstallable(chart, request.releaseName, profile);
  processDependencies(chart, user, how);
  const values = coalesceValues(chart, user, how);
  if (request.skipSchemaValidation !== true)
    checkChartSchemas(chart, values, patternMatcher(kit.sprig), input.outside);
  checkKubeVersion(chart, kube, profile);
  const lookedUp: HelmLookedUp[] = [];
  const source = begin();
  const shown = valuesMap(profile, [...values]);
  const traced = renderTemplates({
    chart,
    values: shown,
    release: releaseMap(request.releaseName, request.namespace, request.isUpgrade === true),
    capabilities: capabilitiesObject(kube, apiVersionsOf(request), profile),
    profile,
    functions: kit.functions,
    cache: kit.cache,
    context: { lookup: recordedLookup(request, lookedUp) },
    limits: request.limits ?? {},
    entering: (file) => source.at(file),
    ...(request.origins === true
      ? { originOf: valuePlaces(chart, shown, request.values ?? {}, profile, kit.written) }
      : {}),
  });
  const files = new Map([...traced].map(([path, { text }]) => [path, text]));
  const notes = takeNotes(files, chart);
  const sorted = sortManifests(files, profile, kit.heads);
  const hooks = hooksOf(request, sorted);
  const crds = request.includeCrds === true ? crdsOf(chart) : [];
  const body = bodyText(crds, sorted.manifests);
  return {
    body,
    text: shownText(body, hooks, request),
    manifests: manifestsOf(
      crds,
      { hooks, manifests: sorted.manifests },
      request.origins === true ? traced : undefined,
      kit.ranges,
    ),
    hooks,
    notes,
    reads: input.reads,
    lookedUp,
    warnings,
  };
}

/** The text of a release: all of it, or what `--show-only` asks for. Throws `GoError`. */
export function shownText(body: string, hooks: SortedManifests['hooks'], request: HelmRequest): string {
  const whole = outputText(body, hooks);
  const { showOnly = [] } = request;
  return showOnly.length === 0 ? whole : onlyShown(whole, showOnly, request.profile ?? 3);
}

function checkInstallable(chart: HelmChart, releaseName: string, profile: HelmProfile): void {
  const { type } = chart.metadata;
  if (type !== '' && type !== 'application') throw new GoError(`${type} charts are not installable`);
  if ((chart.metadata.dependencies ?? []).length > 0) checkDependencies(chart, profile);
  const wrong =
    releaseName === ''
      ? 'no name provided'
      : releaseName.length > releaseNameLengthMax || !releaseNamePattern.test(releaseName)
        ? `invalid release name, must match regex ${releaseNamePattern.source} and the length must not be longer than ${releaseNameLengthMax}`
        : undefined;
  if (wrong === undefined) return;
  const message = `release name ${JSON.stringify(releaseName)}: ${wrong}`;
  throw new GoError(profile === 3 ? message : `release name check failed: ${message}`);
}

function checkKubeVersion(chart: HelmChart, kube: KubeVersion, profile: HelmProfile): void {
  const wanted = chart.metadata.kubeVersion;
  const tested = profile === 3 ? kube.version : kube.normalized;
  if (wanted === '' || isCompatibleRange(wanted, tested)) return;
  throw new GoError(
    `chart requires kubeVersion: ${wanted} which is incompatible with Kubernetes ${kube.version}`,
  );
}

function apiVersionsOf(request: HelmRequest): readonly string[] {
  const { apiVersions = [] } = request;
  return request.apiVersionsExact === true ? apiVersions : [...apiVersionsDefault, ...apiVersions];
}

function recordedLookup(request: HelmRequest, into: HelmLookedUp[]) {
  const { lookup } = request;
  return (apiVersion: string, kind: string, namespace: string, name: string): Value => {
    into.push({ apiVersion, kind, namespace, name });
    return lookup?.(apiVersion, kind, namespace, name) ?? new Map<string, Value>();
  };
}

function patternMatcher(sprig: GoFunctions) {
  return (pattern: string, text: string): boolean | undefined => {
    try {
      return sprig.get('mustRegexMatch')?.call([pattern, text]) === true;
    } catch {
      return undefined;
    }
  };
}

/** Notes are for people: those of the chart itself are kept, those of subcharts dropped. */
function takeNotes(files: Map<string, string>, chart: HelmChart): string {
  let notes = '';
  for (const [path, text] of files) {
    if (!path.endsWith(notesSuffix)) continue;
    if (path === `${chart.metadata.name}/templates/${notesSuffix}`) notes = text;
    files.delete(path);
  }
  return notes;
}

function hooksOf(request: HelmRequest, sorted: SortedManifests): SortedManifests['hooks'] {
  if (request.noHooks === true) return [];
  if (request.skipTests !== true) return sorted.hooks;
  return sorted.hooks.filter((hook) => !hook.events.includes('test'));
}

/** How far the documents of a file were found in its text, by file and document. */
type Cursors = Map<string, Map<string, number>>;

/** Documents of one file are found in its text one after the other; those of one kind keep their order. */
function placeIn(path: string, content: string, text: string, cursors: Cursors): number {
  let ofFile = cursors.get(path);
  if (ofFile === undefined) cursors.set(path, (ofFile = new Map()));
  const start = text.indexOf(content, ofFile.get(content) ?? 0);
  if (start >= 0) ofFile.set(content, start + 1);
  return start;
}

/** The objects; a list of objects is taken apart by who applies them. */
function manifestsOf(
  crds: readonly ChartCrd[],
  sorted: SortedManifests,
  traced: ReadonlyMap<string, TracedFile> | undefined,
  ranges: RangesCache,
): Manifest[] {
  const cursors: Cursors = new Map();
  const acts = createStepsCache();
  const manifests: Manifest[] = [];
  for (const { path, text } of crds) {
    const stream = readYamlStream(text, { file: path, duplicateKeys: 'last' });
    for (const { value, line, index } of stream.documents) {
      manifests.push({ object: value as KubeObject, origin: { file: path, line, document: index } });
    }
  }
  for (const { path, object, content } of [...sorted.manifests, ...sorted.hooks]) {
    if (object === undefined) continue;
    const plain = { object: object as unknown as KubeObject, origin: { file: path, line: 1, document: 0 } };
    const file = traced?.get(path);
    const start = file === undefined ? -1 : placeIn(path, content, file.text, cursors);
    const originsIn = start < 0 ? undefined : file?.originsIn;
    if (originsIn === undefined) {
      manifests.push(plain);
      continue;
    }
    const line = originsIn(start, start + 1)[0]?.line ?? 1;
    manifests.push({
      object: plain.object,
      origin: { file: path, line, document: 0 },
      origins: fieldOrigins(content, start, originsIn, ranges, acts),
    });
  }
  return manifests;
}
