import { continues } from './pieces.ts';
import { conditionAt, newSite, noKeys, originAt, traceOfPieces, unionOf } from './trace.ts';
import { createTracedValues } from './trace-values.ts';
import type { Source } from './nodes.ts';
import type { Given } from './given.ts';
import type { ConditionChain, IncludeChain, KeySet, Origin, Segment, Site, Trace } from './trace.ts';
import { allKeys } from './trace-text.ts';
import type { TracedText } from './trace-text.ts';
import type { OriginOf, TracedValues } from './trace-values.ts';
import type { Tree } from './nodes.ts';

/** The state of one traced execution. */
export interface Tracer {
  readonly values: TracedValues;
  /** The places of each template, by the numbers that the compiler gave its nodes. */
  readonly sites: Map<Tree, Site[]>;
  /** Where the value came from that was evaluated last. */
  last: Trace | undefined;
  includes: IncludeChain | undefined;
  conditions: ConditionChain | undefined;
  /** The call that is under way, for the includes that it makes. */
  calling: Site | undefined;
  args: readonly Given[];
  traces: readonly (Trace | undefined)[];
  /** What the last include or evaluation gave. */
  rendered: TracedText | undefined;
}

export function createTracer(originOf: OriginOf): Tracer {
  return {
    values: createTracedValues(originOf),
    sites: new Map(),
    last: undefined,
    includes: undefined,
    conditions: undefined,
    calling: undefined,
    args: [],
    traces: [],
    rendered: undefined,
  };
}

/** The places of a template. */
export function sitesIn(tracer: Tracer, tree: Tree): Site[] {
  let sites = tracer.sites.get(tree);
  if (sites === undefined) tracer.sites.set(tree, (sites = []));
  return sites;
}

/** Forgets where the last execution stood, which may have ended with an error. */
export function resetTracer(tracer: Tracer): void {
  tracer.last = undefined;
  tracer.includes = undefined;
  tracer.conditions = undefined;
  tracer.calling = undefined;
  tracer.args = [];
  tracer.traces = [];
  tracer.rendered = undefined;
}

/** A text that is being written: who wrote up to where. */
export interface TracedOutput {
  readonly ends: number[];
  readonly origins: Origin[];
  /** Where each piece begins in the text of its template, as in `Segment`. */
  readonly ats: number[];
  /** The keys of all conditions, met or not. */
  readonly looked: KeySet[];
}

/** What a frame of a traced execution has besides. */
export interface Tracing {
  readonly tracer: Tracer;
  readonly source: Source;
  readonly sites: Site[];
  /** Where the variables came from, by their slots. */
  readonly traces: (Trace | undefined)[];
  dot: Trace | undefined;
  readonly output: TracedOutput;
}

/** The place of the node to which the compiler gave a number. */
export function siteAt({ sites, source }: Tracing, number: number, pos: number): Site {
  return (sites[number] ??= newSite(source, pos));
}

/** Notes that the text was written by an origin up to an offset; `at` is as in `Segment`. */
export function noteOrigin({ ends, origins, ats }: TracedOutput, end: number, origin: Origin, at = -1): void {
  const last = ends.length - 1;
  const start = last < 0 ? 0 : (ends[last] as number);
  if (end === start) return;
  if (origins[last] === origin && continues(ats[last] as number, start - (ends[last - 1] ?? 0), at)) {
    ends[last] = end;
    return;
  }
  ends.push(end);
  origins.push(origin);
  ats.push(at);
}

/** Notes a text that an action printed at `start`: its pieces keep who wrote them. */
export function notePrinted(
  { tracer, output }: Tracing,
  site: Site,
  start: number,
  length: number,
  trace: Trace | undefined,
): void {
  const { includes, conditions } = tracer;
  const segments = trace?.segments;
  if (trace === undefined || segments === undefined || segments.length === 0) {
    noteOrigin(output, start + length, originAt(site, includes, conditions, trace?.keys ?? noKeys));
    return;
  }
  // Pieces that reach beyond the text are those of another one.
  if ((segments[segments.length - 1] as Segment).end > length) {
    noteOrigin(output, start + length, originAt(site, includes, conditions, allKeys(trace)));
    return;
  }
  let gap: Origin | undefined;
  let at = 0;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index] as Segment;
    if (segment.start > at)
      noteOrigin(output, start + segment.start, (gap ??= originAt(site, includes, conditions, trace.keys)));
    noteOrigin(output, start + segment.end, originOfSegment(tracer, site, segment), segment.at);
    at = segment.end;
  }
  if (at < length)
    noteOrigin(output, start + length, gap ?? originAt(site, includes, conditions, trace.keys));
}

function originOfSegment({ includes, conditions }: Tracer, site: Site, segment: Segment): Origin {
  const { origin, keys } = segment;
  if (origin === undefined) return originAt(site, includes, conditions, keys);
  if (conditions === undefined || isWithin(origin.conditions, conditions)) return origin;
  // The text was made elsewhere (a variable); what governs the printing governs it as well.
  return originAt(origin.site, origin.includes, joinConditions(origin.conditions, conditions), origin.keys);
}

function isWithin(chain: ConditionChain | undefined, outer: ConditionChain): boolean {
  for (let link = chain; link !== undefined; link = link.outer) if (link === outer) return true;
  return false;
}

function joinConditions(inner: ConditionChain | undefined, outer: ConditionChain): ConditionChain {
  if (inner === undefined) return outer;
  if (isWithin(outer, inner)) return outer;
  return conditionAt(inner.site, inner.keys, joinConditions(inner.outer, outer));
}

/** A text with its origins as pieces, as an include gives it to its caller. */
export function toTracedText(text: string, { ends, origins, ats, looked }: TracedOutput): TracedText {
  const segments: Segment[] = [];
  let start = 0;
  for (let index = 0; index < ends.length; index++) {
    const end = ends[index] as number;
    segments.push({ start, end, keys: noKeys, origin: origins[index], at: ats[index] as number });
    start = end;
  }
  const all = looked.length === 0 ? undefined : unionOf(looked);
  return { text, trace: traceOfPieces(noKeys, segments, all) };
}
