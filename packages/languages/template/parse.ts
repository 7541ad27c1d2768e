import { quoteString } from '../go/index.ts';
import { TemplateError } from './errors.ts';
import { createLexer } from './lex.ts';
import { isEmptyTree } from './nodes.ts';
import {
  createParser,
  expect,
  next,
  nextNonSpace,
  peek,
  peekNonSpace,
  problem,
  putBack2,
  unexpected,
} from './parser.ts';
import { parsePipe, parseText } from './parse-pipe.ts';
import type { BranchNode, ListNode, PipeNode, Source, Statement, TemplateNode, Tree } from './nodes.ts';
import type { Parser } from './parser.ts';

/** An `{{end}}` or `{{else}}`, which ends a list; never part of a tree. */
interface ListEnd {
  readonly type: 'end' | 'else';
  readonly pos: number;
}

function isListEnd(node: Statement | ListEnd): node is ListEnd {
  return node.type === 'end' || node.type === 'else';
}

const listEndWords = { end: '{{end}}', else: '{{else}}' } as const;

/**
 * The templates of a text: the text itself under its own name, and what it defines. Throws a `TemplateError` with
 * text/template's words.
 */
export function parseTemplate(
  name: string,
  text: string,
  hasFunction: (name: string) => boolean,
): ReadonlyMap<string, Tree> {
  const source: Source = { name, text };
  const trees = new Map<string, Tree>();
  const parser = createParser(source, createLexer(text, hasFunction), trees, hasFunction);
  try {
    add(parser, name, parseTop(parser));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const detail = 'the template is nested too deeply';
    throw new TemplateError(`template: ${name}:${parser.token0.line}: ${detail}`, {
      kind: 'parse',
      template: name,
      line: parser.token0.line,
      detail,
    });
  }
  return trees;
}

function parseTop(parser: Parser): ListNode {
  const nodes: Statement[] = [];
  const { pos } = peek(parser);
  while (peek(parser).type !== 'eof') {
    if (peek(parser).type === 'leftDelim') {
      const delim = next(parser);
      if (nextNonSpace(parser).type === 'define') {
        parseDefinition(childOf(parser));
        continue;
      }
      putBack2(parser, delim);
    }
    const node = parseStatement(parser);
    if (isListEnd(node)) problem(parser, `unexpected ${listEndWords[node.type]}`);
    nodes.push(node);
  }
  return { type: 'list', pos, nodes };
}

/** A parser for a definition inside of a text: the same scan, its own variables. */
function childOf(parser: Parser): Parser {
  return createParser(parser.source, parser.lexer, parser.trees, parser.hasFunction);
}

function parseDefinition(parser: Parser): void {
  const token = nextNonSpace(parser);
  const name = parseTemplateName(parser, token, 'define clause');
  expect(parser, 'rightDelim', 'define clause');
  const { list, end } = parseList(parser);
  if (end.type !== 'end') problem(parser, `unexpected ${listEndWords[end.type]} in define clause`);
  add(parser, name, list);
}

function add(parser: Parser, name: string, root: ListNode): void {
  const tree: Tree = { name, source: parser.source, root };
  const old = parser.trees.get(name);
  if (old === undefined || isEmptyTree(old)) parser.trees.set(name, tree);
  else if (!isEmptyTree(tree))
    problem(parser, `template: multiple definition of template ${quoteString(name)}`);
}

function parseTemplateName(parser: Parser, token: ReturnType<typeof next>, context: string): string {
  if (token.type !== 'string' && token.type !== 'rawString') return unexpected(parser, token, context);
  return parseText(parser, token.text);
}

function parseList(parser: Parser): { readonly list: ListNode; readonly end: ListEnd } {
  const nodes: Statement[] = [];
  const { pos } = peekNonSpace(parser);
  while (peekNonSpace(parser).type !== 'eof') {
    const node = parseStatement(parser);
    if (isListEnd(node)) return { list: { type: 'list', pos, nodes }, end: node };
    nodes.push(node);
  }
  return problem(parser, 'unexpected EOF');
}

