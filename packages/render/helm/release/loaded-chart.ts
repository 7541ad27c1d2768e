import { unpackChart } from '../chart/archive.ts';
import { readChartFolder } from '../chart/folder.ts';
import { loadChart } from '../chart/load.ts';
import type { HelmChart, HelmProfile } from '../chart/types.ts';
import type { ChartSource } from '../request.ts';

/** A chart that is ready to be released, with what its record needs of its files. */
export interface LoadedChart {
  readonly profile: HelmProfile;
  readonly name: string;
  readonly version: string;
  readonly deprecated: boolean;
  /** Dependencies that are named and not there, in the order of `Chart.yaml`. */
  readonly missing: readonly string[];
  /** `application`, `library` or ''. */
  readonly type: string;
  readonly chart: HelmChart;
  readonly schema: Uint8Array | undefined;
  readonly warnings: readonly string[];
}

const chartDepthMax = 20;

/** Reads a chart from a folder or an archive. Rejects with `GoError`. */
export async function loadReleaseChart(source: ChartSource, profile: HelmProfile): Promise<LoadedChart> {
  const files =
    'archive' in source
      ? await unpackChart(source.archive)
      : (await readChartFolder(source.tree, source.path)).files;
  const warnings: string[] = [];
  const chart = await loadChart(files, {
    profile,
    unpack: unpackChart,
    warn: (message) => warnings.push(message),
    depthMax: chartDepthMax,
  });
  const { name, version, deprecated, type, dependencies } = chart.metadata;
  const present = new Set(chart.dependencies.map((sub) => sub.metadata.name));
  return {
    profile,
    name,
    version,
    deprecated,
    type,
    missing: (dependencies ?? []).map((entry) => entry.name).filter((entry) => !present.has(entry)),
    chart,
    schema: files.find((file) => file.name === 'values.schema.json')?.data,
    warnings,
  };
}
