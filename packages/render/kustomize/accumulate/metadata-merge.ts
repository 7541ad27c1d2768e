import { metadataOf, nameOf, namespaceOf, scalarText } from '../resource.ts';
import type { JsonObject, Resource } from '../resource.ts';

/** Labels or annotations as text, whatever they were written as. */
export function textEntries(object: JsonObject, field: 'labels' | 'annotations'): Record<string, string> {
  const value = metadataOf(object)?.[field];
  const entries: Record<string, string> = {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return entries;
  for (const [key, entry] of Object.entries(value))
    entries[key] = entry === null ? 'null' : scalarText(entry);
  return entries;
}

/** Writes labels or annotations; without entries the field goes away. */
export function setEntries(
  object: JsonObject,
  field: 'labels' | 'annotations',
  entries: Readonly<Record<string, string>>,
): void {
  const metadata = ensureMetadata(object);
  if (Object.keys(entries).length === 0) delete metadata[field];
  else metadata[field] = { ...entries };
}

export function ensureMetadata(object: JsonObject): JsonObject {
  const known = metadataOf(object);
  if (known !== undefined) return known;
  const made: JsonObject = {};
  object['metadata'] = made;
  return made;
}

export function setName(object: JsonObject, name: string): void {
  ensureMetadata(object)['name'] = name;
}

/** An empty namespace takes the field away. */
export function setNamespace(object: JsonObject, namespace: string): void {
  if (namespace !== '') ensureMetadata(object)['namespace'] = namespace;
  else if (metadataOf(object) !== undefined) delete metadataOf(object)?.['namespace'];
}

/**
 * Gives a resource that takes the place of another one that one's labels and annotations (its own win), its name, its
 * namespace and its history. It keeps needing a hash only if it did itself.
 */
export function mergeMetadata(resource: Resource, other: Resource): void {
  const { object } = resource;
  setEntries(object, 'labels', { ...textEntries(other.object, 'labels'), ...textEntries(object, 'labels') });
  setEntries(object, 'annotations', {
    ...textEntries(other.object, 'annotations'),
    ...textEntries(object, 'annotations'),
  });
  setName(object, nameOf(other.object));
  setNamespace(object, namespaceOf(other.object));
  resource.needsHash = resource.needsHash && other.needsHash;
  resource.generated = other.generated;
  resource.behavior = other.behavior;
  resource.previous = [...other.previous];
  resource.prefixes = [...other.prefixes];
  resource.suffixes = [...other.suffixes];
  resource.refBy = [...other.refBy];
  resource.refVarNames = [...other.refVarNames];
  resource.helmGenerated = other.helmGenerated;
  resource.origin = resource.origin ?? other.origin;
  if (resource.transformations.length === 0) resource.transformations = [...other.transformations];
}
