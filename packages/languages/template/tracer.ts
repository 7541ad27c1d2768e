import { continues } from './pieces.ts';
import { createInterner } from './trace.ts';
import { createTracedValues } from './trace-values.ts';
import type { Node, Source } from './nodes.ts';
import type { Given } from './given.ts';
import type {
  ConditionChain,
  IncludeChain,
  Interner,
  Looked,
  Origin,
  Segment,
  Site,
  Trace,
} from './trace.ts';
import { allKeys } from './trace-text.ts';
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
  /** Where each piece begins in the text of its template, as in `Segment`. */
  readonly ats: number[];
  /** The keys of all conditions, met or not. */
  readonly looked: Looked;
}

/** What a frame of a traced execution has besides. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Where the variables came from, by their slots. */
  readonly traces: (Trace | undefined)[];
  dot: Trace | undefined;
  readonly output: TracedOutput;
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
  const segments = trace?.segments ?? [];
  // Pieces that reach beyond the text are those of another one.
  if (trace !== undefined && (segments.at(-1)?.end ?? 0) > length) {
    noteOrigin(output, start + length, interner.origin(site, includes, conditions, allKeys(interner, trace)));
    return;
  }
  for (const segment of segments) {
    if (segment.start > at) noteOrigin(output, start + segment.start, gapOrigin());
    noteOrigin(output, start + segment.end, originOfSegment(tracer, site, segment), segment.at);
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
  const { ends, origins, ats } = output;
  const { noKeys } = tracer.interner;
  const segments: Segment[] = [];
  let start = 0;
  for (let index = 0; index < ends.length; index++) {
    const end = ends[index] as number;
    segments.push({ start, end, keys: noKeys, origin: origins[index], at: ats[index] as number });
    start = end;
  }
  const { looked } = output;
  const isNothing = looked.sets.size === 0 && looked.inner.size === 0;
  return { text, trace: { keys: noKeys, segments, looked: isNothing ? undefined : looked } };
}
