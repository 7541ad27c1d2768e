import { fromByteString, toByteString } from '../go/index.ts';
import { isSpace, lowerRune, mapRunes, titleRune, upperRune } from './text.ts';

/** Words as Masterminds/goutils treats them. It works on bytes and takes each for a rune, which shows beyond ASCII. */

/** Cuts a text to a width with `...` behind, and before it where the left edge lies within. */
export function abbreviate(text: string, leftEdge: number, width: number): string {
  const bytes = toByteString(text);
  const size = bytes.length;
  if (size <= width) return text;
  let offset = Math.min(leftEdge, size);
  if (size - offset < width - 3) offset = size - (width - 3);
  if (offset <= 4) return fromByteString(`${bytes.slice(0, width - 3)}...`);
  if (width < 7) return '';
  if (offset + width - 3 < size)
    return fromByteString(
      `...${toByteString(abbreviate(fromByteString(bytes.slice(offset)), 0, width - 3))}`,
    );
  return fromByteString(`...${bytes.slice(size - (width - 3))}`);
}

/** Breaks lines at spaces; words that are longer than a line are cut only where that is asked for. */
export function wrap(text: string, width: number, lineBreak: string, cutWords: boolean): string {
  const bytes = toByteString(text);
  const length = Math.max(width, 1);
  const parts: string[] = [];
  let at = 0;
  while (bytes.length - at > length) {
    if (bytes[at] === ' ') {
      at += 1;
      continue;
    }
    const space = bytes.lastIndexOf(' ', at + length);
    if (space >= at) {
      parts.push(bytes.slice(at, space), lineBreak);
      at = space + 1;
    } else if (cutWords) {
      parts.push(bytes.slice(at, at + length), lineBreak);
      at += length;
    } else {
      const next = bytes.indexOf(' ', at + length);
      if (next < 0) break;
      parts.push(bytes.slice(at, next), lineBreak);
      at = next + 1;
    }
  }
  parts.push(bytes.slice(at));
  return fromByteString(parts.map((part) => (part === lineBreak ? toByteString(part) : part)).join(''));
}

/** Without white space. Where something goes, bytes beyond ASCII are taken for Latin-1, as upstream does. */
export function nospace(text: string): string {
  const bytes = toByteString(text);
  const kept = Array.from(bytes).filter((byte) => !isSpace(byte));
  return kept.length === bytes.length ? text : kept.join('');
}

/** The first byte of each word, taken for a rune. */
export function initials(text: string): string {
  const parts: string[] = [];
  let gap = true;
  for (const byte of toByteString(text)) {
    if (isSpace(byte)) gap = true;
    else if (gap) {
      parts.push(byte);
      gap = false;
    }
  }
  return parts.join('');
}

/** The first rune of each word in lower case. */
export function uncapitalize(text: string): string {
  let start = true;
  return mapRunes(text, (rune) => {
    if (isSpace(rune)) {
      start = true;
      return rune;
    }
    const result = start ? lowerRune(rune) : rune;
    start = false;
    return result;
  });
}

/** Upper becomes lower, lower becomes upper, or title case at the start of a word. */
export function swapCase(text: string): string {
  let gap = true;
  return mapRunes(text, (rune) => {
    if (/^[\p{Lu}\p{Lt}]$/u.test(rune)) {
      gap = false;
      return lowerRune(rune);
    }
    if (/^\p{Ll}$/u.test(rune)) {
      const result = gap ? titleRune(rune) : upperRune(rune);
      gap = false;
      return result;
    }
    gap = isSpace(rune);
    return rune;
  });
}
