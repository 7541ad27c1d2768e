/**
 * A map whose values are made of other values when they are asked for, each once; `sources` is not called before
 * anybody asks for anything.
 */
export function mapOnDemand<S, V>(
  sources: () => ReadonlyMap<string, S>,
  make: (source: S) => V,
): ReadonlyMap<string, V> {
  let made = new Map<string, V>();
  let isWhole = false;
  const valueOf = (key: string, source: S): V => {
    let value = made.get(key);
    if (value === undefined) made.set(key, (value = make(source)));
    return value;
  };
  // In the order of the sources, whatever was asked for before.
  const all = (): ReadonlyMap<string, V> => {
    if (isWhole) return made;
    const whole = new Map<string, V>();
    for (const [key, source] of sources()) whole.set(key, made.get(key) ?? make(source));
    made = whole;
    isWhole = true;
    return whole;
  };
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
