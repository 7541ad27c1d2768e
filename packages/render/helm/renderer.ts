import type { Read, Rendering } from '@plumbline/api';
import { err, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { GoError, writeYaml } from '@plumbline/languages';
import { expandVariables } from '../context.ts';
import type { RenderContext } from '../context.ts';
import { follow, normalizePath } from '../paths.ts';
import type { RenderSource } from '../types.ts';
import { archiveLimits, unpackChart } from './chart/archive.ts';
import { withDependencies } from './dependency-tree.ts';
import type { ChartPort } from './dependency-tree.ts';
import { helmParameters, setLines } from './parameters.ts';
import type { HelmParameters } from './parameters.ts';
import type { ChartSource, HelmEngine, HelmRequest } from './request.ts';
import { readNamed, readValueFiles } from './value-files.ts';
import type { FileSearch } from './value-files.ts';
import type { UserValues } from './values/compose.ts';

/** Helm cuts names of releases off nowhere, so Argo CD's applications need a name that fits. */
const releaseNameDefault = 'release-name';

/** Renders a chart as Argo CD does with `helm template`: hooks and definitions are part of it. */
export async function renderHelmSource(
  request: RenderSource,
  engine: HelmEngine,
): Promise<Result<Rendering, readonly Problem[]>> {
  const parameters = helmParameters(request.source.helm);
  const context = request.context ?? {};
  const reads: Read[] = [];
  try {
    const chart = await locate(request, reads);
    const complete = await completed(chart.source, request.charts);
    if (!complete.ok) return err([complete.error]);
    const { remote } = request;
    const web = remote === undefined ? {} : { web: (url: string) => remote.file(url) };
    const values = await valuesOf(parameters, context, { ...chart.search, ...web });
    const rendered = await engine.render({
      ...helmRequest(parameters, context, complete.value, values, request.appName, request.origins === true),
      ...web,
    });
    if (!rendered.ok) return rendered;
    const { manifests, warnings, lookedUp } = rendered.value;
    const unanswered =
      lookedUp.length === 0 ? [] : ['the chart asks the cluster by `lookup`, which finds nothing here'];
    return ok({
      manifests,
      reads: [...reads, ...rendered.value.reads],
      warnings: [...warnings, ...unanswered],
    });
  } catch (thrown) {
    if (thrown instanceof GoError) {
      return err([problem('helm-failed', thrown.message, { where: { file: request.path || '.' } })]);
    }
    throw thrown;
  }
}

/** With the charts that it needs, as `helm dependency build` brings them before Argo CD renders. */
async function completed(source: ChartSource, charts: ChartPort | undefined): Promise<Result<ChartSource>> {
  if ('archive' in source || charts === undefined) return ok(source);
  const tree = await withDependencies(source.tree, source.path, charts);
  return tree.ok ? ok({ tree: tree.value, path: source.path }) : tree;
}

interface Located {
  readonly source: ChartSource;
  readonly search: FileSearch;
}

/** The chart at the request's path: a folder, or an archive in the tree. */
async function locate(request: RenderSource, reads: Read[]): Promise<Located> {
  const { tree } = request;
  const normal = normalizePath(request.path);
  if (!normal.ok) throw new GoError(normal.error.message);
  const found = await follow(tree, normal.value, reads);
  if (found.type !== 'found') throw new GoError(`path ${JSON.stringify(request.path)} not found`);
  reads.push({ path: found.path, hash: found.entry.hash });
  if (found.entry.kind === 'folder') {
    return { source: { tree, path: found.path }, search: { tree, folder: found.path, reads } };
  }
  const archive = await tree.read(found.path, archiveLimits.chartBytesMax);
  if (archive === undefined) throw new GoError(`path ${JSON.stringify(request.path)} not found`);
  const folder = found.path.includes('/') ? found.path.slice(0, found.path.lastIndexOf('/')) : '';
  const wanted = (helmParameters(request.source.helm).valueFiles ?? []).length > 0;
  const files = wanted ? await unpackChart(archive) : [];
  const archived = new Map(files.map(({ name, data }) => [name, data]));
  return { source: { archive }, search: { tree, folder, archived, reads } };
}

async function valuesOf(
  parameters: HelmParameters,
  context: RenderContext,
  search: FileSearch,
): Promise<UserValues> {
  const expand = (text: string) => expandVariables(text, context);
  const expandPath = (path: string) => (/^\$[A-Za-z0-9_-]+\//.test(path) ? path : expand(path));
  const files = await readValueFiles(
    search,
    (parameters.valueFiles ?? []).map(expandPath),
    parameters.ignoreMissingValueFiles === true,
  );
  // What the application says itself stands over its files; an object over a text.
  const inline =
    parameters.valuesObject === undefined ? parameters.values : writeYaml(parameters.valuesObject);
  if (inline !== undefined && inline !== '') files.push({ name: 'spec.source.helm.values', text: inline });
  const setFileContents = new Map<string, Uint8Array>();
  const setFile: string[] = [];
  for (const { name = '', path = '' } of parameters.fileParameters ?? []) {
    const file = expandPath(path);
    const bytes = await readNamed(search, file);
    if (bytes !== undefined) setFileContents.set(file, bytes);
    setFile.push(`${name}=${file.replaceAll(',', '\\,')}`);
  }
  return { files, ...setLines(parameters.parameters ?? [], expand), setFile, setFileContents };
}

function helmRequest(
  parameters: HelmParameters,
  context: RenderContext,
  chart: ChartSource,
  values: UserValues,
  appName: string | undefined,
  origins: boolean,
): HelmRequest {
  const given = (text: string | undefined) => (text === undefined || text === '' ? undefined : text);
  const kubeVersion = given(parameters.kubeVersion) ?? context.kubeVersion;
  const own = parameters.apiVersions ?? [];
  const apiVersions = own.length > 0 ? own : context.apiVersions;
  return {
    chart,
    values,
    releaseName: given(parameters.releaseName) ?? context.appName ?? appName ?? releaseNameDefault,
    namespace: given(parameters.namespace) ?? given(context.namespace) ?? 'default',
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(context.seed === undefined ? {} : { seed: context.seed }),
    // What a live cluster serves is all that there is; what the application names comes on top of Helm's own list.
    ...(apiVersions === undefined ? {} : { apiVersions, apiVersionsExact: own.length === 0 }),
    origins,
    includeCrds: parameters.skipCrds !== true,
    skipTests: parameters.skipTests === true,
    skipSchemaValidation: parameters.skipSchemaValidation === true,
  };
}
