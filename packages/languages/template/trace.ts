import { byteLength } from '../go/index.ts';
import type { Source } from './nodes.ts';

/** The keys of values that something took, by what `originOf` named them; one object for one set. */
export interface KeySet {
  readonly id: number;
  readonly keys: readonly unknown[];
}

/** A place in a template. */
export interface Site {
  readonly id: number;
  readonly source: Source;
  readonly pos: number;
  /** What was made for this place last, which mostly is what is wanted again. */
  origin: Origin | undefined;
  condition: ConditionChain | undefined;
  include: IncludeChain | undefined;
}

/** The includes around something, from the inside out. */
export interface IncludeChain {
  readonly id: number;
  readonly site: Site;
  /** What was included. */
  readonly name: string;
  readonly outer: IncludeChain | undefined;
}

/** The conditions and loops around something, from the inside out. */
export interface ConditionChain {
  readonly id: number;
  readonly site: Site;
  readonly keys: KeySet;
  readonly outer: ConditionChain | undefined;
  /** Its own keys and those of all around it. */
  readonly allKeys: KeySet;
}

/** Who wrote a piece of text; one object for one answer. */
export interface Origin {
  readonly id: number;
  readonly site: Site;
  readonly includes: IncludeChain | undefined;
  readonly conditions: ConditionChain | undefined;
  readonly keys: KeySet;
}

/** A piece of a text. Without an origin it came from values, and who prints it will have written it. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly keys: KeySet;
  readonly origin: Origin | undefined;
}

/**
 * Where a value came from: the keys of the whole, or for texts made of several pieces, the pieces in their order; the
 * gaps between them have `keys` then.
 */
export interface Trace {
  readonly keys: KeySet;
  readonly segments?: readonly Segment[];
  /** What was looked at while the text was made, even where nothing came of it. */
  readonly looked?: KeySet;
}

/** The makers of the objects above, each of which exists once, so that they are compared by identity and cost little. */
export interface Interner {
  readonly noKeys: KeySet;
  key(key: unknown): KeySet;
  union(a: KeySet, b: KeySet): KeySet;
  /** The union of many. */
  unionOf(sets: ReadonlySet<KeySet>): KeySet;
  /** The place of something in a template: a node, or an offset into one. */
  site(source: Source, node: { readonly pos: number }, offset?: number): Site;
  include(site: Site, name: string, outer: IncludeChain | undefined): IncludeChain;
  condition(site: Site, keys: KeySet, outer: ConditionChain | undefined): ConditionChain;
  origin(
    site: Site,
    includes: IncludeChain | undefined,
    conditions: ConditionChain | undefined,
    keys: KeySet,
  ): Origin;
}

