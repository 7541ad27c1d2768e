import { staticError } from '../errors.ts';
import type { Source } from '../source.ts';
import { lexNumber, quoteRune } from './lex-number.ts';
import { lexTextBlock } from './lex-text-block.ts';
import { keywords, pointAt } from './tokens.ts';
import type { Token, TokenKind } from './tokens.ts';

const blank = /[ \t\r\n]*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const symbols = '!$:~+-&|^=<>*/%';
const punctuation = '{}[],.();';

/** All words of a source, the last one stands for its end. Throws what is no word. */
export function lex(source: Source): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;
  const emit = (kind: TokenKind, end: number, content = text.slice(at, end)): void => {
    tokens.push({ kind, text: content, source, begin: at, end });
    at = end;
  };
  for (;;) {
    at = skipBlank(source, at);
    if (at >= text.length) break;
    const char = text.charAt(at);
    if (punctuation.includes(char)) emit(char as TokenKind, at + 1);
    else if (isWordStart(char)) {
      word.lastIndex = at;
      const name = word.exec(text)?.[0] ?? char;
      emit(keywords.has(name) ? (name as TokenKind) : 'identifier', at + name.length);
    } else if (char >= '0' && char <= '9') {
      const number = lexNumber(source, at);
      emit('number', number.end, number.text);
    } else if (char === '"' || char === "'") {
      const end = endOfString(source, at, char);
      emit(char === '"' ? 'double' : 'single', end, text.slice(at + 1, end - 1));
    } else if (char === '@') {
      const verbatim = lexVerbatim(source, at);
      emit(verbatim.kind, verbatim.end, verbatim.text);
    } else if (text.startsWith('|||', at)) {
      const block = lexTextBlock(source, at);
      emit('block', block.end, block.text);
    } else if (symbols.includes(char)) {
      const end = endOfOperator(text, at);
      emit(text.slice(at, end) === '$' ? '$' : 'operator', end);
    } else {
      const rune = String.fromCodePoint(text.codePointAt(at) ?? 0);
      throw staticError(`Could not lex the character ${quoteRune(rune)}`, pointAt(source, at));
    }
  }
  tokens.push({ kind: 'end', text: '', source, begin: at, end: at });
  return tokens;
}

function isWordStart(char: string): boolean {
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_';
}

/** White space and comments of all three forms. */
function skipBlank(source: Source, from: number): number {
  const { text } = source;
  for (let at = from; ;) {
    blank.lastIndex = at;
    at += blank.exec(text)?.[0].length ?? 0;
    const char = text.charAt(at);
    if (char === '#' || (char === '/' && text.charAt(at + 1) === '/')) {
      const end = text.indexOf('\n', at);
      if (end < 0) return text.length;
      at = end;
    } else if (char === '/' && text.charAt(at + 1) === '*') {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) throw staticError('Multi-line comment has no terminating */', pointAt(source, at));
      at = end + 2;
    } else return at;
  }
}

function endOfString(source: Source, from: number, quote: string): number {
  const { text } = source;
  for (let at = from + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) return at + 1;
    if (char === '\\') at++;
  }
  throw staticError('Unterminated String', pointAt(source, from));
}

interface Verbatim {
  readonly kind: TokenKind;
  readonly text: string;
  readonly end: number;
}

/** `@'...'`: nothing is escaped but the quote, by writing it twice. */
function lexVerbatim(source: Source, from: number): Verbatim {
  const { text } = source;
  const quote = text.charAt(from + 1);
  if (quote !== '"' && quote !== "'") {
    const code = text.codePointAt(from + 1) ?? -1;
    throw staticError(`Couldn't lex verbatim string, junk after '@': ${code}`, pointAt(source, from));
  }
  let content = '';
  for (let at = from + 2; ;) {
    const end = text.indexOf(quote, at);
    if (end < 0) throw staticError('Unterminated String', pointAt(source, from));
    content += text.slice(at, end);
    if (text.charAt(end + 1) !== quote) {
      return { kind: quote === '"' ? 'verbatim-double' : 'verbatim-single', text: content, end: end + 1 };
    }
    content += quote;
    at = end + 2;
  }
}

/** The longest run of symbols; a comment or a text block ends it, and `+ - ~ ! $` only stand at its end alone. */
function endOfOperator(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && symbols.includes(text.charAt(end))) {
    if (text.startsWith('//', end) || text.startsWith('/*', end) || text.startsWith('|||', end)) break;
    end++;
  }
  while (end > from + 1 && '+-~!$'.includes(text.charAt(end - 1))) end--;
  return end;
}
