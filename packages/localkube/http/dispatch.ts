import type { KubeObject } from '@plumbline/api';
import {
  bookmark,
  create,
  errors,
  get,
  isStored,
  list,
  orphansByDefault,
  read,
  remove,
  StatusError,
  update,
  watch,
} from '../registry/index.ts';
import type { Core, Served } from '../registry/index.ts';
import type { Attributes } from '../types.ts';
import { mediaType, readBody } from './body.ts';
import { discoveryAnswer } from './discovery.ts';
import { negotiate } from './negotiate.ts';
import { booleanOf, deleteOptions, listQuery } from './options.ts';
import { PlainRefusal } from './refusal.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import { impersonated } from '../security/impersonate.ts';
import { routeOf } from './route.ts';
import type { Route } from './route.ts';
import { objectList, oneObject, watchShape } from './shape.ts';
import { isConnect } from './connect.ts';
import { answerSubresource } from './subresource.ts';
import type { ResourceRoute, Surroundings } from './surroundings.ts';
import { deprecationOf } from './warnings.ts';
import { patchObject, write } from './writes.ts';

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** What a request wants to do, as authorization sees it. */
function attributesOf(request: ApiRequest, route: Route): Attributes {
  if (route.type !== 'resource')
    return {
      verb: request.method.toLowerCase(),
      group: '',
      version: '',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
      path: request.path,
      isResource: false,
    };
  const collection = route.name === '';
  const read = collection
    ? route.watch || isWatch(request)
      ? 'watch'
      : 'list'
    : route.watch
      ? 'watch'
      : 'get';
  const verb =
    request.method === 'GET' || request.method === 'HEAD'
      ? read
      : (verbs[request.method] ?? request.method.toLowerCase());
  return {
    verb: verb === 'delete' && collection ? 'deletecollection' : verb,
    group: route.group,
    version: route.version,
    resource: route.plural,
    subresource: route.subresource,
    // A namespace is authorized within itself.
    namespace: route.namespaced
      ? route.namespace
      : route.group === '' && route.plural === 'namespaces'
        ? route.name
        : '',
    name: collection ? namedBySelector(request) : route.name,
    path: request.path,
    isResource: true,
  };
}

/** A list of `metadata.name=x` is about that object, so that roles for single names allow it. */
function namedBySelector(request: ApiRequest): string {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(request.query.get('fieldSelector') ?? '')?.[1] ?? '';
}

function isWatch(request: ApiRequest): boolean {
  return booleanOf(request.query, 'watch');
}

/** Answers a request, or throws the StatusError that it is refused with. */
export function dispatch(outer: Surroundings, given: ApiRequest): ApiAnswer {
  const route = routeOf(given.path);
  const request = actingAs(outer, given, route);
  const around = onBehalfOf(outer, request, route);
  authorize(around, request, route);
  if (route.type !== 'resource') return discoveryAnswer(around, request, route);
  if (route.name === '.' || route.name === '..')
    throw errors.badRequest(
      `invalid resource name ${JSON.stringify(route.name)}: [may not be '${route.name}']`,
    );
  const resource = around.core.catalogue.find(route.group, route.version, route.plural);
  if (resource === undefined) throw unknownResource(around.core, route);
  const warning = deprecationOf(resource);
  if (warning === undefined) return answerResource(around, resource, route, request);
  const known =
    resource.custom || route.subresource === '' || resource.subresources.includes(route.subresource);
  if (!known) return answerResource(around, resource, route, request);
  return warned(() => answerResource(around, resource, route, request), warning);
}

/** Writes know who asks for them. */
function onBehalfOf(around: Surroundings, { method, user, replies }: ApiRequest, route: Route): Surroundings {
  if ((method === 'GET' && !isConnect(route)) || method === 'HEAD') return around;
  const requester = { user, replies: replies ?? { known: [], next: 0 } };
  return { ...around, core: { ...around.core, requester } };
}

/** The request as whoever its headers name makes it. */
function actingAs(around: Surroundings, request: ApiRequest, route: Route): ApiRequest {
  for (const header in request.headers) {
    if (!header.startsWith('impersonate-')) continue;
    const about = attributesOf(request, route);
    const user = impersonated(request.headers, request.user, about, around.security, around.access);
    return { ...request, user };
  }
  return request;
}

