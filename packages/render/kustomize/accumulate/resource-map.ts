import { KustomizeError } from '../problem.ts';
import { currentId, idKey, idText, previousIds, sameId } from '../resource.ts';
import type { Behavior, JsonObject, ResId, Resource } from '../resource.ts';
import { mergeMetadata } from './metadata-merge.ts';

/**
 * Resources in the order in which they came. Upstream looks ids up by walking the whole list; here they are indexed: the
 * indexes are made when they are asked for, and forgotten by `changed()` when a transformer may have changed an id.
 */
export interface ResourceMap {
  readonly resources: readonly Resource[];
  /** Adds a resource; one with the same current id may not be there. */
  append(resource: Resource): void;
  appendAll(resources: readonly Resource[]): void;
  /** Adds what a generator made: as a new one, or into the one with its id, which is given back. */
  absorb(resource: Resource): Resource | undefined;
  replaceAll(resources: readonly Resource[]): void;
  /** Drops resources that have become empty. */
  dropEmpty(): void;
  byCurrentId(id: ResId): readonly Resource[];
  /** Those that have or had the id. */
  byAnyId(id: ResId): readonly Resource[];
  /** Those that have or had the name. */
  byAnyName(name: string): readonly Resource[];
  /** Must be told when ids may have changed. */
  changed(): void;
}

export function createResourceMap(): ResourceMap {
  let list: Resource[] = [];
  let current: Map<string, Resource[]> | undefined;
  let names: Map<string, Resource[]> | undefined;

  const currentIndex = (): Map<string, Resource[]> => {
    current ??= groupBy(list, (resource) => [idKey(currentId(resource))]);
    return current;
  };
  const nameIndex = (): Map<string, Resource[]> => {
    names ??= groupBy(list, allNames);
    return names;
  };
  const byCurrentId = (id: ResId): readonly Resource[] => currentIndex().get(idKey(id)) ?? [];
  const byAnyId = (id: ResId): readonly Resource[] =>
    (nameIndex().get(id.name) ?? []).filter(
      (resource) => !isEmptyObject(resource.object) && hasId(resource, id),
    );
  const append = (resource: Resource): void => {
    const id = currentId(resource);
    const index = currentIndex();
    const key = idKey(id);
    const same = index.get(key);
    if (same !== undefined && same.length > 0)
      throw new KustomizeError(`may not add resource with an already registered id: ${idText(id)}`, {
        code: 'duplicate-id',
        where: placeOf(resource),
        hint: placeHint(same[0]),
      });
    list.push(resource);
    index.set(key, [resource]);
    if (names !== undefined) for (const name of allNames(resource)) pushTo(names, name, resource);
  };
  const changed = (): void => {
    current = undefined;
    names = undefined;
  };
  const map: ResourceMap = {
    get resources() {
      return list;
    },
    append,
    appendAll(resources) {
      for (const resource of resources) append(resource);
    },
    absorb(resource) {
      const id = currentId(resource);
      const matches = byAnyId(id);
      const [old] = matches;
      if (old === undefined) {
        absorbNew(map, resource, id);
        return undefined;
      }
      if (matches.length > 1)
        throw new KustomizeError(
          `found multiple objects ${matches.map((one) => idText(currentId(one))).join(' ')} that could accept merge of ${idText(id)}`,
        );
      absorbInto(old, resource, id);
      const index = list.indexOf(old);
      list[index] = resource;
      changed();
      return old;
    },
    replaceAll(resources) {
      list = [...resources];
      changed();
    },
    dropEmpty() {
      if (!list.some((resource) => isEmptyObject(resource.object))) return;
      list = list.filter((resource) => !isEmptyObject(resource.object));
      changed();
    },
    byCurrentId,
    byAnyId,
    byAnyName: (name) => (nameIndex().get(name) ?? []).filter((resource) => !isEmptyObject(resource.object)),
    changed,
  };
  return map;
}

function placeOf(resource: Resource): { readonly file: string; readonly line: number } | undefined {
  return resource.written === undefined
    ? undefined
    : { file: resource.written.file, line: resource.written.line };
}

function placeHint(other: Resource | undefined): string | undefined {
  const place = other === undefined ? undefined : placeOf(other);
  return place === undefined ? undefined : `the other one is in ${place.file}:${place.line}`;
}

function groupBy(
  list: readonly Resource[],
  keysOf: (resource: Resource) => Iterable<string>,
): Map<string, Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of list) for (const key of keysOf(resource)) pushTo(index, key, resource);
  return index;
}

function pushTo(index: Map<string, Resource[]>, key: string, resource: Resource): void {
  const bucket = index.get(key);
  if (bucket === undefined) index.set(key, [resource]);
  else bucket.push(resource);
}

function allNames(resource: Resource): Set<string> {
  const names = new Set(resource.previous.map(({ name }) => name));
  names.add(currentId(resource).name);
  return names;
}

function hasId(resource: Resource, id: ResId): boolean {
  return previousIds(resource).some((one) => sameId(one, id)) || sameId(currentId(resource), id);
}

export function isEmptyObject(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}

/** An id as Go's `%#v` prints it, which is what people see in messages about generators. */
function idDump(id: ResId): string {
  const quote = (text: string): string => JSON.stringify(text);
  const scoped = id.clusterScoped === true ? 'true' : 'false';
  const gvk = `Gvk:resid.Gvk{Group:${quote(id.group)}, Version:${quote(id.version)}, Kind:${quote(id.kind)}, isClusterScoped:${scoped}}`;
  return `resid.ResId{${gvk}, Name:${quote(id.name)}, Namespace:${quote(id.namespace)}}`;
}

function absorbNew(map: ResourceMap, resource: Resource, id: ResId): void {
  if (resource.behavior === 'merge' || resource.behavior === 'replace')
    throw new KustomizeError(`id ${idDump(id)} does not exist; cannot merge or replace`);
  map.append(resource);
}

function absorbInto(old: Resource, resource: Resource, id: ResId): void {
  if (resource.behavior !== 'merge' && resource.behavior !== 'replace')
    throw new KustomizeError(
      `id ${idDump(id)} exists; can not use behavior: '${behaviorName(resource.behavior)}', behavior must be merge or replace`,
    );
  const { origin } = old;
  const { behavior } = resource;
  mergeMetadata(resource, old);
  if (behavior === 'merge') {
    mergeData(resource.object, old.object, 'data');
    mergeData(resource.object, old.object, 'binaryData');
    if (origin !== undefined) resource.origin = origin;
  }
}

function behaviorName(behavior: Behavior): string {
  return behavior === 'unspecified' ? 'unspecified' : behavior;
}

/** The entries of the older map below those of the newer one, as text. */
function mergeData(target: JsonObject, older: JsonObject, field: 'data' | 'binaryData'): void {
  const merged = { ...entriesOf(older[field]), ...entriesOf(target[field]) };
  if (Object.keys(merged).length === 0) delete target[field];
  else target[field] = merged;
}

function entriesOf(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const entries: JsonObject = {};
  for (const [key, entry] of Object.entries(value))
    entries[key] = typeof entry === 'string' ? entry : String(entry ?? '');
  return entries;
}
