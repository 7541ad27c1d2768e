import { resourcesText } from '@plumbline/controllers';
import type { HelmActions, ReleaseResources } from '@plumbline/controllers';
import { compileRegex, parseLabelSelector, toGo } from '@plumbline/languages';
import { plainValues } from '@plumbline/render';
import type { HelmRelease, StoredRelease } from '@plumbline/render';
import { CommandError, type Io } from '../../io.ts';
import { withCluster } from './connect.ts';
import { wholeNumber } from './options.ts';
import type { ClusterFlags } from './options.ts';
import { appVersionText, chartText, formatOf, table, timeOf, write, ansic, json, yaml } from './print.ts';
import { allValues, configOf, statusText } from './status-text.ts';
import { failure } from './write.ts';

interface ListFlags extends ClusterFlags {
  readonly output: string;
  readonly short?: boolean;
  readonly headers: boolean;
  readonly timeFormat?: string;
  readonly date?: boolean;
  readonly reverse?: boolean;
  readonly all?: boolean;
  readonly uninstalled?: boolean;
  readonly superseded?: boolean;
  readonly uninstalling?: boolean;
  readonly deployed?: boolean;
  readonly failed?: boolean;
  readonly pending?: boolean;
  readonly allNamespaces?: boolean;
  readonly max: string;
  readonly offset: string;
  readonly filter?: string;
  readonly selector?: string;
}

/** `helm list`. */
export async function list(flags: ListFlags, io: Io): Promise<void> {
  const format = formatOf(flags.output);
  await withCluster(flags, io, async (connection) => {
    const profile = connection.profileWish ?? 3;
    const all = await connection.actions(profile).list(flags.allNamespaces === true);
    if (!all.ok) throw failure(all.error);
    const found = picked(all.value, flags, profile);
    if (flags.short === true) {
      const names = found.map(({ release }) => release.name);
      write(io, format, names, () => names.map((name) => `${name}\n`).join(''));
      return;
    }
    const rows = found.map(({ release }) => listed(release, flags.timeFormat));
    write(io, format, rows, () =>
      table([
        ...(flags.headers
          ? [['NAME', 'NAMESPACE', 'REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION']]
          : []),
        ...rows.map((row) => Object.values(row)),
      ]),
    );
  });
}

function listed(release: HelmRelease, layout: string | undefined) {
  const time = timeOf(release.info.last_deployed);
  return {
    name: release.name,
    namespace: release.namespace,
    revision: String(release.version),
    updated:
      time === undefined ? '-' : layout === undefined || layout === '' ? time.print() : time.format(layout),
    status: release.info.status ?? '',
    chart: chartText(release),
    app_version: appVersionText(release),
  };
}

const pending = ['pending-install', 'pending-upgrade', 'pending-rollback'];
const everyStatus = ['deployed', 'failed', 'superseded', 'uninstalled', 'uninstalling', ...pending];

function statusesOf(flags: ListFlags, profile: 3 | 4): readonly string[] {
  if (flags.all === true) return everyStatus;
  const chosen = [
    ...(flags.deployed === true ? ['deployed'] : []),
    ...(flags.uninstalled === true ? ['uninstalled'] : []),
    ...(flags.uninstalling === true ? ['uninstalling'] : []),
    ...(flags.pending === true ? pending : []),
    ...(flags.failed === true ? ['failed'] : []),
    ...(flags.superseded === true ? ['superseded'] : []),
  ];
  if (chosen.length > 0) return chosen;
  return profile === 4 ? everyStatus : ['deployed', 'failed'];
}

function picked(all: readonly StoredRelease[], flags: ListFlags, profile: 3 | 4): readonly StoredRelease[] {
  const filter = compileRegex(flags.filter ?? '');
  if (!filter.ok) throw new CommandError(filter.error.message);
  const statuses = statusesOf(flags, profile);
  const named = all.filter(({ release }) => filter.value.test(release.name));
  // Superseded revisions are never the newest ones.
  const newest = statuses.length === 1 && statuses[0] === 'superseded' ? named : newestOnly(named);
  const selector = parseLabelSelector(flags.selector ?? '');
  if (!selector.ok) throw new CommandError(selector.error.message);
  const chosen = newest.filter(
    (stored) =>
      statuses.includes(stored.release.info.status ?? 'unknown') && selector.value.matches(labelsOf(stored)),
  );
  const offset = wholeNumber(flags.offset, 'invalid --offset');
  const max = wholeNumber(flags.max, 'invalid --max');
  return chosen.toSorted(orderOf(flags)).slice(offset, max > 0 ? offset + max : undefined);
}

