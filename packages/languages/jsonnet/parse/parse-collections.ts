import { staticError } from '../errors.ts';
import type { Ast, Bind, FieldAst, ForClause, ObjectAssert, Visibility } from './ast.ts';
import { atOperator } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { parseBind, parseParameters } from './parse-lists.ts';
import { between, kindText, tokenText } from './tokens.ts';
import type { Token } from './tokens.ts';
import { stringValue } from './unescape.ts';

/** An array or an array comprehension, behind its opening bracket. */
export function parseArray(cursor: Cursor, open: Token): Ast {
  const empty = cursor.take(']');
  if (empty !== undefined) return { kind: 'array', elements: [], span: between(open, empty) };
  const first = cursor.expression();
  let hasComma = cursor.take(',') !== undefined;
  if (cursor.peek().kind === 'for') {
    const { clauses, end } = parseClauses(cursor, ']');
    return { kind: 'array-comprehension', body: first, clauses, span: between(open, end) };
  }
  const elements = [first];
  for (;;) {
    const close = cursor.take(']');
    if (close !== undefined) return { kind: 'array', elements, span: between(open, close) };
    if (!hasComma) throw staticError('Expected a comma before next array element', cursor.peek());
    elements.push(cursor.expression());
    hasComma = cursor.take(',') !== undefined;
  }
}

function parseClauses(
  cursor: Cursor,
  close: ']' | '}',
): { readonly clauses: ForClause[]; readonly end: Token } {
  const clauses: ForClause[] = [];
  cursor.expect('for');
  for (;;) {
    const name = cursor.expect('identifier').text;
    cursor.expect('in');
    const list = cursor.expression();
    const conditions: Ast[] = [];
    while (cursor.take('if') !== undefined) conditions.push(cursor.expression());
    clauses.push({ name, list, conditions });
    const next = cursor.pop();
    if (next.kind === close) return { clauses, end: next };
    if (next.kind !== 'for') {
      const message = `Expected for, if or ${kindText(close)} after for clause, got: ${tokenText(next)}`;
      throw staticError(message, next);
    }
  }
}

interface Members {
  readonly fields: FieldAst[];
  readonly locals: Bind[];
  readonly asserts: ObjectAssert[];
}

/** An object or an object comprehension, behind its opening brace. */
export function parseObject(cursor: Cursor, open: Token): Ast {
  const members: Members = { fields: [], locals: [], asserts: [] };
  const literals = new Set<string>();
  const names = new Set<string>();
  for (let isFirst = true, hasComma = false; ; isFirst = false) {
    const next = cursor.peek();
    if (next.kind === '}') return { kind: 'object', ...members, span: between(open, cursor.pop()) };
    if (next.kind === 'for') return parseObjectComprehension(cursor, open, members);
    if (!isFirst && !hasComma) throw staticError('Expected a comma before next field', next);
    if (next.kind === 'local') {
      cursor.pop();
      members.locals.push(parseBind(cursor, names));
    } else if (next.kind === 'assert') members.asserts.push(parseObjectAssert(cursor));
    else members.fields.push(parseField(cursor, literals));
    hasComma = cursor.take(',') !== undefined;
    const after = cursor.peek();
    if (!hasComma && after.kind === 'end') throw staticError('Expected a comma before next field', after);
  }
}

function parseObjectAssert(cursor: Cursor): ObjectAssert {
  const begin = cursor.pop();
  const condition = cursor.expression();
  let message: Ast | undefined;
  if (atOperator(cursor, ':')) {
    cursor.pop();
    message = cursor.expression();
  }
  return { condition, message, span: between(begin, (message ?? condition).span) };
}

function parseObjectComprehension(cursor: Cursor, open: Token, members: Members): Ast {
  const next = cursor.peek();
  if (members.asserts.length > 0) throw staticError('Object comprehension cannot have asserts', next);
  const [field] = members.fields;
  if (members.fields.length !== 1 || field === undefined)
    throw staticError('Object comprehension can only have one field', next);
  if (field.visibility !== 'inherit')
    throw staticError('Object comprehensions cannot have hidden fields', next);
  if (!field.computed) throw staticError('Object comprehensions can only have [e] fields', next);
  const { clauses, end } = parseClauses(cursor, '}');
  return { kind: 'object-comprehension', ...members, clauses, span: between(open, end) };
}

function parseField(cursor: Cursor, literals: Set<string>): FieldAst {
  const begin = cursor.pop();
  const { name, computed } = parseFieldName(cursor, begin);
  const parameters = cursor.take('(') === undefined ? undefined : parseParameters(cursor, 'method parameter');
  const { plus, visibility } = parseAssignment(cursor);
  if (plus && parameters !== undefined)
    throw staticError(`Cannot use +: syntax sugar in a method: ${begin.text}`, begin);
  if (!computed) {
    if (literals.has(begin.text)) throw staticError(`Duplicate field: ${begin.text}`, begin);
    literals.add(begin.text);
  }
  const value = cursor.expression();
  const span = between(begin, value.span);
  const body: Ast = parameters === undefined ? value : { kind: 'function', parameters, body: value, span };
  return { name, computed, visibility, plus, body, span };
}

function parseFieldName(
  cursor: Cursor,
  begin: Token,
): { readonly name: string | Ast; readonly computed: boolean } {
  switch (begin.kind) {
    case 'identifier':
      return { name: begin.text, computed: false };
    case 'block':
    case 'double':
    case 'single':
    case 'verbatim-double':
    case 'verbatim-single':
      return { name: stringValue(begin), computed: false };
    case '[': {
      const name = cursor.expression();
      cursor.expect(']');
      return { name, computed: true };
    }
    default:
      throw staticError(`Unexpected: ${tokenText(begin)} while parsing field definition`, begin);
  }
}

const visibilities: Readonly<Record<string, Visibility>> = {
  ':': 'inherit',
  '::': 'hidden',
  ':::': 'visible',
};

function parseAssignment(cursor: Cursor): { readonly plus: boolean; readonly visibility: Visibility } {
  const operator = cursor.expect('operator');
  const plus = operator.text.startsWith('+');
  const visibility = visibilities[plus ? operator.text.slice(1) : operator.text];
  if (visibility !== undefined) return { plus, visibility };
  const message = `Expected one of :, ::, :::, +:, +::, +:::, got: ${operator.text}`;
  throw staticError(message, operator);
}
