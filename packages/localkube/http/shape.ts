import { formatApiVersion } from '@plumbline/api';
import type { KubeObject, WatchEvent } from '@plumbline/api';
import { errors } from '../registry/index.ts';
import type { Served } from '../registry/index.ts';
import { negotiate } from './negotiate.ts';
import type { Wanted } from './negotiate.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { Surroundings } from './surroundings.ts';
import { partialOf, tableEvents, tableOfObjects } from './table.ts';
import type { IncludeObject } from './table.ts';

function includeOf(request: ApiRequest): IncludeObject {
  const text = request.query.get('includeObject') ?? '';
  if (text === '') return 'Metadata';
  if (text === 'None' || text === 'Object' || text === 'Metadata') return text;
  throw errors.badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(text)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** One object in the form that the client wants. */
export function oneObject(
  around: Surroundings,
  resource: Served,
  request: ApiRequest,
  object: KubeObject,
  status: number,
): ApiAnswer {
  const wanted = negotiate(request.headers['accept'], true);
  const answer = {
    type: 'data' as const,
    status,
    contentType: wanted.contentType,
  };
  if (wanted.as === 'object') return { ...answer, data: object };
  if (wanted.as === 'partial') return { ...answer, data: partialOf(object, wanted.metaVersion) };
  if (wanted.as === 'partialList')
    throw errors.failure(
      406,
      'NotAcceptable',
      `you requested PartialObjectMetadataList, but the requested object is not a list (*${errors.internalGroup(resource.group)}.${resource.kind})`,
    );
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  return {
    ...answer,
    data: tableOfObjects(resource, [object], metadata, tableOptions(around, request, wanted)),
  };
}

function tableOptions(
  around: Surroundings,
  request: ApiRequest,
  wanted: Wanted,
): { version: 'v1' | 'v1beta1'; include: IncludeObject; now: number } {
  return { version: wanted.metaVersion, include: includeOf(request), now: around.core.clock.now() };
}

/** Several objects in the form that the client wants. */
export function objectList(
  around: Surroundings,
  resource: Served,
  request: ApiRequest,
  items: readonly KubeObject[],
  metadata: unknown,
): ApiAnswer {
  const wanted = negotiate(request.headers['accept'], true);
  const answer = { type: 'data' as const, status: 200, contentType: wanted.contentType };
  if (wanted.as === 'table')
    return {
      ...answer,
      data: tableOfObjects(resource, items, metadata, tableOptions(around, request, wanted)),
    };
  if (wanted.as === 'partial') {
    const type = `*${errors.internalGroup(resource.group)}.${resource.listKind}`;
    throw errors.failure(
      406,
      'NotAcceptable',
      `you requested PartialObjectMetadata, but the requested object is a list (${type})`,
    );
  }
  if (wanted.as !== 'object') {
    const partial = items.map((item) => partialOf(item, wanted.metaVersion));
    return {
      ...answer,
      data: {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${wanted.metaVersion}`,
        metadata,
        // Go's list of parts is made with the first of them.
        items: partial.length === 0 ? null : partial,
      },
    };
  }
  const data = {
    kind: resource.listKind,
    apiVersion: formatApiVersion(resource.group, resource.version),
    metadata,
    items,
  };
  return { ...answer, data, bareItems: !resource.custom };
}

/** How a watch's events look to this client; undefined: as they are. */
export function watchShape(
  around: Surroundings,
  resource: Served,
  request: ApiRequest,
  wanted: Wanted,
): ((event: WatchEvent) => WatchEvent) | undefined {
  if (wanted.as === 'object') return undefined;
  if (wanted.as === 'table') {
    return tableEvents(resource, { version: wanted.metaVersion, include: includeOf(request) }, () =>
      around.core.clock.now(),
    );
  }
  return (event) =>
    event.type === 'ERROR'
      ? event
      : { type: event.type, object: partialOf(event.object, wanted.metaVersion) as KubeObject };
}
