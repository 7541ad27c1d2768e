import { fromBytes, toBytes } from '../go/index.ts';

const letterOrDigit = /^[\p{L}\p{Nd}]$/u;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

/** utf8.RuneError, which stands for a byte that is no UTF-8. */
const runeError = 0xfffd;

/** The spaces that the language knows. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}

/** The code point at an offset; -1 at the end. */
export function runeAt(text: string, at: number): number {
  const rune = text.codePointAt(at);
  if (rune === undefined) return -1;
  return rune >= 0xd800 && rune <= 0xdfff ? runeError : rune;
}

/** Letters, digits and the underscore, of any script. */
export function isAlphaNumeric(rune: number): boolean {
  if (rune < 0x80)
    return (
      (rune >= 97 && rune <= 122) || (rune >= 65 && rune <= 90) || (rune >= 48 && rune <= 57) || rune === 95
    );
  return letterOrDigit.test(String.fromCodePoint(rune));
}

/** A rune as `%#U` prints it: `U+0021 '!'`. */
export function sharpU(rune: number): string {
  const code = rune.toString(16).toUpperCase().padStart(4, '0');
  const character = String.fromCodePoint(rune);
  return rune === 32 || printable.test(character) ? `U+${code} '${character}'` : `U+${code}`;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const hexWidths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** One character of a quoted text: what it stands for and where the next begins; undefined: bad syntax. */
export function unquoteCharacter(
  text: string,
  at: number,
  quote: string,
): { readonly text: string; readonly end: number } | undefined {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (character === quote) return undefined;
  if (character !== '\\') return { text: character, end: at + character.length };
  const escape = text[at + 1] ?? '';
  const simple = simpleEscapes[escape];
  if (simple !== undefined) return { text: simple, end: at + 2 };
  if (escape === "'" || escape === '"') return escape === quote ? { text: escape, end: at + 2 } : undefined;
  const octal = /^[0-7]{3}$/.test(text.slice(at + 1, at + 4));
  const width = octal ? 3 : hexWidths[escape];
  if (width === undefined) return undefined;
  const start = octal ? at + 1 : at + 2;
  const digits = text.slice(start, start + width);
  if (digits.length !== width || !/^[\da-fA-F]+$/.test(digits)) return undefined;
  const value = Number.parseInt(digits, octal ? 8 : 16);
  const end = start + width;
  if (octal || escape === 'x') {
    if (value > 255) return undefined;
    return { text: value < 0x80 ? String.fromCharCode(value) : String.fromCharCode(0xdc00 + value), end };
  }
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
  return { text: String.fromCodePoint(value), end };
}

/** What a quoted text stands for (strconv.Unquote); undefined: bad syntax. */
export function unquote(quoted: string): string | undefined {
  const quote = quoted[0] ?? '';
  const body = quoted.slice(1, -1);
  if (quote === '`') return body.replaceAll('\r', '');
  if (!body.includes('\\')) return body;
  const parts: string[] = [];
  let bytes = false;
  for (let at = 0; at < body.length;) {
    const one = unquoteCharacter(body, at, quote);
    if (one === undefined) return undefined;
    if (one.text >= '\udc80' && one.text <= '\udcff') bytes = true;
    parts.push(one.text);
    at = one.end;
  }
  const text = parts.join('');
  return bytes ? fromBytes(toBytes(text)) : text;
}
