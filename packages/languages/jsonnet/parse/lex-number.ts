import { staticError } from '../errors.ts';
import type { Source } from '../source.ts';
import { pointAt } from './tokens.ts';

/** A number as JSON writes it, with `_` between digits allowed; the text comes without them. */
export function lexNumber(source: Source, from: number): { readonly text: string; readonly end: number } {
  const { text } = source;
  const isDigit = (at: number): boolean => text.charAt(at) >= '0' && text.charAt(at) <= '9';
  const refuse = (after: string, at: number): never => {
    const rune = text.codePointAt(at);
    const shown = quoteRune(rune === undefined ? '\ufffd' : String.fromCodePoint(rune));
    throw staticError(`Couldn't lex number, junk after ${after}: ${shown}`, pointAt(source, at));
  };
  const digits = (start: number): number => {
    let at = start;
    for (;;) {
      while (isDigit(at)) at++;
      if (text.charAt(at) !== '_') return at;
      if (!isDigit(at + 1)) refuse("'_'", at + 1);
      at++;
    }
  };
  let at = from;
  if (text.charAt(at) === '0') {
    at++;
    if (text.charAt(at) === '_') {
      throw staticError("Couldn't lex number, _ not allowed after leading 0", pointAt(source, at));
    }
  } else at = digits(at);
  if (text.charAt(at) === '.') {
    if (!isDigit(at + 1)) refuse('decimal point', at + 1);
    at = digits(at + 1);
  }
  if (text.charAt(at) === 'e' || text.charAt(at) === 'E') {
    at++;
    const signed = text.charAt(at) === '+' || text.charAt(at) === '-';
    if (signed) at++;
    if (!isDigit(at)) refuse(signed ? 'exponent sign' : "'E'", at);
    at = digits(at);
  }
  return { text: text.slice(from, at).replaceAll('_', ''), end: at };
}

const named: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
  "'": "\\'",
};

/** A character in quotes as Go writes it in ASCII. */
export function quoteRune(rune: string): string {
  const code = rune.codePointAt(0) ?? 0;
  const short = named[rune];
  if (short !== undefined) return `'${short}'`;
  if (code >= 0x20 && code < 0x7f) return `'${rune}'`;
  if (code < 0x80) return `'\\x${hex(code, 2)}'`;
  return code > 0xffff ? `'\\U${hex(code, 8)}'` : `'\\u${hex(code, 4)}'`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}
