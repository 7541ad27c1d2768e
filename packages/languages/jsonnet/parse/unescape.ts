import { JsonnetError, headOf, staticError } from '../errors.ts';
import type { Span } from '../source.ts';
import type { Token } from './tokens.ts';

const simple: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** What a quoted string says, its escapes resolved. */
function unescape(text: string, span: Span): string {
  if (!text.includes('\\')) return text;
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char !== '\\') {
      out += char;
      continue;
    }
    at++;
    if (at >= text.length) throw staticError('Truncated escape sequence in string literal.', span);
    const escape = text.charAt(at);
    const plain = simple[escape];
    if (plain !== undefined) {
      out += plain;
    } else if (escape === 'u') {
      const read = unicodeEscape(text, at + 1, span);
      out += read.text;
      at = read.end - 1;
    } else {
      const rune = String.fromCodePoint(text.codePointAt(at) ?? 0);
      throw staticError(`Unknown escape sequence in string literal: \\${rune}`, span);
    }
  }
  return out;
}

function unicodeEscape(
  text: string,
  at: number,
  span: Span,
): { readonly text: string; readonly end: number } {
  if (at + 4 > text.length) throw staticError('Truncated unicode escape sequence in string literal.', span);
  const code = hexAt(text, at);
  if (code === undefined) {
    throw staticError(`Unicode escape sequence was malformed: ${text.slice(0, 4)}`, span);
  }
  if (code < 0xd800 || code > 0xdfff) return { text: String.fromCharCode(code), end: at + 4 };
  const next = at + 4;
  if (next + 6 > text.length)
    throw staticError('Truncated unicode surrogate pair escape sequence in string literal.', span);
  if (!text.startsWith('\\u', next)) {
    throw staticError(
      'Unicode surrogate pair escape sequence missing low surrogate in string literal.',
      span,
    );
  }
  const low = hexAt(text, next + 2);
  if (low === undefined) {
    throw staticError(`Unicode low surrogate escape sequence was malformed: ${text.slice(0, 4)}`, span);
  }
  const isPair = code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
  return { text: isPair ? String.fromCharCode(code, low) : '\ufffd', end: next + 6 };
}

function hexAt(text: string, at: number): number | undefined {
  const digits = text.slice(at, at + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

/** What a string token says. Upstream names the place twice where an escape is wrong. */
export function stringValue(token: Token): string {
  if (token.kind !== 'double' && token.kind !== 'single') return token.text;
  try {
    return unescape(token.text, token);
  } catch (thrown) {
    if (thrown instanceof JsonnetError) throw staticError(headOf(thrown), token);
    throw thrown;
  }
}
