import { staticError } from '../errors.ts';
import type { Source, Span } from '../source.ts';
import type { Ast, BinaryOperator, Bind, ImportAst, UnaryOperator } from './ast.ts';
import { atOperator, createCursor } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { lex } from './lexer.ts';
import { parseArray, parseObject } from './parse-collections.ts';
import { parseArguments, parseBind, parseParameters } from './parse-lists.ts';
import { between, tokenText } from './tokens.ts';
import type { Token } from './tokens.ts';
import { stringValue } from './unescape.ts';

/** How tightly operators bind; less is tighter. */
const precedences: Readonly<Record<BinaryOperator, number>> = {
  '*': 5,
  '/': 5,
  '%': 5,
  '+': 6,
  '-': 6,
  '<<': 7,
  '>>': 7,
  '>': 8,
  '>=': 8,
  '<': 8,
  '<=': 8,
  in: 8,
  '==': 9,
  '!=': 9,
  '&': 10,
  '^': 11,
  '|': 12,
  '&&': 13,
  '||': 14,
};
const unaryPrecedence = 4;
const loosest = 16;

/** A file that was read: its expression, and what it imports. */
export interface ParsedFile {
  readonly ast: Ast;
  readonly imports: readonly ImportAst[];
}

/** Reads one expression; nothing may follow it. Throws a `JsonnetError` of kind `static`. */
export function parse(source: Source): ParsedFile {
  const cursor = createCursor(lex(source), parseExpression);
  const expression = parseExpression(cursor);
  const end = cursor.peek();
  if (end.kind !== 'end') throw staticError(`Did not expect: ${tokenText(end)}`, end);
  return { ast: expression, imports: cursor.imports };
}

/** An expression as far as it goes. */
function parseExpression(cursor: Cursor, precedenceMax = loosest): Ast {
  const begin = cursor.peek();
  let left = parseOperand(cursor);
  for (;;) {
    const operator = binaryOperator(cursor.peek());
    if (operator === undefined || precedences[operator] > precedenceMax) return left;
    cursor.pop();
    if (operator === 'in' && cursor.peek().kind === 'super') {
      left = { kind: 'in-super', index: left, span: between(begin, cursor.pop()) };
      continue;
    }
    const right = parseExpression(cursor, precedences[operator] - 1);
    left = { kind: 'binary', operator, left, right, span: between(begin, right.span) };
  }
}

function binaryOperator(token: Token): BinaryOperator | undefined {
  if (token.kind === 'in') return 'in';
  // `:` and `::` end the condition of an assert and the parts of a slice.
  if (token.kind !== 'operator' || token.text === ':' || token.text === '::') return undefined;
  if (!Object.hasOwn(precedences, token.text))
    throw staticError(`Not a binary operator: ${token.text}`, token);
  return token.text as BinaryOperator;
}

/** What stands between binary operators. What starts with a keyword goes as far as it can. */
function parseOperand(cursor: Cursor): Ast {
  const begin = cursor.peek();
  switch (begin.kind) {
    case 'assert':
      return parseAssert(cursor);
    case 'error': {
      cursor.pop();
      const message = parseExpression(cursor);
      return { kind: 'error', message, span: between(begin, message.span) };
    }
    case 'if':
      return parseConditional(cursor);
    case 'function': {
      cursor.pop();
      const open = cursor.pop();
      if (open.kind !== '(') throw staticError(`Expected ( but got ${tokenText(open)}`, open);
      const parameters = parseParameters(cursor, 'function parameter');
      const body = parseExpression(cursor);
      return { kind: 'function', parameters, body, span: between(begin, body.span) };
    }
    case 'import':
    case 'importstr':
    case 'importbin':
      return parseImport(cursor, begin.kind);
    case 'local':
      return parseLocal(cursor);
    case 'operator': {
      if (!['!', '~', '+', '-'].includes(begin.text))
        throw staticError(`Not a unary operator: ${begin.text}`, begin);
      cursor.pop();
      const operand = parseExpression(cursor, unaryPrecedence);
      const operator = begin.text as UnaryOperator;
      return { kind: 'unary', operator, operand, span: between(begin, operand.span) };
    }
    default:
      return parsePostfix(cursor);
  }
}

function parseAssert(cursor: Cursor): Ast {
  const begin = cursor.pop();
  const condition = parseExpression(cursor);
  let message: Ast | undefined;
  if (atOperator(cursor, ':')) {
    cursor.pop();
    message = parseExpression(cursor);
  }
  cursor.expect(';');
  const rest = parseExpression(cursor);
  return { kind: 'assert', condition, message, rest, span: between(begin, rest.span) };
}

function parseConditional(cursor: Cursor): Ast {
  const begin = cursor.pop();
  const condition = parseExpression(cursor);
  cursor.expect('then');
  const yes = parseExpression(cursor);
  const no = cursor.take('else') === undefined ? undefined : parseExpression(cursor);
  return { kind: 'conditional', condition, yes, no, span: between(begin, (no ?? yes).span) };
}

