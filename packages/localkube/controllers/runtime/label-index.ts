import type { KubeObject } from '@plumbline/api';
import { mapMatches } from '../../kinds/selectors.ts';

type Labels = Readonly<Record<string, string>>;

/** Finds objects of a namespace by pairs of labels without looking at the others. */
export interface LabelIndex {
  set(object: KubeObject): void;
  remove(object: KubeObject): void;
  /** Names of objects that have all these pairs; all names for an empty selector. */
  withAll(namespace: string, selector: Labels): Iterable<string>;
}

interface Entry {
  readonly labels: Labels;
}

/** Each pair of each object is indexed; a query looks at the rarest of its pairs only. */
export function createLabelIndex(): LabelIndex {
  const namespaces = new Map<
    string,
    { readonly objects: Map<string, Entry>; readonly pairs: Map<string, Set<string>> }
  >();
  const spaceOf = (
    namespace: string,
  ): { readonly objects: Map<string, Entry>; readonly pairs: Map<string, Set<string>> } => {
    let space = namespaces.get(namespace);
    if (space === undefined) namespaces.set(namespace, (space = { objects: new Map(), pairs: new Map() }));
    return space;
  };
  const remove = (object: KubeObject): void => {
    const namespace = object.metadata.namespace ?? '';
    const space = namespaces.get(namespace);
    const entry = space?.objects.get(object.metadata.name);
    if (space === undefined || entry === undefined) return;
    for (const [key, value] of Object.entries(entry.labels)) {
      const names = space.pairs.get(`${key}=${value}`);
      if (names?.delete(object.metadata.name) === true && names.size === 0)
        space.pairs.delete(`${key}=${value}`);
    }
    space.objects.delete(object.metadata.name);
    if (space.objects.size === 0) namespaces.delete(namespace);
  };
  return {
    remove,
    set(object) {
      const labels = object.metadata.labels ?? {};
      const space = spaceOf(object.metadata.namespace ?? '');
      if (space.objects.get(object.metadata.name)?.labels === labels) return;
      remove(object);
      const kept = spaceOf(object.metadata.namespace ?? '');
      kept.objects.set(object.metadata.name, { labels });
      for (const [key, value] of Object.entries(labels)) {
        const pair = `${key}=${value}`;
        const names = kept.pairs.get(pair);
        if (names === undefined) kept.pairs.set(pair, new Set([object.metadata.name]));
        else names.add(object.metadata.name);
      }
    },
    *withAll(namespace, selector) {
      const space = namespaces.get(namespace);
      if (space === undefined) return;
      const pairs = Object.entries(selector);
      let rarest: Iterable<string> = space.objects.keys();
      let size = Infinity;
      for (const [key, value] of pairs) {
        const names = space.pairs.get(`${key}=${value}`);
        if (names === undefined) return;
        if (names.size < size) [rarest, size] = [names, names.size];
      }
      for (const name of rarest) {
        const labels = space.objects.get(name)?.labels ?? {};
        if (pairs.every(([key, value]) => labels[key] === value)) yield name;
      }
    },
  };
}

/** Finds the objects whose selectors take some labels without looking at the others. */
export interface SelectorIndex {
  set(object: KubeObject): void;
  remove(object: KubeObject): void;
  /** Names of objects whose pairs these labels have, among them those that ask for no pair. */
  selecting(namespace: string, labels: Labels): Iterable<string>;
}

/** `pairsOf`: what the labels must have; undefined for an object that selects nothing. */
export function createSelectorIndex(pairsOf: (object: KubeObject) => Labels | undefined): SelectorIndex {
  const byPair = new Map<string, Map<string, Labels>>();
  const placeOf = new Map<string, { readonly pair: string; readonly spec: unknown }>();
  const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const remove = (object: KubeObject): void => {
    const place = placeOf.get(keyOf(object));
    if (place === undefined) return;
    const named = byPair.get(place.pair);
    named?.delete(object.metadata.name);
    if (named?.size === 0) byPair.delete(place.pair);
    placeOf.delete(keyOf(object));
  };
  return {
    remove,
    set(object) {
      const spec = object['spec'];
      if (placeOf.get(keyOf(object))?.spec === spec && spec !== undefined) return;
      remove(object);
      const selector = pairsOf(object);
      if (selector === undefined) return;
      const namespace = object.metadata.namespace ?? '';
      const pairs = Object.entries(selector).map(([key, value]) => `${namespace}/${key}=${value}`);
      // The rarest pair of all, so that a label that everybody has finds nobody in vain.
      const rarest = pairs.toSorted((a, b) => (byPair.get(a)?.size ?? 0) - (byPair.get(b)?.size ?? 0))[0];
      const pair = rarest ?? `${namespace}/`;
      const named = byPair.get(pair) ?? new Map<string, Labels>();
      named.set(object.metadata.name, selector);
      byPair.set(pair, named);
      placeOf.set(keyOf(object), { pair, spec });
    },
    *selecting(namespace, labels) {
      yield* byPair.get(`${namespace}/`)?.keys() ?? [];
      for (const [key, value] of Object.entries(labels)) {
        for (const [name, selector] of byPair.get(`${namespace}/${key}=${value}`) ?? [])
          if (mapMatches(selector, labels)) yield name;
      }
    },
  };
}
