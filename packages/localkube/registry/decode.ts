import type { KubeObject } from '@plumbline/api';
import { formatApiVersion, parseApiVersion } from '@plumbline/api';
import { isRecord } from '@plumbline/base';
import { definitionFor, schemaFor } from '@plumbline/api/schema';
import { DecodeError, decodeTyped } from '../schema/index.ts';
import type { Served } from './catalogue.ts';
import type { Core, WriteOptions } from './core.ts';
import { badRequest, invalid, wrongKind } from './errors.ts';
import type { Draft } from './types.ts';

const metadataNode = definitionFor('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') ?? {
  type: 'object' as const,
};

/** Strict errors that are shown at most; upstream stops there too. */
const strictErrorsMax = 100;

/** Reads a body into a private draft: fields of the right types, in canonical form, unknown ones reported. */
export function decodeBody(core: Core, resource: Served, body: unknown, options: WriteOptions): Draft {
  if (!isRecord(body)) throw badRequest('the body of the request is not an object');
  checkKind(resource, body);
  const unknown: string[] = [];
  const draft =
    resource.typed === undefined
      ? decodeCustom(core, resource, body, unknown)
      : decodeBuiltIn(core, resource, body, unknown);
  draft.apiVersion = formatApiVersion(resource.group, resource.version);
  draft.kind = resource.kind;
  report(resource, unknown, options);
  return draft;
}

function checkKind(resource: Served, body: Readonly<Record<string, unknown>>): void {
  const wanted = formatApiVersion(resource.group, resource.version);
  const apiVersion = typeof body['apiVersion'] === 'string' ? body['apiVersion'] : '';
  const kind = typeof body['kind'] === 'string' ? body['kind'] : '';
  if (resource.custom) {
    checkCustomKind(resource, body, apiVersion, kind, wanted);
    return;
  }
  if ((apiVersion === '' || apiVersion === wanted) && (kind === '' || kind === resource.kind)) return;
  const given = {
    ...parseApiVersion(apiVersion === '' ? wanted : apiVersion),
    kind: kind === '' ? resource.kind : kind,
  };
  if (schemaFor({ ...given, kind: given.kind.replace(/List$/, '') }) !== undefined)
    throw wrongKind(resource, given);
  throw badRequest(
    `${given.kind} in version ${JSON.stringify(given.version)} cannot be handled as a ${resource.kind}: no kind ${JSON.stringify(given.kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
  );
}

function checkCustomKind(
  resource: Served,
  body: Readonly<Record<string, unknown>>,
  apiVersion: string,
  kind: string,
  wanted: string,
): void {
  if (kind === '') {
    const shown = JSON.stringify(body);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): Object 'Kind' is missing in '${shown}' (${shown})`,
    );
  }
  if (apiVersion !== wanted) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  if (kind === resource.kind) return;
  const { name } = (isRecord(body['metadata']) ? body['metadata'] : {}) as { readonly name?: string };
  throw invalid(resource.group, kind, name ?? '', [
    {
      reason: 'FieldValueInvalid',
      field: 'kind',
      message: `Invalid value: ${JSON.stringify(kind)}: must be ${resource.kind}`,
    },
  ]);
}

function decodeBuiltIn(
  core: Core,
  resource: Served,
  body: Readonly<Record<string, unknown>>,
  unknown: string[],
): Draft {
  try {
    const report = { quantity: (text: string) => core.doors.canonicalQuantity(text), unknown };
    return withName(decodeTyped(resource.typed!, body, '', report) as Draft);
  } catch (thrown) {
    throw refused(resource, thrown);
  }
}

function decodeCustom(
  core: Core,
  resource: Served,
  body: Readonly<Record<string, unknown>>,
  unknown: string[],
): Draft {
  const draft = structuredClone(body) as Draft;
  try {
    const report = { quantity: (text: string) => core.doors.canonicalQuantity(text), unknown };
    draft.metadata = decodeTyped(metadataNode, body.metadata ?? {}, 'metadata', report) as Draft['metadata'];
  } catch (thrown) {
    throw refused(resource, thrown);
  }
  if (resource.compiled !== undefined) unknown.push(...resource.compiled.prune(draft));
  return withName(draft);
}

function withName(draft: Draft): Draft {
  draft.metadata.name ??= '';
  return draft;
}

function refused(resource: Served, thrown: unknown): unknown {
  if (!(thrown instanceof DecodeError)) return thrown;
  return badRequest(
    `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${thrown.message}`,
  );
}

/** Unknown and duplicate fields: refused, warned of or passed over in silence. */
function report(resource: Served, unknown: readonly string[], options: WriteOptions): void {
  if (options.fieldValidation === 'Ignore') return;
  const problems = [
    ...options.duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  ].slice(0, strictErrorsMax);
  if (problems.length === 0) return;
  if (options.fieldValidation === 'Strict') {
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${problems.join(', ')}`,
    );
  }
  for (const problem of problems) options.warn(problem);
}

/** A draft of an object that comes from the store: the top and the metadata are private, the rest is shared. */
export function draftOf(object: KubeObject): Draft {
  return { ...object, metadata: { ...object.metadata } } as unknown as Draft;
}