function parseStatement(parser: Parser): Statement | ListEnd {
  const token = nextNonSpace(parser);
  if (token.type === 'text') return { type: 'text', pos: token.pos, text: token.text };
  if (token.type !== 'leftDelim') return unexpected(parser, token, 'input');
  parser.actionLine = token.line;
  const action = parseAction(parser);
  parser.actionLine = 0;
  return action;
}

function parseAction(parser: Parser): Statement | ListEnd {
  const token = nextNonSpace(parser);
  switch (token.type) {
    case 'block':
      return parseBlock(parser);
    case 'break':
    case 'continue':
      return parseJump(parser, token.type, token.pos);
    case 'else':
      return parseElse(parser);
    case 'end':
      return { type: 'end', pos: expect(parser, 'rightDelim', 'end').pos };
    case 'if':
    case 'range':
    case 'with':
      return parseBranch(parser, token.type);
    case 'template':
      return parseTemplateCall(parser);
    default:
  }
  parser.peekCount += 1;
  const { pos } = peek(parser);
  return { type: 'action', pos, pipe: parsePipe(parser, 'command', 'rightDelim') };
}

function parseJump(parser: Parser, type: 'break' | 'continue', pos: number): Statement {
  const token = nextNonSpace(parser);
  if (token.type !== 'rightDelim') unexpected(parser, token, `{{${type}}}`);
  if (parser.rangeDepth === 0) problem(parser, `{{${type}}} outside {{range}}`);
  return { type, pos };
}

function parseElse(parser: Parser): ListEnd {
  const ahead = peekNonSpace(parser);
  // `else if` and `else with` leave the second word for the branch that they belong to.
  if (ahead.type === 'if' || ahead.type === 'with') return { type: 'else', pos: ahead.pos };
  return { type: 'else', pos: expect(parser, 'rightDelim', 'else').pos };
}

function parseBranch(parser: Parser, type: BranchNode['type']): BranchNode {
  const variables = parser.variables.length;
  const pipe: PipeNode = parsePipe(parser, type, 'rightDelim');
  if (type === 'range') parser.rangeDepth += 1;
  const { list, end } = parseList(parser);
  if (type === 'range') parser.rangeDepth -= 1;
  const elseList = end.type === 'else' ? parseElseList(parser, type, end.pos) : undefined;
  parser.variables.length = variables;
  return { type, pos: pipe.pos, pipe, list, elseList };
}

function parseElseList(parser: Parser, type: BranchNode['type'], pos: number): ListNode {
  const ahead = peek(parser).type;
  if ((type === 'if' && ahead === 'if') || (type === 'with' && ahead === 'with')) {
    next(parser);
    return { type: 'list', pos, nodes: [parseBranch(parser, type)] };
  }
  const { list, end } = parseList(parser);
  if (end.type !== 'end') problem(parser, `expected end; found ${listEndWords[end.type]}`);
  return list;
}

function parseBlock(parser: Parser): TemplateNode {
  const token = nextNonSpace(parser);
  const name = parseTemplateName(parser, token, 'block clause');
  const pipe = parsePipe(parser, 'block clause', 'rightDelim');
  const child = childOf(parser);
  const { list, end } = parseList(child);
  if (end.type !== 'end') problem(parser, `unexpected ${listEndWords[end.type]} in block clause`);
  add(child, name, list);
  return { type: 'template', pos: token.pos, name, pipe };
}

function parseTemplateCall(parser: Parser): TemplateNode {
  const token = nextNonSpace(parser);
  const name = parseTemplateName(parser, token, 'template clause');
  if (nextNonSpace(parser).type === 'rightDelim')
    return { type: 'template', pos: token.pos, name, pipe: undefined };
  parser.peekCount += 1;
  return { type: 'template', pos: token.pos, name, pipe: parsePipe(parser, 'template clause', 'rightDelim') };
}
