import type { Io } from '../../io.ts';
import { CommandError } from '../../io.ts';
import { fromBytes } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import type { LoadedChart, PostRender, ReleaseRenderer } from '@plumbline/render';
import { withElsewhere } from '../../compose/elsewhere.ts';
import { locateChart } from '../../render/chart-origin.ts';
import { meansOf } from '../../render/means.ts';
import { readNamedFile, readSetFiles } from '../../render/named-files.ts';
import { withDependencies } from '@plumbline/render';
import type { ChartSource } from '@plumbline/render';
import { postRendererOf } from '../../render/post-renderer.ts';
import type { ChartActionFlags } from './options.ts';

/** A chart and what the user says over its defaults. */
export interface ChartAndValues {
  readonly chart: LoadedChart;
  readonly config: GoMap;
  readonly postRender?: PostRender;
}

/** Finds and reads the chart and the values that a command line names. Throws `CommandError` in Helm's words. */
export async function chartAndValues(
  renderer: ReleaseRenderer,
  name: string,
  flags: ChartActionFlags,
  profile: 3 | 4,
  io: Io,
): Promise<ChartAndValues> {
  const version = flags.version ?? (flags.devel === true ? '>0.0.0-0' : undefined);
  const means = meansOf(io, version === undefined ? flags : { ...flags, version });
  const source = await locateChart(name, io.cwd, means);
  const files: { name: string; text: string }[] = [];
  for (const file of flags.values ?? [])
    files.push({ name: file, text: fromBytes(await readNamedFile(file, io.cwd, means)) });
  const composed = renderer.compose(
    {
      files,
      set: flags.set ?? [],
      setString: flags.setString ?? [],
      setJson: flags.setJson ?? [],
      setLiteral: flags.setLiteral ?? [],
      setFile: flags.setFile ?? [],
      setFileContents: await readSetFiles(flags.setFile ?? [], io.cwd, means),
    },
    profile,
  );
  if (!composed.ok) throw new CommandError(composed.error.message);
  const chart = await loaded(renderer, source, { flags, profile, io });
  const { postRenderer, postRendererArgs = [] } = flags;
  if (postRenderer === undefined) return { chart, config: composed.value };
  const postRender = postRendererOf(postRenderer, postRendererArgs, io.cwd, means);
  return { chart, config: composed.value, postRender };
}

interface Loading {
  readonly flags: ChartActionFlags;
  readonly profile: 3 | 4;
  readonly io: Io;
}

async function loaded(
  renderer: ReleaseRenderer,
  source: ChartSource,
  loading: Loading,
): Promise<LoadedChart> {
  const { flags, profile, io } = loading;
  const read = async (from: ChartSource): Promise<LoadedChart> => {
    const result = await renderer.load(from, profile);
    if (!result.ok) throw new CommandError(result.error.message);
    return result.value;
  };
  let chart = await read(source);
  if (chart.type !== '' && chart.type !== 'application')
    throw new CommandError(`${chart.type} charts are not installable`);
  if (chart.missing.length > 0 && flags.dependencyUpdate === true && 'tree' in source)
    chart = await read(await completed(source, io));
  if (chart.missing.length > 0) throw new CommandError(missingText(chart, profile));
  if (chart.deprecated) io.stderr.write('WARNING: This chart is deprecated\n');
  return chart;
}

async function completed(
  source: Extract<ChartSource, { readonly path: string }>,
  io: Io,
): Promise<ChartSource> {
  return withElsewhere(io, undefined, async ({ charts }) => {
    const tree = await withDependencies(source.tree, source.path, charts);
    if (!tree.ok) throw new CommandError(tree.error.message);
    return { tree: tree.value, path: source.path };
  });
}

function missingText({ missing }: LoadedChart, profile: 3 | 4): string {
  const [first, quote] = profile === 3 ? ['An', '`'] : ['an', "'"];
  return (
    `${first} error occurred while checking for chart dependencies. You may need to run ` +
    `${quote}helm dependency build${quote} to fetch missing dependencies: ` +
    `found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`
  );
}
