import { isRecord, messageOf } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { formatApiVersion, parseApiVersion } from '@plumbline/api';
import type { TypedNode } from '@plumbline/api/schema';
import type { ApplyResult } from '../apply/types.ts';
import type { Served } from './catalogue.ts';
import { read, timeText } from './core.ts';
import type { Core, WriteOptions, WriteResult } from './core.ts';
import { decodeBody } from './decode.ts';
import { badRequest, conflict, failure, invalid, invalidOptions, notFound } from './errors.ts';
import { validateIdentity } from './metadata.ts';
import { afterMerge, conversionProblem, goPlain, patchedJson, strategicProblem } from './patch-texts.ts';
import { StatusError } from './types.ts';
import type { Draft } from './types.ts';
import { checkName, checkVersionText, placeInNamespace } from './place.ts';
import { isUnclean, losesOnRead } from './stored-form.ts';
import { finishCreate, finishUpdate, warnOf } from './write.ts';
import { shown } from './shown.ts';

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface PatchRequest {
  readonly type: PatchType;
  /** Parsed. */
  readonly patch: unknown;
  readonly force: boolean;
}

const jsonOperationsMax = 10_000;

/** PATCH on the object or a subresource that shares its shape. */
export function patch(
  core: Core,
  resource: Served,
  namespace: string,
  name: string,
  subresource: string,
  request: PatchRequest,
  options: WriteOptions,
): WriteResult {
  if (request.type === 'apply') return apply(core, resource, namespace, name, subresource, request, options);
  const live = read(core, resource, namespace, name);
  if (live === undefined) throw notFound(resource, name);
  const patched = patchData(core, resource, live, request);
  const draft = decodePatched(core, resource, patched, options, live, request);
  const moved = validateIdentity(draft.metadata['uid'], live, resource.custom);
  if (moved.length > 0) throw invalid(resource.group, resource.kind, name, moved);
  placeInNamespace(resource, draft, namespace);
  if (draft.metadata.name === '') {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  checkName(draft, name);
  return {
    object: finishUpdate(core, resource, draft, live, subresource, options, undefined),
    created: false,
  };
}

/** What is wrong with the fields of a patched object is said of the patch. */
function decodePatched(
  core: Core,
  resource: Served,
  patched: unknown,
  options: WriteOptions,
  live: KubeObject,
  request: PatchRequest,
): Draft {
  try {
    return decodeBody(core, resource, patched, { ...options, patched: request.type !== 'json' }, live);
  } catch (thrown) {
    throw thrown instanceof StatusError
      ? ofPatch({ request, patched, live, typed: resource.typed }, thrown)
      : thrown;
  }
}

/** What was patched, and how. */
export interface Patched {
  readonly request: PatchRequest;
  readonly patched: unknown;
  readonly live: unknown;
  readonly typed: TypedNode | undefined;
}

export function ofPatch({ request, patched, live, typed }: Patched, refused: StatusError): StatusError {
  const why =
    /cannot be handled as an? \w+: ((?:strict decoding error|json|quantities|illegal base64|parsing time).*)$/s.exec(
      refused.message,
    )?.[1];
  if (why === undefined) return refused;
  const strategic = request.type === 'strategic';
  const shown = JSON.stringify(
    strategic ? goPlain(afterMerge(request.patch)) : patchedJson(patched, live, typed, sentValues(request)),
  );
  const prefix = strategic && why.startsWith('illegal base64') ? 'error decoding from json: ' : '';
  const said = strategic ? prefix + conversionProblem(why) : why;
  return invalid('', '', '', [
    { reason: 'FieldValueInvalid', field: 'patch', message: `Invalid value: ${shown}: ${said}` },
  ]);
}

/** The values that a JSON patch brings: what it does not touch again is shown as it was sent. */
function sentValues({ type, patch: operations }: PatchRequest): ReadonlySet<unknown> {
  if (type !== 'json' || !Array.isArray(operations)) return new Set();
  return new Set(operations.map((one) => (isRecord(one) ? one['value'] : undefined)));
}

const rejected = 'the server rejected our request due to an error in our request';

/** Applies a patch to plain data; what cannot be applied is refused as upstream does. */
export function patchData(
  core: Core,
  resource: Pick<Served, 'group' | 'plural' | 'kind' | 'schema' | 'custom'>,
  live: unknown,
  request: PatchRequest,
): unknown {
  switch (request.type) {
    case 'json':
      if (!Array.isArray(request.patch))
        throw badRequest(
          'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
        );
      if (request.patch.length > jsonOperationsMax) {
        throw failure(
          413,
          'RequestEntityTooLarge',
          `The allowed maximum operations in a JSON patch is ${jsonOperationsMax}, got ${request.patch.length}`,
        );
      }
      return attempt(
        () => jsonPatched(core, live, request.patch as readonly unknown[]),
        () => failure(422, 'Invalid', rejected, {}),
      );
    case 'merge':
      if (!isRecord(request.patch)) throw badRequest(`error decoding patch: ${noMap(request.patch)}`);
      return attempt(
        () => core.doors.mergePatch(live, request.patch),
        (why) => badRequest(why),
      );
    default:
      if (!isRecord(request.patch)) throw badRequest(noMap(request.patch));
      return attempt(
        () => core.doors.strategicPatch(live, request.patch, resource.schema),
        (why) =>
          why.startsWith('invalid patch format')
            ? badRequest(why)
            : failure(500, undefined, strategicProblem(why)),
      );
  }
}

function noMap(patch: unknown): string {
  const given = Array.isArray(patch) ? 'array' : patch === null ? 'null' : typeof patch;
  return `json: cannot unmarshal ${given === 'boolean' ? 'bool' : given} into Go value of type map[string]interface {}`;
}

/** A JSON patch with the habits of the real server's library: an absent value is null, and `replace` also adds members. */
function jsonPatched(core: Core, document: unknown, operations: readonly unknown[]): unknown {
  const whole = operations.map((one) =>
    isRecord(one) && one['value'] === undefined && (one['op'] === 'add' || one['op'] === 'replace')
      ? { ...one, value: null }
      : one,
  );
  try {
    return core.doors.jsonPatch(document, whole);
  } catch (thrown) {
    if (!whole.some((one) => isRecord(one) && one['op'] === 'replace')) throw thrown;
    return whole.reduce<unknown>((at, one) => core.doors.jsonPatch(at, [adding(at, one)]), document);
  }
}

/** An operation that replaces a member that is not there, as one that adds it. */
function adding(document: unknown, operation: unknown): unknown {
  if (!isRecord(operation) || operation['op'] !== 'replace' || typeof operation['path'] !== 'string')
    return operation;
  const names = operation['path']
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const parent = names
    .slice(0, -1)
    .reduce<unknown>(
      (at, name) => (isRecord(at) ? at[name] : Array.isArray(at) ? at[Number(name)] : undefined),
      document,
    );
  return isRecord(parent) && names.length > 0 ? { ...operation, op: 'add' } : operation;
}

function attempt(run: () => unknown, refuse: (why: string) => StatusError): unknown {
  try {
    return run();
  } catch (thrown) {
    throw thrown instanceof StatusError ? thrown : refuse(messageOf(thrown));
  }
}

function apply(
  core: Core,
  resource: Served,
  namespace: string,
  name: string,
  subresource: string,
  request: PatchRequest,
  options: WriteOptions,
): WriteResult {
  if (options.manager === '') {
    throw invalidOptions('PatchOptions', [
      {
        reason: 'FieldValueRequired',
        field: 'fieldManager',
        message: 'Required value: is required for apply patch',
      },
    ]);
  }
  const live = read(core, resource, namespace, name);
  const applied = appliedDraft(resource, name, request.patch);
  if (live === undefined && subresource !== '') throw notFound(resource, name);
  if (live === undefined && applied.metadata.uid !== undefined) {
    throw conflict(
      resource,
      name,
      `uid mismatch: the provided object specified uid ${shown(applied.metadata.uid)}, and no existing object was found`,
    );
  }
  const moved = live === undefined ? [] : validateIdentity(applied.metadata['uid'], live, resource.custom);
  if (moved.length > 0) throw invalid(resource.group, resource.kind, name, moved);
  const result = core.doors.applyServerSide({
    live: live as unknown as Draft | undefined,
    applied,
    manager: options.manager,
    force: request.force,
    schema: resource.schema,
    apiVersion: formatApiVersion(resource.group, resource.version),
    ...(subresource !== '' && { subresource }),
    time: timeText(core.clock.now()),
  });
  if (result.type === 'invalid') throw failure(500, undefined, result.message);
  if (result.type === 'conflict') throw applyConflict(result);
  checkPlace(resource, namespace, name, request.patch, live !== undefined);
  if (result.unchanged && live !== undefined && !isUnclean(core, resource, live)) {
    if (subresource === '') warnOf(core, resource, live as unknown as Draft, live, options);
    return { object: live, created: false };
  }
  const { managedFields } = result.object.metadata as {
    managedFields?: KubeObject['metadata']['managedFields'];
  };
  const draft = decodeMerged(core, resource, result.object, applied, options, live);
  checkName(draft, name);
  placeInNamespace(resource, draft, namespace);
  checkVersionText(draft);
  if (live === undefined) delete draft.metadata['resourceVersion'];
  const unclean = losesOnRead(resource, result.object.metadata);
  const through = { ...options, applied: true, unclean };
  if (live === undefined)
    return { object: finishCreate(core, resource, draft, through, managedFields ?? []), created: true };
  return {
    object: finishUpdate(core, resource, draft, live, subresource, through, managedFields ?? []),
    created: false,
  };
}

export function applyConflict(result: Extract<ApplyResult, { readonly type: 'conflict' }>): StatusError {
  return failure(409, 'Conflict', result.message, {
    causes: result.conflicts.map((one) => ({
      reason: 'FieldManagerConflict',
      message: conflictText(one),
      field: one.path,
    })),
  });
}

function conflictText(one: {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string;
}): string {
  const subresource =
    one.subresource === undefined ? '' : ` with subresource ${JSON.stringify(one.subresource)}`;
  const using = one.operation === 'Update' ? ` using ${one.apiVersion}` : '';
  return `conflict with ${JSON.stringify(one.manager)}${subresource}${using}`;
}

/** What was merged has fields of the right shapes; what their texts mean is found out last, and is then told so. */
function decodeMerged(
  core: Core,
  resource: Served,
  merged: Draft,
  applied: Draft,
  options: WriteOptions,
  live: KubeObject | undefined,
): Draft {
  try {
    return decodeBody(core, resource, merged, options, live);
  } catch (thrown) {
    const why =
      thrown instanceof StatusError
        ? /cannot be handled as an? \w+: ((?:quantities|parsing time|illegal base64).*)$/s.exec(
            thrown.message,
          )?.[1]
        : undefined;
    if (why === undefined) throw thrown;
    const { namespace = '', name } = applied.metadata;
    const gvk = `${resource.group}/${resource.version}, Kind=${resource.kind}`;
    throw failure(
      500,
      undefined,
      `failed to convert new object (${namespace}/${name}; ${gvk}) to proper version: unable to convert unstructured object to ${gvk}: ${why.startsWith('illegal base64') ? 'error decoding from json: ' : ''}${why}`,
    );
  }
}

/** Where the merged object belongs; conflicts are told of before. */
function checkPlace(resource: Served, namespace: string, name: string, body: unknown, exists: boolean): void {
  const metadata = isRecord(body) && isRecord(body['metadata']) ? body['metadata'] : {};
  const given = metadata['namespace'] ?? '';
  if (resource.namespaced && given !== '' && given !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const wanted = metadata['name'] ?? (exists ? name : '');
  if (wanted === '')
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  if (wanted !== name)
    throw badRequest(
      `the name of the object (${shown(wanted)}) does not match the name on the URL (${name})`,
    );
}

function appliedDraft(resource: Served, name: string, body: unknown): Draft {
  if (!isRecord(body))
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${noMap(body)}`);
  const wanted = formatApiVersion(resource.group, resource.version);
  if (body.apiVersion !== wanted || body.kind !== resource.kind) {
    const given = parseApiVersion(typeof body.apiVersion === 'string' ? body.apiVersion : '');
    throw badRequest(
      `invalid object type: ${given.group}/${given.version}, Kind=${typeof body.kind === 'string' ? body.kind : ''}`,
    );
  }
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  if (metadata.managedFields !== undefined && metadata.managedFields !== null)
    throw badRequest('metadata.managedFields must be nil');
  return {
    ...body,
    apiVersion: wanted,
    kind: resource.kind,
    metadata: { ...metadata, name },
  };
}
