import { fromBytes, fromGo, readGoYaml, toBytes, toGo } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';
import { isRecord } from '@plumbline/base';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { plainValues } from './plain-values.ts';
import type { ChartDependency, ChartFile, ChartMetadata, HelmChart, HelmProfile } from '../chart/types.ts';
import type { ReleaseChart, ReleaseFile, ReleaseMetadata } from './record.ts';

/** The chart of a release as its record keeps it: without the charts below it. */
export function recordOfChart(
  chart: HelmChart,
  schema: Uint8Array | undefined,
  profile: HelmProfile,
): ReleaseChart {
  const { templates, files } = chart;
  return {
    metadata: metadataOf(chart.metadata),
    lock: lockOf(chart.lock),
    templates: listed(templates.map(({ name, text }) => fileOf(name, toBytes(text)))),
    values: plainValues(chart.values),
    schema: schema === undefined ? null : encodeBase64(schema),
    ...(profile === 4 ? { schemamodtime: '0001-01-01T00:00:00Z' } : {}),
    files: listed(files.map(({ name, data }) => fileOf(name, data))),
  };
}

/** Go writes a list that was never filled as null. */
function listed(files: readonly ReleaseFile[]): readonly ReleaseFile[] | null {
  return files.length === 0 ? null : files;
}

function fileOf(name: string, data: Uint8Array): ReleaseFile {
  return { name, data: encodeBase64(data) };
}

const textOrNothing = (text: string): string | undefined => (text === '' ? undefined : text);
const someOrNothing = <T>(list: readonly T[] | null): readonly T[] | undefined =>
  list === null || list.length === 0 ? undefined : list;

function metadataOf(metadata: ChartMetadata): ReleaseMetadata {
  const { annotations } = metadata;
  const fields = {
    name: textOrNothing(metadata.name),
    home: textOrNothing(metadata.home),
    sources: someOrNothing(metadata.sources),
    version: textOrNothing(metadata.version),
    description: textOrNothing(metadata.description),
    keywords: someOrNothing(metadata.keywords),
    maintainers: someOrNothing(metadata.maintainers)?.map(({ name, email, url }) => ({
      name: textOrNothing(name),
      email: textOrNothing(email),
      url: textOrNothing(url),
    })),
    icon: textOrNothing(metadata.icon),
    apiVersion: textOrNothing(metadata.apiVersion),
    condition: textOrNothing(metadata.condition),
    tags: textOrNothing(metadata.tags),
    appVersion: textOrNothing(metadata.appVersion),
    deprecated: metadata.deprecated ? true : undefined,
    annotations:
      annotations === null || annotations.size === 0
        ? undefined
        : Object.fromEntries([...annotations].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    kubeVersion: textOrNothing(metadata.kubeVersion),
    dependencies: someOrNothing(metadata.dependencies)?.map(dependencyOf),
    type: textOrNothing(metadata.type),
  };
  return withoutNothing(fields) as ReleaseMetadata;
}

function dependencyOf(entry: ChartDependency): Readonly<Record<string, unknown>> {
  return withoutNothing({
    name: entry.name,
    version: textOrNothing(entry.version),
    repository: entry.repository,
    condition: textOrNothing(entry.condition),
    tags: someOrNothing(entry.tags),
    enabled: entry.enabled ? true : undefined,
    'import-values': someOrNothing(entry.importValues.map(fromGo)),
    alias: textOrNothing(entry.alias),
  });
}

function withoutNothing(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** `Chart.lock` by the order of its struct. A lock that cannot be read says nothing that anybody needs later. */
function lockOf(file: ChartFile | undefined): unknown {
  if (file === undefined) return null;
  let value: Value;
  try {
    value = readGoYaml(fromBytes(file.data));
  } catch {
    return null;
  }
  const lock = fromGo(value);
  if (!isRecord(lock)) return null;
  return {
    generated: lock['generated'] ?? '0001-01-01T00:00:00Z',
    digest: lock['digest'] ?? '',
    dependencies: lock['dependencies'] ?? null,
  };
}

/** The defaults of a recorded chart under what its user said, as `helm get values --all` shows them. */
export function recordedDefaults(chart: ReleaseChart | null | undefined): {
  readonly name: string;
  readonly values: GoMap;
} {
  const values = toGo(chart?.values ?? {});
  return { name: chart?.metadata?.name ?? '', values: values instanceof Map ? values : new Map() };
}

/** The text of a recorded file. */
export function recordedText(file: ReleaseFile): string {
  return fromBytes(decodeBase64(file.data ?? '') ?? new Uint8Array());
}
