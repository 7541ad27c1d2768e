import type { KubeObject } from '@plumbline/api';
import { formatApiVersion, parseApiVersion } from '@plumbline/api';
import { isRecord } from '@plumbline/base';
import { definitionFor, schemaFor } from '@plumbline/api/schema';
import type { TypedNode } from '@plumbline/api/schema';
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

/**
 * Reads a body into a draft: fields of the right types, in canonical form, unknown ones reported. The draft is private
 * but for parts that are the very ones of `live`, the stored object that it is to replace: those stay frozen.
 */
export function decodeBody(
  core: Core,
  resource: Served,
  body: unknown,
  options: WriteOptions,
  live?: KubeObject,
): Draft {
  if (!isRecord(body)) throw badRequest('the body of the request is not an object');
  checkKind(resource, body);
  const unknown: string[] = [];
  const draft =
    resource.typed === undefined
      ? decodeCustom(core, resource, body, unknown, live)
      : decodeBuiltIn(core, resource, body, unknown, live);
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
  // Lists and the like are known everywhere, but are no such object.
  if (knownEverywhere.has(given.kind) && given.version === 'v1' && given.group === '')
    throw badRequest(
      `${given.kind} in version "v1" cannot be handled as a ${resource.kind}: converting (v1.${given.kind}) to (${internalGroup(resource.group)}.${resource.kind}): unknown conversion`,
    );
  throw badRequest(
    `${given.kind} in version ${JSON.stringify(given.version)} cannot be handled as a ${resource.kind}: no kind ${JSON.stringify(given.kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
  );
}

const knownEverywhere = new Set([
  'List',
  'Status',
  'APIVersions',
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
]);

/** The Go package of a group's internal types: `core`, `apps`, `networking`. */
function internalGroup(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group);
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
  live: KubeObject | undefined,
): Draft {
  const known = live === undefined ? undefined : knownOf(resource, body, live);
  const draft = read(core, resource, resource.typed!, body, '', unknown, known) as Draft;
  return withName(draft === known ? { ...draft } : draft);
}

/** First without a word about places, which nearly no request needs; then with them. */
function read(
  core: Core,
  resource: Served,
  node: TypedNode,
  body: unknown,
  path: string,
  unknown: string[],
  known: unknown,
): unknown {
  const quantity = (text: string): string | undefined => core.doors.canonicalQuantity(text);
  const quiet = { quantity, unknown: [] as string[], silent: true };
  try {
    const draft = decodeTyped(node, body, path, quiet, known);
    if (quiet.unknown.length === 0) return draft;
  } catch (thrown) {
    if (!(thrown instanceof DecodeError)) throw thrown;
  }
  try {
    return decodeTyped(node, body, path, { quantity, unknown }, known);
  } catch (thrown) {
    throw refused(resource, graver(thrown, node, body, quantity));
  }
}

/** Go goes on after a value of the wrong type, and stops at a text that its type cannot read: that one is told of. */
function graver(
  thrown: unknown,
  node: TypedNode,
  body: unknown,
  quantity: (text: string) => string | undefined,
): unknown {
  if (!(thrown instanceof DecodeError) || !thrown.message.startsWith('json: cannot unmarshal')) return thrown;
  const message = unreadable(node, body, { quantity, unknown: [], silent: true });
  return message === undefined ? thrown : new DecodeError(message);
}

function unreadable(
  node: TypedNode | undefined,
  value: unknown,
  report: {
    quantity(text: string): string | undefined;
    readonly unknown: string[];
    readonly silent: boolean;
  },
): string | undefined {
  if (node === undefined || value === null || value === undefined) return undefined;
  if (node.type === 'quantity' || node.type === 'time') {
    try {
      decodeTyped(node, value, '', report);
    } catch (thrown) {
      const message = thrown instanceof DecodeError ? thrown.message : '';
      return message.startsWith('json:') ? undefined : message;
    }
    return undefined;
  }
  if (typeof value !== 'object') return undefined;
  const inner = (key: string): TypedNode | undefined => node.fields?.[key] ?? node.items;
  for (const [key, member] of Object.entries(value)) {
    const found = unreadable(inner(key), member, report);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The parts of the live object that the draft may share. Defaults are filled in place, so a spec is shared as a whole
 * or not at all, and kinds without one only where they have no defaults.
 */
function knownOf(
  resource: Served,
  body: Readonly<Record<string, unknown>>,
  live: KubeObject,
): Readonly<Record<string, unknown>> | undefined {
  const { group, version } = resource.storage;
  if (group !== resource.group || version !== resource.version) return undefined;
  if (resource.default === undefined) return live;
  const { metadata, status } = live;
  return body['spec'] !== undefined && body['spec'] === live['spec']
    ? { metadata, status, spec: live['spec'] }
    : { metadata, status };
}

function decodeCustom(
  core: Core,
  resource: Served,
  body: Readonly<Record<string, unknown>>,
  unknown: string[],
  live: KubeObject | undefined,
): Draft {
  // What was stored under another form of the definition is read anew.
  const known = live !== undefined && isStoredBy(resource, live) ? live : undefined;
  const draft: Record<string, unknown> = {};
  for (const field in body) {
    if (field !== 'metadata' && body[field] !== undefined)
      draft[field] = privateCopy(body[field], known?.[field]);
  }
  draft['metadata'] = read(
    core,
    resource,
    metadataNode,
    body['metadata'] ?? {},
    'metadata',
    unknown,
    known?.metadata,
  );
  if (resource.compiled !== undefined) unknown.push(...resource.compiled.prune(draft as Draft));
  return withName(draft as Draft);
}

/** Which form of its definition an object was pruned, defaulted and checked by. */
const storedBy = new WeakMap<object, object>();

/** Remembers that an object has passed its definition, so that the next write reads only what it changes. */
export function noteStored(resource: Served, object: KubeObject): void {
  if (resource.compiled !== undefined) storedBy.set(object, resource.compiled);
}

function isStoredBy(resource: Served, live: KubeObject): boolean {
  return resource.compiled !== undefined && storedBy.get(live) === resource.compiled;
}

/** A copy of plain data in which the very parts of `known` stay shared. */
function privateCopy(value: unknown, known: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value === known) return value;
  if (Array.isArray(value)) {
    const before: readonly unknown[] = Array.isArray(known) ? known : [];
    return value.map((item, index) => privateCopy(item, before[index]));
  }
  const before = isRecord(known) ? known : {};
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (key === '__proto__')
      Object.defineProperty(copy, key, { ...asMember, value: privateCopy(member, undefined) });
    else if (member !== undefined) copy[key] = privateCopy(member, before[key]);
  }
  return copy;
}

/** JSON may name a member like this; assigned to, it would be something else. */
const asMember = { enumerable: true, configurable: true, writable: true };

function withName(draft: Draft): Draft {
  if (Object.isFrozen(draft.metadata)) draft.metadata = { ...draft.metadata };
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
    ...(options.patched === true ? unknown.toSorted() : unknown).map(
      (path) => `unknown field ${JSON.stringify(path)}`,
    ),
  ].slice(0, strictErrorsMax);
  if (problems.length === 0) return;
  if (options.fieldValidation === 'Strict') {
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${problems.join(', ')}`,
    );
  }
  for (const problem of problems) options.warn(problem);
}