function withWarning(answer: ApiAnswer, warning: string): ApiAnswer {
  return answer.type === 'data' || answer.type === 'watch'
    ? { ...answer, warnings: [warning, ...(answer.warnings ?? [])] }
    : answer;
}

function answerResource(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  if (route.subresource !== '') {
    if (!resource.subresources.includes(route.subresource))
      throw resource.custom ? errors.notFound(resource, route.name) : errors.noSuchResource();
    return answerSubresource(around, resource, route, request);
  }
  if (!isStored(resource)) return answerSubresource(around, resource, route, request);
  // New objects go into a namespace; the list over all of them takes none.
  if (
    !resource.custom &&
    resource.namespaced &&
    !route.namespaced &&
    route.name === '' &&
    request.method === 'POST'
  )
    throw errors.methodNotAllowed();
  const misplaced =
    (resource.namespaced && !route.namespaced && (route.name !== '' || request.method === 'POST')) ||
    (!resource.namespaced && route.namespaced);
  if (misplaced)
    throw resource.custom ? new PlainRefusal(404, '404 page not found\n') : errors.noSuchResource();
  return route.name === ''
    ? onCollection(around, resource, route, request)
    : onObject(around, resource, route, request);
}

function authorize(around: Surroundings, request: ApiRequest, route: Route): void {
  if (around.security === undefined) return;
  const attributes = attributesOf(request, route);
  authorizeAttributes(around, request, attributes);
  // A WebSocket begins with a GET, and getting a pod's streams is no right to act in it: upstream asks for both since 1.35.
  if (attributes.verb === 'get' && isConnect(route))
    authorizeAttributes(around, request, { ...attributes, verb: 'create' });
  // Server-side apply makes what is not there, which is a power of its own.
  if (
    route.type !== 'resource' ||
    request.method !== 'PATCH' ||
    mediaType(request) !== 'application/apply-patch+yaml'
  )
    return;
  const resource = around.core.catalogue.find(route.group, route.version, route.plural);
  if (resource === undefined || read(around.core, resource, route.namespace, route.name) !== undefined)
    return;
  authorizeAttributes(around, request, { ...attributes, verb: 'create' });
}

function authorizeAttributes(around: Surroundings, request: ApiRequest, attributes: Attributes): void {
  if (around.security === undefined) return;
  const why = around.security.authorize(request.user, attributes, around.access);
  if (why === undefined) return;
  if (!attributes.isResource) {
    throw errors.failure(
      403,
      'Forbidden',
      `forbidden: User ${JSON.stringify(request.user.name)} cannot ${attributes.verb} path ${JSON.stringify(request.path)}`,
      {},
    );
  }
  const plural =
    attributes.subresource === '' ? attributes.resource : `${attributes.resource}/${attributes.subresource}`;
  throw errors.forbidden(
    { group: attributes.group, plural: attributes.resource, kind: '' },
    attributes.name,
    forbiddenText(request.user.name, attributes, plural, why),
  );
}

function forbiddenText(user: string, attributes: Attributes, plural: string, why: string): string {
  const where =
    attributes.namespace === ''
      ? 'at the cluster scope'
      : `in the namespace ${JSON.stringify(attributes.namespace)}`;
  const text = `User ${JSON.stringify(user)} cannot ${attributes.verb} resource ${JSON.stringify(plural)} in API group ${JSON.stringify(attributes.group)} ${where}`;
  return why === '' ? text : `${text}: ${why}`;
}

function unknownResource(core: Core, route: ResourceRoute): Error {
  const known = core.catalogue.all().filter(({ group }) => group === route.group);
  // Groups of custom resources come and go, so the router itself knows only the built-in ones.
  if (known.some(({ custom }) => !custom)) return errors.noSuchResource();
  return new PlainRefusal(404, '404 page not found\n');
}

function onCollection(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  switch (request.method) {
    case 'GET':
      return listOrWatch(around, resource, route, request, route.namespace, '');
    case 'POST':
      return post(around, resource, route, request);
    case 'DELETE':
      return removeCollection(around, resource, route, request);
    default:
      throw errors.methodNotAllowed();
  }
}

function onObject(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  const { core } = around;
  switch (request.method) {
    case 'GET':
      if (route.watch || isWatch(request))
        return listOrWatch(around, resource, route, request, route.namespace, route.name);
      return oneObject(around, resource, request, get(core, resource, route.namespace, route.name), 200);
    case 'PUT':
      return write(around, resource, request, 'UpdateOptions', (data, options) =>
        update(core, resource, route.namespace, route.name, data, '', options),
      );
    case 'PATCH':
      return patchObject(around, resource, route, request, '');
    case 'DELETE':
      return removeObject(around, resource, route, request);
    default:
      throw errors.methodNotAllowed();
  }
}

