import { createInterner } from './trace.ts';
import { createTracedValues } from './trace-values.ts';
import type { Node, Source } from './nodes.ts';
import type { Given } from './given.ts';
import type {
  ConditionChain,
  IncludeChain,
  Interner,
  KeySet,
  Origin,
  Segment,
  Site,
  Trace,
} from './trace.ts';
import type { TracedText } from './trace-text.ts';
import type { OriginOf, TracedValues } from './trace-values.ts';

/** The state of one traced execution. */
export interface Tracer {
  readonly interner: Interner;
  readonly values: TracedValues;
  /** Where the value came from that was evaluated last. */
  last: Trace | undefined;
  includes: IncludeChain | undefined;
  conditions: ConditionChain | undefined;
  /** The call that is under way, for the includes that it makes. */
  calling: { readonly source: Source; readonly node: Node } | undefined;
  args: readonly Given[];
  traces: readonly (Trace | undefined)[];
  /** What the last include or evaluation gave. */
  rendered: TracedText | undefined;
}

export function createTracer(originOf: OriginOf): Tracer {
  const interner = createInterner();
  return {
    interner,
    values: createTracedValues(interner, originOf),
    last: undefined,
    includes: undefined,
    conditions: undefined,
    calling: undefined,
    args: [],
    traces: [],
    rendered: undefined,
  };
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
  /** The keys of all conditions, met or not. */
  readonly looked: Set<KeySet>;
}

/** What a frame of a traced execution has besides. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Where the variables came from, by their slots. */
  readonly traces: (Trace | undefined)[];
  dot: Trace | undefined;
  readonly output: TracedOutput;
}

/** Notes that the text was written by an origin up to an offset. */
export function noteOrigin({ ends, origins }: TracedOutput, end: number, origin: Origin): void {
  const last = ends.length - 1;
  if (end === (ends[last] ?? 0)) return;
  if (origins[last] === origin) {
    ends[last] = end;
    return;
  }
  ends.push(end);
  origins.push(origin);
}

/** Notes a text that an action printed at `start`: its pieces keep who wrote them. */
export function notePrinted(
  tracing: Tracing,
  site: Site,
  start: number,
  length: number,
  trace: Trace | undefined,
): void {
  const { tracer, output } = tracing;
  const { interner, includes, conditions } = tracer;
  let gap: Origin | undefined;
  const gapOrigin = () =>
    (gap ??= interner.origin(site, includes, conditions, trace?.keys ?? interner.noKeys));
  let at = 0;
  for (const segment of trace?.segments ?? []) {
    if (segment.start > at) noteOrigin(output, start + segment.start, gapOrigin());
    noteOrigin(output, start + segment.end, originOfSegment(tracer, site, segment));
    at = segment.end;
  }
  if (at < length) noteOrigin(output, start + length, gapOrigin());
}

function originOfSegment({ interner, includes, conditions }: Tracer, site: Site, segment: Segment): Origin {
  const { origin, keys } = segment;
  if (origin === undefined) return interner.origin(site, includes, conditions, keys);
  if (conditions === undefined || isWithin(origin.conditions, conditions)) return origin;
  // The text was made elsewhere (a variable); what governs the printing governs it as well.
  return interner.origin(
    origin.site,
    origin.includes,
    joinConditions(interner, origin.conditions, conditions),
    origin.keys,
  );
}

function isWithin(chain: ConditionChain | undefined, outer: ConditionChain): boolean {
  for (let link = chain; link !== undefined; link = link.outer) if (link === outer) return true;
  return false;
}

function joinConditions(
  interner: Interner,
  inner: ConditionChain | undefined,
  outer: ConditionChain,
): ConditionChain {
  if (inner === undefined) return outer;
  if (isWithin(outer, inner)) return outer;
  return interner.condition(inner.site, inner.keys, joinConditions(interner, inner.outer, outer));
}

/** A text with its origins as pieces, as an include gives it to its caller. */
export function toTracedText(tracer: Tracer, text: string, output: TracedOutput): TracedText {
  const { ends, origins } = output;
  const { noKeys } = tracer.interner;
  let start = 0;
  const segments = ends.map((end, at) => {
    const origin = origins[at];
    const segment: Segment = { start, end, keys: noKeys, origin };
    start = end;
    return segment;
  });
  return { text, trace: { keys: noKeys, segments, looked: tracer.interner.unionOf(output.looked) } };
}
