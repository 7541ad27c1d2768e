import { createFrame, runProgram } from './run.ts';
import { createPlaces, includeAt } from './trace.ts';
import { createTracer, resetTracer, sitesIn, toTracedText } from './tracer.ts';
import { dropWord, segmentsOf } from './trace-text.ts';
import { isSame } from './trace-values.ts';
import type { Output, Program, Run } from './model.ts';
import type { Scope } from './model.ts';
import type { ConditionChain, IncludeChain, Origin, Segment, Site, TracePlace } from './trace.ts';
import type { TracedText } from './trace-text.ts';
import type { TracedOutput, Tracer, Tracing } from './tracer.ts';
import type { OriginOf } from './trace-values.ts';
import type { Given } from './given.ts';
import type { Renderer } from './model.ts';

/** A call around a piece of text. */
export interface TraceInclude extends TracePlace {
  /** The template that was called. */
  readonly name: string;
}

/** A condition or loop around a piece of text, with the keys it looked at. */
export interface TraceCondition<K = unknown> extends TracePlace {
  readonly keys: readonly K[];
}

/** Who wrote a piece of text: the place in the template, and what it took. One object for one answer. */
export interface TraceOrigin<K = unknown> extends TracePlace {
  /** From the outside in. */
  readonly includes: readonly TraceInclude[];
  readonly keys: readonly K[];
  /** From the outside in. */
  readonly conditions: readonly TraceCondition<K>[];
}

/** A piece of text, in UTF-16 units. */
export interface TraceSpan<K = unknown> {
  readonly start: number;
  readonly end: number;
  readonly origin: TraceOrigin<K>;
}

export interface TracedRendering<K = unknown> {
  readonly text: string;
  /** Sorted, without gaps. Made when they are asked for. */
  readonly spans: readonly TraceSpan<K>[];
  /** Who wrote the part between two offsets, in the order of the text, each once. */
  readonly originsIn: (start: number, end: number) => readonly TraceOrigin<K>[];
}

/** What traced executions of one set share, so that what a template puts into a table is still known in the next. */
export interface TracedRenderer extends Renderer {
  readonly originOf: OriginOf;
  readonly tracer: Tracer;
  readonly show: Show;
}

/** How includes are run in a traced execution. */
export function createTracedRenderer(originOf: OriginOf): TracedRenderer {
  const tracer = createTracer(originOf);
  return {
    originOf,
    tracer,
    show: createShow(),
    render: (run, scope, program, data, how) => {
      const { includes, conditions, calling, args, traces } = tracer;
      const trace = traces[args.findIndex((arg) => isSame(arg, data))];
      if (calling !== undefined) tracer.includes = includeAt(calling, how.name, includes);
      let rendered: TracedText;
      try {
        rendered = runTraced(tracer, run, scope, program, data ?? undefined, trace);
      } finally {
        tracer.includes = includes;
        tracer.conditions = conditions;
      }
      const kept = how.dropNoValue ? dropWord(rendered, '<no value>') : rendered;
      // What an include looked at, whoever includes it depends on.
      if (kept.trace.looked !== undefined) run.frame?.tracing?.output.looked.push(kept.trace.looked);
      tracer.rendered = kept;
      return kept.text;
    },
  };
}

function runTraced(
  tracer: Tracer,
  run: Run,
  scope: Scope,
  program: Program,
  dot: Given,
  trace: Tracing['dot'],
): TracedText {
  const traced = program.traced();
  const output: Output = { text: '' };
  const { tree } = traced;
  const origins: TracedOutput = { ends: [], origins: [], ats: [], looked: [] };
  const sites = sitesIn(tracer, tree);
  const tracing: Tracing = {
    tracer,
    source: tree.source,
    sites,
    traces: [trace],
    dot: trace,
    output: origins,
  };
  runProgram(createFrame(run, scope, traced, output, dot, tracing), traced, dot);
  return toTracedText(output.text, origins);
}

