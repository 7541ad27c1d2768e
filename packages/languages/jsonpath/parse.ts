/** A step of a path. Each takes the values so far and gives new ones. */
export type Step =
  | { readonly type: 'root' }
  | { readonly type: 'current' }
  | { readonly type: 'field'; readonly name: string }
  | {
      readonly type: 'slice';
      readonly start?: number;
      readonly end?: number;
      readonly step: number;
      readonly single: boolean;
    }
  | { readonly type: 'union'; readonly branches: readonly Path[] }
  | { readonly type: 'wildcard' }
  | { readonly type: 'descend' }
  | {
      readonly type: 'filter';
      readonly left: Operand;
      readonly operator: Operator;
      readonly right?: Operand;
    };

type Operator = 'exists' | '==' | '!=' | '<' | '<=' | '>' | '>=';
/** Steps, one after the other. */
export type Path = readonly Step[];
/** One side of a comparison in a filter. */
export type Operand =
  | { readonly type: 'value'; readonly value: string | number | boolean | null }
  | { readonly type: 'path'; readonly path: Path };

/** A piece of a template. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'range'; readonly path: Path; readonly body: readonly Piece[] };

/** Carries a refusal out of parser and evaluation; the door turns it into a result. */
export class JsonPathError extends Error {}

/** Reads `text{.path}text{range .items[*]}...{end}`. */
export function parseTemplate(text: string): readonly Piece[] {
  const open: { readonly path: Path; readonly pieces: Piece[] }[] = [{ path: [], pieces: [] }];
  let at = 0;
  while (at < text.length) {
    const brace = text.indexOf('{', at);
    if (brace < 0) {
      open.at(-1)!.pieces.push({ type: 'text', text: text.slice(at) });
      break;
    }
    if (brace > at) open.at(-1)!.pieces.push({ type: 'text', text: text.slice(at, brace) });
    const scanner = new Scanner(text, brace + 1);
    readAction(scanner, open);
    at = scanner.at;
  }
  if (open.length > 1) throw new JsonPathError('unexpected end of input: range without end');
  return open[0]!.pieces;
}

/** Reads the path of `{...}` without the braces. */
export function parsePath(text: string): Path {
  const scanner = new Scanner(`${text}}`, 0);
  const path = readPath(scanner);
  scanner.skipSpace();
  if (scanner.at !== text.length)
    throw new JsonPathError(`unexpected character in path: ${JSON.stringify(text.slice(scanner.at))}`);
  return path;
}

function readAction(scanner: Scanner, open: { readonly path: Path; readonly pieces: Piece[] }[]): void {
  scanner.skipSpace();
  while (!scanner.take('}')) {
    if (scanner.at >= scanner.text.length) throw new JsonPathError('unclosed action');
    const pieces = open.at(-1)!.pieces;
    const quote = scanner.peek();
    if (quote === '"' || quote === "'") {
      pieces.push({ type: 'text', text: scanner.quoted() });
    } else if (scanner.word('range')) {
      scanner.skipSpace();
      open.push({ path: readPath(scanner), pieces: [] });
    } else if (scanner.word('end')) {
      const closed = open.pop();
      if (closed === undefined || open.length === 0) throw new JsonPathError('not in range, nothing to end');
      open.at(-1)!.pieces.push({ type: 'range', path: closed.path, body: closed.pieces });
    } else {
      pieces.push({ type: 'path', path: readPath(scanner) });
    }
    scanner.skipSpace();
  }
}

function readPath(scanner: Scanner): Path {
  const steps: Step[] = [];
  for (;;) {
    if (scanner.take('$')) steps.push({ type: 'root' });
    else if (scanner.take('@')) steps.push({ type: 'current' });
    else if (scanner.takeText('..')) {
      steps.push({ type: 'descend' });
      if (scanner.peek() !== '[') steps.push(readField(scanner));
    } else if (scanner.take('.')) {
      if (scanner.peek() !== '[' && !scanner.atPathEnd()) steps.push(readField(scanner));
    } else if (scanner.take('[')) steps.push(readBracket(scanner));
    else if (steps.length === 0 && /[A-Za-z_]/.test(scanner.peek())) steps.push(readField(scanner));
    else break;
  }
  if (steps.length === 0)
    throw new JsonPathError(`unrecognized character in action: ${JSON.stringify(scanner.peek())}`);
  return steps;
}

