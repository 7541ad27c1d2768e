import { staticError } from '../errors.ts';
import type { Ast, Bind, CallAst, Parameter } from './ast.ts';
import { atOperator } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { between, tokenText } from './tokens.ts';
import type { Token } from './tokens.ts';

/** The arguments of a call, behind its opening parenthesis. */
export function parseArguments(
  cursor: Cursor,
): Pick<CallAst, 'positional' | 'named'> & { readonly end: Token } {
  const positional: Ast[] = [];
  const named: { readonly name: string; readonly value: Ast }[] = [];
  const end = parseList(cursor, 'function argument', (next) => {
    const assigns = cursor.peek(1);
    if (next.kind === 'identifier' && assigns.kind === 'operator' && assigns.text === '=') {
      cursor.pop();
      cursor.pop();
      named.push({ name: next.text, value: cursor.expression() });
      return;
    }
    const value = cursor.expression();
    if (named.length > 0)
      throw staticError('Positional argument after a named argument is not allowed', next);
    positional.push(value);
  });
  return { positional, named, end };
}

/** The parameters of a function, behind the opening parenthesis. */
export function parseParameters(cursor: Cursor, elementKind: string): Parameter[] {
  const parameters: Parameter[] = [];
  parseList(cursor, elementKind, () => {
    const name = cursor.pop();
    if (name.kind !== 'identifier') {
      const message = `Expected token IDENTIFIER but got ${tokenText(name)} while parsing parameter`;
      throw staticError(message, name);
    }
    let fallback: Ast | undefined;
    if (atOperator(cursor, '=')) {
      cursor.pop();
      fallback = cursor.expression();
    }
    parameters.push({ name: name.text, fallback });
  });
  return parameters;
}

function parseList(cursor: Cursor, elementKind: string, parseElement: (next: Token) => void): Token {
  for (let isFirst = true, hasComma = false; ; isFirst = false) {
    const next = cursor.peek();
    if (next.kind === ')') return cursor.pop();
    if (!isFirst && !hasComma) {
      const message = `Expected a comma before next ${elementKind}, got ${tokenText(next)}`;
      throw staticError(message, next);
    }
    parseElement(next);
    hasComma = cursor.take(',') !== undefined;
  }
}

/** `name = ...` or `name(...) = ...`. */
export function parseBind(cursor: Cursor, names: Set<string>): Bind {
  const name = cursor.expect('identifier');
  if (names.has(name.text)) throw staticError(`Duplicate local var: ${name.text}`, name);
  names.add(name.text);
  const parameters =
    cursor.take('(') === undefined ? undefined : parseParameters(cursor, 'function parameter');
  cursor.expectOperator('=');
  const body = cursor.expression();
  if (parameters === undefined) return { name: name.text, body };
  const span = between(name, body.span);
  return { name: name.text, body: { kind: 'function', parameters, body, span } };
}
