import type { Source, Span } from '../source.ts';

/** Punctuation and keywords are their own kinds. */
export type TokenKind =
  | '{'
  | '}'
  | '['
  | ']'
  | ','
  | '$'
  | '.'
  | '('
  | ')'
  | ';'
  | 'identifier'
  | 'number'
  | 'operator'
  | 'block'
  | 'double'
  | 'single'
  | 'verbatim-double'
  | 'verbatim-single'
  | Keyword
  | 'end';

/** The reserved words. */
type Keyword =
  | 'assert'
  | 'else'
  | 'error'
  | 'false'
  | 'for'
  | 'function'
  | 'if'
  | 'import'
  | 'importstr'
  | 'importbin'
  | 'in'
  | 'local'
  | 'null'
  | 'self'
  | 'super'
  | 'tailstrict'
  | 'then'
  | 'true';

/** All reserved words. */
export const keywords: ReadonlySet<string> = new Set<Keyword>([
  'assert',
  'else',
  'error',
  'false',
  'for',
  'function',
  'if',
  'import',
  'importstr',
  'importbin',
  'in',
  'local',
  'null',
  'self',
  'super',
  'tailstrict',
  'then',
  'true',
]);

/** A word of the language. `text` is what stands in the source; for strings what stands between the quotes. */
export interface Token extends Span {
  readonly kind: TokenKind;
  readonly text: string;
}

const longNames: Readonly<Partial<Record<TokenKind, string>>> = {
  identifier: 'IDENTIFIER',
  number: 'NUMBER',
  operator: 'OPERATOR',
  block: 'STRING_BLOCK',
  double: 'STRING_DOUBLE',
  single: 'STRING_SINGLE',
  'verbatim-double': 'VERBATIM_STRING_DOUBLE',
  'verbatim-single': 'VERBATIM_STRING_SINGLE',
  end: 'end of file',
};

/** A kind as messages call it. */
export function kindText(kind: TokenKind): string {
  return longNames[kind] ?? (keywords.has(kind) ? kind : `"${kind}"`);
}

/** A token as messages show it. */
export function tokenText(token: Token): string {
  if (token.text === '') return kindText(token.kind);
  const long = longNames[token.kind];
  return long === undefined ? `"${token.text}"` : `(${long}, "${token.text}")`;
}

/** The stretch from one to another. */
export function between(from: Span, to: Span): Span {
  return { source: from.source, begin: from.begin, end: to.end };
}

/** A single point. */
export function pointAt(source: Source, offset: number): Span {
  return { source, begin: offset, end: offset };
}
