import type { Read, Tree } from '@plumbline/api';
import type { Result } from '@plumbline/base';
import { isRecord } from '@plumbline/base';
import { readKyaml, writeYaml } from '@plumbline/languages';
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
}

/** What came of a chart. */
interface RenderedChart {
  readonly text: string;
  readonly reads: readonly Read[];
  readonly warnings: readonly string[];
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

/** What the caller of a build says of charts; it counts more than what a kustomization says. */
export interface HelmOptions {
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

type Args = HelmChartArgs & HelmGlobals;

/** Inflates a chart; everything that comes out of it is marked as a chart's. */
export async function inflateChart(
  loader: Loader,
  tree: Tree,
  args: Args,
  port: HelmPort | undefined,
  options: HelmOptions,
  warnings: string[],
): Promise<Resource[]> {
  if (port === undefined) throw new KustomizeError('must specify --enable-helm', { code: 'helm-disabled' });
  const { name = '', valuesMerge = 'override' } = args;
  if (name === '') throw new KustomizeError('chart name cannot be empty');
  for (const file of args.additionalValuesFiles ?? []) await additionalValues(loader, file);
  if (!['merge', 'override', 'replace'].includes(valuesMerge))
    throw new KustomizeError('valuesMerge must be one of [merge override replace]');
  const { chart, valuesLoader } = await findChart(loader, tree, args, name, port);
  const values = [{ file: 'values.yaml', text: await valuesText(valuesLoader, args, valuesMerge) }];
  for (const file of args.additionalValuesFiles ?? [])
    values.push({ file, text: textOf(await loader.load(file)) });
  const { kubeVersion = args.kubeVersion ?? '', apiVersions = args.apiVersions ?? [] } = options;
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
  return resources;
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
  /** Reads the values that belong to the chart (or that stand in for them). */
  readonly valuesLoader: (file: string | undefined) => Promise<string>;
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
  const load = async (file: string | undefined): Promise<string> =>
    textOf(await loader.load(file ?? `${folder}/values.yaml`));
  if (located !== undefined) return { chart: { tree, path: located }, valuesLoader: load };
  if (repo === '')
    throw new KustomizeError(
      `no repo specified for pull, no chart found at '${loader.shownRoot.replace(/\/$/, '')}/${folder}'`,
      { code: 'chart-missing' },
    );
  if (port.fetch === undefined)
    throw new KustomizeError(`chart '${name}' of '${repo}' cannot be fetched here`, {
      code: 'chart-unavailable',
      hint: `commit the chart below ${folder}, or render where charts can be fetched`,
    });
  const fetched = await port.fetch({ repo, name, version });
  if (!fetched.ok) {
    const { message, code, hint, retryable } = fetched.error;
    throw new KustomizeError(message, { code, hint, retryable });
  }
  const { archive, valuesText: own } = fetched.value;
  return {
    chart: { archive },
    valuesLoader: (file) => (file === undefined ? Promise.resolve(own) : load(file)),
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

/** The values file that helm is given: the chart's (or the one that stands in for it), with the inline ones merged. */
async function valuesText(
  load: FoundChart['valuesLoader'],
  args: Args,
  valuesMerge: string,
): Promise<string> {
  const inline = args.valuesInline ?? {};
  const file = args.valuesFile || undefined;
  if (Object.keys(inline).length === 0) return load(file);
  if (valuesMerge === 'replace') return writeYaml(inline);
  const read = readKyaml(await load(file), file ?? 'values.yaml');
  if (!read.ok) throw new KustomizeError(`could not parse values file into rnode: ${read.error.message}`);
  const first = read.value[0]?.value;
  const chartValues = isRecord(first) ? { ...first } : {};
  const merged =
    valuesMerge === 'override'
      ? strategicMerge(chartValues, structuredClone(inline))
      : strategicMerge(structuredClone(inline), chartValues);
  return writeYaml(merged ?? {});
}
