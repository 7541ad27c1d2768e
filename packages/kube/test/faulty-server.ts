import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '@plumbline/api';

/** Answers a request instead of the server; false: lets it pass. */
type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * A very small API server for ConfigMaps over a real socket that fails on demand: what a good server does is tested
 * against the embedded one, how the client bears a bad one is tested here.
 */
export interface FaultyServer {
  readonly url: string;
  readonly requests: string[];
  /** Every request passes here first. */
  fault: Fault;
  /** Initial events on watches are refused, as by servers before 1.32. */
  streams: boolean;
  /** Discovery is answered group by group. */
  aggregated: boolean;
  put(name: string, data: Readonly<Record<string, string>>): void;
  remove(name: string): void;
  /** Changes the store without telling watches, as if events had been lost. */
  silently(change: () => void): void;
  /** Breaks all connections. */
  cut(): void;
  /** Writes to all open watches. */
  write(text: string): void;
  close(): Promise<void>;
}

const PATH = '/api/v1/configmaps';

/** Starts it on a free port of loopback. */
export async function startFaultyServer(): Promise<FaultyServer> {
  const objects = new Map<string, KubeObject>();
  const watches = new Set<ServerResponse>();
  let version = 100;
  let silent = false;

  function tell(type: string, object: KubeObject): void {
    if (!silent) faulty.write(`${JSON.stringify({ type, object })}\n`);
  }

  function list(query: URLSearchParams): object {
    const all = [...objects.values()];
    const start = Number(query.get('continue') ?? '0');
    const end = start + Math.min(Number(query.get('limit') ?? '1000'), 2);
    // The items of built-in kinds carry neither kind nor version.
    const items = all.slice(start, end).map(({ metadata, data }) => ({ metadata, data }));
    const metadata = {
      resourceVersion: String(version),
      ...(end < all.length ? { continue: String(end) } : {}),
    };
    return { kind: 'ConfigMapList', apiVersion: 'v1', metadata, items };
  }

  function watch(query: URLSearchParams, response: ServerResponse): void {
    if (query.get('sendInitialEvents') === 'true' && !faulty.streams) {
      return status(response, 422, 'Invalid', 'sendInitialEvents is forbidden');
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watches.add(response);
    response.on('close', () => watches.delete(response));
    if (query.get('sendInitialEvents') !== 'true') return;
    for (const object of objects.values()) response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const object = {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(version), annotations },
    };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    faulty.requests.push(`${request.method} ${url.pathname}${url.search}`);
    if (faulty.fault(request, response)) return;
    const discovered = discoveryOf(url.pathname, faulty.aggregated);
    if (discovered !== undefined) return json(response, 200, discovered);
    if (url.pathname === PATH && url.searchParams.get('watch') === '1')
      return watch(url.searchParams, response);
    if (url.pathname === PATH) return json(response, 200, list(url.searchParams));
    const name = /^\/api\/v1\/namespaces\/default\/configmaps\/([^/]+)$/.exec(url.pathname)?.[1];
    const object = name === undefined ? undefined : objects.get(name);
    if (object !== undefined) return json(response, 200, object);
    status(response, 404, 'NotFound', `configmaps "${name}" not found`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const faulty: FaultyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    fault: () => false,
    streams: true,
    aggregated: true,
    put(name, data) {
      const old = objects.get(name);
      const metadata = {
        name,
        namespace: 'default',
        uid: old?.metadata.uid ?? `uid-${name}-${version}`,
        resourceVersion: String(++version),
        managedFields: [{ manager: 'test', operation: 'Update' as const }],
      };
      const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
      objects.set(name, object);
      tell(old === undefined ? 'ADDED' : 'MODIFIED', object);
    },
    remove(name) {
      const old = objects.get(name);
      if (old === undefined) return;
      objects.delete(name);
      tell('DELETED', { ...old, metadata: { ...old.metadata, resourceVersion: String(++version) } });
    },
    silently(change) {
      silent = true;
      change();
      silent = false;
    },
    cut: () => server.closeAllConnections(),
    write(text) {
      for (const response of watches) response.write(text);
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return faulty;
}

/** Answers with JSON. */
export function json(response: ServerResponse, code: number, body: object): void {
  const aggregated = (body as { kind?: string }).kind === 'APIGroupDiscoveryList';
  const type = aggregated
    ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    : 'application/json';
  response.writeHead(code, { 'content-type': type });
  response.end(JSON.stringify(body));
}

/** Answers with a `metav1.Status`. */
export function status(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  json(response, code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code,
    reason,
    message,
  });
}

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

function discoveryOf(path: string, aggregated: boolean): object | undefined {
  if (aggregated && path === '/api') {
    const resource = {
      resource: 'configmaps',
      responseKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      scope: 'Namespaced',
      verbs: VERBS,
      shortNames: ['cm'],
    };
    const versions = [{ version: 'v1', resources: [resource], freshness: 'Current' }];
    return { kind: 'APIGroupDiscoveryList', metadata: {}, items: [{ metadata: {}, versions }] };
  }
  if (aggregated && path === '/apis') return { kind: 'APIGroupDiscoveryList', metadata: {}, items: [] };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', groups: [] };
  if (path !== '/api/v1') return undefined;
  const row = { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: VERBS, shortNames: ['cm'] };
  const sub = { name: 'configmaps/status', kind: 'ConfigMap', namespaced: true, verbs: ['get'] };
  return { kind: 'APIResourceList', resources: [row, sub] };
}
