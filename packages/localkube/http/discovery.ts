import { createHash } from 'node:crypto';
import { formatApiVersion } from '@plumbline/api';
import { errors } from '../registry/index.ts';
import type { Core, Served, ServedGroup } from '../registry/index.ts';
import type { Discovery, Surroundings } from './surroundings.ts';
import { PlainRefusal } from './refusal.ts';
import { negotiate, notAcceptable } from './negotiate.ts';
import { openApiV2, openApiV2Json, openApiV2Type } from './openapi-v2.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { Route } from './route.ts';

/** The version that this server imitates. */
const kubernetesVersion = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
} as const;

function etagOf(data: unknown): string {
  return createHash('sha512').update(JSON.stringify(data)).digest('hex').toUpperCase();
}

export function makeDiscovery(core: Core): Discovery {
  let revision = -1;
  let cache = new Map<string, unknown>();
  const cached = <T>(key: string, make: () => T): T => {
    if (revision !== core.catalogue.revision) {
      revision = core.catalogue.revision;
      cache = new Map();
    }
    if (!cache.has(key)) cache.set(key, make());
    return cache.get(key) as T;
  };
  const paths = (): readonly string[] =>
    core.catalogue
      .groups()
      .flatMap(({ name, versions }) =>
        versions.map((version) => (name === '' ? `api/${version}` : `apis/${name}/${version}`)),
      );
  return {
    aggregated: (legacy) =>
      cached(`aggregated ${legacy}`, () => {
        const data = aggregatedList(core, legacy);
        return { data, etag: etagOf(data) };
      }),
    groupVersions: paths,
    resources: (group, version) =>
      cached(`resources ${group}/${version}`, () => resourceList(core, group, version)),
    openApi: (path) =>
      cached(`openapi ${path}`, () => {
        const data = openApiDocument(core, path);
        return data === undefined ? undefined : { data, etag: etagOf(data) };
      }),
    openApiIndex: () => cached('openapi', () => openApiIndex(core, paths())),
  };
}

