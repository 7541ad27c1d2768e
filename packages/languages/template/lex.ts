import { isAlphaNumeric, isSpace, runeAt, sharpU } from './runes.ts';

/** What a piece of a template's text is. Words after `keyword` in text/template print as `<word>`. */
export type ItemType =
  | 'error'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | Keyword;

type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'dot'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with';

export interface Item {
  readonly type: ItemType;
  /** Offset in UTF-16 units. */
  readonly pos: number;
  readonly text: string;
  readonly line: number;
}

/** The state of one scan. `start` is where the item begins that is being read. */
export interface Lexer {
  input: string;
  pos: number;
  start: number;
  line: number;
  parenDepth: number;
  insideAction: boolean;
  readonly breakIsWord: boolean;
  readonly continueIsWord: boolean;
}

const keywords: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['block', 'block'],
  ['break', 'break'],
  ['continue', 'continue'],
  ['define', 'define'],
  ['else', 'else'],
  ['end', 'end'],
  ['if', 'if'],
  ['range', 'range'],
  ['nil', 'nil'],
  ['template', 'template'],
  ['with', 'with'],
]);

const keywordTypes: ReadonlySet<ItemType> = new Set<ItemType>([...keywords.values(), 'dot']);

/** Whether an item is one of the language's own words. */
export function isKeyword(item: Item): boolean {
  return keywordTypes.has(item.type);
}

/** A scan of a text. `break` and `continue` are names where the functions have such (they came late to the language). */
export function createLexer(input: string, hasFunction: (name: string) => boolean): Lexer {
  return {
    input,
    pos: 0,
    start: 0,
    line: 1,
    parenDepth: 0,
    insideAction: false,
    breakIsWord: !hasFunction('break'),
    continueIsWord: !hasFunction('continue'),
  };
}

/** The next item; after an error or the end: the end again. */
export function nextItem(lexer: Lexer): Item {
  return lexer.insideAction ? lexInsideAction(lexer) : lexText(lexer);
}

function take(lexer: Lexer, type: ItemType): Item {
  const item = { type, pos: lexer.start, text: lexer.input.slice(lexer.start, lexer.pos), line: lexer.line };
  skip(lexer);
  return item;
}

/** Lets the next item begin here. */
function skip(lexer: Lexer): void {
  lexer.line += countNewlines(lexer.input, lexer.start, lexer.pos);
  lexer.start = lexer.pos;
}

/** Looks no further than asked: a search for the next newline could run through the whole text for every item. */
function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === 10) count += 1;
  return count;
}

function fail(lexer: Lexer, message: string): Item {
  const item: Item = { type: 'error', pos: lexer.start, text: message, line: lexer.line };
  lexer.input = '';
  lexer.pos = 0;
  lexer.start = 0;
  return item;
}

function lexText(lexer: Lexer): Item {
  for (;;) {
    const { input } = lexer;
    const open = input.indexOf('{{', lexer.pos);
    if (open < 0) {
      lexer.pos = input.length;
      return take(lexer, lexer.pos > lexer.start ? 'text' : 'eof');
    }
    if (open > lexer.start) {
      const trims = hasLeftTrimMarker(input, open + 2);
      lexer.pos = trims ? trimmedEnd(input, lexer.start, open) : open;
      const text = take(lexer, 'text');
      lexer.pos = open;
      skip(lexer);
      if (text.text !== '') return text;
    }
    lexer.pos = open + 2;
    const afterMarker = hasLeftTrimMarker(input, lexer.pos) ? 2 : 0;
    if (!input.startsWith('/*', lexer.pos + afterMarker)) return leftDelim(lexer, afterMarker);
    const problem = lexComment(lexer, lexer.pos + afterMarker);
    if (problem !== undefined) return problem;
  }
}

function leftDelim(lexer: Lexer, afterMarker: number): Item {
  const item = take(lexer, 'leftDelim');
  lexer.insideAction = true;
  lexer.pos += afterMarker;
  skip(lexer);
  lexer.parenDepth = 0;
  return item;
}

