import type { CelType } from './types.ts';
import type { Value } from './values.ts';

/** A place in an expression, counted in UTF-16 units from its start. */
export type Offset = number;

interface Node {
  readonly at: Offset;
  /** Set by the checker. */
  type?: CelType;
}

interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}

export interface Ident extends Node {
  readonly kind: 'ident';
  name: string;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(a.b)`. */
  readonly test: boolean;
  /** A dotted name that is one variable or type; set by the checker. */
  whole?: string;
}

export interface Call extends Node {
  readonly kind: 'call';
  name: string;
  target?: Expr | undefined;
  readonly args: readonly Expr[];
  /** The overloads that fit the types of the arguments; set by the checker. */
  overloads?: readonly string[];
}

export interface List extends Node {
  readonly kind: 'list';
  readonly items: readonly Expr[];
  readonly optional: ReadonlySet<number>;
}

export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[];
}

export interface Struct extends Node {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly value: Expr;
    readonly optional: boolean;
    readonly at: Offset;
  }[];
}

/** What the macros over lists and maps become: a fold. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly range: Expr;
  readonly variable: string;
  readonly second?: string;
  readonly accumulator: string;
  readonly initial: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = Literal | Ident | Select | Call | List | MapLiteral | Struct | Comprehension;

/** The hidden variable that a fold collects in. */
export const accumulatorName = '@result';
