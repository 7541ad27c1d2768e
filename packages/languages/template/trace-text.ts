import { continues } from './pieces.ts';
import { noKeys, originAt, traceOfPieces, traceWhole, unionOf } from './trace.ts';
import type { KeySet, Segment, Trace } from './trace.ts';

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
export function addKeys(trace: Trace, keys: KeySet): Trace {
  if (keys === noKeys) return trace;
  const all = trace.keys.with(keys);
  const { segments, looked } = trace;
  if (segments === undefined) return { keys: all, segments, looked };
  const more = segments.map((segment) => addToSegment(segment, keys));
  return { keys: all, segments: more, looked };
}

function addToSegment(segment: Segment, keys: KeySet): Segment {
  const all = segment.keys.with(keys);
  const { origin, start, end, at } = segment;
  if (origin === undefined) return { start, end, keys: all, origin, at };
  const { site, includes, conditions } = origin;
  const own = originAt(site, includes, conditions, origin.keys.with(keys));
  return { start, end, keys: all, origin: own, at };
}

/** A result in which the arguments stand one after the other, with something between them (printf, join, quote). */
export function traceEmbedding(result: string, args: readonly TracedText[], rest: KeySet): Trace {
  const segments: Segment[] = [];
  let keys = rest;
  let looked: KeySet | undefined;
  let cursor = 0;
  for (const { text, trace } of args) {
    if (trace.looked !== undefined) looked = looked?.with(trace.looked) ?? trace.looked;
    const at = text === '' ? -1 : result.indexOf(text, cursor);
    if (at < 0) {
      keys = keys.with(allKeys(trace));
      continue;
    }
    if (trace.segments === undefined)
      append(segments, { start: at, end: at + text.length, keys: trace.keys, origin: undefined, at: -1 });
    else for (const segment of moveSegments(trace.segments, 0, text.length, at)) append(segments, segment);
    cursor = at + text.length;
  }
  return traceOfPieces(keys, segments, looked);
}

/**
 * A result that is a text in another shape: a part of it (trim, trunc), or its lines moved (replace, wrap). Where it
 * is neither, the whole has the keys of the text.
 */
export function traceShaping(result: string, text: TracedText, rest: KeySet): Trace {
  const segments = segmentsOf(text);
  const { keys, looked } = text.trace;
  if (result === text.text) return addKeys({ keys, segments, looked }, rest);
  if (result === '') return traceWhole(allKeys(text.trace).with(rest));
  const within = result.length < text.text.length ? text.text.indexOf(result) : -1;
  if (within >= 0) {
    const part = moveSegments(segments, within, within + result.length, 0);
    return addKeys(traceOfPieces(keys, part, looked), rest);
  }
  return addKeys(alignLines(result, text, segments), rest);
}

/**
 * A text whose lines were moved to the right; `lead` is what stands before the first of them. Who wrote the white space
 * around the words of a line is not kept: it belongs to no field.
 */
export function traceIndenting(traced: TracedText, width: number, lead: number, rest: KeySet): Trace {
  const { text, trace } = traced;
  const segments = segmentsOf(traced);
  const indented: Segment[] = [];
  let first = 0;
  let shift = lead + width;
  for (let start = 0; start < text.length; shift += width) {
    const found = text.indexOf('\n', start);
    const lineEnd = found < 0 ? text.length : found;
    let from = start;
    let until = lineEnd;
    while (from < until && isBlank(text.charCodeAt(from))) from++;
    while (until > from && isBlank(text.charCodeAt(until - 1))) until--;
    while (first < segments.length && (segments[first] as Segment).end <= from) first++;
    for (let index = first; index < segments.length; index++) {
      const segment = segments[index] as Segment;
      if (segment.start >= until) break;
      indented.push(partOf(segment, Math.max(segment.start, from), Math.min(segment.end, until), shift));
    }
    start = lineEnd + 1;
  }
  return addKeys(traceOfPieces(trace.keys, indented, trace.looked), rest);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 13 || code === 9;
}

function alignLines(result: string, text: TracedText, segments: readonly Segment[]): Trace {
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
    if (at < 0) return traceWhole(allKeys(text.trace));
    while (first < segments.length && (segments[first] as Segment).end <= from) first += 1;
    for (let index = first; index < segments.length; index++) {
      const segment = segments[index] as Segment;
      if (segment.start >= from + words.length) break;
      const start = Math.max(segment.start, from);
      aligned.push(partOf(segment, start, Math.min(segment.end, from + words.length), at - from));
    }
    cursor = at + words.length;
  }
  return traceOfPieces(text.trace.keys, aligned, text.trace.looked);
}

/** Letters in another case: the same places. */
export function traceSameLength(text: TracedText, rest: KeySet): Trace {
  return addKeys(traceOfPieces(text.trace.keys, segmentsOf(text), text.trace.looked), rest);
}

/** Everything that a value depends on: the keys of its pieces, and the conditions that they stood under. */
export function allKeys({ keys, segments, looked }: Trace): KeySet {
  if (segments === undefined) return looked === undefined ? keys : keys.with(looked);
  const sets = [keys];
  if (looked !== undefined) sets.push(looked);
  for (const { keys: own, origin } of segments) {
    if (own !== noKeys) sets.push(own);
    if (origin === undefined) continue;
    if (origin.keys !== noKeys) sets.push(origin.keys);
    if (origin.conditions !== undefined) sets.push(origin.conditions.allKeys);
  }
  return sets.length === 1 ? keys : unionOf(sets);
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
  return { text: dropped, trace: traceOfPieces(trace.keys, kept, trace.looked) };
}