/** Skips a comment; an item means that it is broken. */
function lexComment(lexer: Lexer, at: number): Item | undefined {
  const { input } = lexer;
  lexer.pos = at;
  skip(lexer);
  const close = input.indexOf('*/', at + 2);
  if (close < 0) return fail(lexer, 'unclosed comment');
  lexer.pos = close + 2;
  const delim = rightDelimWidth(input, lexer.pos);
  if (delim === 0) return fail(lexer, 'comment ends before closing delimiter');
  lexer.pos += delim;
  if (delim === 4) lexer.pos = skipSpace(input, lexer.pos);
  skip(lexer);
  return undefined;
}

function hasLeftTrimMarker(input: string, at: number): boolean {
  return input.charCodeAt(at) === 45 && isSpace(input.charCodeAt(at + 1));
}

function trimmedEnd(input: string, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(input.charCodeAt(end - 1))) end -= 1;
  return end;
}

function skipSpace(input: string, from: number): number {
  let at = from;
  while (isSpace(input.charCodeAt(at))) at += 1;
  return at;
}

/** 2 for `}}`, 4 for ` -}}`, 0: no right delimiter here. */
function rightDelimWidth(input: string, at: number): 0 | 2 | 4 {
  if (isSpace(input.charCodeAt(at)) && input.startsWith('-}}', at + 1)) return 4;
  return input.startsWith('}}', at) ? 2 : 0;
}

function lexRightDelim(lexer: Lexer, width: 2 | 4): Item {
  if (width === 4) {
    lexer.pos += 2;
    skip(lexer);
  }
  lexer.pos += 2;
  const item = take(lexer, 'rightDelim');
  if (width === 4) {
    lexer.pos = skipSpace(lexer.input, lexer.pos);
    skip(lexer);
  }
  lexer.insideAction = false;
  return item;
}

function lexInsideAction(lexer: Lexer): Item {
  const { input, pos } = lexer;
  const delim = rightDelimWidth(input, pos);
  if (delim !== 0)
    return lexer.parenDepth === 0 ? lexRightDelim(lexer, delim) : fail(lexer, 'unclosed left paren');
  if (pos >= input.length) return fail(lexer, 'unclosed action');
  const code = input.charCodeAt(pos);
  if (isSpace(code)) return lexSpace(lexer);
  lexer.pos = pos + 1;
  switch (input[pos]) {
    case '=':
      return take(lexer, 'assign');
    case ':':
      lexer.pos += 1;
      return input[pos + 1] === '=' ? take(lexer, 'declare') : fail(lexer, 'expected :=');
    case '|':
      return take(lexer, 'pipe');
    case '"':
      return lexQuoted(lexer, '"', 'string', 'unterminated quoted string');
    case '`':
      return lexRawQuote(lexer);
    case "'":
      return lexQuoted(lexer, "'", 'charConstant', 'unterminated character constant');
    case '$':
      return lexFieldOrVariable(lexer, 'variable');
    case '.':
      if (!isDigit(input.charCodeAt(pos + 1)) && pos + 1 < input.length)
        return lexFieldOrVariable(lexer, 'field');
      return lexNumber(lexer);
    case '(':
      lexer.parenDepth += 1;
      return take(lexer, 'leftParen');
    case ')':
      lexer.parenDepth -= 1;
      return lexer.parenDepth < 0 ? fail(lexer, 'unexpected right paren') : take(lexer, 'rightParen');
    case '+':
    case '-':
      return lexNumber(lexer);
    default:
  }
  if (isDigit(code)) return lexNumber(lexer);
  const rune = runeAt(input, pos);
  if (isAlphaNumeric(rune)) return lexIdentifier(lexer);
  if (rune >= 0x20 && rune < 0x7f) return take(lexer, 'char');
  return fail(lexer, `unrecognized character in action: ${sharpU(rune)}`);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** A run of spaces, which may end in the space of a trimming right delimiter. */
function lexSpace(lexer: Lexer): Item {
  const end = skipSpace(lexer.input, lexer.pos);
  if (rightDelimWidth(lexer.input, end - 1) === 4) {
    if (end - lexer.pos === 1) return lexRightDelim(lexer, 4);
    lexer.pos = end - 1;
  } else {
    lexer.pos = end;
  }
  return take(lexer, 'space');
}

/** Moves over letters and digits; the rune that ended them, -1: the end of the text. */
function acceptAlphaNumeric(lexer: Lexer): number {
  for (;;) {
    const rune = runeAt(lexer.input, lexer.pos);
    if (rune < 0 || !isAlphaNumeric(rune)) return rune;
    lexer.pos += rune > 0xffff ? 2 : 1;
  }
}

function lexIdentifier(lexer: Lexer): Item {
  lexer.pos = lexer.start;
  const rune = acceptAlphaNumeric(lexer);
  if (!atTerminator(lexer)) return fail(lexer, `bad character ${sharpU(rune)}`);
  const word = lexer.input.slice(lexer.start, lexer.pos);
  if (word === 'true' || word === 'false') return take(lexer, 'bool');
  const keyword = keywords.get(word);
  if (keyword === 'break') return take(lexer, lexer.breakIsWord ? keyword : 'identifier');
  if (keyword === 'continue') return take(lexer, lexer.continueIsWord ? keyword : 'identifier');
  return take(lexer, keyword ?? 'identifier');
}

function lexFieldOrVariable(lexer: Lexer, type: 'field' | 'variable'): Item {
  if (atTerminator(lexer)) return take(lexer, type === 'variable' ? 'variable' : 'dot');
  const rune = acceptAlphaNumeric(lexer);
  return atTerminator(lexer) ? take(lexer, type) : fail(lexer, `bad character ${sharpU(rune)}`);
}

function atTerminator(lexer: Lexer): boolean {
  const { input, pos } = lexer;
  if (pos >= input.length) return true;
  switch (input[pos]) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case '.':
    case ',':
    case '|':
    case ':':
    case ')':
    case '(':
      return true;
    default:
      return input.startsWith('}}', pos);
  }
}

