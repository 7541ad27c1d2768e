import { quoteString } from '../go/index.ts';
import { readNumber } from './numbers.ts';
import { next, nextNonSpace, peek, peekNonSpace, problem, putBack2, putBack3, unexpected } from './parser.ts';
import { reprint } from './reprint.ts';
import { unquote } from './runes.ts';
import type { CommandNode, Operand, PipeNode, VariableNode } from './nodes.ts';
import type { Item, ItemType } from './lex.ts';
import type { Parser } from './parser.ts';

/** Go allows ten thousand; ours is what the stack of JavaScript bears with certainty. */
const expressionDepthMax = 1000;

const operandStarts: ReadonlySet<ItemType> = new Set<ItemType>([
  'bool',
  'charConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

/** `$a, $b := command | command` up to the delimiter `end`. */
export function parsePipe(parser: Parser, context: string, end: 'rightDelim' | 'rightParen'): PipeNode {
  const { pos } = peekNonSpace(parser);
  const { variables, assigns } = parseDeclarations(parser, context);
  const commands: CommandNode[] = [];
  for (;;) {
    const token = nextNonSpace(parser);
    if (token.type === end) break;
    if (!operandStarts.has(token.type)) unexpected(parser, token, context);
    parser.peekCount += 1;
    commands.push(parseCommand(parser));
  }
  checkPipe(parser, commands, context);
  return { type: 'pipe', pos, assigns, variables, commands };
}

interface Declarations {
  readonly variables: readonly VariableNode[];
  readonly assigns: boolean;
}

function parseDeclarations(parser: Parser, context: string): Declarations {
  const variables: VariableNode[] = [];
  for (;;) {
    const variable = peekNonSpace(parser);
    if (variable.type !== 'variable') return { variables, assigns: false };
    next(parser);
    // In "$x foo" the second word decides whether $x is declared; up to three items are given back then.
    const adjacent = peek(parser);
    const ahead = peekNonSpace(parser);
    if (ahead.type === 'assign' || ahead.type === 'declare') {
      nextNonSpace(parser);
      declare(parser, variables, variable);
      return { variables, assigns: ahead.type === 'assign' };
    }
    if (ahead.type !== 'char' || ahead.text !== ',') {
      if (adjacent.type === 'space') putBack3(parser, variable, adjacent);
      else putBack2(parser, variable);
      return { variables, assigns: false };
    }
    nextNonSpace(parser);
    declare(parser, variables, variable);
    if (context !== 'range' || variables.length >= 2) problem(parser, `too many declarations in ${context}`);
    const after = peekNonSpace(parser).type;
    if (after !== 'variable' && after !== 'rightDelim' && after !== 'rightParen')
      problem(parser, 'range can only initialize variables');
  }
}

function declare(parser: Parser, variables: VariableNode[], item: Item): void {
  variables.push({ type: 'variable', pos: item.pos, name: item.text, fields: [] });
  parser.variables.push(item.text);
}

const constants: ReadonlySet<Operand['type']> = new Set<Operand['type']>([
  'bool',
  'dot',
  'nil',
  'number',
  'string',
]);

function checkPipe(parser: Parser, commands: readonly CommandNode[], context: string): void {
  if (commands.length === 0) problem(parser, `missing value for ${context}`);
  for (let at = 1; at < commands.length; at++) {
    const first = commands[at]?.args[0];
    if (first !== undefined && constants.has(first.type))
      problem(parser, `non executable command in pipeline stage ${at + 1}`);
  }
}

function parseCommand(parser: Parser): CommandNode {
  const { pos } = peekNonSpace(parser);
  const args: Operand[] = [];
  for (;;) {
    peekNonSpace(parser);
    const operand = parseOperand(parser);
    if (operand !== undefined) args.push(operand);
    const token = next(parser);
    if (token.type === 'space') continue;
    if (token.type === 'rightDelim' || token.type === 'rightParen') parser.peekCount += 1;
    else if (token.type !== 'pipe') unexpected(parser, token, 'operand');
    break;
  }
  if (args.length === 0) problem(parser, 'empty command');
  return { type: 'command', pos, args };
}

/** A term and the fields right behind it. */
function parseOperand(parser: Parser): Operand | undefined {
  const node = parseTerm(parser);
  if (node === undefined) return undefined;
  const first = peek(parser);
  if (first.type !== 'field') return node;
  const fields: string[] = [];
  while (peek(parser).type === 'field') fields.push(next(parser).text.slice(1));
  // Errors in `.a.b` point to the second field: the node is made anew where the chain begins.
  const { pos } = first;
  switch (node.type) {
    case 'field':
      return { type: 'field', pos, names: [...node.names, ...fields] };
    case 'variable':
      return { type: 'variable', pos, name: node.name, fields: [...node.fields, ...fields] };
    case 'bool':
    case 'string':
    case 'number':
    case 'nil':
    case 'dot':
      return problem(parser, `unexpected . after term ${quoteString(reprint(node))}`);
    default:
      return { type: 'chain', pos, node, fields };
  }
}

function parseTerm(parser: Parser): Operand | undefined {
  const token = nextNonSpace(parser);
  const { pos, text } = token;
  switch (token.type) {
    case 'identifier':
      if (!parser.hasFunction(text)) problem(parser, `function ${quoteString(text)} not defined`);
      return { type: 'identifier', pos, name: text };
    case 'dot':
      return { type: 'dot', pos };
    case 'nil':
      return { type: 'nil', pos };
    case 'variable':
      if (!parser.variables.includes(text)) problem(parser, `undefined variable ${quoteString(text)}`);
      return { type: 'variable', pos, name: text, fields: [] };
    case 'field':
      return { type: 'field', pos, names: [text.slice(1)] };
    case 'bool':
      return { type: 'bool', pos, value: text === 'true' };
    case 'charConstant':
    case 'complex':
    case 'number':
      return parseNumber(parser, token);
    case 'leftParen':
      return parseParens(parser);
    case 'string':
    case 'rawString':
      return { type: 'string', pos, quoted: text, text: parseText(parser, text) };
    default:
      parser.peekCount += 1;
      return undefined;
  }
}

function parseNumber(parser: Parser, token: Item): Operand {
  const number = readNumber(token.pos, token.text, token.type === 'charConstant');
  return typeof number === 'string' ? problem(parser, number) : number;
}

function parseParens(parser: Parser): PipeNode {
  if (parser.stackDepth >= expressionDepthMax) problem(parser, 'max expression depth exceeded');
  parser.stackDepth += 1;
  const pipe = parsePipe(parser, 'parenthesized pipeline', 'rightParen');
  parser.stackDepth -= 1;
  return pipe;
}

/** What a quoted text stands for; a problem of the parse where it is malformed. */
export function parseText(parser: Parser, quoted: string): string {
  return unquote(quoted) ?? problem(parser, 'invalid syntax');
}
