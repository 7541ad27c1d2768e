import { byteLength } from '../go/index.ts';
import type { Source } from './nodes.ts';

/**
 * The keys of values that something took, by what `originOf` named them, each once. A class because most sets are made
 * and never looked into: a set of others holds those, and finds out what is in them when somebody asks.
 */
export class KeySet {
  readonly #parts: readonly KeySet[];
  #keys: readonly unknown[] | undefined;
  /** What this set was joined with last, which mostly is what is wanted again. */
  #mate: KeySet | undefined;
  #joined: KeySet | undefined;

  constructor(parts: readonly KeySet[], keys?: readonly unknown[]) {
    this.#parts = parts;
    this.#keys = keys;
  }

  get keys(): readonly unknown[] {
    return (this.#keys ??= this.#collect());
  }

  /** This set and another one. */
  with(other: KeySet): KeySet {
    if (this === other || other === noKeys) return this;
    if (this === noKeys) return other;
    if (this.#mate === other && this.#joined !== undefined) return this.#joined;
    if (this.#parts[0] === other || this.#parts[1] === other) return this;
    const joined = other.#parts[0] === this ? other : new KeySet([this, other]);
    this.#mate = other;
    this.#joined = joined;
    return joined;
  }

  /** Without recursion: sets that grow in a loop hold one another many times over. */
  #collect(): readonly unknown[] {
    const keys = new Set<unknown>();
    const seen = new Set<KeySet>([this]);
    const waiting: KeySet[] = [this];
    for (let set = waiting.pop(); set !== undefined; set = waiting.pop()) {
      for (const key of set.#keys ?? []) keys.add(key);
      if (set.#keys !== undefined) continue;
      for (let at = set.#parts.length - 1; at >= 0; at--) {
        const part = set.#parts[at] as KeySet;
        if (seen.has(part)) continue;
        seen.add(part);
        waiting.push(part);
      }
    }
    return [...keys];
  }
}

/** The set without keys; there is no other. */
export const noKeys: KeySet = new KeySet([], []);

export function keySetOf(key: unknown): KeySet {
  return new KeySet([], [key]);
}

/** The union of many. */
export function unionOf(sets: Iterable<KeySet>): KeySet {
  const parts = [...new Set(sets)].filter((set) => set !== noKeys);
  const [first, second] = parts;
  if (first === undefined) return noKeys;
  if (second === undefined) return first;
  return parts.length === 2 ? first.with(second) : new KeySet(parts);
}

/** A place in a template, in one traced execution. */
export interface Site {
  readonly source: Source;
  readonly pos: number;
  /** What was made for this place last, which mostly is what is wanted again. */
  origin: Origin | undefined;
  condition: ConditionChain | undefined;
  include: IncludeChain | undefined;
}

/** The includes around something, from the inside out. */
export interface IncludeChain {
  readonly site: Site;
  /** What was included. */
  readonly name: string;
  readonly outer: IncludeChain | undefined;
}

/** The conditions and loops around something, from the inside out. */
export interface ConditionChain {
  readonly site: Site;
  readonly keys: KeySet;
  readonly outer: ConditionChain | undefined;
  /** Its own keys and those of all around it. */
  readonly allKeys: KeySet;
}

/** Who wrote a piece of text. */
export interface Origin {
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

/**
 * Where a value came from: the keys of the whole, or for texts made of several pieces, the pieces in their order; the
 * gaps between them have `keys` then.
 */
export interface Trace {
  readonly keys: KeySet;
  readonly segments: readonly Segment[] | undefined;
  /** The keys that conditions looked at while the text was made, even where nothing came of it. */
  readonly looked: KeySet | undefined;
}

/** A value that is known as a whole only. */
export function traceWhole(keys: KeySet): Trace {
  return { keys, segments: undefined, looked: undefined };
}

/** A text of pieces. */
export function traceOfPieces(keys: KeySet, segments: readonly Segment[], looked?: KeySet): Trace {
  return { keys, segments, looked };
}

/** A value that took no keys. */
export const noTrace: Trace = traceWhole(noKeys);

export function newSite(source: Source, pos: number): Site {
  return { source, pos, origin: undefined, condition: undefined, include: undefined };
}

export function includeAt(site: Site, name: string, outer: IncludeChain | undefined): IncludeChain {
  const recent = site.include;
  if (recent !== undefined && recent.outer === outer && recent.name === name) return recent;
  return (site.include = { site, name, outer });
}

export function conditionAt(site: Site, keys: KeySet, outer: ConditionChain | undefined): ConditionChain {
  const recent = site.condition;
  if (recent !== undefined && recent.outer === outer && recent.keys === keys) return recent;
  const allKeys = outer === undefined ? keys : keys.with(outer.allKeys);
  return (site.condition = { site, keys, outer, allKeys });
}

export function originAt(
  site: Site,
  includes: IncludeChain | undefined,
  conditions: ConditionChain | undefined,
  keys: KeySet,
): Origin {
  const recent = site.origin;
  if (
    recent !== undefined &&
    recent.includes === includes &&
    recent.conditions === conditions &&
    recent.keys === keys
  )
    return recent;
  return (site.origin = { site, includes, conditions, keys });
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
