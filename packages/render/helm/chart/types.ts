import type { GoMap, Value } from '@plumbline/languages';
import type { OutsideSchemas } from '../schema/outside.ts';
import type { SchemaDocument } from '../schema/document.ts';

/** Which Helm is imitated where 3 and 4 differ. */
export type HelmProfile = 3 | 4;

/** A file of a chart: path below the chart's root and its bytes. */
export interface ChartFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** What the values of a chart have to look like. */
export interface ChartSchema {
  document(outside: OutsideSchemas): SchemaDocument;
  /** Schemas on the web that it refers to, or that those refer to, and that were not brought yet. */
  missing(outside: OutsideSchemas): readonly string[];
}

/** A template with its text. */
export interface ChartTemplate {
  readonly name: string;
  readonly text: string;
}

/** An entry of `dependencies`. */
export interface ChartDependency {
  name: string;
  readonly version: string;
  readonly repository: string;
  readonly condition: string;
  readonly tags: readonly string[];
  enabled: boolean;
  importValues: readonly Value[];
  readonly alias: string;
}

/** A person of `maintainers`. */
export interface ChartMaintainer {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

/** `Chart.yaml`, read and checked. */
export interface ChartMetadata {
  name: string;
  readonly home: string;
  readonly sources: readonly string[] | null;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[] | null;
  readonly maintainers: readonly ChartMaintainer[] | null;
  readonly icon: string;
  apiVersion: string;
  readonly condition: string;
  readonly tags: string;
  readonly appVersion: string;
  readonly deprecated: boolean;
  readonly annotations: ReadonlyMap<string, string> | null;
  readonly kubeVersion: string;
  dependencies: ChartDependency[] | null;
  readonly type: string;
}

/** A loaded chart with the charts below it. A render works on a copy of this tree. */
export interface HelmChart {
  metadata: ChartMetadata;
  readonly templates: readonly ChartTemplate[];
  /** Defaults; never changed, only replaced. */
  values: GoMap;
  /** `values.yaml` as it is written, for who wants to know where a key stands. */
  readonly valuesText: string;
  readonly schema: ChartSchema | undefined;
  /** What is neither a template, values nor a chart. */
  readonly files: readonly ChartFile[];
  readonly lock: ChartFile | undefined;
  parent: HelmChart | undefined;
  dependencies: HelmChart[];
}

/** A copy of the chart tree whose names and dependencies may change; files and defaults are shared. */
export function forkChart(chart: HelmChart, parent?: HelmChart): HelmChart {
  const fork: HelmChart = { ...chart, metadata: copyMetadata(chart.metadata), parent, dependencies: [] };
  fork.dependencies = chart.dependencies.map((sub) => forkChart(sub, fork));
  return fork;
}

/** Metadata whose dependencies may change. */
export function copyMetadata(metadata: ChartMetadata): ChartMetadata {
  const dependencies = metadata.dependencies?.map((dependency) => ({ ...dependency })) ?? null;
  return { ...metadata, dependencies };
}

/** Where a chart's templates hang: `parent/charts/child`, by names, not by folders. */
export function chartPath(chart: HelmChart): string {
  const own = chart.metadata.name;
  return chart.parent === undefined ? own : `${chartPath(chart.parent)}/charts/${own}`;
}