export function createInterner(): Interner {
  let nextId = 1;
  const noKeys: KeySet = { id: 0, keys: [] };
  const single = new Map<unknown, KeySet>();
  const byMembers = new Map<string, KeySet>();
  const unions = new Map<number, Map<number, KeySet>>();
  const idOfKey = new Map<unknown, number>();
  const sites = new Map<object, Site>();
  const offsetSites = new Map<object, Map<number, Site>>();
  const chains = new Map<string, IncludeChain>();
  const conditions = new Map<string, ConditionChain>();
  const origins = new Map<Site, Map<string, Origin>>();

  function key(one: unknown): KeySet {
    let set = single.get(one);
    if (set === undefined) {
      set = { id: nextId++, keys: [one] };
      single.set(one, set);
      idOfKey.set(one, set.id);
      byMembers.set(String(set.id), set);
    }
    return set;
  }

  function union(a: KeySet, b: KeySet): KeySet {
    if (a === b || b.id === 0) return a;
    if (a.id === 0) return b;
    let row = unions.get(a.id);
    if (row === undefined) unions.set(a.id, (row = new Map()));
    let set = row.get(b.id);
    if (set === undefined) row.set(b.id, (set = makeUnion(a, b)));
    return set;
  }

  function makeUnion(a: KeySet, b: KeySet): KeySet {
    return intern(new Set([...a.keys, ...b.keys]));
  }

  function unionOf(sets: ReadonlySet<KeySet>): KeySet {
    const keys = new Set<unknown>();
    for (const set of sets) for (const one of set.keys) keys.add(one);
    return keys.size === 0 ? noKeys : intern(keys);
  }

  function intern(distinct: ReadonlySet<unknown>): KeySet {
    const keys = [...distinct];
    const members = keys
      .map((one) => idOfKey.get(one) ?? 0)
      .toSorted((x, y) => x - y)
      .join();
    const known = byMembers.get(members);
    if (known !== undefined) return known;
    const set: KeySet = { id: nextId++, keys };
    byMembers.set(members, set);
    return set;
  }

  function newSite(source: Source, pos: number): Site {
    return { id: nextId++, source, pos, origin: undefined, condition: undefined, include: undefined };
  }

  function site(source: Source, node: { readonly pos: number }, offset = 0): Site {
    if (offset !== 0) return offsetSite(source, node, offset);
    let known = sites.get(node);
    if (known === undefined) sites.set(node, (known = newSite(source, node.pos)));
    return known;
  }

  function offsetSite(source: Source, node: { readonly pos: number }, offset: number): Site {
    let row = offsetSites.get(node);
    if (row === undefined) offsetSites.set(node, (row = new Map()));
    let known = row.get(offset);
    if (known === undefined) row.set(offset, (known = newSite(source, node.pos + offset)));
    return known;
  }

  function include(at: Site, name: string, outer: IncludeChain | undefined): IncludeChain {
    const recent = at.include;
    if (recent !== undefined && recent.outer === outer && recent.name === name) return recent;
    const words = `${at.id} ${outer?.id ?? 0} ${name}`;
    let chain = chains.get(words);
    if (chain === undefined) chains.set(words, (chain = { id: nextId++, site: at, name, outer }));
    at.include = chain;
    return chain;
  }

  function condition(at: Site, keys: KeySet, outer: ConditionChain | undefined): ConditionChain {
    const recent = at.condition;
    if (recent !== undefined && recent.outer === outer && recent.keys === keys) return recent;
    const words = `${at.id} ${keys.id} ${outer?.id ?? 0}`;
    let chain = conditions.get(words);
    if (chain === undefined)
      conditions.set(
        words,
        (chain = { id: nextId++, site: at, keys, outer, allKeys: union(keys, outer?.allKeys ?? noKeys) }),
      );
    at.condition = chain;
    return chain;
  }

  function origin(
    at: Site,
    includes: IncludeChain | undefined,
    around: ConditionChain | undefined,
    keys: KeySet,
  ): Origin {
    const recent = at.origin;
    if (
      recent !== undefined &&
      recent.includes === includes &&
      recent.conditions === around &&
      recent.keys === keys
    )
      return recent;
    let row = origins.get(at);
    if (row === undefined) origins.set(at, (row = new Map()));
    const words = `${includes?.id ?? 0} ${around?.id ?? 0} ${keys.id}`;
    let known = row.get(words);
    if (known === undefined)
      row.set(words, (known = { id: nextId++, site: at, includes, conditions: around, keys }));
    at.origin = known;
    return known;
  }

  return { noKeys, key, union, unionOf, site, include, condition, origin };
}

/** A place as the door shows it. */
export interface TracePlace {
  /** The name of the text. */
  readonly template: string;
  readonly line: number;
  /** Bytes from 0. */
  readonly column: number;
}

/** Places of sites, each found out once. */
export function createPlaces(): (site: Site) => TracePlace {
  const places = new Map<Site, TracePlace>();
  const lineStarts = new Map<Source, readonly number[]>();
  return (site) => {
    const known = places.get(site);
    if (known !== undefined) return known;
    const { source, pos } = site;
    let starts = lineStarts.get(source);
    if (starts === undefined) lineStarts.set(source, (starts = startsOfLines(source.text)));
    const index = lastAtMost(starts, pos);
    const column = byteLength(source.text.slice(starts[index] ?? 0, pos));
    const place: TracePlace = { template: source.name, line: index + 1, column };
    places.set(site, place);
    return place;
  };
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the last of the sorted numbers that is not above a limit. */
function lastAtMost(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
