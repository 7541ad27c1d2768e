import { isRecord } from '@plumbline/base';
import type { Clock, Logger } from '@plumbline/base';
import type { KubeObject, KubeRequest, KubeResponse, Transport } from '@plumbline/api';
import { formatApiVersion, gvkOf } from '@plumbline/api';
import { createDiscovery } from './discovery.ts';
import type { Discovery } from './discovery.ts';
import { StatusError, pause, statusErrorOf } from './errors.ts';
import { createLive } from './live/live.ts';
import type { LiveOptions } from './live/live.ts';
import { PAGE_SIZE, readPage } from './page.ts';
import { collectionPath, objectPath, queryOf, writeQuery } from './paths.ts';
import type { ApiResource, Cluster, ObjectReference, PatchOptions } from './types.ts';

/** The way to a cluster and what it is called. */
export interface ConnectOptions {
  readonly transport: Transport;
  readonly name: string;
  /** What Applications call this cluster: `https://kubernetes.default.svc`. */
  readonly server: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Files live objects under a text, for `live.indexed`. */
  readonly index?: (object: KubeObject) => string | undefined;
  readonly live?: LiveOptions;
}

/** Servers that do not know it give the whole object. */
const METADATA_ALONE = {
  accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
};

const ATTEMPTS_MAX = 5;
const PAUSE_SECONDS_MAX = 30;

/** Opens a cluster. Nothing is sent before something is asked. */
export function connect(options: ConnectOptions): Cluster {
  const { transport, clock, logger } = options;
  const send = (request: KubeRequest): Promise<KubeResponse> => sendPatiently(transport, clock, request);
  const discovery = createDiscovery({ request: send, clock, logger });
  const live = createLive({
    transport,
    send,
    discovery,
    clock,
    logger,
    index: options.index,
    ...options.live,
  });

  let version: Promise<string> | undefined;

  async function readVersion(): Promise<string> {
    const { body } = await expectOk(send, { method: 'GET', path: '/version' });
    return isRecord(body) && typeof body['gitVersion'] === 'string' ? body['gitVersion'] : '';
  }

  async function write(request: KubeRequest, { answer }: PatchOptions): Promise<KubeObject> {
    const asked = answer === 'metadata' ? { ...request, headers: METADATA_ALONE } : request;
    return (await expectOk(send, asked)).body as KubeObject;
  }

  return {
    name: options.name,
    server: options.server,
    live,
    request: send,
    resource: (kind) => discovery.resource(kind),
    knownResource: (kind) => discovery.known(kind),
    async capabilities() {
      version ??= readVersion().catch((thrown: unknown) => {
        version = undefined;
        throw thrown;
      });
      return { version: await version, apiVersions: await discovery.apiVersions() };
    },
    async get(ref) {
      const resource = await required(discovery, ref);
      const response = await send({ method: 'GET', path: objectPath(resource, ref) });
      if (response.status === 404) return undefined;
      if (response.status !== 200) throw statusErrorOf(response);
      return response.body as KubeObject;
    },
    async list(kind, { namespace, labelSelector, fieldSelector } = {}) {
      const resource = await required(discovery, kind);
      const path = collectionPath(resource, namespace);
      const items: KubeObject[] = [];
      for (let token: string | undefined; ;) {
        const query = queryOf({ limit: PAGE_SIZE, continue: token, labelSelector, fieldSelector });
        const page = readPage((await expectOk(send, { method: 'GET', path: path + query })).body, resource);
        items.push(...page.items);
        token = page.continue;
        if (token === undefined) return { items, resourceVersion: page.resourceVersion };
      }
    },
    async create(object, create = {}) {
      const resource = await required(discovery, gvkOf(object));
      checkNamespace(resource, object.metadata);
      const base =
        create.subresource === undefined
          ? collectionPath(resource, object.metadata.namespace)
          : objectPath(resource, object.metadata, create.subresource);
      return write({ method: 'POST', path: base + writeQuery(create), body: object }, create);
    },
    async update(object, update = {}) {
      const resource = await required(discovery, gvkOf(object));
      checkNamespace(resource, object.metadata);
      const path = objectPath(resource, object.metadata, update.subresource);
      return write({ method: 'PUT', path: path + writeQuery(update), body: object }, update);
    },
    async patch(ref, contentType, body, patch: PatchOptions = {}) {
      const resource = await required(discovery, ref);
      checkNamespace(resource, ref);
      const path = objectPath(resource, ref, patch.subresource);
      return write({ method: 'PATCH', path: path + writeQuery(patch), contentType, body }, patch);
    },
    async delete(ref, how = {}) {
      const resource = await required(discovery, ref);
      checkNamespace(resource, ref);
      const preconditions = {
        ...(how.uid === undefined ? {} : { uid: how.uid }),
        ...(how.resourceVersion === undefined ? {} : { resourceVersion: how.resourceVersion }),
      };
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(how.propagation === undefined ? {} : { propagationPolicy: how.propagation }),
        ...(how.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: how.gracePeriodSeconds }),
        ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
        ...(how.dryRun === true ? { dryRun: ['All'] } : {}),
      };
      await expectOk(send, { method: 'DELETE', path: objectPath(resource, ref), body });
    },
    async close() {
      live.close();
      await transport.close();
    },
  };
}

/** Where the server says that it is busy and when to come back, comes back: such a request was not executed. */
async function sendPatiently(
  transport: Transport,
  clock: Clock,
  request: KubeRequest,
): Promise<KubeResponse> {
  for (let tried = 1; ; tried++) {
    const response = await transport.request(request);
    if (response.status !== 429 && response.status !== 503) return response;
    const { retryAfterSeconds } = statusErrorOf(response);
    // An eviction that a disruption budget forbids is a 429 too, but that is for the caller to wait for.
    const isEviction = request.path.includes('/eviction');
    if (
      retryAfterSeconds === undefined ||
      isEviction ||
      tried >= ATTEMPTS_MAX ||
      request.signal?.aborted === true
    ) {
      return response;
    }
    await pause(clock, Math.min(Math.max(retryAfterSeconds, 0.1), PAUSE_SECONDS_MAX) * 1000);
  }
}

async function expectOk(
  send: (request: KubeRequest) => Promise<KubeResponse>,
  request: KubeRequest,
): Promise<KubeResponse> {
  const response = await send(request);
  if (response.status < 200 || response.status > 299) throw statusErrorOf(response);
  return response;
}

async function required(
  discovery: Discovery,
  kind: { readonly group: string; readonly kind: string; readonly version?: string },
): Promise<ApiResource> {
  // Callers who know the kind only by name pass '' as its version.
  const { group, kind: name, version } = kind;
  const resource = await discovery.resource({
    group,
    kind: name,
    ...(version === undefined || version === '' ? {} : { version }),
  });
  if (resource !== undefined) return resource;
  const apiVersion = formatApiVersion(group, version ?? '');
  throw new StatusError(404, 'NotFound', `no matches for kind "${name}" in version "${apiVersion}"`);
}

function checkNamespace(resource: ApiResource, metadata: Pick<ObjectReference, 'name' | 'namespace'>): void {
  if (!resource.namespaced || (metadata.namespace !== undefined && metadata.namespace !== '')) return;
  throw new StatusError(400, 'BadRequest', `${resource.kind} "${metadata.name}" needs a namespace`);
}
