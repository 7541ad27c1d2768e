import { emitter, isRecord, messageOf, recordAt, recordsAt, textAt, textsAt } from '@plumbline/base';
import type { Cancel, Clock, Logger } from '@plumbline/base';
import type { KubeRequest, KubeResponse } from '@plumbline/api';
import { statusErrorOf } from './errors.ts';
import { groupVersionPath } from './paths.ts';
import type { ApiResource } from './types.ts';

interface KindName {
  readonly group: string;
  readonly kind: string;
  readonly version?: string;
}

/** What a server serves: read once, shared, read again when told or when something is asked for that is not known. */
export interface Discovery {
  resource(kind: KindName): Promise<ApiResource | undefined>;
  known(kind: KindName): ApiResource | undefined;
  /** Every kind once, in the version that the server prefers. Empty before the first reading. */
  preferred(): readonly ApiResource[];
  /** `group/version` and `group/version/Kind` of everything, sorted; reads first if nothing was read yet. */
  apiVersions(): Promise<readonly string[]>;
  /** Reads again; calls that come while it reads are served by one reading more. */
  refresh(): Promise<void>;
  /** The next question reads again. */
  invalidate(): void;
  /** Called after each reading that found something new or gone. */
  listen(listener: () => void): Cancel;
}

/** How often a question for the same unknown kind may cause another reading. */
const MISS_INTERVAL_MS = 1_000;
const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,' +
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ApiResource[];
}

/** One of the two roots (`/api`, `/apis`) as it was last read. */
interface Root {
  readonly etag: string | undefined;
  /** In the order of the server's preference within each group. */
  readonly versions: readonly GroupVersion[];
}

