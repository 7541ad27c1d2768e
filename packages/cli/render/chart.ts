import type { Problem, Result } from '@plumbline/base';
import { fromBytes } from '@plumbline/languages';
import { withDependencies } from '@plumbline/render';
import type { ChartSource, HelmEngine, HelmProfile, HelmRendering, HelmRequest } from '@plumbline/render';
import { CommandError } from '../io.ts';
import { locateChart } from './chart-origin.ts';
import type { Means } from './means.ts';
import { readNamedFile, readSetFiles } from './named-files.ts';
import { postRendererOf } from './post-renderer.ts';

/** The flags that a chart takes; all that repeat are lists. */
export interface ChartFlags {
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly values?: readonly string[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  readonly setJson?: readonly string[];
  readonly setFile?: readonly string[];
  readonly setLiteral?: readonly string[];
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly includeCrds?: boolean;
  readonly skipTests?: boolean;
  readonly hooks?: boolean;
  readonly isUpgrade?: boolean;
  readonly showOnly?: readonly string[];
  readonly skipSchemaValidation?: boolean;
  readonly dependencyUpdate?: boolean;
  readonly postRenderer?: string;
  readonly postRendererArgs?: readonly string[];
  readonly helmProfile?: HelmProfile;
  readonly random?: 'seeded' | 'fresh';
  readonly origins?: boolean;
}

/** Renders a chart: a folder or an archive of this machine, or one of a repository. Throws `CommandError` when something is missing. */
export async function renderChart(
  engine: HelmEngine,
  name: string,
  flags: ChartFlags,
  cwd: string,
  means: Means,
): Promise<Result<HelmRendering, readonly Problem[]>> {
  return engine.render(await chartRequest(name, flags, cwd, means));
}

async function chartRequest(
  name: string,
  flags: ChartFlags,
  cwd: string,
  means: Means,
): Promise<HelmRequest> {
  const { kubeVersion, helmProfile, random, postRenderer } = flags;
  const located = await locateChart(name, cwd, means);
  return {
    chart: flags.dependencyUpdate === true ? await completed(located, means) : located,
    releaseName: flags.releaseName ?? 'release-name',
    namespace: flags.namespace ?? 'default',
    values: await userValues(flags, cwd, means),
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    apiVersions: flags.apiVersions ?? [],
    includeCrds: flags.includeCrds === true,
    skipTests: flags.skipTests === true,
    noHooks: flags.hooks === false,
    isUpgrade: flags.isUpgrade === true,
    showOnly: flags.showOnly ?? [],
    skipSchemaValidation: flags.skipSchemaValidation === true,
    origins: flags.origins === true,
    web: means.web,
    ...(postRenderer === undefined
      ? {}
      : { postRender: postRendererOf(postRenderer, flags.postRendererArgs ?? [], cwd, means) }),
    ...(helmProfile === undefined ? {} : { profile: helmProfile }),
    ...(random === undefined ? {} : { random }),
  };
}

async function userValues(
  flags: ChartFlags,
  cwd: string,
  means: Means,
): Promise<NonNullable<HelmRequest['values']>> {
  const files: { name: string; text: string }[] = [];
  for (const name of flags.values ?? [])
    files.push({ name, text: fromBytes(await readNamedFile(name, cwd, means)) });
  return {
    files,
    set: flags.set ?? [],
    setString: flags.setString ?? [],
    setJson: flags.setJson ?? [],
    setLiteral: flags.setLiteral ?? [],
    setFile: flags.setFile ?? [],
    setFileContents: await readSetFiles(flags.setFile ?? [], cwd, means),
  };
}

/** With what the chart needs and does not have; the folder itself stays as it is. */
async function completed(chart: ChartSource, { charts }: Means): Promise<ChartSource> {
  if ('archive' in chart || charts === undefined) return chart;
  const tree = await withDependencies(chart.tree, chart.path, charts);
  if (!tree.ok) throw new CommandError(tree.error.message);
  return { tree: tree.value, path: chart.path };
}
