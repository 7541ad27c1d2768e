import type { HealthStatusCode, SyncStatusCode } from '@plumbline/api';
import type { ApplicationRow } from './application-row.ts';
import { fuzzyMatch } from './fuzzy.ts';
import { healthOrder, syncOrder } from './status.ts';

export const sortColumns = ['name', 'project', 'health', 'sync', 'source', 'destination', 'synced'] as const;
export type SortColumn = (typeof sortColumns)[number];
type ListView = 'table' | 'tiles';

/** What the list page shows. It lives in the address, so that a view can be shared and survives a reload. */
export interface ListFilters {
  readonly search: string;
  readonly health: readonly HealthStatusCode[];
  readonly sync: readonly SyncStatusCode[];
  readonly projects: readonly string[];
  readonly clusters: readonly string[];
  readonly sort: SortColumn;
  readonly descending: boolean;
  readonly view: ListView;
}

export const noFilters: ListFilters = {
  search: '',
  health: [],
  sync: [],
  projects: [],
  clusters: [],
  sort: 'name',
  descending: false,
  view: 'table',
};

function listOf(search: URLSearchParams, name: string): string[] {
  return (search.get(name) ?? '').split(',').filter((item) => item !== '');
}

/** Reads filters from an address; what it does not know it leaves out. */
export function parseFilters(text: string): ListFilters {
  const search = new URLSearchParams(text);
  const sort = search.get('sort') ?? '';
  const column = sort.replace(/^-/, '');
  return {
    search: search.get('q') ?? '',
    health: healthOrder.filter((health) => listOf(search, 'health').includes(health)),
    sync: syncOrder.filter((sync) => listOf(search, 'sync').includes(sync)),
    projects: listOf(search, 'project'),
    clusters: listOf(search, 'cluster'),
    sort: sortColumns.find((known) => known === column) ?? noFilters.sort,
    descending: sort.startsWith('-'),
    view: search.get('view') === 'tiles' ? 'tiles' : 'table',
  };
}

/** The address of filters; what is as usual is not written, so that the plain list has a plain address. */
export function formatFilters(filters: ListFilters): string {
  const search = new URLSearchParams();
  if (filters.search !== '') search.set('q', filters.search);
  if (filters.health.length > 0) search.set('health', filters.health.join(','));
  if (filters.sync.length > 0) search.set('sync', filters.sync.join(','));
  if (filters.projects.length > 0) search.set('project', filters.projects.join(','));
  if (filters.clusters.length > 0) search.set('cluster', filters.clusters.join(','));
  if (filters.sort !== noFilters.sort || filters.descending) {
    search.set('sort', `${filters.descending ? '-' : ''}${filters.sort}`);
  }
  if (filters.view !== noFilters.view) search.set('view', filters.view);
  return search.toString().replaceAll('%2C', ',');
}

export function isFiltered(filters: ListFilters): boolean {
  const { search, health, sync, projects, clusters } = filters;
  return search !== '' || health.length + sync.length + projects.length + clusters.length > 0;
}

export interface FoundRow {
  readonly row: ApplicationRow;
  /** Letters of the name that the search matched. */
  readonly positions: readonly number[];
}

export interface FoundRows {
  readonly rows: readonly FoundRow[];
  /** How many rows each choice would leave, given all the other filters. */
  readonly health: ReadonlyMap<HealthStatusCode, number>;
  readonly sync: ReadonlyMap<SyncStatusCode, number>;
}

function allows<T>(chosen: readonly T[], value: T): boolean {
  return chosen.length === 0 || chosen.includes(value);
}

function count<T>(counts: Map<T, number>, value: T): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

const comparators: Readonly<Record<SortColumn, (a: ApplicationRow, b: ApplicationRow) => number>> = {
  name: () => 0,
  project: (a, b) => compareText(a.project, b.project),
  health: (a, b) => healthOrder.indexOf(a.health) - healthOrder.indexOf(b.health),
  sync: (a, b) => syncOrder.indexOf(a.sync) - syncOrder.indexOf(b.sync),
  source: (a, b) => compareText(a.repository, b.repository) || compareText(a.path, b.path),
  destination: (a, b) =>
    compareText(a.cluster, b.cluster) || compareText(a.destinationNamespace, b.destinationNamespace),
  synced: (a, b) => b.syncedAt - a.syncedAt,
};

/** Plain comparison of code units: the same for everybody, and many times faster than a collator at a thousand rows. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Filters and sorts. A search ranks by how well it matches until a sort is chosen. */
export function findRows(rows: Iterable<ApplicationRow>, filters: ListFilters): FoundRows {
  const health = new Map<HealthStatusCode, number>();
  const sync = new Map<SyncStatusCode, number>();
  const found: (FoundRow & { readonly score: number })[] = [];
  for (const row of rows) {
    if (!allows(filters.projects, row.project) || !allows(filters.clusters, row.cluster)) continue;
    const match = matchRow(row, filters.search);
    if (match === undefined) continue;
    const healthy = allows(filters.health, row.health);
    const synced = allows(filters.sync, row.sync);
    if (synced) count(health, row.health);
    if (healthy) count(sync, row.sync);
    if (healthy && synced) found.push({ row, ...match });
  }
  const ranked = filters.search !== '' && filters.sort === 'name' && !filters.descending;
  const direction = filters.descending ? -1 : 1;
  const compare = comparators[filters.sort];
  found.sort(
    (a, b) =>
      (ranked ? b.score - a.score : compare(a.row, b.row) * direction) ||
      compareText(a.row.id.name, b.row.id.name) * (filters.sort === 'name' ? direction : 1) ||
      compareText(a.row.key, b.row.key),
  );
  return { rows: found, health, sync };
}

/** A match of the name counts more than one of path, project or destination, which is tried only after it. */
function matchRow(
  row: ApplicationRow,
  search: string,
): { score: number; positions: readonly number[] } | undefined {
  if (search === '') return { score: 0, positions: [] };
  const name = fuzzyMatch(row.id.name, search);
  if (name !== undefined) return { score: name.score + 100, positions: name.positions };
  const rest = `${row.id.name} ${row.project} ${row.path} ${row.cluster} ${row.destinationNamespace} ${row.repository}`;
  const words = search.toLowerCase().split(/\s+/);
  return words.every((word) => rest.toLowerCase().includes(word)) ? { score: 1, positions: [] } : undefined;
}