function parseImport(cursor: Cursor, form: ImportAst['form']): Ast {
  const begin = cursor.pop();
  const path = parseExpression(cursor);
  if (path.kind !== 'string') throw staticError('Computed imports are not allowed', path.span);
  if (path.block) throw staticError('Block string literals not allowed in imports', path.span);
  const read: ImportAst = { kind: 'import', form, path: path.value, span: between(begin, path.span) };
  cursor.imports.push(read);
  return read;
}

function parseLocal(cursor: Cursor): Ast {
  const begin = cursor.pop();
  const binds: Bind[] = [];
  const names = new Set<string>();
  for (;;) {
    binds.push(parseBind(cursor, names));
    const delimiter = cursor.pop();
    if (delimiter.kind === ';') break;
    if (delimiter.kind !== ',')
      throw staticError(`Expected , or ; but got ${tokenText(delimiter)}`, delimiter);
  }
  const body = parseExpression(cursor);
  return { kind: 'local', binds, body, span: between(begin, body.span) };
}

function parsePostfix(cursor: Cursor): Ast {
  const begin = cursor.peek();
  let left = parseTerminal(cursor);
  for (;;) {
    switch (cursor.peek().kind) {
      case '[':
        left = parseBrackets(cursor, left, begin);
        break;
      case '.': {
        cursor.pop();
        const field = cursor.expect('identifier');
        left = { kind: 'index', target: left, index: field.text, span: between(begin, field) };
        break;
      }
      case '(': {
        cursor.pop();
        const list = parseArguments(cursor);
        const span = between(begin, list.end);
        const tailstrict = cursor.take('tailstrict') !== undefined;
        const { positional, named } = list;
        left = { kind: 'call', target: left, positional, named, tailstrict, span };
        break;
      }
      case '{': {
        const right = parseObject(cursor, cursor.pop());
        left = { kind: 'extend', left, right, span: between(begin, right.span) };
        break;
      }
      default:
        return left;
    }
  }
}

/** `[index]` or `[begin:end:step]` with any of the three left out. */
function parseBrackets(cursor: Cursor, target: Ast, begin: Span): Ast {
  cursor.pop();
  const parts: (Ast | undefined)[] = [undefined, undefined, undefined];
  let colons = 0;
  let isReady = true;
  let end: Token | undefined;
  while (colons < 3) {
    const next = cursor.peek();
    if (next.kind === ']') {
      end = cursor.pop();
      break;
    }
    if (next.kind === 'operator' && (next.text === ':' || next.text === '::')) {
      end = cursor.pop();
      colons += next.text.length;
      isReady = true;
    } else if (isReady) {
      parts[colons] = parseExpression(cursor);
      isReady = false;
    } else throw staticError(`Expected token "]" but got ${tokenText(next)}`, next);
  }
  const last = end ?? cursor.peek();
  if (colons > 2) throw staticError('Invalid slice: too many colons', last);
  const span = between(begin, last);
  const [first, second, third] = parts;
  if (colons > 0) return { kind: 'slice', target, begin: first, end: second, step: third, span };
  if (first === undefined) throw staticError('ast.Index requires an expression', last);
  return { kind: 'index', target, index: first, span };
}

function parseTerminal(cursor: Cursor): Ast {
  const token = cursor.pop();
  const { source, begin, end } = token;
  const span = { source, begin, end };
  switch (token.kind) {
    case '{':
      return parseObject(cursor, token);
    case '[':
      return parseArray(cursor, token);
    case '(': {
      const inner = parseExpression(cursor);
      return { kind: 'parens', inner, span: between(token, cursor.expect(')')) };
    }
    case 'number':
      return { kind: 'number', text: token.text, span };
    case 'block':
    case 'double':
    case 'single':
    case 'verbatim-double':
    case 'verbatim-single':
      return { kind: 'string', value: stringValue(token), block: token.kind === 'block', span };
    case 'false':
    case 'true':
      return { kind: 'literal', value: token.kind === 'true', span };
    case 'null':
      return { kind: 'literal', value: null, span };
    case '$':
      return { kind: 'dollar', span };
    case 'self':
      return { kind: 'self', span };
    case 'identifier':
      return { kind: 'variable', name: token.text, span };
    case 'super':
      return parseSuper(cursor, token, span);
    case 'end':
      throw staticError('Unexpected end of file', token);
    default:
      throw staticError(`Unexpected: ${tokenText(token)} while parsing terminal`, token);
  }
}

function parseSuper(cursor: Cursor, token: Token, span: Span): Ast {
  const next = cursor.pop();
  if (next.kind === '.') return { kind: 'super-index', index: cursor.expect('identifier').text, span };
  if (next.kind !== '[') throw staticError('Expected . or [ after super', token);
  const index = parseExpression(cursor);
  cursor.expect(']');
  return { kind: 'super-index', index, span };
}
