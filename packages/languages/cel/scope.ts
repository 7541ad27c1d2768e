import type { SizeOf } from './cost-estimate.ts';
import type { Functions } from './functions.ts';
import type { CelType } from './types.ts';
import type { Value } from './values.ts';

/** A type whose values an expression can write out: `Object{spec: ...}`. */
export interface StructDeclaration {
  readonly type: CelType;
  field(name: string): CelType | undefined;
  make(fields: ReadonlyMap<string, Value>): Value;
}

/** What an expression may name. */
export interface Environment {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly structs?: (name: string) => StructDeclaration | undefined;
  /** How large values can be at most, for the estimate of costs. */
  readonly sizeOf?: SizeOf;
}

/** What the checker looks names up in. */
export interface Scope {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly types: ReadonlyMap<string, readonly [type: CelType, name: string]>;
  readonly functions: Functions;
  readonly structs?: Environment['structs'];
}

/** Values of variables; a function gives a value that is made when it is first needed. */
export type Bindings = Readonly<Record<string, Value | (() => Value) | undefined>>;
