import type { KubeObject } from '@plumbline/api';
import { formatApiVersion } from '@plumbline/api';
import { isRecord } from '@plumbline/base';
import { definitionFor } from '@plumbline/api/schema';
import { DecodeError, decodeTyped } from '../schema/index.ts';
import type { Served } from './catalogue.ts';
import type { Core, WriteOptions } from './core.ts';
import { badRequest } from './errors.ts';
import type { Draft } from './types.ts';

const metadataNode = definitionFor('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') ?? {
  type: 'object' as const,
};

/** Strict errors that are shown at most; upstream stops there too. */
const strictErrorsMax = 100;

/** Reads a body into a private draft: fields of the right types, in canonical form, unknown ones reported. */
export function decodeBody(core: Core, resource: Served, body: unknown, options: WriteOptions): Draft {
  const wanted = formatApiVersion(resource.group, resource.version);
  if (!isRecord(body))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  checkKind(resource, body, wanted);
  const unknown: string[] = [];
  const draft =
    resource.typed === undefined
      ? decodeCustom(core, resource, body, unknown)
      : decodeBuiltIn(core, resource, body, unknown);
  draft.apiVersion = wanted;
  draft.kind = resource.kind;
  report(resource, unknown, options);
  return draft;
}

function checkKind(resource: Served, body: Readonly<Record<string, unknown>>, wanted: string): void {
  const { apiVersion, kind } = body;
  if (resource.custom && (kind === undefined || kind === ''))
    throw badRequest("Object 'Kind' is missing in the request body");
  if (
    (apiVersion === undefined || apiVersion === '' || apiVersion === wanted) &&
    (kind === undefined || kind === '' || kind === resource.kind)
  )
    return;
  const { group, version } = splitVersion(typeof apiVersion === 'string' ? apiVersion : '');
  const [given, expected] = [
    `${group}/${version}, Kind=${String(kind)}`,
    `${resource.group}/${resource.version}, Kind=${resource.kind}`,
  ].map((text) => text.replace(/^\//, '/'));
  throw badRequest(
    apiVersion !== wanted && apiVersion !== undefined && kind === resource.kind
      ? `the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted})`
      : `the object provided is unrecognized (must be of type ${resource.kind}): ${given} is not ${expected}`,
  );
}

function splitVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

function decodeBuiltIn(
  core: Core,
  resource: Served,
  body: Readonly<Record<string, unknown>>,
  unknown: string[],
): Draft {
  try {
    const report = { quantity: core.doors.canonicalQuantity, unknown };
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
    const report = { quantity: core.doors.canonicalQuantity, unknown };
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