function aggregatedList(core: Core, legacy: boolean): unknown {
  const groups = core.catalogue.groups().filter(({ name }) => (name === '') === legacy);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group.name === '' ? {} : { name: group.name },
      versions: group.versions.map((version) => ({
        version,
        resources: core.catalogue.resourcesOf(group.name, version).map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function aggregatedResource(resource: Served): unknown {
  // A built-in kind of the same group and version is named without them.
  const kindOf = ({ group, version, kind }: GroupVersionKind): GroupVersionKind =>
    !resource.custom && group === resource.group && version === resource.version
      ? { group: '', version: '', kind }
      : { group, version, kind };
  return {
    resource: resource.plural,
    responseKind: kindOf(resource),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.subresourceList.length > 0 && {
      subresources: resource.subresourceList.map((sub) => ({
        subresource: sub.name,
        responseKind: kindOf(sub),
        verbs: sub.verbs,
      })),
    }),
  };
}

function resourceList(core: Core, group: string, version: string): unknown {
  const rows = core.catalogue
    .resourcesOf(group, version)
    .flatMap((resource) => [mainRow(resource), ...subRows(resource)]);
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: formatApiVersion(group, version),
    resources: rows,
  };
}

function mainRow(resource: Served): unknown {
  return {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.verbs.includes('list') && { storageVersionHash: storageHash(resource) }),
  };
}

function storageHash({ storage }: Served): string {
  return createHash('sha256')
    .update(`${storage.group}/${storage.version}/${storage.kind}`)
    .digest('base64')
    .slice(0, 11)
    .concat('=');
}

function subRows(resource: Served): readonly unknown[] {
  return resource.subresourceList.map((sub) => ({
    name: `${resource.plural}/${sub.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...((sub.group !== resource.group || sub.version !== resource.version) && {
      group: sub.group,
      version: sub.version,
    }),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
}

function groupObject(group: ServedGroup): Readonly<Record<string, unknown>> {
  const versions = group.versions.map((version) => ({
    groupVersion: formatApiVersion(group.name, version),
    version,
  }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Everything below paths that name no resource. */
export function discoveryAnswer(around: Surroundings, request: ApiRequest, route: Route): ApiAnswer {
  const { core, discovery } = around;
  const path = request.path.length > 1 ? request.path.replace(/\/$/, '') : request.path;
  const answer =
    route.type === 'version'
      ? versionAnswer(around, route.group, route.version)
      : route.type === 'group'
        ? groupAnswer(core, route.group)
        : otherAnswer(around, request, path, discovery);
  if (answer === undefined) throw new PlainRefusal(404, '404 page not found\n');
  if (answer.type === 'text' && request.path !== '/version' && request.method === 'POST') return answer;
  const health = /^\/(healthz|livez|readyz)/.test(path);
  if (request.method !== 'GET' && !(health && request.method === 'HEAD')) throw errors.methodNotAllowed();
  return answer;
}

function data(
  value: unknown,
  more: { readonly contentType?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): ApiAnswer {
  return { type: 'data', status: 200, data: value, ...more };
}

function versionAnswer(around: Surroundings, group: string, version: string): ApiAnswer | undefined {
  const { catalogue } = around.core;
  if (catalogue.resourcesOf(group, version).length > 0)
    return data(around.discovery.resources(group, version));
  // Groups of custom resources come and go, so the router itself knows only the built-in ones.
  if (catalogue.all().some((one) => one.group === group && !one.custom)) throw errors.noSuchResource();
  return undefined;
}

function groupAnswer(core: Core, name: string): ApiAnswer | undefined {
  const group = core.catalogue.groups().find((one) => one.name === name && name !== '');
  return group === undefined
    ? undefined
    : data({ kind: 'APIGroup', apiVersion: 'v1', ...groupObject(group) });
}

function otherAnswer(
  around: Surroundings,
  request: ApiRequest,
  path: string,
  discovery: Discovery,
): ApiAnswer | undefined {
  if (path === '/api' || path === '/apis') return groupsAnswer(around, request, path === '/api');
  if (path === '/version') return data(kubernetesVersion);
  const tokens = around.security?.tokens;
  if (tokens !== undefined && path === '/openid/v1/jwks') return data(tokens.keys);
  if (tokens !== undefined && path === '/.well-known/openid-configuration')
    return data(openIdOf(tokens.issuer));
  if (path === '/openapi/v2' && !(request.headers['accept'] ?? '').includes('proto-openapi'))
    return data(openApiV2Json(discovery));
  if (path === '/openapi/v2')
    return { type: 'bytes', status: 200, bytes: openApiV2(around.core), contentType: openApiV2Type };
  if (path === '/openapi/v3') return data(discovery.openApiIndex());
  if (path.startsWith('/openapi/v3/'))
    return openApiAnswer(request, discovery.openApi(path.slice('/openapi/v3/'.length)));
  if (/^\/(healthz|livez|readyz)(\/(ping|etcd|log|informer-sync))?$/.test(path))
    return healthAnswer(request, path);
  if (path === '/') return data({ paths: rootPaths(discovery) });
  return undefined;
}

function rootPaths(discovery: Discovery): readonly string[] {
  const groups = discovery.groupVersions().filter((path) => path.startsWith('apis/'));
  const paths = new Set([
    '/api',
    '/api/v1',
    '/apis',
    ...groups.flatMap((path) => [`/${path.split('/').slice(0, 2).join('/')}`, `/${path}`]),
  ]);
  for (const other of [
    '/healthz',
    '/healthz/ping',
    '/livez',
    '/livez/ping',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/readyz/ping',
    '/version',
  ])
    paths.add(other);
  return [...paths].sort();
}

function groupsAnswer(around: Surroundings, request: ApiRequest, legacy: boolean): ApiAnswer {
  const accept = request.headers['accept'];
  const wanted = groupsForm(accept);
  const headers = { vary: 'Accept' };
  if (wanted === 'aggregated') {
    const { data: list, etag } = around.discovery.aggregated(legacy);
    const quoted = `"${etag}"`;
    if (request.headers['if-none-match'] === quoted)
      return { type: 'text', status: 304, text: '', headers: { etag: quoted, ...headers } };
    return data(list, { contentType: aggregatedType, headers: { etag: quoted, ...headers } });
  }
  if (legacy) {
    const address = { clientCIDR: '0.0.0.0/0', serverAddress: request.headers['host'] ?? 'localhost' };
    return data(
      { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [address] },
      { headers },
    );
  }
  const groups = around.core.catalogue.groups().filter(({ name }) => name !== '');
  return data({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupObject) }, { headers });
}

function groupsForm(accept: string | undefined): 'aggregated' | 'plain' {
  for (const clause of (accept ?? '').split(',').map((part) => part.trim())) {
    if (clause.includes('as=APIGroupDiscoveryList')) {
      if (
        /g=apidiscovery\.k8s\.io/.test(clause) &&
        /v=v2(;|$)/.test(clause) &&
        clause.startsWith('application/json')
      )
        return 'aggregated';
      continue;
    }
    if (
      clause === '' ||
      clause.startsWith('application/json') ||
      clause.startsWith('*/*') ||
      clause.startsWith('application/*')
    )
      return 'plain';
  }
  negotiate(accept, false);
  throw notAcceptable(accept ?? '');
}

function openApiAnswer(
  request: ApiRequest,
  document: { readonly data: unknown; readonly etag: string } | undefined,
): ApiAnswer | undefined {
  if (document === undefined) return undefined;
  const etag = `"${document.etag}"`;
  if (request.headers['if-none-match'] === etag)
    return { type: 'text', status: 304, text: '', headers: { etag } };
  return data(document.data, { headers: { etag, 'cache-control': 'public, immutable' } });
}

function healthAnswer(request: ApiRequest, path: string): ApiAnswer {
  const check = path.split('/')[1] ?? '';
  const text = request.query.has('verbose') ? `[+]ping ok\n[+]log ok\n${check} check passed\n` : 'ok';
  return { type: 'text', status: 200, text };
}

/** Where others find the keys that tokens of service accounts are checked with. */
function openIdOf(issuer: string): unknown {
  return {
    issuer,
    jwks_uri: `${issuer}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
}
