import { GoError, printValue } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';
import { copyMetadata } from './chart/types.ts';
import type { ChartDependency, HelmChart, HelmProfile } from './chart/types.ts';
import { coalesceTables, coalesceValues, mergeValues } from './values/coalesce.ts';
import type { Coalescing } from './values/coalesce.ts';
import { copyTable, isTable, pathValue, tableAt } from './values/tables.ts';
import { isCompatibleRange } from './versions.ts';

/**
 * Settles which subcharts take part (aliases, tags, conditions) and hands exported values up. Changes the chart, which
 * therefore has to be a fork. Throws `GoError`.
 */
export function processDependencies(chart: HelmChart, values: GoMap, how: Coalescing): void {
  enableDependencies(chart, values, '', how);
  importValuesOf(chart, how);
}

/** The names of dependencies that no chart is there for. */
function missingDependencies(chart: HelmChart): string[] {
  const present = new Set(chart.dependencies.map((sub) => sub.metadata.name));
  return (chart.metadata.dependencies ?? []).map(({ name }) => name).filter((name) => !present.has(name));
}

function enableDependencies(chart: HelmChart, values: GoMap, path: string, how: Coalescing): void {
  const listed = chart.metadata.dependencies;
  if (listed === null) return;
  setDependencies(chart, [...unlisted(chart, listed), ...aliased(chart, listed)]);
  for (const entry of listed) entry.enabled = true;
  const seen = coalesceValues(chart, values, how);
  applyTags(listed, seen, how);
  applyConditions(listed, seen, path, how);
  const off = new Set(listed.filter((entry) => !entry.enabled).map((entry) => entry.name));
  const kept = chart.dependencies.filter((sub) => !off.has(sub.metadata.name));
  for (const sub of kept) enableDependencies(sub, seen, `${path}${sub.metadata.name}.`, how);
  const entries = listed.filter((entry) => !off.has(entry.name));
  chart.metadata.dependencies = entries.length === 0 ? null : entries;
  setDependencies(chart, kept);
}

function setDependencies(chart: HelmChart, subcharts: HelmChart[]): void {
  for (const sub of subcharts) sub.parent = chart;
  chart.dependencies = subcharts;
}

/** Charts that lie in `charts/` without being named stay as they are. */
function unlisted(chart: HelmChart, listed: readonly ChartDependency[]): HelmChart[] {
  return chart.dependencies.filter(
    (sub) =>
      !listed.some(
        (entry) => entry.name === sub.metadata.name && isCompatibleRange(entry.version, sub.metadata.version),
      ),
  );
}

/** Each entry takes a copy of its chart, under its alias; afterwards the entry goes by the alias too. */
function aliased(chart: HelmChart, listed: readonly ChartDependency[]): HelmChart[] {
  const taken: HelmChart[] = [];
  for (const entry of listed) {
    const found = chart.dependencies.find(
      (sub) => sub.metadata.name === entry.name && isCompatibleRange(entry.version, sub.metadata.version),
    );
    if (found !== undefined) {
      const copy: HelmChart = { ...found, metadata: copyMetadata(found.metadata), dependencies: [] };
      setDependencies(
        copy,
        found.dependencies.map((sub) => forkBelow(sub)),
      );
      if (entry.alias !== '') copy.metadata.name = entry.alias;
      taken.push(copy);
    }
    if (entry.alias !== '') entry.name = entry.alias;
  }
  return taken;
}

/** A chart that two aliases share must not be settled twice. */
function forkBelow(chart: HelmChart): HelmChart {
  const fork: HelmChart = { ...chart, metadata: copyMetadata(chart.metadata), dependencies: [] };
  setDependencies(
    fork,
    chart.dependencies.map((sub) => forkBelow(sub)),
  );
  return fork;
}

function applyTags(entries: readonly ChartDependency[], values: GoMap, how: Coalescing): void {
  const tags = values.get('tags');
  if (!isTable(tags)) return;
  for (const entry of entries) {
    let on = false;
    let off = false;
    for (const tag of entry.tags) {
      const value = tags.get(tag);
      if (value === undefined) continue;
      if (value === true) on = true;
      else if (value === false) off = true;
      else how.warn(`Warning: Tag '${tag}' for chart ${entry.name} returned non-bool value`);
    }
    entry.enabled = on || !off;
  }
}

/** The first path of a condition that leads to a truth value decides, over the tags. */
function applyConditions(
  entries: readonly ChartDependency[],
  values: GoMap,
  path: string,
  how: Coalescing,
): void {
  for (const entry of entries) {
    for (const condition of entry.condition.trim().split(',')) {
      if (condition === '') continue;
      const found = pathValue(values, path + condition);
      if (found === undefined) continue;
      if (typeof found.value === 'boolean') {
        entry.enabled = found.value;
        break;
      }
      how.warn(`Warning: Condition path '${condition}' for chart ${entry.name} returned non-bool value`);
    }
  }
}

function importValuesOf(chart: HelmChart, how: Coalescing): void {
  for (const sub of chart.dependencies) importValuesOf(sub, how);
  const entries = chart.metadata.dependencies;
  if (entries === null) return;
  const values = mergeValues(chart, new Map(), how);
  const imported: GoMap = new Map();
  for (const entry of entries) {
    entry.importValues = entry.importValues.flatMap((wish): Value[] => {
      const pair = importPair(wish);
      if (pair === undefined) return [];
      importOne(imported, values, entry.name, pair, how);
      return [new Map<string, Value>(Object.entries(pair))];
    });
  }
  // What a child exports ranks below what the parent says itself.
  chart.values = coalesceTables(copyTable(values), imported, '', true, how);
}

interface ImportPair {
  readonly child: string;
  readonly parent: string;
}

function importPair(wish: Value): ImportPair | undefined {
  if (typeof wish === 'string') return { child: `exports.${wish}`, parent: '.' };
  if (!isTable(wish)) return undefined;
  return { child: printValue(wish.get('child') ?? null), parent: printValue(wish.get('parent') ?? null) };
}

function importOne(into: GoMap, values: GoMap, name: string, pair: ImportPair, how: Coalescing): void {
  const path = [...name.split('.'), ...pair.child.split('.')];
  const table = tableAt(values, path);
  if (table === undefined) {
    how.warn(`Warning: ImportValues missing table from chart ${name}: "${pair.child}" is not a table`);
    return;
  }
  let below: GoMap = table;
  if (pair.parent !== '.') {
    for (const key of pair.parent.split('.').toReversed()) below = new Map<string, Value>([[key, below]]);
  }
  coalesceTables(into, below, '', true, how);
}

/** Refuses a chart whose dependencies are not all there, as `helm template` does. Throws `GoError`. */
export function checkDependencies(chart: HelmChart, profile: HelmProfile): void {
  const missing = missingDependencies(chart);
  if (missing.length === 0) return;
  const words =
    profile === 3
      ? 'An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies'
      : "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies";
  throw new GoError(`${words}: found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`);
}