/** Discovery that has read nothing yet; the first question reads. */
export function createDiscovery(options: {
  readonly request: (request: KubeRequest) => Promise<KubeResponse>;
  readonly clock: Clock;
  readonly logger: Logger;
}): Discovery {
  const { request, clock, logger } = options;
  const changed = emitter<void>((thrown) =>
    logger.error('a listener of discovery failed', { error: messageOf(thrown) }),
  );
  const misses = new Map<string, number>();
  let roots: { readonly core: Root; readonly groups: Root } | undefined;
  let byKind = new Map<string, ApiResource>();
  let byVersion = new Map<string, ApiResource>();
  let apiVersions: readonly string[] | undefined;
  let stale = true;
  let reading: Promise<void> | undefined;
  let queued: Promise<void> | undefined;

  async function read(): Promise<void> {
    stale = false;
    try {
      const [core, groups] = await Promise.all([
        readRoot(request, '/api', roots?.core, logger),
        readRoot(request, '/apis', roots?.groups, logger),
      ]);
      const unchanged = roots !== undefined && roots.core === core && roots.groups === groups;
      roots = { core, groups };
      if (unchanged) return;
    } catch (thrown) {
      stale = true;
      throw thrown;
    }
    const before = [...byVersion.keys()].join();
    ({ byKind, byVersion } = indexes([...roots.core.versions, ...roots.groups.versions]));
    apiVersions = undefined;
    if (before !== [...byVersion.keys()].join()) changed.emit();
  }

  function start(): Promise<void> {
    reading = read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  function refresh(): Promise<void> {
    if (reading === undefined) return start();
    // The reading under way may have begun before the change that the caller knows of, so one more follows.
    queued ??= reading
      .catch(() => {})
      .then(() => {
        queued = undefined;
        return start();
      });
    return queued;
  }

  function known(kind: KindName): ApiResource | undefined {
    return kind.version === undefined
      ? byKind.get(`${kind.group}/${kind.kind}`)
      : byVersion.get(`${kind.group}/${kind.version}/${kind.kind}`);
  }

  return {
    known,
    refresh,
    preferred: () => [...byKind.values()],
    async apiVersions() {
      if (stale) await (reading ?? start());
      apiVersions ??= namesOf(byVersion.values());
      return apiVersions;
    },
    listen: (listener) => changed.listen(listener),
    invalidate() {
      stale = true;
    },
    async resource(kind) {
      if (stale) await (reading ?? start());
      const found = known(kind);
      if (found !== undefined) return found;
      const key = `${kind.group}/${kind.version ?? ''}/${kind.kind}`;
      const asked = misses.get(key);
      if (asked !== undefined && clock.now() - asked < MISS_INTERVAL_MS) return undefined;
      misses.set(key, clock.now());
      await refresh();
      return known(kind);
    },
  };
}

function namesOf(resources: Iterable<ApiResource>): readonly string[] {
  const names = new Set<string>();
  for (const { group, version, kind } of resources) {
    const groupVersion = group === '' ? version : `${group}/${version}`;
    names.add(groupVersion).add(`${groupVersion}/${kind}`);
  }
  return [...names].sort();
}

function indexes(versions: readonly GroupVersion[]): {
  readonly byKind: Map<string, ApiResource>;
  readonly byVersion: Map<string, ApiResource>;
} {
  const byKind = new Map<string, ApiResource>();
  const byVersion = new Map<string, ApiResource>();
  for (const { resources } of versions) {
    for (const resource of resources) {
      const kind = `${resource.group}/${resource.kind}`;
      const version = `${resource.group}/${resource.version}/${resource.kind}`;
      if (!byKind.has(kind)) byKind.set(kind, resource);
      if (!byVersion.has(version)) byVersion.set(version, resource);
    }
  }
  return { byKind, byVersion };
}

async function readRoot(
  request: (request: KubeRequest) => Promise<KubeResponse>,
  path: '/api' | '/apis',
  before: Root | undefined,
  logger: Logger,
): Promise<Root> {
  const headers = {
    accept: AGGREGATED,
    ...(before?.etag === undefined ? {} : { 'if-none-match': before.etag }),
  };
  const response = await request({ method: 'GET', path, headers });
  if (response.status === 304 && before !== undefined) return before;
  if (response.status !== 200 || !isRecord(response.body)) throw statusErrorOf(response);
  const old = new Map((before?.versions ?? []).map((entry) => [`${entry.group}/${entry.version}`, entry]));
  const versions =
    response.body['kind'] === 'APIGroupDiscoveryList'
      ? fromAggregated(response.body, old)
      : await fromLegacy(request, path, response.body, old, logger);
  return { etag: response.headers['etag'], versions };
}

type OldVersions = ReadonlyMap<string, GroupVersion>;

function fromAggregated(body: Readonly<Record<string, unknown>>, old: OldVersions): GroupVersion[] {
  const result: GroupVersion[] = [];
  for (const item of recordsAt(body, 'items')) {
    const group = textAt(recordAt(item, 'metadata'), 'name');
    for (const entry of recordsAt(item, 'versions')) {
      const version = textAt(entry, 'version');
      const kept = old.get(`${group}/${version}`);
      // An aggregated API whose backend is down says nothing new: what it served before is kept.
      if (entry['freshness'] === 'Stale' && kept !== undefined) result.push(kept);
      else
        result.push({
          group,
          version,
          resources: recordsAt(entry, 'resources').map((r) => aggregatedResource(r, group, version)),
        });
    }
  }
  return result;
}

function aggregatedResource(
  r: Readonly<Record<string, unknown>>,
  group: string,
  version: string,
): ApiResource {
  return {
    group,
    version,
    kind: textAt(recordAt(r, 'responseKind'), 'kind'),
    plural: textAt(r, 'resource'),
    namespaced: r['scope'] === 'Namespaced',
    verbs: textsAt(r, 'verbs'),
    shortNames: textsAt(r, 'shortNames'),
    subresources: recordsAt(r, 'subresources').map((s) => textAt(s, 'subresource')),
  };
}

async function fromLegacy(
  request: (request: KubeRequest) => Promise<KubeResponse>,
  path: '/api' | '/apis',
  body: Readonly<Record<string, unknown>>,
  old: OldVersions,
  logger: Logger,
): Promise<GroupVersion[]> {
  const wanted =
    path === '/api'
      ? textsAt(body, 'versions').map((version) => ({ group: '', version }))
      : recordsAt(body, 'groups').flatMap(groupVersions);
  const found = await Promise.all(
    wanted.map(async ({ group, version }) => {
      const response = await request({ method: 'GET', path: groupVersionPath(group, version) });
      if (response.status === 200 && isRecord(response.body)) {
        return {
          group,
          version,
          resources: legacyResources(recordsAt(response.body, 'resources'), group, version),
        };
      }
      logger.warn('an API group cannot be read', { group, version, status: response.status });
      return old.get(`${group}/${version}`);
    }),
  );
  return found.filter((entry) => entry !== undefined);
}

/** The versions of a group, the preferred one first. */
function groupVersions(group: Readonly<Record<string, unknown>>): { group: string; version: string }[] {
  const name = textAt(group, 'name');
  const first = textAt(recordAt(group, 'preferredVersion'), 'version');
  const all = recordsAt(group, 'versions').map((v) => textAt(v, 'version'));
  const ordered = all.includes(first) ? [first, ...all.filter((v) => v !== first)] : all;
  return ordered.map((version) => ({ group: name, version }));
}

function legacyResources(
  rows: readonly Readonly<Record<string, unknown>>[],
  group: string,
  version: string,
): ApiResource[] {
  const subresources = new Map<string, string[]>();
  for (const row of rows) {
    const [plural = '', subresource] = textAt(row, 'name').split('/');
    if (subresource !== undefined)
      subresources.set(plural, [...(subresources.get(plural) ?? []), subresource]);
  }
  return rows
    .filter((row) => !textAt(row, 'name').includes('/'))
    .map((row) => ({
      group,
      version,
      kind: textAt(row, 'kind'),
      plural: textAt(row, 'name'),
      namespaced: row['namespaced'] === true,
      verbs: textsAt(row, 'verbs'),
      shortNames: textsAt(row, 'shortNames'),
      subresources: subresources.get(textAt(row, 'name')) ?? [],
    }));
}
