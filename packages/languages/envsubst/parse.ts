import { anything, createScanner } from './scanner.ts';
import type { Accept, Mode, Scanner } from './scanner.ts';

/** A piece of text, or `${...}`: a variable, what is done with its value ('' nothing), and the arguments. */
export type EnvsubstNode =
  | { readonly type: 'text'; readonly value: string }
  | {
      readonly type: 'function';
      readonly variable: string;
      readonly name: string;
      readonly args: readonly EnvsubstNode[];
    };

type FunctionNode = Extract<EnvsubstNode, { type: 'function' }>;

/** Carries a refusal out of the parser and the evaluation. */
export class EnvsubstError extends Error {}

const badSubstitution = 'bad substitution';
/** Defaults may hold further substitutions; nobody writes them deeper than this. */
const depthMax = 200;

const identifier: Accept = (char) => /^\w$/.test(char) || /^[\p{L}\p{Nd}]$/u.test(char);
const notClosing: Accept = (char) => char !== '}';
const notSlash: Accept = (char) => char !== '/';
const once =
  (wanted: string): Accept =>
  (char, count) =>
    char === wanted && count === 1;
const upToTwice =
  (wanted: string): Accept =>
  (char, count) =>
    wanted.includes(char) && count < 3;

/** Reads a text into its pieces. Throws `EnvsubstError` with upstream's words. */
export function parseTemplate(text: string): EnvsubstNode[] {
  const scanner = createScanner(text);
  const nodes: EnvsubstNode[] = [];
  for (;;) {
    const token = scanner.scan({ accept: anything, open: true, escapes: 'dollar' });
    if (token === 'end') return nodes;
    if (token === 'text') nodes.push({ type: 'text', value: scanner.text() });
    else if (token === 'open') nodes.push(parseFunction(scanner, 1));
    else throw new EnvsubstError(badSubstitution);
  }
}

function parseFunction(scanner: Scanner, depth: number): FunctionNode {
  if (depth > depthMax) throw new EnvsubstError('substitutions are nested too deeply');
  if (scanner.peek() === '#') return parseLength(scanner);
  const variable = take(scanner, { accept: identifier }, 'unable to parse variable name');
  switch (scanner.peek()) {
    case ':':
      return parseDefaultOrPart(scanner, variable, depth);
    case '=':
      return parseDefault(scanner, variable, once('='), depth);
    case ',':
    case '^':
      return closed(scanner, variable, take(scanner, { accept: upToTwice(',^') }), []);
    case '/':
      return parseReplace(scanner, variable, depth);
    case '#':
      return parseRemove(scanner, variable, '#', depth);
    case '%':
      return parseRemove(scanner, variable, '%', depth);
  }
  if (scanner.scan({ close: true }) !== 'close') throw new EnvsubstError('missing closing brace');
  return { type: 'function', variable, name: '', args: [] };
}

function take(scanner: Scanner, mode: Mode, otherwise = badSubstitution): string {
  if (scanner.scan(mode) !== 'text') throw new EnvsubstError(otherwise);
  return scanner.text();
}

function closed(
  scanner: Scanner,
  variable: string,
  name: string,
  args: readonly EnvsubstNode[],
): FunctionNode {
  if (scanner.scan({ close: true }) !== 'close') throw new EnvsubstError(badSubstitution);
  return { type: 'function', variable, name, args };
}

/** `${#var}` */
function parseLength(scanner: Scanner): FunctionNode {
  const name = take(scanner, { accept: once('#') });
  const variable = take(scanner, { accept: identifier });
  return closed(scanner, variable, name, []);
}

function parseArgument(
  scanner: Scanner,
  accept: Accept,
  depth: number,
  escapes: Mode['escapes'],
): EnvsubstNode {
  const token = scanner.scan({ accept, open: true, ...(escapes === undefined ? {} : { escapes }) });
  if (token === 'open') return parseFunction(scanner, depth + 1);
  if (token === 'text') return { type: 'text', value: scanner.text() };
  throw new EnvsubstError('unable to parse substitution within function');
}

function parseDefaultOrPart(scanner: Scanner, variable: string, depth: number): FunctionNode {
  const next = scanner.peek(1);
  // Upstream steps back by the bytes of the character behind the colon, and loses its way where that is not one byte.
  if (next === '' || (next.codePointAt(0) ?? 0) > 127) throw new EnvsubstError(badSubstitution);
  if (!/^[=\-?+]$/.test(next)) return parsePart(scanner, variable, depth);
  const operator: Accept = (char, count) =>
    count === 1 ? char === ':' : count === 2 && /[=\-?+]/.test(char);
  return parseDefault(scanner, variable, operator, depth);
}

/** `${var:=default}`: the default is any number of pieces. */
function parseDefault(scanner: Scanner, variable: string, operator: Accept, depth: number): FunctionNode {
  const name = take(scanner, { accept: operator }, 'unable to parse default function');
  const args: EnvsubstNode[] = [];
  while (scanner.peek() !== '}') args.push(parseArgument(scanner, notClosing, depth, undefined));
  return closed(scanner, variable, name, args);
}

/** `${var:position}` and `${var:position:length}` */
function parsePart(scanner: Scanner, variable: string, depth: number): FunctionNode {
  const name = take(scanner, { accept: once(':') });
  const position = parseArgument(scanner, (char) => char !== ':' && char !== '}', depth, undefined);
  const token = scanner.scan({ accept: (char) => char === ':', close: true });
  if (token === 'close') return { type: 'function', variable, name, args: [position] };
  if (token !== 'text') throw new EnvsubstError(badSubstitution);
  return closed(scanner, variable, name, [position, parseArgument(scanner, notClosing, depth, undefined)]);
}

/** `${var#glob}`, `${var##glob}`, `${var%glob}`, `${var%%glob}` */
function parseRemove(scanner: Scanner, variable: string, sign: string, depth: number): FunctionNode {
  const name = take(scanner, { accept: upToTwice(sign) });
  return closed(scanner, variable, name, [parseArgument(scanner, notClosing, depth, undefined)]);
}

/** `${var/old/new}`, `${var//old/new}`, `${var/#old/new}`, `${var/%old/new}` */
function parseReplace(scanner: Scanner, variable: string, depth: number): FunctionNode {
  const operator: Accept = (char, count) => (count === 1 ? char === '/' : count === 2 && /[/#%]/.test(char));
  const name = take(scanner, { accept: operator });
  const old = parseArgument(scanner, notSlash, depth, 'all');
  take(scanner, { accept: (char) => char === '/' });
  if (scanner.peek() === '}') return closed(scanner, variable, name, [old]);
  return closed(scanner, variable, name, [old, parseArgument(scanner, notClosing, depth, 'all')]);
}