function newestOnly(all: readonly StoredRelease[]): readonly StoredRelease[] {
  const newest = new Map<string, StoredRelease>();
  for (const stored of all) {
    const { name, namespace, version } = stored.release;
    const key = `${namespace}/${name}`;
    const known = newest.get(key);
    if (known === undefined || known.release.version <= version) newest.set(key, stored);
  }
  return [...newest.values()];
}

function labelsOf({ labels, systemLabels }: StoredRelease): Readonly<Record<string, string>> {
  return { ...labels, ...systemLabels };
}

/** By name, or by date from the newest. */
function orderOf(flags: ListFlags): (a: StoredRelease, b: StoredRelease) => number {
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const dateOf = ({ release }: StoredRelease): bigint => timeOf(release.info.last_deployed)?.nanos ?? 0n;
  const byDate = (a: StoredRelease, b: StoredRelease): number => {
    const [first, second] = [dateOf(a), dateOf(b)];
    return first < second ? -1 : first > second ? 1 : 0;
  };
  const byName = (a: StoredRelease, b: StoredRelease): number => byText(a.release.name, b.release.name);
  const order = flags.date === true ? byDate : byName;
  return flags.reverse === true ? (a, b) => order(b, a) : order;
}

interface HistoryFlags extends ClusterFlags {
  readonly output: string;
  readonly max: string;
}

/** `helm history RELEASE`. */
export async function history(name: string, flags: HistoryFlags, io: Io): Promise<void> {
  const format = formatOf(flags.output);
  const max = wholeNumber(flags.max, 'invalid --max');
  await withCluster(flags, io, async (connection) => {
    const profile = connection.profileWish ?? 3;
    const all = await connection.actions(profile).history(name);
    if (!all.ok) throw failure(all.error);
    const rows = (max > 0 ? all.value.slice(-max) : []).map(({ release }) => ({
      revision: release.version,
      ...(release.info.last_deployed === undefined && profile === 4
        ? {}
        : { updated: release.info.last_deployed ?? '' }),
      status: release.info.status ?? '',
      chart: chartText(release),
      app_version: appVersionText(release),
      description: release.info.description ?? '',
    }));
    write(io, format, rows, () =>
      table([
        ['REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION', 'DESCRIPTION'],
        ...rows.map((row) => [
          String(row.revision),
          timeOf(row.updated)?.format(ansic) ?? 'Mon Jan  1 00:00:00 0001',
          row.status,
          row.chart,
          row.app_version,
          row.description,
        ]),
      ]),
    );
  });
}

interface GetFlags extends ClusterFlags {
  readonly revision: string;
  readonly output?: string;
}

/** Reads one revision and prints something of it. */
async function getOne(
  name: string,
  flags: GetFlags,
  io: Io,
  print: (stored: StoredRelease, profile: 3 | 4, actions: HelmActions) => string | Promise<string>,
): Promise<void> {
  const revision = wholeNumber(flags.revision, 'invalid --revision');
  await withCluster(flags, io, async (connection) => {
    const profile = connection.profileWish ?? 3;
    const actions = connection.actions(profile);
    const stored = await actions.get(name, revision);
    if (!stored.ok) throw failure(stored.error);
    io.stdout.write(await print(stored.value, profile, actions));
  });
}

interface StatusFlags extends GetFlags {
  readonly output: string;
  readonly showDesc?: boolean;
  readonly showResources?: boolean;
}

/** `helm status RELEASE`. */
export async function status(name: string, flags: StatusFlags, io: Io): Promise<void> {
  const format = formatOf(flags.output);
  await getOne(name, flags, io, async (stored, profile, actions) => {
    const { chart: _chart, ...release } = stored.release;
    const wanted = profile === 4 || flags.showResources === true;
    const found = wanted
      ? await actions.resources(stored, format === 'table' ? 'tables' : 'objects')
      : undefined;
    if (found?.ok === false) throw failure(found.error);
    if (format === 'table') {
      const resources = found === undefined ? '' : resourcesText(found.value);
      return statusText(stored, { profile, showDescription: flags.showDesc === true, resources });
    }
    const shown =
      found === undefined ? release : { ...release, info: withResources(release.info, found.value) };
    return format === 'json' ? json(shown) : yaml(shown);
  });
}

/** Kinds and the members of objects in order, as Go writes maps. */
function withResources(info: HelmRelease['info'], found: ReleaseResources): HelmRelease['info'] {
  if (found.size === 0) return info;
  const sorted = toGo(Object.fromEntries(found));
  return { ...info, resources: sorted instanceof Map ? plainValues(sorted) : {} };
}

