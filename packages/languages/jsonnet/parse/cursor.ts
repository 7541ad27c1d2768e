import { staticError } from '../errors.ts';
import { kindText, tokenText } from './tokens.ts';
import type { Ast, ImportAst } from './ast.ts';
import type { Token, TokenKind } from './tokens.ts';

/** Walks over the words of a source. */
export interface Cursor {
  /** All imports that were read so far. */
  readonly imports: ImportAst[];
  peek(ahead?: number): Token;
  pop(): Token;
  /** The next word, which has to be of a kind. */
  expect(kind: TokenKind): Token;
  expectOperator(operator: string): Token;
  /** An expression as far as it goes. */
  expression(): Ast;
  /** Takes the next word if it is of a kind. */
  take(kind: TokenKind): Token | undefined;
}

/** A cursor on the first word. */
export function createCursor(tokens: readonly Token[], parseExpression: (cursor: Cursor) => Ast): Cursor {
  const last = tokens[tokens.length - 1];
  if (last === undefined) throw new Error('a list of tokens has an end');
  let at = 0;
  const cursor: Cursor = {
    imports: [],
    peek: (ahead = 0) => tokens[at + ahead] ?? last,
    pop: () => tokens[at++] ?? last,
    expect(kind) {
      const token = cursor.pop();
      if (token.kind === kind) return token;
      throw staticError(`Expected token ${kindText(kind)} but got ${tokenText(token)}`, token);
    },
    expectOperator(operator) {
      const token = cursor.pop();
      if (token.kind === 'operator' && token.text === operator) return token;
      throw staticError(`Expected operator ${operator} but got ${tokenText(token)}`, token);
    },
    expression: () => parseExpression(cursor),
    take(kind) {
      return cursor.peek().kind === kind ? cursor.pop() : undefined;
    },
  };
  return cursor;
}

/** Whether the next word is an operator with this text. */
export function atOperator(cursor: Cursor, operator: string): boolean {
  const token = cursor.peek();
  return token.kind === 'operator' && token.text === operator;
}