function readField(scanner: Scanner): Step {
  if (scanner.take('*')) return { type: 'wildcard' };
  let name = '';
  while (scanner.at < scanner.text.length) {
    const c = scanner.peek();
    if (c === '\\') {
      name += scanner.text[scanner.at + 1] ?? '';
      scanner.at += 2;
    } else if (/[\s.[\]$@{}(),<>=!?|&]/.test(c)) {
      break;
    } else {
      name += c;
      scanner.at++;
    }
  }
  if (name === '') throw new JsonPathError('expected a field name');
  return { type: 'field', name };
}

const slicePattern = /^(-?\d*)(:(-?\d*))?(:(-?\d*))?$/;

function readBracket(scanner: Scanner): Step {
  scanner.skipSpace();
  if (scanner.takeText('?(')) return readFilter(scanner);
  const branches: Step[] = [];
  for (;;) {
    scanner.skipSpace();
    branches.push(readBranch(scanner));
    scanner.skipSpace();
    if (scanner.take(']')) break;
    if (!scanner.take(',')) throw new JsonPathError('unterminated array');
  }
  return branches.length === 1 ? branches[0]! : { type: 'union', branches: branches.map((step) => [step]) };
}

function readBranch(scanner: Scanner): Step {
  const c = scanner.peek();
  if (c === '"' || c === "'") return { type: 'field', name: scanner.quoted() };
  if (c === '*') {
    scanner.at++;
    return { type: 'wildcard' };
  }
  const start = scanner.at;
  while (scanner.at < scanner.text.length && !/[\],\s]/.test(scanner.peek())) scanner.at++;
  const text = scanner.text.slice(start, scanner.at);
  const match = slicePattern.exec(text);
  if (match === null || text === '') throw new JsonPathError(`invalid array index ${text}`);
  const [from, to, step] = [number(match[1]), number(match[3]), number(match[5])];
  const single = match[2] === undefined;
  return {
    type: 'slice',
    ...(from !== undefined && { start: from }),
    ...(to !== undefined && { end: to }),
    step: step ?? 1,
    single,
  };
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text === '' || text === '-' ? undefined : Number(text);
}

function readFilter(scanner: Scanner): Step {
  const left = readOperand(scanner);
  scanner.skipSpace();
  const operator = (['==', '!=', '<=', '>=', '<', '>'] as const).find((text) => scanner.takeText(text));
  const right = operator === undefined ? undefined : readOperand(scanner);
  scanner.skipSpace();
  if (!scanner.take(')')) throw new JsonPathError('unterminated filter');
  scanner.skipSpace();
  if (!scanner.take(']')) throw new JsonPathError('unclosed array expect ]');
  return { type: 'filter', left, operator: operator ?? 'exists', ...(right !== undefined && { right }) };
}

function readOperand(scanner: Scanner): Operand {
  scanner.skipSpace();
  const c = scanner.peek();
  if (c === '"' || c === "'") return { type: 'value', value: scanner.quoted() };
  const literal = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?=[\s)=!<>])/.exec(
    scanner.text.slice(scanner.at),
  );
  if (literal !== null) {
    scanner.at += literal[0].length;
    return { type: 'value', value: JSON.parse(literal[0]) as number | boolean | null };
  }
  return { type: 'path', path: readPath(scanner) };
}

class Scanner {
  readonly text: string;
  at: number;
  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }
  peek(): string {
    return this.text[this.at] ?? '';
  }
  take(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }
  takeText(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }
  word(text: string): boolean {
    return !/[\w-]/.test(this.text[this.at + text.length] ?? '') && this.takeText(text);
  }
  atPathEnd(): boolean {
    return /^[\s})\],=!<>]?$/.test(this.peek());
  }
  skipSpace(): void {
    while (/\s/.test(this.peek())) this.at++;
  }
  /** A text in quotes; a backslash keeps the next character, and `\n`, `\t` and the like are what they are in Go. */
  quoted(): string {
    const quote = this.text[this.at++]!;
    let out = '';
    while (this.peek() !== quote) {
      if (this.at >= this.text.length) throw new JsonPathError('unterminated quoted string');
      const c = this.text[this.at++]!;
      if (c !== '\\') {
        out += c;
        continue;
      }
      const next = this.text[this.at++] ?? '';
      out += ({ n: '\n', t: '\t', r: '\r' } as Readonly<Record<string, string>>)[next] ?? next;
    }
    this.at++;
    return out;
  }
}