function post(around: Surroundings, resource: Served, route: ResourceRoute, request: ApiRequest): ApiAnswer {
  if (!resource.verbs.includes('create')) throw errors.methodNotAllowed();
  return write(around, resource, request, 'CreateOptions', (data, options) =>
    create(around.core, resource, route.namespace, data, options),
  );
}

function removeObject(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  // What cannot be answered must not be done.
  negotiate(request.headers['accept'], true);
  const options = deleteOptions(
    request,
    readBody(request, { kind: 'DeleteOptions', duplicates: false, optional: true }).data,
  );
  const answer = (): ApiAnswer => {
    const { body, removed } = remove(around.core, resource, route.namespace, route.name, options);
    if (body.kind === 'Status') return { type: 'data', status: 200, data: body };
    // Whoever asks in the old way for dependents to go is told that this takes time.
    const status = !removed && options.orphanDependents === false ? 202 : 200;
    return oneObject(around, resource, request, body as KubeObject, status);
  };
  return resource.group === 'batch' && orphansByDefault(resource) && options.propagationPolicy === undefined
    ? warned(answer, orphanedPods)
    : answer();
}

const orphanedPods =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

/** The warning comes with a refusal too. */
function warned(answer: () => ApiAnswer, warning: string): ApiAnswer {
  try {
    return withWarning(answer(), warning);
  } catch (thrown) {
    if (!(thrown instanceof StatusError)) throw thrown;
    return withWarning({ type: 'data', status: thrown.status.code ?? 500, data: thrown.status }, warning);
  }
}

function removeCollection(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  if (!resource.verbs.includes('deletecollection')) throw errors.methodNotAllowed();
  negotiate(request.headers['accept'], true);
  const query = listQuery(request, route.namespace, false);
  const options = deleteOptions(
    request,
    readBody(request, { kind: 'DeleteOptions', duplicates: false, optional: true }).data,
  );
  const { items, resourceVersion } = list(around.core, resource, query);
  const removed: KubeObject[] = [];
  for (const item of items) {
    remove(around.core, resource, item.metadata.namespace ?? '', item.metadata.name, options);
    removed.push(item);
  }
  const answer = objectList(around, resource, request, removed, { resourceVersion });
  return resource.group === 'batch' && orphansByDefault(resource) && options.propagationPolicy === undefined
    ? withWarning(answer, orphanedPods)
    : answer;
}

const watchMinMs = 1_800_000;

function listOrWatch(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
  namespace: string,
  name: string,
): ApiAnswer {
  const query = listQuery(request, namespace, route.watch);
  if (!query.watch) {
    const result = list(around.core, resource, query);
    const metadata = {
      ...(resource.custom && !/as=/.test(request.headers['accept'] ?? '') && { continue: '' }),
      resourceVersion: result.resourceVersion,
      ...(result.continueToken !== undefined && { continue: result.continueToken }),
      ...(result.remaining !== undefined && { remainingItemCount: result.remaining }),
    };
    return objectList(around, resource, request, result.items, metadata);
  }
  const wanted = negotiate(request.headers['accept'], true);
  const shape = watchShape(around, resource, request, wanted);
  const fieldSelector = name === '' ? query.fieldSelector : `metadata.name=${name}`;
  const { core } = around;
  return {
    type: 'watch',
    contentType: wanted.contentType,
    timeoutMs:
      query.timeoutSeconds === undefined || query.timeoutSeconds <= 0
        ? watchMinMs + randomMs(core)
        : query.timeoutSeconds * 1000,
    open: (handlers) =>
      watch(core, resource, { ...query, ...(fieldSelector !== undefined && { fieldSelector }) }, handlers),
    ...(query.bookmarks && { closing: () => bookmark(resource, core.store.resourceVersion) }),
    ...(shape !== undefined && { shape }),
  };
}

/** Spread, so that clients that started together do not come back together. */
function randomMs(core: Core): number {
  const [high = 0, low = 0] = core.random.bytes(2);
  return Math.floor(((high * 256 + low) / 65_536) * watchMinMs);
}
