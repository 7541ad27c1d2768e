import { formatApiVersion, parseApiVersion, type SchemaNode } from '@plumbline/api';
import type { TypedNode } from '@plumbline/api/schema';
import { decodeTyped } from '../schema/index.ts';
import { setOfPaths, union, type FieldSet } from './field-set.ts';
import type { Versions } from './updater.ts';

/** Versions of one kind differ in nothing but their name: that is all that the `None` conversion does. */
export function oneShape(schema: SchemaNode, ignored: FieldSet | undefined): Versions {
  return { schema: () => schema, convert: (object) => object, ignored: () => ignored };
}

const statusOnly = setOfPaths([['f:status']]);
const specOnly = setOfPaths([['f:spec']]);
const specAndStatus = union(specOnly, statusOnly);

/** A write through one door owns nothing behind the other: the main one no status, that of status no spec. */
export function ignoredBy(schema: SchemaNode, subresource: string | undefined): FieldSet | undefined {
  if (subresource === undefined) {
    if (specIsOfServer(schema)) return specAndStatus;
    return schema.fields?.['status'] === undefined || schema.plainStatus === true ? undefined : statusOnly;
  }
  return subresource === 'status' ? specOnly : undefined;
}

/** Nobody owns what a signing request asks for: it can never be changed. */
export function specIsOfServer(schema: SchemaNode): boolean {
  return (schema as TypedNode).definition === 'io.k8s.api.certificates.v1.CertificateSigningRequest';
}

const managers = setOfPaths([['f:metadata', 'f:managedFields']]);
const statusAndManagers = union(statusOnly, managers);
const specAndManagers = union(specOnly, managers);

/** As `ignoredBy`; an apply does not own the record of owners either. */
export function ignoredByApply(schema: SchemaNode, subresource: string | undefined): FieldSet | undefined {
  const ignored = ignoredBy(schema, subresource);
  if (ignored === undefined) return managers;
  return ignored === statusOnly ? statusAndManagers : specAndManagers;
}

/** Never owned, whatever a write says of them. */
export const neverOwned = setOfPaths([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((field) => ['f:metadata', `f:${field}`]),
]);

const empties = new WeakMap<SchemaNode, unknown>();

/**
 * What an object is before it is there. For a built-in kind that is the zero value of its Go type, in which structs
 * exist: a create does not own `spec`, but owns `spec.template.spec.containers[...]`. A custom one starts with nothing.
 */
export function emptyObject(schema: SchemaNode): unknown {
  const known = empties.get(schema);
  if (known !== undefined) return known;
  const builtIn = (schema as TypedNode).definition !== undefined;
  const made = builtIn
    ? decodeTyped(schema as TypedNode, {}, '', { quantity: () => undefined, unknown: [] })
    : {};
  empties.set(schema, made);
  return made;
}

/** `ns/name; apps/v1, Kind=Deployment`, as upstream names an object in its texts. */
export function objectText(
  apiVersion: string,
  kind: string,
  metadata: { readonly namespace?: unknown; readonly name?: unknown },
): string {
  const { group, version } = parseApiVersion(apiVersion);
  const shown = group === '' ? `/${version}` : formatApiVersion(group, version);
  return `${text(metadata.namespace)}/${text(metadata.name)}; ${shown}, Kind=${kind}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
