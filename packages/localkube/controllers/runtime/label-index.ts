import type { KubeObject } from '@plumbline/api';

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
