import type { FieldOrigins, Manifest, OriginStep, Read, Tree } from '@plumbline/api';
import type { Result } from '@plumbline/base';
import { isRecord } from '@plumbline/base';
import { positionsOf, readKyaml, writeYaml } from '@plumbline/languages';
import { parseResources } from '../accumulate/resource-file.ts';
import type { HelmChartArgs, HelmGlobals } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { strategicMerge } from '../merge/index.ts';
import { KustomizeError } from '../problem.ts';
import type { Resource } from '../resource.ts';

/** A chart as a folder of a tree. */
interface ChartFolder {
  readonly tree: Tree;
  readonly path: string;
}

/** A chart of a repository: its archive, and the values that lie in it. */
interface ChartArchive {
  readonly archive: Uint8Array;
  readonly valuesText: string;
}

/** What `helm template` would be told. */
interface HelmRequest {
  readonly chart: ChartFolder | Pick<ChartArchive, 'archive'>;
  readonly releaseName: string;
  readonly namespace: string;
  /** In their order; later ones win. */
  readonly values: readonly { readonly file: string; readonly text: string }[];
  readonly includeCrds: boolean;
  readonly skipHooks: boolean;
  readonly skipTests: boolean;
  readonly apiVersions: readonly string[];
  readonly kubeVersion: string;
  readonly nameTemplate: string;
  /** Also say where each field comes from. */
  readonly origins: boolean;
}

/** What came of a chart. */
interface RenderedChart {
  readonly text: string;
  readonly reads: readonly Read[];
  readonly warnings: readonly string[];
  /** The objects in the text and where their fields come from, where that was asked for. */
  readonly manifests?: readonly Manifest[];
}

/** The chart engine, as a kustomization needs it. */
export interface HelmPort {
  /** The rendered documents as one text and what was read for them, or what went wrong. */
  render(request: HelmRequest): Promise<Result<RenderedChart>>;
  /** A chart of a repository; absent: only charts that lie in the tree can be inflated. */
  fetch?(chart: {
    readonly repo: string;
    readonly name: string;
    readonly version: string;
  }): Promise<Result<ChartArchive>>;
}

