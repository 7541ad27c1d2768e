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
  /** Where the piece begins in the text of its template, for what stands there as it is; else -1. */
  readonly at: number;
}

/** What the conditions of a template looked at, and those of the templates that it included. */
export interface Looked {
  readonly sets: Set<KeySet>;
  readonly inner: Set<Looked>;
  /** All of it, once somebody has asked. */
  all: KeySet | undefined;
}

/**
 * Where a value came from: the keys of the whole, or for texts made of several pieces, the pieces in their order; the
 * gaps between them have `keys` then.
 */
export interface Trace {
  readonly keys: KeySet;
  readonly segments?: readonly Segment[];
  /** What was looked at while the text was made, even where nothing came of it. */
  readonly looked?: Looked | undefined;
}

/** The makers of the objects above, each of which exists once, so that they are compared by identity and cost little. */
export interface Interner {
  readonly noKeys: KeySet;
  key(key: unknown): KeySet;
  union(a: KeySet, b: KeySet): KeySet;
  /** The union of many. */
  unionOf(sets: ReadonlySet<KeySet>): KeySet;
  /** The place of a node in its template. */
  site(source: Source, node: { readonly pos: number }): Site;
  include(site: Site, name: string, outer: IncludeChain | undefined): IncludeChain;
  condition(site: Site, keys: KeySet, outer: ConditionChain | undefined): ConditionChain;
  origin(
    site: Site,
    includes: IncludeChain | undefined,
    conditions: ConditionChain | undefined,
    keys: KeySet,
  ): Origin;
}

/** Two ids as one number: there are far fewer than 2^26 of them in a render. */
const pairOf = (a: number, b: number): number => a * 0x400_0000 + b;

export function createInterner(): Interner {
  let nextId = 1;
  const noKeys: KeySet = { id: 0, keys: [] };
  const single = new Map<unknown, KeySet>();
  const byMembers = new Map<string, KeySet>();
  const unions = new Map<number, Map<number, KeySet>>();
  const idOfKey = new Map<unknown, number>();
  const sites = new Map<object, Site>();
  const chains = new Map<string, IncludeChain>();
  const conditions = new Map<Site, Map<number, ConditionChain>>();
  const surroundings = new Map<number, number>();
  const origins = new Map<Site, Map<number, Origin>>();

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
    if (sets.size <= 2) {
      let both = noKeys;
      for (const set of sets) both = union(both, set);
      return both;
    }
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

  function site(source: Source, node: { readonly pos: number }): Site {
    let known = sites.get(node);
    if (known === undefined) sites.set(node, (known = newSite(source, node.pos)));
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
    const name = pairOf(keys.id, outer?.id ?? 0);
    let row = conditions.get(at);
    if (row === undefined) conditions.set(at, (row = new Map()));
    let chain = row.get(name);
    if (chain === undefined) {
      chain = { id: nextId++, site: at, keys, outer, allKeys: union(keys, outer?.allKeys ?? noKeys) };
      row.set(name, chain);
    }
    at.condition = chain;
    return chain;
  }

  /** One number for the includes and conditions around something. */
  function surroundingOf(includes: IncludeChain | undefined, around: ConditionChain | undefined): number {
    if (includes === undefined) return around?.id ?? 0;
    if (around === undefined) return includes.id;
    const name = pairOf(includes.id, around.id);
    let known = surroundings.get(name);
    if (known === undefined) surroundings.set(name, (known = nextId++));
    return known;
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
    const name = pairOf(surroundingOf(includes, around), keys.id);
    let known = row.get(name);
    if (known === undefined)
      row.set(name, (known = { id: nextId++, site: at, includes, conditions: around, keys }));
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

/** Finds out the places of offsets in templates, and the lines of a part of one. */
export interface Places {
  of(source: Source, pos: number): TracePlace;
  /** The offsets at which the lines begin that a part stands on; the first is not before `first`. */
  linesIn(source: Source, first: number, from: number, until: number): readonly number[];
}

export function createPlaces(): Places {
  const lineStarts = new Map<Source, readonly number[]>();
  const startsIn = (source: Source): readonly number[] => {
    let starts = lineStarts.get(source);
    if (starts === undefined) lineStarts.set(source, (starts = startsOfLines(source.text)));
    return starts;
  };
  return {
    of(source, pos) {
      const starts = startsIn(source);
      const index = lastAtMost(starts, pos);
      const column = byteLength(source.text.slice(starts[index] ?? 0, pos));
      return { template: source.name, line: index + 1, column };
    },
    linesIn(source, first, from, until) {
      const starts = startsIn(source);
      const index = lastAtMost(starts, from);
      const lines = [Math.max(starts[index] ?? 0, first)];
      for (let next = index + 1; (starts[next] ?? until) < until; next++) lines.push(starts[next] as number);
      return lines;
    },
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
