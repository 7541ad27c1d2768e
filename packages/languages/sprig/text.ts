import { isAscii } from '../go/index.ts';
import { panic, textLengthMax } from './define.ts';

/** Go's strings package where JavaScript differs: runes one by one, Go's own idea of white space, bytes. */
const goSpace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** unicode.IsSpace. */
export function isSpace(character: string): boolean {
  return goSpace.test(character);
}

export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && goSpace.test(text[start] ?? '')) start += 1;
  while (end > start && goSpace.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end);
}

/** strings.Trim: every character of the set, from both ends. */
export function trimSet(text: string, set: string): string {
  const members = new Set(set);
  const runes = isAscii(text) ? text : Array.from(text);
  let start = 0;
  let end = runes.length;
  while (start < end && members.has(runes[start] ?? '')) start += 1;
  while (end > start && members.has(runes[end - 1] ?? '')) end -= 1;
  const part = runes.slice(start, end);
  return typeof part === 'string' ? part : part.join('');
}

/** unicode.ToUpper for every rune: `ß` stays, since its upper case is two letters. */
export function upper(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mapRunes(text, upperRune);
}

export function lower(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mapRunes(text, lowerRune);
}

export function upperRune(rune: string): string {
  return single(rune.toUpperCase(), rune);
}

export function lowerRune(rune: string): string {
  return rune === '\u0130' ? 'i' : single(rune.toLowerCase(), rune);
}

const titleForms: ReadonlyMap<string, string> = new Map(
  ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'].flatMap((forms) => Array.from(forms).map((form) => [form, forms[1] ?? form])),
);

/** unicode.ToTitle. */
export function titleRune(rune: string): string {
  return titleForms.get(rune) ?? upperRune(rune);
}

function single(mapped: string, rune: string): string {
  return mapped.length === 1 || mapped.length === rune.length ? mapped : rune;
}

export function mapRunes(text: string, map: (rune: string) => string): string {
  let result = '';
  for (const rune of text) result += map(rune);
  return result;
}

/** strings.Title: the first letter of each word, where words end at anything but letters, digits and `_`. */
export function title(text: string): string {
  let previous = ' ';
  return mapRunes(text, (rune) => {
    const result = isSeparator(previous) ? titleRune(rune) : rune;
    previous = rune;
    return result;
  });
}

function isSeparator(rune: string): boolean {
  if (/^[0-9A-Za-z_]$/.test(rune)) return false;
  if (isAscii(rune)) return true;
  return /^[\p{L}\p{Nd}]$/u.test(rune) ? false : isSpace(rune);
}

/** strings.Split; an empty separator splits into runes. */
export function split(text: string, separator: string): string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}

/** strings.SplitN: at most `count` parts, the last one holds the rest; below zero: all. */
export function splitN(text: string, separator: string, count: number): string[] {
  if (count === 0) return [];
  const parts = split(text, separator);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

/** strings.ReplaceAll; an empty `old` matches around every rune. */
export function replaceAll(text: string, old: string, by: string): string {
  if (old === '')
    return isAscii(text)
      ? text.replaceAll('', () => by)
      : `${by}${Array.from(text)
          .map((r) => r + by)
          .join('')}`;
  return text.includes(old) ? text.split(old).join(by) : text;
}

export function repeat(text: string, count: bigint): string {
  if (count < 0n) return panic('strings: negative Repeat count');
  if (BigInt(text.length) * count > BigInt(textLengthMax))
    return panic('strings: Repeat output length overflow');
  return text.repeat(text === '' ? 0 : Number(count));
}