/** What the caller of a build says of charts that say nothing of it themselves. */
export interface HelmOptions {
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

type Args = HelmChartArgs & HelmGlobals;

/** What a chart is inflated with. */
export interface ChartKit {
  readonly loader: Loader;
  readonly tree: Tree;
  readonly port: HelmPort | undefined;
  readonly options: HelmOptions;
  readonly warnings: string[];
  /** Only where origins are asked for: the step of a value that stands in the kustomization, by its pointer below the chart's entry. */
  readonly entryStep?: (pointer: string, detail: string) => OriginStep;
  /** Told where the fields of what came out of the chart come from. */
  readonly made?: (resource: Resource, steps: (pointer: string) => readonly OriginStep[]) => void;
}

/** What a chart has to say before anything is made of it; upstream checks this of all generators first. */
export async function checkChart(args: Args, { loader, port }: ChartKit): Promise<void> {
  if (port === undefined) throw new KustomizeError('must specify --enable-helm', { code: 'helm-disabled' });
  if ((args.name ?? '') === '') throw new KustomizeError('chart name cannot be empty');
  for (const file of args.additionalValuesFiles ?? []) await additionalValues(loader, file);
  if (!['', 'merge', 'override', 'replace'].includes(args.valuesMerge ?? ''))
    throw new KustomizeError('valuesMerge must be one of [merge override replace]');
}

/** Inflates a chart that was checked; everything that comes out of it is marked as a chart's. */
export async function inflateChart(args: Args, kit: ChartKit): Promise<Resource[]> {
  const { loader, tree, port, options, warnings } = kit;
  if (port === undefined) throw new KustomizeError('must specify --enable-helm', { code: 'helm-disabled' });
  const { name = '' } = args;
  const valuesMerge = args.valuesMerge || 'override';
  const { chart, valuesLoader } = await findChart(loader, tree, args, name, port);
  const own = await valuesOf(valuesLoader, args, valuesMerge);
  const values = [{ file: valuesName, text: own.text }];
  for (const file of args.additionalValuesFiles ?? []) {
    const loaded = await loader.load(file);
    values.push({ file: loaded.file, text: textOf(loaded) });
  }
  // Upstream reads the chart's own words over those of the command line, although it says otherwise.
  const kubeVersion = args.kubeVersion || (options.kubeVersion ?? '');
  const apiVersions =
    (args.apiVersions ?? []).length > 0 ? (args.apiVersions ?? []) : (options.apiVersions ?? []);
  if ((args.releaseName ?? '') !== '' && (args.nameTemplate ?? '') !== '')
    throw new KustomizeError('Error: cannot set --name-template and also specify a name');
  const rendered = await port.render({
    chart,
    // Without a name upstream's call ends up with this one.
    releaseName: args.releaseName || 'release-name',
    namespace: args.namespace || 'default',
    values,
    includeCrds: args.includeCRDs === true,
    skipHooks: args.skipHooks === true,
    skipTests: args.skipTests === true,
    apiVersions,
    kubeVersion,
    nameTemplate: args.nameTemplate ?? '',
    origins: kit.made !== undefined,
  });
  if (!rendered.ok) {
    const { message, code, where, hint } = rendered.error;
    throw new KustomizeError(`Error: ${message}`, { code, where, hint });
  }
  const { text, reads, warnings: found } = rendered.value;
  const isHere = 'tree' in chart && chart.tree === tree;
  if (isHere) for (const read of reads) loader.files.reads.set(read.path, read);
  warnings.push(...found);
  const resources = parseResources(text, 'tree' in chart ? chart.path : name);
  for (const resource of resources) resource.helmGenerated = true;
  if (kit.made !== undefined)
    tellOrigins(resources, rendered.value.manifests ?? [], own, kit, isHere ? chart.path : undefined);
  return resources;
}

/** Passes on what the chart engine knows of the fields; values are told by where they are written. */
function tellOrigins(
  resources: readonly Resource[],
  manifests: readonly Manifest[],
  own: ChartValues,
  { made, entryStep }: ChartKit,
  folder: string | undefined,
): void {
  const byId = new Map<string, FieldOrigins[]>();
  for (const { object, origins } of manifests) {
    const id = idOf(object);
    if (origins !== undefined) byId.set(id, [...(byId.get(id) ?? []), origins]);
  }
  const whole = entryStep?.('', '');
  const places = new Map<string, OriginStep>();
  const placed = (step: OriginStep): OriginStep => {
    // Helm names templates below the chart's name; people find them in its folder.
    if (step.act === 'template' && folder !== undefined)
      return { ...step, file: step.file.replace(/^[^/]*/, () => folder) };
    if (step.act !== 'value' || step.file !== valuesName) return step;
    const key = step.detail ?? '';
    const known = places.get(key) ?? own.placeOf(step, key, entryStep);
    places.set(key, known);
    return known;
  };
  for (const resource of resources) {
    const origins = byId.get(idOf(resource.object))?.shift();
    made?.(resource, (pointer) => {
      const steps = origins?.get(pointer)?.map(placed) ?? [];
      return steps.length === 0 && whole !== undefined ? [whole] : steps;
    });
  }
}

function idOf(object: Readonly<Record<string, unknown>>): string {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = isRecord(metadata) ? metadata : {};
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

async function additionalValues(loader: Loader, file: string): Promise<void> {
  try {
    await loader.load(file);
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed('could not load additionalValuesFile') : thrown;
  }
}

interface FoundChart {
  readonly chart: ChartFolder | Pick<ChartArchive, 'archive'>;
  /** Reads the values that belong to the chart (or that stand in for them), and says where they lie. */
  readonly valuesLoader: (file: string | undefined) => Promise<ValuesFile>;
}

interface ValuesFile {
  readonly file: string;
  readonly text: string;
}

/** A chart lies in the chart home; with a version and a repository in a folder of that version. */
async function findChart(
  loader: Loader,
  tree: Tree,
  args: Args,
  name: string,
  port: HelmPort,
): Promise<FoundChart> {
  const { version = '', repo = '', chartHome = 'charts' } = args;
  const versioned = version !== '' && repo !== '' ? `/${name}-${version}` : '';
  const folder = `${chartHome}${versioned}/${name}`;
  const path = pathBelow(loader.root, folder);
  const located = path === undefined ? undefined : await tryLocate(loader, path);
  const load = async (file: string | undefined): Promise<ValuesFile> => {
    const loaded = await loader.load(file ?? `${folder}/values.yaml`);
    return { file: loaded.file, text: textOf(loaded) };
  };
  if (located !== undefined) return { chart: { tree, path: located }, valuesLoader: load };
  if (repo === '')
    throw new KustomizeError(
      // Upstream forgets the place before it says it.
      "no repo specified for pull, no chart found at ''",
      { code: 'chart-missing', hint: `looked for it at ${loader.shownRoot.replace(/\/$/, '')}/${folder}` },
    );
  if (port.fetch === undefined)
    throw new KustomizeError(`chart '${name}' of '${repo}' cannot be fetched here`, {
      code: 'chart-unavailable',
      hint: `commit the chart below ${folder}, or render where charts can be fetched`,
    });
  // Helm takes versions before a release where any will do only when it is told to.
  const wanted = version === '' && args.devel === true ? '>0.0.0-0' : version;
  const fetched = await port.fetch({ repo, name, version: wanted });
  if (!fetched.ok) {
    const { message, code, hint, retryable } = fetched.error;
    throw new KustomizeError(message, { code, hint, retryable });
  }
  const { archive, valuesText: own } = fetched.value;
  return {
    chart: { archive },
    valuesLoader: (file) =>
      file === undefined ? Promise.resolve({ file: `${name}/values.yaml`, text: own }) : load(file),
  };
}

function pathBelow(root: string, folder: string): string | undefined {
  if (folder.startsWith('/')) return undefined;
  const kept: string[] = [];
  for (const part of `${root}/${folder}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) return undefined;
  }
  return kept.join('/');
}

async function tryLocate(loader: Loader, path: string): Promise<string | undefined> {
  try {
    const located = await loader.files.locate(path);
    return located.kind === 'folder' ? located.path : undefined;
  } catch (thrown) {
    if (thrown instanceof KustomizeError && thrown.code === 'file-missing') return undefined;
    throw thrown;
  }
}

/** The name by which the chart engine knows the values that it is given first. */
const valuesName = 'values.yaml';

/** The values file that helm is given, and where what is in it was written. */
interface ChartValues {
  readonly text: string;
  /** The step of a key (`image.tag`) with the place where it was written. */
  placeOf(step: OriginStep, key: string, entryStep: ChartKit['entryStep']): OriginStep;
}

/** The chart's values (or those that stand in for them), with the inline ones merged. */
async function valuesOf(
  load: FoundChart['valuesLoader'],
  args: Args,
  valuesMerge: string,
): Promise<ChartValues> {
  const inline = args.valuesInline ?? {};
  const file = args.valuesFile || undefined;
  const nothing = { file: '', text: '' };
  const hasInline = Object.keys(inline).length > 0;
  const chart = hasInline && valuesMerge === 'replace' ? nothing : await load(file);
  const parsed = hasInline ? parseValues(chart.text, file) : {};
  let positions: ReturnType<typeof positionsOf> | undefined;
  return {
    text: hasInline ? mergedText(parsed, inline, valuesMerge) : chart.text,
    placeOf(step, key, entryStep) {
      const inInline = pointerOfKey(inline, key);
      const inChart = hasInline ? pointerOfKey(parsed, key) : undefined;
      const isInline = inInline !== undefined && (valuesMerge !== 'merge' || inChart === undefined);
      if (isInline && entryStep !== undefined)
        return { ...entryStep(`/valuesInline${inInline}`, key), act: 'value', detail: key };
      if (!hasInline) return { ...step, file: chart.file };
      positions ??= positionsOf(chart.text, 1);
      const place = positions.get(inChart ?? '');
      return { act: 'value', file: chart.file, detail: key, ...place };
    },
  };
}

function parseValues(text: string, file: string | undefined): Record<string, unknown> {
  if (text === '') return {};
  const read = readKyaml(text, file ?? valuesName);
  if (!read.ok) throw new KustomizeError(`could not parse values file into rnode: ${read.error.message}`);
  const first = read.value[0]?.value;
  return isRecord(first) ? { ...first } : {};
}

function mergedText(
  chartValues: Record<string, unknown>,
  inline: Readonly<Record<string, unknown>>,
  valuesMerge: string,
): string {
  if (valuesMerge === 'replace') return writeYaml(inline);
  const [under, over] = valuesMerge === 'override' ? [chartValues, inline] : [inline, chartValues];
  try {
    return writeYaml(strategicMerge(structuredClone(under), structuredClone(over)) ?? {});
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed('could not merge values') : thrown;
  }
}

/** The pointer of a key as the chart engine names it (`a.b[0]`); names may have dots in them. */
function pointerOfKey(value: unknown, key: string): string | undefined {
  if (key === '') return '';
  const index = /^\[(\d+)\]\.?/.exec(key);
  if (index !== null) {
    if (!Array.isArray(value) || Number(index[1]) >= value.length) return undefined;
    const rest = pointerOfKey(value[Number(index[1])], key.slice(index[0].length));
    return rest === undefined ? undefined : `/${index[1]}${rest}`;
  }
  if (!isRecord(value)) return undefined;
  for (const name of Object.keys(value)) {
    if (key !== name && !key.startsWith(`${name}.`) && !key.startsWith(`${name}[`)) continue;
    const rest = pointerOfKey(value[name], key.slice(name.length).replace(/^\./, ''));
    if (rest !== undefined) return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}${rest}`;
  }
  return undefined;
}