/** `helm get all RELEASE`. */
export function getAll(name: string, flags: GetFlags, io: Io): Promise<void> {
  return getOne(name, flags, io, (stored, profile) =>
    statusText(stored, { profile, debug: true, showMetadata: true }),
  );
}

/** `helm get hooks RELEASE`. */
export function getHooks(name: string, flags: GetFlags, io: Io): Promise<void> {
  return getOne(name, flags, io, ({ release }) =>
    (release.hooks ?? [])
      .map((hook) => `---\n# Source: ${hook.path ?? ''}\n${hook.manifest ?? ''}\n`)
      .join(''),
  );
}

/** `helm get manifest RELEASE`. */
export function getManifest(name: string, flags: GetFlags, io: Io): Promise<void> {
  return getOne(name, flags, io, ({ release }) => `${release.manifest ?? ''}\n`);
}

/** `helm get notes RELEASE`. */
export function getNotes(name: string, flags: GetFlags, io: Io): Promise<void> {
  return getOne(name, flags, io, ({ release }) => {
    const notes = release.info.notes ?? '';
    return notes === '' ? '' : `NOTES:\n${notes}\n`;
  });
}

interface ValuesFlags extends GetFlags {
  readonly output: string;
  readonly all?: boolean;
}

/** `helm get values RELEASE`. */
export async function getValues(name: string, flags: ValuesFlags, io: Io): Promise<void> {
  const format = formatOf(flags.output);
  await getOne(name, flags, io, ({ release }, profile) => {
    const values = flags.all === true ? allValues(release, profile) : configOf(release);
    if (format === 'json') return json(values);
    const head = format === 'yaml' ? '' : `${flags.all === true ? 'COMPUTED' : 'USER-SUPPLIED'} VALUES:\n`;
    return `${head}${yaml(values)}`;
  });
}

/** `helm get metadata RELEASE`. */
export async function getMetadata(
  name: string,
  flags: GetFlags & { readonly output: string },
  io: Io,
): Promise<void> {
  const format = formatOf(flags.output);
  await getOne(name, flags, io, (stored, profile) => {
    const { release } = stored;
    // Helm leaves its own labels out only where a revision is named.
    const labels = flags.revision === '0' ? labelsOf(stored) : stored.labels;
    const metadata = release.chart?.metadata ?? {};
    const { annotations, dependencies } = metadata;
    const deployed =
      timeOf(release.info.last_deployed)?.format('2006-01-02T15:04:05Z07:00') ?? '0001-01-01T00:00:00Z';
    const data = {
      name: release.name,
      chart: metadata.name ?? '',
      version: metadata.version ?? '',
      appVersion: metadata.appVersion ?? '',
      ...(annotations === undefined || annotations === null ? {} : { annotations }),
      ...(profile === 4 && Object.keys(labels).length > 0 ? { labels } : {}),
      ...(dependencies === undefined || dependencies === null ? {} : { dependencies }),
      namespace: release.namespace,
      revision: release.version,
      status: release.info.status ?? '',
      deployedAt: deployed,
      ...(profile === 4 && release.apply_method !== undefined ? { applyMethod: release.apply_method } : {}),
    };
    if (format === 'json') return json(data);
    if (format === 'yaml') return yaml(data);
    const lines = [
      `NAME: ${data.name}`,
      `CHART: ${data.chart}`,
      `VERSION: ${data.version}`,
      `APP_VERSION: ${data.appVersion}`,
      `ANNOTATIONS: ${labelText(annotations ?? {})}`,
      ...(profile === 4 ? [`LABELS: ${labelText(labels)}`] : []),
      `DEPENDENCIES: ${(dependencies ?? [])
        .map((one) => one.name ?? '')
        .toSorted()
        .join(',')}`,
      `NAMESPACE: ${data.namespace}`,
      `REVISION: ${data.revision}`,
      `STATUS: ${data.status}`,
      `DEPLOYED_AT: ${data.deployedAt}`,
      ...(profile === 4 ? [`APPLY_METHOD: ${methodText(release.apply_method)}`] : []),
    ];
    return `${lines.join('\n')}\n`;
  });
}

/** Labels as Kubernetes prints a set of them. */
function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(',');
}

function methodText(method: string | undefined): string {
  if (method === undefined || method === '') return 'client-side apply (defaulted)';
  if (method === 'csa') return 'client-side apply';
  return method === 'ssa' ? 'server-side apply' : `unknown (${JSON.stringify(method)})`;
}
