import type { Span } from '../source.ts';

/** The operators with two sides. */
export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '>'
  | '>='
  | '<'
  | '<='
  | 'in'
  | '=='
  | '!='
  | '&'
  | '^'
  | '|'
  | '&&'
  | '||';

/** The operators with one side. */
export type UnaryOperator = '!' | '~' | '+' | '-';

/** What is written, as it is written: nothing is desugared yet. */
export type Ast = { readonly span: Span } & (
  | { readonly kind: 'literal'; readonly value: null | boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string; readonly block: boolean }
  | { readonly kind: 'array'; readonly elements: readonly Ast[] }
  | { readonly kind: 'array-comprehension'; readonly body: Ast; readonly clauses: readonly ForClause[] }
  | ObjectAst
  | (ObjectFields & { readonly kind: 'object-comprehension'; readonly clauses: readonly ForClause[] })
  | { readonly kind: 'parens'; readonly inner: Ast }
  | { readonly kind: 'dollar' | 'self' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'index'; readonly target: Ast; readonly index: Ast | string }
  | {
      readonly kind: 'slice';
      readonly target: Ast;
      readonly begin: Ast | undefined;
      readonly end: Ast | undefined;
      readonly step: Ast | undefined;
    }
  | { readonly kind: 'super-index'; readonly index: Ast | string }
  | { readonly kind: 'in-super'; readonly index: Ast }
  | CallAst
  | { readonly kind: 'extend'; readonly left: Ast; readonly right: Ast }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Ast }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Ast; readonly right: Ast }
  | {
      readonly kind: 'conditional';
      readonly condition: Ast;
      readonly yes: Ast;
      readonly no: Ast | undefined;
    }
  | {
      readonly kind: 'assert';
      readonly condition: Ast;
      readonly message: Ast | undefined;
      readonly rest: Ast;
    }
  | { readonly kind: 'error'; readonly message: Ast }
  | { readonly kind: 'local'; readonly binds: readonly Bind[]; readonly body: Ast }
  | FunctionAst
  | ImportAst
);

/** `import`, `importstr` or `importbin`. */
export interface ImportAst {
  readonly kind: 'import';
  readonly form: 'import' | 'importstr' | 'importbin';
  readonly path: string;
  readonly span: Span;
}

/** `function(...) ...`; also the body of a method or a named local. */
export interface FunctionAst {
  readonly kind: 'function';
  readonly parameters: readonly Parameter[];
  readonly body: Ast;
  readonly span: Span;
}

/** A call with its arguments. */
export interface CallAst {
  readonly kind: 'call';
  readonly target: Ast;
  readonly positional: readonly Ast[];
  readonly named: readonly { readonly name: string; readonly value: Ast }[];
  readonly tailstrict: boolean;
  readonly span: Span;
}

/** `{ ... }`. */
export interface ObjectAst extends ObjectFields {
  readonly kind: 'object';
  readonly span: Span;
}

/** The members of an object by what they are. */
export interface ObjectFields {
  readonly fields: readonly FieldAst[];
  readonly locals: readonly Bind[];
  readonly asserts: readonly ObjectAssert[];
  readonly span: Span;
}

/** A parameter and what it is when it is not given. */
export interface Parameter {
  readonly name: string;
  readonly fallback: Ast | undefined;
}

/** A name and what it stands for. */
export interface Bind {
  readonly name: string;
  readonly body: Ast;
}

/** How a field shows: `:` as it was, `::` not, `:::` in any case. */
export type Visibility = 'inherit' | 'hidden' | 'visible';

/** A field of an object. `name` is a text, or computed in brackets. */
export interface FieldAst {
  readonly name: string | Ast;
  readonly computed: boolean;
  readonly visibility: Visibility;
  readonly plus: boolean;
  readonly body: Ast;
  readonly span: Span;
}

/** `assert` inside of an object. */
export interface ObjectAssert {
  readonly condition: Ast;
  readonly message: Ast | undefined;
  readonly span: Span;
}

/** `for name in list if ... if ...`. */
export interface ForClause {
  readonly name: string;
  readonly list: Ast;
  readonly conditions: readonly Ast[];
}
