import type { KubeObject } from '@plumbline/api';
import { errors, patch, StatusError } from '../registry/index.ts';
import type { PatchType, Served, WriteOptions } from '../registry/index.ts';
import { mediaType, readBody, readPatchBody } from './body.ts';
import { negotiate } from './negotiate.ts';
import { toWriteOptions, writeQuery } from './options.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import { oneObject } from './shape.ts';
import type { ResourceRoute, Surroundings } from './surroundings.ts';

/** Reads the body and the options of a write, runs it and shapes its result. */
export function write(
  around: Surroundings,
  resource: Served,
  request: ApiRequest,
  kind: 'CreateOptions' | 'UpdateOptions',
  run: (data: unknown, options: WriteOptions) => { readonly object: KubeObject; readonly created: boolean },
): ApiAnswer {
  // What cannot be answered must not be done.
  negotiate(request.headers['accept'], true);
  const query = writeQuery(request, kind);
  const body = readBody(request, {
    kind: resource.kind,
    duplicates: query.fieldValidation !== 'Ignore',
    protobuf: !resource.custom,
  });
  return collectingWarnings((warn) => {
    const { object, created } = run(body.data, toWriteOptions(query, body.duplicates, warn));
    return oneObject(around, resource, request, object, created ? 201 : 200);
  });
}

/** Warnings go with the answer whether the write succeeds or is refused. */
function collectingWarnings(run: (warn: (text: string) => void) => ApiAnswer): ApiAnswer {
  const warnings: string[] = [];
  const withWarnings = (answer: ApiAnswer): ApiAnswer =>
    answer.type === 'data' && warnings.length > 0 ? { ...answer, warnings } : answer;
  try {
    return withWarnings(run((text) => warnings.push(text)));
  } catch (thrown) {
    if (!(thrown instanceof StatusError) || warnings.length === 0) throw thrown;
    return withWarnings({ type: 'data', status: thrown.status.code ?? 500, data: thrown.status });
  }
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** The kind of patch by its media type; 415 where the resource does not take it. */
export function patchTypeOf(request: ApiRequest, resource: Pick<Served, 'custom'>): PatchType {
  const media = mediaType(request);
  const type = Object.hasOwn(patchTypes, media) ? patchTypes[media] : undefined;
  const isTaken = (one: PatchType | undefined): boolean => !(resource.custom && one === 'strategic');
  if (type !== undefined && isTaken(type)) return type;
  const accepted = Object.keys(patchTypes).filter((one) => isTaken(patchTypes[one]));
  if (type === undefined)
    throw errors.failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  throw errors.failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

export function patchObject(
  around: Surroundings,
  resource: Served,
  route: ResourceRoute,
  request: ApiRequest,
  subresource: string,
): ApiAnswer {
  negotiate(request.headers['accept'], true);
  const type = patchTypeOf(request, resource);
  const query = writeQuery(request, 'PatchOptions', type === 'apply');
  const body = readPatchBody(request, type, query.fieldValidation !== 'Ignore');
  return collectingWarnings((warn) => {
    const options = toWriteOptions(query, body.duplicates, warn);
    const wanted = { type, patch: body.data, force: query.force };
    const { object, created } = patch(
      around.core,
      resource,
      route.namespace,
      route.name,
      subresource,
      wanted,
      options,
    );
    return oneObject(around, resource, request, object, created ? 201 : 200);
  });
}