/** Runs the outermost template. */
export function renderTraced(
  { tracer, show }: TracedRenderer,
  run: Run,
  scope: Scope,
  program: Program,
  dot: Given,
  dropNoValue: boolean,
): TracedRendering {
  resetTracer(tracer);
  const rendered = runTraced(tracer, run, scope, program, dot, undefined);
  const kept = dropNoValue ? dropWord(rendered, '<no value>') : rendered;
  const segments = segmentsOf(kept);
  let spans: readonly TraceSpan[] | undefined;
  return {
    text: kept.text,
    get spans() {
      return (spans ??= segments.flatMap((segment) => [...show.spans(segment, segment.start, segment.end)]));
    },
    originsIn(start, end) {
      const first = firstEndingBehind(segments, start);
      const only = segments[first];
      // Most fields are written by one piece, on one line.
      if (only !== undefined && only.start <= start && only.end >= end) {
        const whole = show.whole(only, start, end);
        if (whole !== undefined) return whole;
      }
      const found = new Set<TraceOrigin>();
      for (let at = first; at < segments.length; at++) {
        const segment = segments[at] as Segment;
        if (segment.start >= end) break;
        const from = Math.max(start, segment.start);
        for (const { origin } of show.spans(segment, from, Math.min(end, segment.end))) found.add(origin);
      }
      return [...found];
    },
  };
}

/** The first piece that ends behind a place; pieces are sorted. */
function firstEndingBehind(segments: readonly Segment[], place: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle] as Segment).end <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Pieces as the door shows them: every line of a template's text has a place of its own. */
interface Show {
  spans(segment: Segment, from: number, until: number): Iterable<TraceSpan>;
  /** The one origin of a part of a piece, in a list that is the same each time; undefined where there are several. */
  whole(segment: Segment, from: number, until: number): readonly TraceOrigin[] | undefined;
}

/** What is the same is shown by the same object. */
function createShow(): Show {
  const places = createPlaces();
  const shown = new Map<Origin, Map<number, readonly [TraceOrigin]>>();
  const placeOf = ({ source, pos }: Site): TracePlace => places.of(source, pos);
  const includesOf = chainsOf<IncludeChain, TraceInclude>((chain) => ({
    ...placeOf(chain.site),
    name: chain.name,
  }));
  const conditionsOf = chainsOf<ConditionChain, TraceCondition>((chain) => ({
    ...placeOf(chain.site),
    keys: chain.keys.keys,
  }));
  const show = (origin: Origin, pos: number): readonly [TraceOrigin] => {
    let row = shown.get(origin);
    if (row === undefined) shown.set(origin, (row = new Map()));
    const known = row.get(pos);
    if (known !== undefined) return known;
    const { template, line, column } = places.of(origin.site.source, pos);
    const answer: readonly [TraceOrigin] = [
      {
        template,
        line,
        column,
        includes: includesOf(origin.includes),
        keys: origin.keys.keys,
        conditions: conditionsOf(origin.conditions),
      },
    ];
    row.set(pos, answer);
    return answer;
  };
  return {
    whole({ start: begin, origin, at }, from, until) {
      if (origin === undefined) return undefined;
      const { source, pos } = origin.site;
      if (at < 0) return show(origin, pos);
      const lines = places.linesIn(source, pos, at + from - begin, at + until - begin);
      return lines.length === 1 ? show(origin, lines[0] ?? pos) : undefined;
    },
    *spans({ start: begin, origin, at }, from, until) {
      if (origin === undefined) return;
      const { source, pos } = origin.site;
      if (at < 0) return yield { start: from, end: until, origin: show(origin, pos)[0] };
      const end = at + until - begin;
      const lines = places.linesIn(source, pos, at + from - begin, end);
      for (const [index, line] of lines.entries()) {
        const start = index === 0 ? from : line - at + begin;
        yield { start, end: (lines[index + 1] ?? end) - at + begin, origin: show(origin, line)[0] };
      }
    },
  };
}

/** The links of a chain from the outside in, each shown once. */
function chainsOf<C extends { readonly outer: C | undefined }, T>(
  show: (chain: C) => T,
): (chain: C | undefined) => readonly T[] {
  const known = new Map<C, readonly T[]>();
  const none: readonly T[] = [];
  const links = (chain: C | undefined): readonly T[] => {
    if (chain === undefined) return none;
    let answer = known.get(chain);
    if (answer === undefined) known.set(chain, (answer = [...links(chain.outer), show(chain)]));
    return answer;
  };
  return links;
}
