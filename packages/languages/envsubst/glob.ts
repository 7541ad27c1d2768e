import { firstRune } from './bytes.ts';

/** Something is wrong with a pattern; upstream then leaves the value alone. */
export class BadPattern extends Error {}

interface Chunk {
  readonly star: boolean;
  readonly chunk: string;
  readonly rest: string;
}

/** Whether a pattern of `*`, `?` and `[...]` fits a whole text (both as bytes). Unlike in paths, `*` crosses `/`. */
export function matchPattern(pattern: string, name: string): boolean {
  let rest = pattern;
  let text = name;
  while (rest.length > 0) {
    const next = scanChunk(rest);
    rest = next.rest;
    if (next.star && next.chunk === '') return true;
    const left = matchNext(next, text, rest === '');
    if (left === undefined) return false;
    text = left;
  }
  return text.length === 0;
}

/** What is left of the text behind a chunk; undefined: it does not fit. The last chunk has to use everything up. */
function matchNext({ star, chunk }: Chunk, text: string, last: boolean): string | undefined {
  const fits = (left: string | undefined): left is string => left !== undefined && (left === '' || !last);
  const here = matchChunk(chunk, text);
  if (fits(here)) return here;
  if (!star) return undefined;
  for (let i = 1; i <= text.length; i++) {
    const left = matchChunk(chunk, text.slice(i));
    if (fits(left)) return left;
  }
  return undefined;
}

function scanChunk(pattern: string): Chunk {
  const stars = /^\**/.exec(pattern)?.[0].length ?? 0;
  const tail = pattern.slice(stars);
  let inRange = false;
  let i = 0;
  for (; i < tail.length; i++) {
    const char = tail[i];
    if (char === '\\') i++;
    else if (char === '[') inRange = true;
    else if (char === ']') inRange = false;
    else if (char === '*' && !inRange) break;
  }
  return { star: stars > 0, chunk: tail.slice(0, i), rest: tail.slice(i) };
}

function matchChunk(pattern: string, name: string): string | undefined {
  let chunk = pattern;
  let text = name;
  while (chunk.length > 0) {
    if (text === '') return undefined;
    if (chunk[0] === '[') {
      const { rune, width } = firstRune(text);
      const after = matchClass(chunk.slice(1), rune);
      if (after === undefined) return undefined;
      text = text.slice(width);
      chunk = after;
      continue;
    }
    if (chunk[0] === '?') {
      text = text.slice(firstRune(text).width);
      chunk = chunk.slice(1);
      continue;
    }
    if (chunk[0] === '\\') {
      chunk = chunk.slice(1);
      if (chunk === '') throw new BadPattern('syntax error in pattern');
    }
    if (chunk[0] !== text[0]) return undefined;
    text = text.slice(1);
    chunk = chunk.slice(1);
  }
  return text;
}

/** What follows a class that the character fits; undefined: it does not. */
function matchClass(pattern: string, rune: number): string | undefined {
  const negated = pattern.startsWith('^');
  let chunk = negated ? pattern.slice(1) : pattern;
  let matched = false;
  for (let ranges = 0; !(chunk.startsWith(']') && ranges > 0); ranges++) {
    const low = classRune(chunk);
    chunk = low.rest;
    let high = low.rune;
    if (chunk.startsWith('-')) {
      const end = classRune(chunk.slice(1));
      high = end.rune;
      chunk = end.rest;
    }
    if (low.rune <= rune && rune <= high) matched = true;
  }
  return matched !== negated ? chunk.slice(1) : undefined;
}

function classRune(chunk: string): { readonly rune: number; readonly rest: string } {
  const bad = new BadPattern('syntax error in pattern');
  if (chunk === '' || chunk[0] === '-' || chunk[0] === ']') throw bad;
  const tail = chunk[0] === '\\' ? chunk.slice(1) : chunk;
  if (tail === '') throw bad;
  const { rune, width } = firstRune(tail);
  const rest = tail.slice(width);
  if (rest === '' || (rune === 0xfffd && width === 1)) throw bad;
  return { rune, rest };
}
