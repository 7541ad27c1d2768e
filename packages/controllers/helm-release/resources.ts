import type { KubeObject } from '@plumbline/api';
import { isRecord, messageOf, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { HelmRelease } from '@plumbline/render';
import { buildTargets } from './objects.ts';
import type { Target } from './objects.ts';
import type { Context } from './ports.ts';

/** The objects of a release as they are now, by `v1/Kind`, with the pods that they select as `v1/Pod(related)`. */
export type ReleaseResources = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;

const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** Reads the objects of a release, as objects or as the server's tables of them. What is not there is left out. */
export async function readResources(
  context: Context,
  release: HelmRelease,
  as: 'objects' | 'tables',
): Promise<ReleaseResources> {
  const targets = await buildTargets(context, release.manifest ?? '');
  const answers = await Promise.all(targets.map((target) => read(context, pathOf(target), as)));
  const found = new Map<string, Readonly<Record<string, unknown>>[]>();
  const add = (key: string, object: Readonly<Record<string, unknown>>): void => {
    const list = found.get(key);
    if (list === undefined) found.set(key, [object]);
    else list.push(object);
  };
  const selected = new Set<string>();
  for (const [i, target] of targets.entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    add(`${target.resource.version}/${target.resource.kind}`, answer);
    const labels = selectorOf(target.object);
    if (labels === undefined || selected.has(labels)) continue;
    selected.add(labels);
    const query = new URLSearchParams({ labelSelector: labels }).toString();
    const pods = await read(
      context,
      `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods?${query}`,
      as,
    );
    if (pods !== undefined) add('v1/Pod(related)', pods);
  }
  return found;
}

function pathOf({ resource, namespace, name }: Target): string {
  const base =
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${base}${scope}/${resource.plural}/${encodeURIComponent(name)}`;
}

async function read(
  context: Context,
  path: string,
  as: 'objects' | 'tables',
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { status, body } = await context.cluster.request({
      method: 'GET',
      path,
      ...(as === 'tables' ? { headers: { accept: tableType } } : {}),
    });
    if (status === 200 && isRecord(body)) return as === 'objects' ? withKinds(body) : body;
    context.logger.debug('an object of a release cannot be read', { path, status });
  } catch (thrown) {
    context.logger.debug('an object of a release cannot be read', { path, error: messageOf(thrown) });
  }
  return undefined;
}

/** Servers leave out of a list what all its items have in common. */
function withKinds(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { kind, apiVersion, items } = body;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return body;
  const named = { apiVersion, kind: kind.slice(0, -'List'.length) };
  return { ...body, items: items.filter(isRecord).map((item) => ({ ...named, ...item })) };
}

const selecting = new Set(['ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

/** The labels by which an object finds its pods, as a selector. */
function selectorOf(object: KubeObject): string | undefined {
  const selector = recordAt(recordAt(object, 'spec'), 'selector');
  const labels = selecting.has(object.kind)
    ? recordAt(selector, 'matchLabels')
    : object.kind === 'ReplicationController'
      ? selector
      : {};
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? undefined : pairs.toSorted().join(',');
}

/** The tables of a release as kubectl prints them: each row by itself, headers where they change. */
export function resourcesText(resources: ReleaseResources): string {
  let text = '';
  let last: readonly string[] = [];
  for (const [key, tables] of resources) {
    text += `==> ${key}\n`;
    for (const table of tables) {
      const columns = recordsAt(table, 'columnDefinitions');
      const shown = columns.flatMap((column, i) => (column['priority'] === 0 ? [i] : []));
      const head = shown.map((i) => textAt(columns[i] ?? {}, 'name').toUpperCase());
      const rows = recordsAt(table, 'rows').map(({ cells }) =>
        shown.map((i) => cellText(Array.isArray(cells) ? cells[i] : undefined)),
      );
      const isNew = head.length > 0 && head.join('\t') !== last.join('\t');
      if (rows.length > 0) {
        text += columnsText(isNew ? [head, ...rows] : rows);
        last = head;
      }
    }
    text += '\n';
  }
  return text;
}

function cellText(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

function columnsText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows
    .map((row) =>
      row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd((widths[i] ?? 0) + 3))).join(''),
    )
    .map((line) => `${line}\n`)
    .join('');
}
