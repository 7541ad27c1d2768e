import { isRecord } from '@plumbline/base';
import { readKyaml } from '@plumbline/languages';
import type { KyamlDocument } from '@plumbline/languages';
import type { Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { KustomizeError } from '../problem.ts';
import { metadataOf, newResource, scalarText } from '../resource.ts';
import type { JsonObject, Resource } from '../resource.ts';
import { isEmptyObject } from './resource-map.ts';

/** The resources of a text: documents, with lists taken apart. Throws in kustomize's words. */
export function parseResources(
  text: string,
  file: string,
  as: 'resources' | 'patches' = 'resources',
): Resource[] {
  const read = readKyaml(text, file, as === 'patches' ? { nulls: 'kept' } : {});
  if (!read.ok) {
    const { message, where, malformed, hint } = read.error;
    throw new KustomizeError(message, { code: 'yaml-invalid', where, malformed, hint });
  }
  const objects = unwrapList(read.value).map((one) => checked(one, file));
  return expandLists(objects.filter((one) => one !== undefined)).map(({ object, line, document }) => {
    const resource = newResource(object, { file, line, document });
    const source = read.value[document];
    if (source !== undefined) {
      resource.isSilentNull = (mapping, key) => source.isSilentNull(mapping, key);
      resource.styles = source.styles;
    }
    // Items of lists are told of by the line of their list.
    if (source?.value === object) resource.positions = () => source.positions();
    return resource;
  });
}

/** The resources of a file that a kustomization names. */
export async function loadResources(loader: Loader, path: string): Promise<Resource[]> {
  const loaded = await loader.load(path);
  try {
    return parseResources(textOf(loaded), loaded.file);
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError) || !thrown.malformed) throw thrown;
    throw thrown.reworded(`${thrown.message} in File: ${path}`);
  }
}

interface Item {
  readonly value: unknown;
  readonly line: number;
  readonly document: number;
}

interface Checked {
  readonly object: JsonObject;
  readonly line: number;
  readonly document: number;
}

/** A file that is one `List` is its items. */
function unwrapList(documents: readonly KyamlDocument[]): Item[] {
  const items = documents.map(({ value, line }, document) => ({ value, line, document }));
  const [only] = items;
  if (only === undefined || items.length > 1 || !isRecord(only.value)) return items;
  const { kind, items: inner } = only.value;
  if (
    (kind !== 'List' && kind !== 'ResourceList') ||
    !('items' in only.value || 'functionConfig' in only.value)
  )
    return items;
  return (Array.isArray(inner) ? inner : []).map((value: unknown) => ({
    value,
    line: only.line,
    document: 0,
  }));
}

/** The object of a document, or undefined where it says nothing. */
function checked(item: Item, file: string): Checked | undefined {
  const { value, line, document } = item;
  const where = { file, line };
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value) && value.length === 0) return undefined;
  if (!isRecord(value))
    throw new KustomizeError('missing Resource metadata', { code: 'resource-invalid', where });
  if (isEmptyObject(value)) return undefined;
  requireMetadata(value, where);
  return { object: value, line, document };
}

/** Every resource has a kind and a name; lists need no name. */
export function requireMetadata(
  object: JsonObject,
  where: { readonly file: string; readonly line: number } | undefined,
  shown = () => object,
): void {
  const metadata = metadataOf(object);
  const isAbsent = (field: string): boolean => object[field] === undefined || object[field] === null;
  if (isAbsent('apiVersion') && isAbsent('kind') && (metadata === undefined || isEmptyObject(metadata)))
    throw new KustomizeError('missing Resource metadata', { code: 'resource-invalid', where });
  const kind = scalarText(object['kind']);
  if (kind === '')
    throw new KustomizeError(`missing kind in object ${metaDump(shown())}`, {
      code: 'resource-invalid',
      where,
      hint: 'every resource needs a kind',
    });
  if (kind.endsWith('List') || scalarText(metadata?.['name']) !== '') return;
  throw new KustomizeError(`missing metadata.name in object ${metaDump(shown())}`, {
    code: 'resource-invalid',
    where,
    hint: 'every resource needs a metadata.name',
  });
}

/** What is known of an object, as Go prints its metadata. */
function metaDump(object: JsonObject): string {
  const metadata = metadataOf(object) ?? {};
  const map = (field: string): string => {
    const value = metadata[field];
    const entries = isRecord(value) ? Object.entries(value) : [];
    const sorted = entries.map(([key, entry]) => `${key}:${scalarText(entry)}`).sort();
    return `map[${sorted.join(' ')}]`;
  };
  const type = `{${scalarText(object['apiVersion'])} ${scalarText(object['kind'])}}`;
  const name = `{${scalarText(metadata['name'])} ${scalarText(metadata['namespace'])}}`;
  return `{${type} {${name} ${map('labels')} ${map('annotations')}}}`;
}

/** Objects of a kind `...List` with `items` are replaced by their items, which come after everything else. */
function expandLists(objects: readonly Checked[]): Checked[] {
  const queue = [...objects];
  const result: Checked[] = [];
  for (let at = 0; at < queue.length; at++) {
    const next = queue[at];
    if (next === undefined) break;
    const kind = scalarText(next.object['kind']);
    if (!kind.endsWith('List') || !('items' in next.object)) {
      result.push(next);
      continue;
    }
    const { items } = next.object;
    if (items === null) continue;
    if (!Array.isArray(items))
      throw new KustomizeError(`expected array in ${kind}/items, but found ${goType(items)}`);
    for (const item of items as readonly unknown[]) {
      const inner = checked({ value: item, line: next.line, document: next.document }, '');
      if (inner !== undefined) queue.push(inner);
    }
  }
  return result;
}

function goType(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return 'map[string]interface {}';
}
