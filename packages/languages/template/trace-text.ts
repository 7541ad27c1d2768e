import { continues } from './pieces.ts';
import type { Interner, KeySet, Looked, Segment, Trace } from './trace.ts';

/** A text and where it came from. */
export interface TracedText {
  readonly text: string;
  readonly trace: Trace;
}

/** The pieces of a traced text; one piece where it is known only as a whole. */
export function segmentsOf({ text, trace }: TracedText): readonly Segment[] {
  if (trace.segments !== undefined) return trace.segments;
  return text === '' ? [] : [{ start: 0, end: text.length, keys: trace.keys, origin: undefined, at: -1 }];
}

/** The pieces between two offsets, moved to begin at `to`. */
function moveSegments(segments: readonly Segment[], from: number, until: number, to: number): Segment[] {
  const moved: Segment[] = [];
  for (const segment of segments) {
    if (segment.end <= from) continue;
    if (segment.start >= until) break;
    moved.push(partOf(segment, Math.max(segment.start, from), Math.min(segment.end, until), to - from));
  }
  return moved;
}

/** The part of a piece between two offsets, moved. */
function partOf({ start, keys, origin, at }: Segment, from: number, until: number, by: number): Segment {
  return { start: from + by, end: until + by, keys, origin, at: at < 0 ? -1 : at + from - start };
}

/** Adds a piece; one that continues the last and has the same origin makes it longer. */
function append(segments: Segment[], segment: Segment): void {
  const last = segments.at(-1);
  if (
    last?.end === segment.start &&
    last.keys === segment.keys &&
    last.origin === segment.origin &&
    continues(last.at, last.end - last.start, segment.at)
  )
    segments[segments.length - 1] = { ...last, end: segment.end };
  else segments.push(segment);
}

/** Every piece has these keys as well. */
export function addKeys(interner: Interner, trace: Trace, keys: KeySet): Trace {
  if (keys.id === 0) return trace;
  const all = interner.union(trace.keys, keys);
  if (trace.segments === undefined) return { ...trace, keys: all };
  const segments = trace.segments.map((segment) => addToSegment(interner, segment, keys));
  return { ...trace, keys: all, segments };
}

function addToSegment(interner: Interner, segment: Segment, keys: KeySet): Segment {
  const all = interner.union(segment.keys, keys);
  const { origin } = segment;
  const { start, end, at } = segment;
  if (origin === undefined) return { start, end, keys: all, origin, at };
  const { site, includes, conditions } = origin;
  const own = interner.origin(site, includes, conditions, interner.union(origin.keys, keys));
  return { start, end, keys: all, origin: own, at };
}

/** A result in which the arguments stand one after the other, with something between them (printf, join, quote). */
export function traceEmbedding(
  interner: Interner,
  result: string,
  args: readonly TracedText[],
  rest: KeySet,
): Trace {
  const segments: Segment[] = [];
  let keys = rest;
  let cursor = 0;
  for (const arg of args) {
    const at = arg.text === '' ? -1 : result.indexOf(arg.text, cursor);
    if (at < 0) {
      keys = interner.union(keys, allKeys(interner, arg.trace));
      continue;
    }
    for (const segment of moveSegments(segmentsOf(arg), 0, arg.text.length, at)) append(segments, segment);
    cursor = at + arg.text.length;
  }
  return { keys, segments };
}

/**
 * A result that is a text in another shape: a part of it (trim, trunc), or its lines moved (indent, nindent). Where it
 * is neither, the whole has the keys of the text.
 */
export function traceShaping(interner: Interner, result: string, text: TracedText, rest: KeySet): Trace {
  const segments = segmentsOf(text);
  if (result === text.text) return addKeys(interner, { ...text.trace, segments }, rest);
  if (result === '') return { keys: interner.union(allKeys(interner, text.trace), rest) };
  const within = result.length < text.text.length ? text.text.indexOf(result) : -1;
  if (within >= 0) {
    const part = moveSegments(segments, within, within + result.length, 0);
    return addKeys(interner, { keys: text.trace.keys, segments: part }, rest);
  }
  return addKeys(interner, alignLines(interner, result, text, segments), rest);
}

function alignLines(
  interner: Interner,
  result: string,
  text: TracedText,
  segments: readonly Segment[],
): Trace {
  const { keys } = text.trace;
  const aligned: Segment[] = [];
  let cursor = 0;
  let offset = 0;
  let first = 0;
  for (const line of text.text.split('\n')) {
    const lead = line.length - line.trimStart().length;
    const words = line.trim();
    const from = offset + lead;
    offset += line.length + 1;
    if (words === '') continue;
    const at = result.indexOf(words, cursor);
    if (at < 0) return { keys: allKeys(interner, text.trace) };
    while (first < segments.length && (segments[first] as Segment).end <= from) first += 1;
    for (let index = first; index < segments.length; index++) {
      const segment = segments[index] as Segment;
      if (segment.start >= from + words.length) break;
      const start = Math.max(segment.start, from);
      aligned.push(partOf(segment, start, Math.min(segment.end, from + words.length), at - from));
    }
    cursor = at + words.length;
  }
  return { keys, segments: aligned };
}

/** Letters in another case: the same places. */
export function traceSameLength(interner: Interner, text: TracedText, rest: KeySet): Trace {
  return addKeys(interner, { keys: text.trace.keys, segments: segmentsOf(text) }, rest);
}

/** Everything that a value depends on: the keys of its pieces, and the conditions that they stood under. */
export function allKeys(interner: Interner, trace: Trace): KeySet {
  const { keys, segments, looked } = trace;
  if (segments === undefined && looked === undefined) return keys;
  const sets = new Set([keys]);
  if (looked !== undefined) sets.add(lookedKeys(interner, looked));
  for (const segment of segments ?? []) {
    sets.add(segment.keys);
    if (segment.origin === undefined) continue;
    sets.add(segment.origin.keys);
    if (segment.origin.conditions !== undefined) sets.add(segment.origin.conditions.allKeys);
  }
  return sets.size === 1 ? keys : interner.unionOf(sets);
}

function lookedKeys(interner: Interner, looked: Looked): KeySet {
  if (looked.all !== undefined) return looked.all;
  const sets = new Set(looked.sets);
  for (const one of looked.inner) sets.add(lookedKeys(interner, one));
  looked.all = interner.unionOf(sets);
  return looked.all;
}

/** A text without every `word` in it, and its pieces. */
export function dropWord({ text, trace }: TracedText, word: string): TracedText {
  if (!text.includes(word)) return { text, trace };
  const kept: Segment[] = [];
  const segments = segmentsOf({ text, trace });
  let dropped = '';
  let from = 0;
  while (from <= text.length) {
    const found = text.indexOf(word, from);
    const until = found < 0 ? text.length : found;
    for (const segment of moveSegments(segments, from, until, dropped.length)) kept.push(segment);
    dropped += text.slice(from, until);
    if (found < 0) break;
    from = found + word.length;
  }
  return { text: dropped, trace: { ...trace, segments: kept } };
}
