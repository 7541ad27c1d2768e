import type { Call, Expr, Ident, Offset } from './ast.ts';
import { SyntaxIssue, type Issue } from './issues.ts';
import { tokenize, type Token } from './lexer.ts';
import { expandMacro } from './macros.ts';

/** Nested deeper than this, an expression is refused; cel-go allows as much. */
const depthMax = 250;

const reserved = new Set([
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

const closing = new Set([')', ']', '}']);

const expected =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** Reads an expression, or says what keeps it from being one. */
export function parse(source: string): { readonly expr?: Expr; readonly issues: readonly Issue[] } {
  let issues: readonly Issue[] = [];
  try {
    const split = tokenize(source);
    issues = split.issues;
    return { expr: new Parser(split.tokens).whole(), issues };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxIssue)) throw thrown;
    return { issues: [...issues, { at: thrown.at, message: thrown.message }] };
  }
}

/** Functions that infix operators stand for, by how tightly they bind. */
const relations: Readonly<Record<string, string>> = {
  '<': '_<_',
  '<=': '_<=_',
  '>': '_>_',
  '>=': '_>=_',
  '==': '_==_',
  '!=': '_!=_',
  in: '@in',
};
const additions: Readonly<Record<string, string>> = { '+': '_+_', '-': '_-_' };
const multiplications: Readonly<Record<string, string>> = { '*': '_*_', '/': '_/_', '%': '_%_' };