function lexQuoted(lexer: Lexer, quote: string, type: ItemType, unterminated: string): Item {
  const { input } = lexer;
  for (;;) {
    const character = input[lexer.pos];
    if (character === undefined || character === '\n') return fail(lexer, unterminated);
    lexer.pos += 1;
    if (character === quote) return take(lexer, type);
    if (character !== '\\') continue;
    const escaped = input[lexer.pos];
    if (escaped === undefined || escaped === '\n') return fail(lexer, unterminated);
    lexer.pos += 1;
  }
}

function lexRawQuote(lexer: Lexer): Item {
  const close = lexer.input.indexOf('`', lexer.pos);
  if (close < 0) return fail(lexer, 'unterminated raw quoted string');
  lexer.pos = close + 1;
  return take(lexer, 'rawString');
}

function lexNumber(lexer: Lexer): Item {
  lexer.pos = lexer.start;
  if (!scanNumber(lexer)) return badNumber(lexer);
  const sign = lexer.input[lexer.pos];
  if (sign !== '+' && sign !== '-') return take(lexer, 'number');
  if (!scanNumber(lexer) || lexer.input[lexer.pos - 1] !== 'i') return badNumber(lexer);
  return take(lexer, 'complex');
}

function badNumber(lexer: Lexer): Item {
  return fail(lexer, `bad number syntax: ${JSON.stringify(lexer.input.slice(lexer.start, lexer.pos))}`);
}

const numberShape =
  /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y;

/** Something like a number; what it is exactly finds out who reads it. */
function scanNumber(lexer: Lexer): boolean {
  const shape = new RegExp(numberShape);
  shape.lastIndex = lexer.pos;
  lexer.pos += shape.exec(lexer.input)?.[0].length ?? 0;
  const rune = runeAt(lexer.input, lexer.pos);
  if (rune < 0 || !isAlphaNumeric(rune)) return true;
  lexer.pos += rune > 0xffff ? 2 : 1;
  return false;
}
