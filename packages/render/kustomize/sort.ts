import { KustomizeError } from './problem.ts';
import { currentId, gvkText } from './resource.ts';
import type { Gvk, ResId, Resource } from './resource.ts';
import type { SortOptions } from './kustomization/types.ts';

/** What other resources need comes first; upstream promised never to change this order. */
const legacyFirst = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
/** Webhooks come last: they act on everything that is applied after them. */
const legacyLast = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

const legacyRanks = ranksOf(legacyFirst, legacyLast);

function ranksOf(first: readonly string[], last: readonly string[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  first.forEach((kind, i) => ranks.set(kind, i - first.length));
  last.forEach((kind, i) => ranks.set(kind, i + 1));
  return ranks;
}

/** Go compares strings by bytes, which is not the order of UTF-16 above the basic plane; names stay below it. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function gvkSortText(gvk: Gvk): string {
  return `${gvk.group || '~G'}_${gvk.version || '~V'}_${gvk.kind || '~K'}`;
}

/** The order of kinds in transformer configurations. */
export function compareGvk(a: Gvk, b: Gvk): number {
  const rank = (legacyRanks.get(a.kind) ?? 0) - (legacyRanks.get(b.kind) ?? 0);
  return rank === 0 ? compareText(gvkSortText(a), gvkSortText(b)) : rank;
}

interface Sortable {
  readonly resource: Resource;
  readonly id: ResId;
  readonly gvk: string;
  readonly text: string;
  readonly rank: number;
}

/** Resources in the legacy order, which is what the `kustomize build` command prints by default. */
export function sortLegacy(
  resources: readonly Resource[],
  options?: SortOptions['legacySortOptions'],
): Resource[] {
  const ranks =
    options === undefined ? legacyRanks : ranksOf(options.orderFirst ?? [], options.orderLast ?? []);
  const sortable = resources.map((resource): Sortable => {
    const id = currentId(resource);
    const text = `${gvkText(id)}|${id.namespace || '~X'}|${id.name || '~N'}`;
    return { resource, id, gvk: gvkSortText(id), text, rank: ranks.get(id.kind) ?? 0 };
  });
  return sortable.sort(compareSortable).map(({ resource }) => resource);
}

function compareSortable(a: Sortable, b: Sortable): number {
  if (a.gvk === b.gvk) return compareText(a.text, b.text);
  if (a.rank !== b.rank) return a.rank - b.rank;
  const order = compareText(a.gvk, b.gvk);
  // Among several kinds called Namespace the core one comes first.
  const namespaces = a.id.kind === 'Namespace' && b.id.kind === 'Namespace';
  return namespaces && (a.id.group === '' || b.id.group === '') ? -order : order;
}

/** Resources in the order that a kustomization's `sortOptions` ask for. */
export function sortByOptions(resources: readonly Resource[], options: SortOptions): readonly Resource[] {
  const order = options.order ?? '';
  if (order !== 'fifo' && order !== 'legacy')
    throw new KustomizeError("the field 'sortOptions.order' must be one of [fifo, legacy]", {
      code: 'sort-options',
    });
  if (order === 'legacy') return sortLegacy(resources, options.legacySortOptions);
  if (options.legacySortOptions !== undefined)
    throw new KustomizeError(
      "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
      { code: 'sort-options' },
    );
  return resources;
}