class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Expr {
    const found = this.expression();
    const left = this.peek();
    if (left.kind === 'end') return found;
    throw new SyntaxIssue(left.at, `Syntax error: extraneous input '${left.text}' expecting <EOF>`);
  }

  private peek(): Token {
    return this.tokens[this.next]!;
  }

  private is(text: string): boolean {
    const token = this.peek();
    return token.kind === 'operator' && token.text === text;
  }

  private take(text: string): Token | undefined {
    if (!this.is(text)) return undefined;
    return this.tokens[this.next++];
  }

  private expect(text: string, among: string = `'${text}'`): Token {
    const token = this.take(text);
    if (token !== undefined) return token;
    const [found, following] = [this.peek(), this.tokens[this.next + 1]];
    // cel-go's parser mends one token: it drops this one or makes up the other.
    if (following?.text === text && found.kind !== 'end')
      throw new SyntaxIssue(found.at, `Syntax error: extraneous input '${found.text}' expecting ${among}`);
    if (closing.has(text) && (found.kind === 'end' || found.kind === 'operator'))
      throw new SyntaxIssue(found.at, `Syntax error: missing '${text}' at '${found.text}'`);
    throw this.unexpected(among);
  }

  private unexpected(among: string): SyntaxIssue {
    const { at, text } = this.peek();
    return new SyntaxIssue(at, `Syntax error: mismatched input '${text}' expecting ${among}`);
  }

  private expression(): Expr {
    if (++this.depth > depthMax)
      throw new SyntaxIssue(this.peek().at, `expression recursion limit exceeded: ${depthMax}`);
    const condition = this.or();
    const question = this.take('?');
    let found = condition;
    if (question !== undefined) {
      const yes = this.or();
      this.expect(':');
      found = call('_?_:_', question.at, [condition, yes, this.expression()]);
    }
    this.depth--;
    return found;
  }

  private or(): Expr {
    let left = this.and();
    for (let token = this.take('||'); token !== undefined; token = this.take('||'))
      left = call('_||_', token.at, [left, this.and()]);
    return left;
  }

  private and(): Expr {
    let left = this.infix(0);
    for (let token = this.take('&&'); token !== undefined; token = this.take('&&'))
      left = call('_&&_', token.at, [left, this.infix(0)]);
    return left;
  }

  private infix(level: number): Expr {
    const table = [relations, additions, multiplications][level];
    if (table === undefined) return this.unary();
    let left = this.infix(level + 1);
    for (;;) {
      const token = this.peek();
      const name =
        token.kind === 'operator' && Object.hasOwn(table, token.text) ? table[token.text] : undefined;
      if (name === undefined) return left;
      this.next++;
      left = call(name, token.at, [left, this.infix(level + 1)]);
    }
  }

  private unary(): Expr {
    const token = this.peek();
    if (this.take('!') !== undefined) {
      let count = 1;
      while (this.take('!') !== undefined) count++;
      const operand = this.member();
      return count % 2 === 0 ? operand : call('!_', token.at, [operand]);
    }
    if (this.take('-') === undefined) return this.member();
    let count = 1;
    while (this.take('-') !== undefined) count++;
    const first = this.peek();
    if (count === 1 && first.kind === 'literal' && negatable(first)) return this.member(token);
    const operand = this.member();
    return count % 2 === 0 ? operand : call('-_', token.at, [operand]);
  }

  private member(minus?: Token): Expr {
    let found = this.primary(minus);
    for (;;) {
      const token = this.peek();
      if (this.take('.') !== undefined) found = this.selection(found, token);
      else if (this.take('[') !== undefined) found = this.index(found, token);
      else return found;
    }
  }

  private selection(operand: Expr, dot: Token): Expr {
    const optional = this.take('?') !== undefined;
    const name = this.name();
    const open = optional ? undefined : this.take('(');
    if (open === undefined) {
      if (!optional) return { kind: 'select', operand, field: name.text, test: false, at: dot.at };
      return call('_?._', dot.at, [operand, { kind: 'literal', value: name.text, at: name.at }]);
    }
    const made = call(name.text, open.at, this.list(')'), operand);
    return expandMacro(made) ?? made;
  }

  private name(): Token {
    const token = this.peek();
    if (token.kind === 'operator')
      throw new SyntaxIssue(token.at, `Syntax error: no viable alternative at input '.${token.text}'`);
    if (token.kind !== 'ident') throw this.unexpected('IDENTIFIER');
    this.next++;
    return token;
  }

  private index(operand: Expr, open: Token): Expr {
    const optional = this.take('?') !== undefined;
    const key = this.expression();
    this.expect(']');
    return call(optional ? '_[?_]' : '_[_]', open.at, [operand, key]);
  }

  /** Arguments up to the closing token. */
  private list(close: string): readonly Expr[] {
    const items: Expr[] = [];
    if (this.take(close) !== undefined) return items;
    do items.push(this.expression());
    while (this.take(',') !== undefined);
    this.expect(close, `{'${close}', ','}`);
    return items;
  }

  private primary(minus?: Token): Expr {
    const token = this.peek();
    if (token.kind === 'literal') {
      this.next++;
      return literal(token, minus);
    }
    if (this.take('(') !== undefined) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (this.take('[') !== undefined) return this.listLiteral(token.at);
    if (this.take('{') !== undefined) return this.mapLiteral(token.at);
    const dot = this.take('.');
    if (this.peek().kind !== 'ident')
      throw dot === undefined ? this.noStart() : this.unexpected('IDENTIFIER');
    return this.named(dot !== undefined);
  }

  /** Nothing begins here; one token too many is told as such. */
  private noStart(): SyntaxIssue {
    const [found, following] = [this.peek(), this.tokens[this.next + 1]];
    const starts =
      following !== undefined &&
      (following.kind === 'ident' ||
        following.kind === 'literal' ||
        (following.kind === 'operator' && /^[[({.!-]$/.test(following.text)));
    if (found.kind === 'end' || !starts) return this.unexpected(expected);
    return new SyntaxIssue(found.at, `Syntax error: extraneous input '${found.text}' expecting ${expected}`);
  }

  private named(rooted: boolean): Expr {
    const token = this.name();
    const struct = this.structAhead(token, rooted);
    if (struct !== undefined) return struct;
    const name = rooted ? `.${token.text}` : token.text;
    const open = this.take('(');
    if (open !== undefined) {
      const made = call(name, open.at, this.list(')'));
      return expandMacro(made) ?? made;
    }
    if (reserved.has(token.text)) throw new SyntaxIssue(token.at, `reserved identifier: ${token.text}`);
    return { kind: 'ident', name, at: token.at };
  }

  /** `a.b.C{field: value}`: names up to a brace. */
  private structAhead(first: Token, rooted: boolean): Expr | undefined {
    let ahead = this.next;
    let name = rooted ? `.${first.text}` : first.text;
    while (this.tokens[ahead]?.text === '.' && this.tokens[ahead + 1]?.kind === 'ident') {
      name += `.${this.tokens[ahead + 1]!.text}`;
      ahead += 2;
    }
    const brace = this.tokens[ahead];
    if (brace?.kind !== 'operator' || brace.text !== '{') return undefined;
    this.next = ahead + 1;
    const fields: { name: string; value: Expr; optional: boolean; at: Offset }[] = [];
    while (!this.is('}')) {
      const optional = this.take('?') !== undefined;
      if (this.peek().kind !== 'ident') throw this.unexpected("{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}");
      const field = this.name();
      const colon = this.expect(':');
      fields.push({ name: field.text, value: this.expression(), optional, at: colon.at });
      if (this.take(',') === undefined) break;
    }
    this.expect('}', "{'}', ','}");
    return { kind: 'struct', name, fields, at: brace.at };
  }

  private listLiteral(at: Offset): Expr {
    const items: Expr[] = [];
    const optional = new Set<number>();
    while (!this.is(']')) {
      if (this.take('?') !== undefined) optional.add(items.length);
      items.push(this.expression());
      if (this.take(',') === undefined) break;
    }
    this.expect(']', "{']', ','}");
    return { kind: 'list', items, optional, at };
  }

  private mapLiteral(at: Offset): Expr {
    const entries: { key: Expr; value: Expr; optional: boolean }[] = [];
    while (!this.is('}')) {
      const optional = this.take('?') !== undefined;
      const key = this.expression();
      this.expect(':');
      entries.push({ key, value: this.expression(), optional });
      if (this.take(',') === undefined) break;
    }
    this.expect('}', "{'}', ','}");
    return { kind: 'map', entries, at };
  }
}

function negatable(token: Token): boolean {
  return typeof token.value === 'bigint' || typeof token.value === 'number';
}

function literal(token: Token, minus: Token | undefined): Expr {
  const { value = null } = token;
  if (minus === undefined) {
    if (value === 2n ** 63n) throw new SyntaxIssue(token.at, 'invalid int literal');
    return { kind: 'literal', value, at: token.at };
  }
  return { kind: 'literal', value: typeof value === 'bigint' ? -value : -(value as number), at: minus.at };
}

function call(name: string, at: Offset, args: readonly Expr[], target?: Expr): Call {
  return { kind: 'call', name, args, at, ...(target !== undefined && { target }) };
}

/** `a.b.c` as one name. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return (expr as Ident).name;
  if (expr.kind !== 'select' || expr.test) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
