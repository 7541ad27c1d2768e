import type { ApiResource, ObjectReference, PatchOptions } from './types.ts';

/** `/api/v1` or `/apis/GROUP/VERSION`. */
export function groupVersionPath(group: string, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** The collection of a kind: in one namespace, or everywhere where none is given. */
export function collectionPath(resource: ApiResource, namespace?: string): string {
  const base = groupVersionPath(resource.group, resource.version);
  const scope =
    resource.namespaced && namespace !== undefined && namespace !== ''
      ? `/namespaces/${encodeURIComponent(namespace)}`
      : '';
  return `${base}${scope}/${resource.plural}`;
}

/** One object, or one of its subresources. */
export function objectPath(
  resource: ApiResource,
  ref: Pick<ObjectReference, 'name' | 'namespace'>,
  subresource?: string,
): string {
  const path = `${collectionPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** `?a=b&c=d` of what is defined, or ''. */
export function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The query of a write. */
export function writeQuery(options: PatchOptions): string {
  return queryOf({
    fieldManager: options.fieldManager,
    force: options.force === true ? true : undefined,
    dryRun: options.dryRun === true ? 'All' : undefined,
    fieldValidation: options.fieldValidation,
  });
}
