/**
 * A map whose values are made of other values when they are asked for, each once; `sources` is not called before
 * anybody asks for anything.
 */
export function mapOnDemand<S, V>(
  sources: () => ReadonlyMap<string, S>,
  make: (source: S) => V,
): ReadonlyMap<string, V> {
  const made = new Map<string, V>();
  const valueOf = (key: string, source: S): V => {
    let value = made.get(key);
    if (value === undefined) made.set(key, (value = make(source)));
    return value;
  };
  const all = (): ReadonlyMap<string, V> =>
    new Map([...sources()].map(([key, source]) => [key, valueOf(key, source)]));
  const map: ReadonlyMap<string, V> = {
    get size() {
      return sources().size;
    },
    has: (key) => sources().has(key),
    get(key) {
      const source = sources().get(key);
      return source === undefined ? undefined : valueOf(key, source);
    },
    entries: () => all().entries(),
    keys: () => sources().keys(),
    values: () => all().values(),
    forEach(visit, self) {
      for (const [key, value] of map) visit.call(self, value, key, map);
    },
    [Symbol.iterator]: () => all()[Symbol.iterator](),
  };
  return map;
}
