import { quoteString } from '../go/index.ts';
import { TemplateError } from './errors.ts';
import { isKeyword, nextItem } from './lex.ts';
import type { Item, ItemType, Lexer } from './lex.ts';
import type { Source, Tree } from './nodes.ts';

/** The state of reading one template: three items of look-ahead, and the variables that are declared so far. */
export interface Parser {
  readonly source: Source;
  readonly lexer: Lexer;
  readonly trees: Map<string, Tree>;
  readonly hasFunction: (name: string) => boolean;
  token0: Item;
  token1: Item;
  token2: Item;
  peekCount: number;
  readonly variables: string[];
  /** Where the action began that is being read; 0: outside of actions. */
  actionLine: number;
  rangeDepth: number;
  stackDepth: number;
}

const noItem: Item = { type: 'error', pos: 0, text: '', line: 0 };

export function createParser(
  source: Source,
  lexer: Lexer,
  trees: Map<string, Tree>,
  hasFunction: (name: string) => boolean,
): Parser {
  return {
    source,
    lexer,
    trees,
    hasFunction,
    token0: noItem,
    token1: noItem,
    token2: noItem,
    peekCount: 0,
    variables: ['$'],
    actionLine: 0,
    rangeDepth: 0,
    stackDepth: 0,
  };
}

export function next(parser: Parser): Item {
  if (parser.peekCount > 0) {
    parser.peekCount -= 1;
    return tokenAt(parser, parser.peekCount);
  }
  parser.token0 = nextItem(parser.lexer);
  return parser.token0;
}

function tokenAt(parser: Parser, index: number): Item {
  if (index === 0) return parser.token0;
  return index === 1 ? parser.token1 : parser.token2;
}

export function peek(parser: Parser): Item {
  if (parser.peekCount > 0) return tokenAt(parser, parser.peekCount - 1);
  parser.peekCount = 1;
  parser.token0 = nextItem(parser.lexer);
  return parser.token0;
}

export function nextNonSpace(parser: Parser): Item {
  let token = next(parser);
  while (token.type === 'space') token = next(parser);
  return token;
}

export function peekNonSpace(parser: Parser): Item {
  const token = nextNonSpace(parser);
  parser.peekCount += 1;
  return token;
}

/** Gives back the last item and one before it. */
export function putBack2(parser: Parser, before: Item): void {
  parser.token1 = before;
  parser.peekCount = 2;
}

/** Gives back the last item and two before it. */
export function putBack3(parser: Parser, first: Item, second: Item): void {
  parser.token1 = second;
  parser.token2 = first;
  parser.peekCount = 3;
}

export function expect(parser: Parser, type: ItemType, context: string): Item {
  const token = nextNonSpace(parser);
  return token.type === type ? token : unexpected(parser, token, context);
}

/** Ends the parse with a problem at the line of the newest item. */
export function problem(parser: Parser, detail: string): never {
  const { name } = parser.source;
  const { line } = parser.token0;
  throw new TemplateError(`template: ${name}:${line}: ${detail}`, {
    kind: 'parse',
    template: name,
    line,
    detail,
  });
}

export function unexpected(parser: Parser, token: Item, context: string): never {
  if (token.type !== 'error') problem(parser, `unexpected ${itemWords(token)} in ${context}`);
  if (parser.actionLine === 0 || parser.actionLine === token.line) problem(parser, token.text);
  const place = `started at ${parser.source.name}:${parser.actionLine}`;
  // "unclosed action in action started at" would say it twice.
  problem(parser, `${token.text}${token.text.endsWith(' action') ? ' ' : ' in action '}${place}`);
}

function itemWords(item: Item): string {
  if (item.type === 'eof') return 'EOF';
  if (isKeyword(item)) return `<${item.text}>`;
  const characters = Array.from(item.text);
  if (item.text.length > 10 && characters.length > 10)
    return `${quoteString(characters.slice(0, 10).join(''))}...`;
  return quoteString(item.text);
}
