import type { KubeObject } from '@plumbline/api';
import { invalidValue } from '../registry/names.ts';
import { validateMetadata } from '../registry/metadata.ts';
import type { FieldError } from '../registry/types.ts';
import { compactOf, memberOf, type Compact } from './compact.ts';
import { isData, type Data, type JsonSchema } from './json-schema.ts';
import { memberPath } from './list-types.ts';

/** Objects within an object have a kind, a version and metadata as any object has; updates are asked the same as creates. */
export function checkEmbedded(schema: JsonSchema, value: unknown): readonly FieldError[] {
  const node = compactOf(schema);
  if (!node.embeds) return [];
  const errors: FieldError[] = [];
  walk(node, value, '', errors);
  return errors;
}

function walk(node: Compact, value: unknown, path: string, errors: FieldError[]): void {
  if (!node.embeds || value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items !== undefined) value.forEach((item: unknown, i) => walk(items, item, `${path}[${i}]`, errors));
    return;
  }
  const map = value as Data;
  if (node.embedded) checkObject(map, path, errors);
  for (const key in map) {
    const member = memberOf(node, key);
    if (member !== undefined) walk(member, map[key], memberPath(node.schema, path, key), errors);
  }
}

function checkObject(object: Data, path: string, errors: FieldError[]): void {
  for (const [field, mistake] of [
    ['apiVersion', versionMistake],
    ['kind', kindMistake],
  ] as const) {
    const at = path === '' ? field : `${path}.${field}`;
    const value = object[field];
    if (value === undefined)
      errors.push({ reason: 'FieldValueRequired', field: at, message: 'Required value' });
    else if (typeof value !== 'string') errors.push(invalidValue(at, value, 'must be a string'));
    else if (value === '') errors.push(invalidValue(at, value, 'must not be empty'));
    else {
      const why = mistake(value);
      if (why !== undefined) errors.push(invalidValue(at, value, why));
    }
  }
  if (isData(object['metadata'])) errors.push(...metadataErrors(object['metadata'], path));
}

function versionMistake(text: string): string | undefined {
  return text.split('/').length > 2 ? `unexpected GroupVersion string: ${text}` : undefined;
}

function kindMistake(text: string): string | undefined {
  const problems: string[] = [];
  if (text.length > 63) problems.push('must be no more than 63 characters');
  if (!/^[a-z](?:[-a-z0-9]*[a-z0-9])?$/.test(text.toLowerCase()))
    problems.push(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    );
  return problems.length === 0
    ? undefined
    : `may have mixed case, but should otherwise match: ${problems.join(',')}`;
}

/** The rules of all metadata, with any name that can stand in a path, and without one, too. */
function metadataErrors(metadata: Data, path: string): readonly FieldError[] {
  const { name, namespace } = metadata;
  const named = { ...metadata, name: name === undefined || name === '' ? 'unnamed' : name };
  const object = { kind: 'Role', metadata: named } as unknown as KubeObject;
  const namespaced = namespace !== undefined && namespace !== '';
  return validateMetadata(object, { group: 'rbac.authorization.k8s.io', namespaced, custom: true }).map(
    (error) => ({ ...error, field: path === '' ? error.field : `${path}.${error.field}` }),
  );
}
