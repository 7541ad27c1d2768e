import { isRecord } from '@plumbline/base';
import { parseApiVersion } from '@plumbline/api';
import {
  answerScale,
  binding,
  errors,
  evict,
  get,
  patchScale,
  update,
  updateScale,
} from '../registry/index.ts';
import type { Served } from '../registry/index.ts';
import { requestToken } from '../security/token-request.ts';
import { readBody, readPatchBody } from './body.ts';
import { connectAnswer, containerOf, isConnect } from './connect.ts';
import { deleteOptions, toWriteOptions, writeQuery } from './options.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import { answerReview } from './reviews.ts';
import { oneObject } from './shape.ts';
import type { ResourceRoute, Surroundings } from './surroundings.ts';
import { patchObject, patchTypeOf, write } from './writes.ts';

/** Subresources that have the shape of their object. */
const sameShape = new Set(['status', 'finalize', 'approval', 'ephemeralcontainers', 'resize']);

export function answerSubresource(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  const { subresource } = route;
  const review = subresource === '' ? answerReview(around, resource, route, request) : undefined;
  if (review !== undefined) return review;
  if (sameShape.has(subresource)) return sameShapeAnswer(around, resource, route, request);
  if (subresource === 'scale') return scaleAnswer(around, resource, route, request);
  if (subresource === 'eviction' && request.method === 'POST')
    return evictionAnswer(around, resource, route, request);
  if (subresource === 'binding' && request.method === 'POST')
    return bindingAnswer(around, route, route.name, request);
  if (subresource === '' && resource.kind === 'Binding' && request.method === 'POST')
    return bindingAnswer(around, route, '', request);
  if (subresource === 'log' && request.method === 'GET') return logAnswer(around, resource, route, request);
  if (isConnect(route)) return connectAnswer(around, resource, route, request);
  if (subresource === '' && resource.kind === 'ComponentStatus' && request.method === 'GET') {
    const data = { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: [] };
    if (route.name === '') return { type: 'data', status: 200, data };
    throw errors.notFound(resource, route.name);
  }
  if (subresource === 'token' && request.method === 'POST' && around.security?.tokens !== undefined) {
    const body = bodyOf(request, { group: 'authentication.k8s.io', kind: 'TokenRequest' });
    const data = requestToken(around.access, around.security.tokens, route.namespace, route.name, body);
    return { type: 'data', status: 201, data };
  }
  const sub = resource.subresourceList.find(({ name }) => name === subresource);
  const verb = request.method === 'POST' ? 'create' : 'get';
  if (!(sub?.verbs ?? resource.verbs).includes(verb) || !['GET', 'POST'].includes(request.method))
    throw errors.methodNotAllowed();
  throw errors.failure(
    501,
    'NotImplemented',
    `${subresource === '' ? resource.plural : `${resource.plural}/${subresource}`} is not built into this server`,
    {},
  );
}

function sameShapeAnswer(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  const { namespace, name, subresource } = route;
  switch (request.method) {
    case 'GET':
      return oneObject(around, resource, request, get(around.core, resource, namespace, name), 200);
    case 'PUT':
      return write(around, resource, request, 'UpdateOptions', (data, options) =>
        update(around.core, resource, namespace, name, data, subresource, options),
      );
    case 'PATCH':
      return patchObject(around, resource, route, request, subresource);
    default:
      throw errors.methodNotAllowed();
  }
}

function scaleAnswer(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  if (request.method === 'GET')
    return {
      type: 'data',
      status: 200,
      data: answerScale(around.core, resource, route.namespace, route.name),
    };
  if (request.method !== 'PUT' && request.method !== 'PATCH') throw errors.methodNotAllowed();
  return scaleWrite(around, resource, route, request);
}

function scaleWrite(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  const { namespace, name } = route;
  const ignore = (): void => {};
  if (request.method === 'PUT') {
    const query = writeQuery(request, 'UpdateOptions');
    const body = readBody(request, { kind: 'Scale', duplicates: false }).data;
    return {
      type: 'data',
      status: 200,
      data: updateScale(around.core, resource, namespace, name, body, toWriteOptions(query, [], ignore)),
    };
  }
  // A Scale is a built-in kind whatever it scales.
  const type = patchTypeOf(request, { custom: false });
  const query = writeQuery(request, 'PatchOptions', type === 'apply');
  const wanted = { type, patch: readPatchBody(request, type, false).data, force: query.force };
  return {
    type: 'data',
    status: 200,
    data: patchScale(around.core, resource, namespace, name, wanted, toWriteOptions(query, [], ignore)),
  };
}

function bindingAnswer(
  around: Surroundings,
  route: ResourceRoute,
  name: string,
  request: ApiRequest,
): ApiAnswer {
  const query = writeQuery(request, 'CreateOptions');
  const data = bodyOf(request, { group: '', kind: 'Binding' });
  binding(
    around.core,
    route.namespace,
    name,
    data,
    toWriteOptions(query, [], () => {}),
  );
  return {
    type: 'data',
    status: 201,
    data: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  };
}

function evictionAnswer(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  const data = bodyOf(request, { group: 'policy', kind: 'Eviction' });
  const named = isRecord(data) && isRecord(data['metadata']) ? data['metadata']['name'] : undefined;
  if (typeof named === 'string' && named !== '' && named !== route.name)
    throw errors.badRequest('name in URL does not match name in Eviction object');
  const query = writeQuery(request, 'CreateOptions');
  const inner = isRecord(data) && isRecord(data['deleteOptions']) ? data['deleteOptions'] : {};
  const options = deleteOptions(request, inner);
  evict(around.core, resource, route.namespace, route.name, {
    ...options,
    dryRun: query.dryRun || options.dryRun === true,
  });
  return {
    type: 'data',
    status: 201,
    data: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  };
}

/** The body of a subresource with a kind of its own. */
function bodyOf(request: ApiRequest, wanted: { readonly group: string; readonly kind: string }): unknown {
  const { data } = readBody(request, { kind: wanted.kind, duplicates: false });
  const kind = isRecord(data) ? data['kind'] : undefined;
  if (!isRecord(data) || kind === undefined || kind === wanted.kind) return data;
  throw errors.wrongKind(wanted, {
    version: parseApiVersion(String(data['apiVersion'])).version,
    kind: typeof kind === 'string' ? kind : JSON.stringify(kind),
  });
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text === null || text === '' ? undefined : Number(text);
}

function logAnswer(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
): ApiAnswer {
  const pod = get(around.core, resource, route.namespace, route.name);
  const { query } = request;
  const flag = (name: string): boolean => query.get(name) === 'true' || query.get(name) === '1';
  const [container, tailLines, sinceSeconds, limitBytes] = [
    containerOf(pod, query),
    numberOf(query, 'tailLines'),
    numberOf(query, 'sinceSeconds'),
    numberOf(query, 'limitBytes'),
  ];
  const sinceTime = query.get('sinceTime');
  if (around.pods === undefined)
    throw errors.failure(501, 'NotImplemented', 'this server runs no pods, so they have no logs', {});
  const chunks = around.pods.log(pod, {
    container,
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceTime !== null && { sinceTime }),
  });
  return { type: 'stream', chunks, contentType: 'text/plain' };
}
