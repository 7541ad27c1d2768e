import type { Offset } from './ast.ts';
import { SyntaxIssue, type Issue } from './issues.ts';
import { Uint, type Value } from './values.ts';

export interface Token {
  readonly kind: 'ident' | 'literal' | 'operator' | 'end' | 'unknown';
  readonly text: string;
  readonly at: Offset;
  readonly value?: Value;
}

const operators = [
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '!',
  '?',
  ':',
  '.',
  ',',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
];

const intMax = 2n ** 63n - 1n;
const uintMax = 2n ** 64n - 1n;

/** Splits an expression into tokens. What is no token is noted and passed over, as cel-go does. */
export function tokenize(source: string): {
  readonly tokens: readonly Token[];
  readonly issues: readonly Issue[];
} {
  const tokens: Token[] = [];
  const issues: Issue[] = [];
  let at = 0;
  while (at < source.length) {
    const skipped = /^(?:\s+|\/\/[^\n]*)/.exec(source.slice(at, at + 4096));
    if (skipped !== null) {
      at += skipped[0].length;
      continue;
    }
    const token = readToken(source, at);
    if (token.kind === 'unknown') {
      issues.push({ at, message: `Syntax error: token recognition error at: '${token.text}'` });
    } else tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: source.length });
  return { tokens, issues };
}

const stringStart = /^(?:[rR]?[bB]?|[bB][rR])(?:"""|'''|"|')/;
const number =
  /^(?:0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|\d+[uU]?)/;
const identifier = /^[A-Za-z_]\w*/;

function readToken(source: string, at: Offset): Token {
  const rest = source.slice(at, at + 8);
  const start = stringStart.exec(rest);
  if (start !== null) return readString(source, at, start[0]);
  if (/^(?:\d|\.\d)/.test(rest)) return readNumber(source, at);
  const name = identifier.exec(source.slice(at, at + 1024));
  if (name !== null) return nameToken(name[0], at);
  const operator = operators.find((one) => source.startsWith(one, at));
  if (operator !== undefined) return { kind: 'operator', text: operator, at };
  // The first half of an operator is told with the character that is not its second half.
  const length = /^[=&|]/.test(rest) ? 2 : 1;
  return { kind: 'unknown', text: source.slice(at, at + length), at };
}

function nameToken(text: string, at: Offset): Token {
  switch (text) {
    case 'true':
      return { kind: 'literal', text, at, value: true };
    case 'false':
      return { kind: 'literal', text, at, value: false };
    case 'null':
      return { kind: 'literal', text, at, value: null };
    case 'in':
      return { kind: 'operator', text, at };
    default:
      return { kind: 'ident', text, at };
  }
}

function readNumber(source: string, at: Offset): Token {
  const text = number.exec(source.slice(at, at + 512))?.[0] ?? source[at]!;
  if (/^0[xX]/.test(text) ? /[uU]$/.test(text) : /^\d+[uU]$/.test(text)) {
    const value = BigInt(text.slice(0, -1));
    if (value > uintMax) throw new SyntaxIssue(at, 'invalid uint literal');
    return { kind: 'literal', text, at, value: new Uint(value) };
  }
  if (/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(text)) {
    const value = BigInt(text);
    // One more than the largest is allowed here: a minus may stand before it.
    if (value > intMax + 1n) throw new SyntaxIssue(at, 'invalid int literal');
    return { kind: 'literal', text, at, value };
  }
  return { kind: 'literal', text, at, value: Number(text) };
}

function readString(source: string, at: Offset, start: string): Token {
  const quote = start.replace(/^[rRbB]+/, '');
  const prefix = start.slice(0, start.length - quote.length).toLowerCase();
  const raw = prefix.includes('r');
  let end = at + start.length;
  for (;;) {
    if (end >= source.length || (quote.length === 1 && source[end] === '\n'))
      return { kind: 'unknown', text: source.slice(at, Math.min(end, source.length)), at };
    if (source.startsWith(quote, end)) break;
    const escaped = !raw && source[end] === '\\';
    if (escaped && !knownEscape.test(source.slice(end, end + 10)))
      return { kind: 'unknown', text: source.slice(at, end + 2), at };
    end += escaped ? 2 : 1;
  }
  const inner = source.slice(at + start.length, end);
  const text = source.slice(at, end + quote.length);
  if (!prefix.includes('b'))
    return { kind: 'literal', text, at, value: raw ? inner : unescapeText(inner, at) };
  return {
    kind: 'literal',
    text,
    at,
    value: raw ? new TextEncoder().encode(inner) : unescapeBytes(inner, at),
  };
}

const knownEscape = /^\\(?:[abfnrtv\\'"`?]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/;

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};

const escape =
  /\\(?:([abfnrtv\\'"`?])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]?))/g;

function unescapeText(text: string, at: Offset): string {
  if (!text.includes('\\')) return text;
  return text.replace(escape, (_, plain, hex, short, long, octal) => {
    if (plain !== undefined) return simpleEscapes[plain as string] ?? '';
    const digits = (hex ?? short ?? long) as string | undefined;
    const code =
      digits !== undefined
        ? Number.parseInt(digits, 16)
        : octal === undefined
          ? Number.NaN
          : Number.parseInt(octal as string, 8);
    if (Number.isNaN(code)) throw new SyntaxIssue(at, 'unable to unescape string');
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new SyntaxIssue(at, 'invalid unicode code point');
    return String.fromCodePoint(code);
  });
}

/** In bytes, hexadecimal and octal escapes are single bytes; everything else is UTF-8. */
function unescapeBytes(text: string, at: Offset): Uint8Array {
  const parts: number[] = [];
  const encoder = new TextEncoder();
  let last = 0;
  for (const match of text.matchAll(escape)) {
    parts.push(...encoder.encode(text.slice(last, match.index)));
    last = match.index + match[0].length;
    const [, plain, hex, short, long, octal] = match;
    if (plain !== undefined) parts.push(...encoder.encode(simpleEscapes[plain] ?? ''));
    else if (hex !== undefined) parts.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) parts.push(Number.parseInt(octal, 8));
    else if (short !== undefined || long !== undefined)
      throw new SyntaxIssue(at, 'unable to unescape bytes literal');
    else throw new SyntaxIssue(at, 'unable to unescape string');
  }
  parts.push(...encoder.encode(text.slice(last)));
  return Uint8Array.from(parts);
}
