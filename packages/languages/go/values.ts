/**
 * The values of Go programs as templates see them, in JavaScript. Go's types matter there: `eq 1 1.0` is an error,
 * `%T` prints them, and every number that was read from YAML is a float64.
 *
 * | Go                                 | here                                     |
 * |------------------------------------|------------------------------------------|
 * | nil, a missing key                 | `null`                                   |
 * | bool                               | `boolean`                                |
 * | string                             | `string`; a byte that is not UTF-8 is a lone surrogate U+DC80..U+DCFF |
 * | float64                            | `number`                                 |
 * | int, int64, uint8 ...              | `GoInt`                                  |
 * | []byte                             | `Uint8Array`                             |
 * | slices                             | `Value[]`                                |
 * | map[string]interface{}             | `Map<string, Value>`; order never shows  |
 * | structs and pointers with methods  | `GoObject`                               |
 */
export type Value =
  | null
  | boolean
  | string
  | number
  | GoInt
  | Uint8Array
  | Value[]
  | Map<string, Value>
  | GoObject;

/** A table of values. */
export type GoMap = Map<string, Value>;

/** The integer kinds; `duration` is Go's time.Duration, an int64 with methods. */
export type IntKind =
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'duration';

/** A whole number with its Go type. `n` is already wrapped to the kind's width. */
export class GoInt {
  readonly kind: IntKind;
  readonly n: bigint;

  constructor(kind: IntKind, n: bigint) {
    this.kind = kind;
    this.n = n;
  }
}

/** A struct, or anything with methods. Templates reach its fields and methods by name. */
export abstract class GoObject {
  /** As `%T` prints it: `chart.Metadata`, `time.Time`. */
  abstract readonly typeName: string;
  /** The member, or undefined: a template that names it then fails with "can't evaluate field". */
  abstract member(name: string): Member | undefined;
  /** As `%v` prints it. */
  abstract print(): string;
  /** For map types that have methods (Helm's `.Files`): what `range`, `index`, `len` and truth look at; nothing: a struct. */
  asMap?(): GoMap;
  /** What an action writes where that is not `print()`: a pointer's `String()` is found there, and nowhere else. */
  asOutput?(): string;
  /** What encoding/json makes of it, as plain values; nothing: `{}`. */
  asJson?(): Value;
}

/** What a name of an object stands for. */
export type Member = { readonly field: Value } | { readonly method: GoFunction };

/** The parameter and result types that a call is checked against, as reflection does it. */
export type GoType =
  | 'any'
  | 'bool'
  | 'string'
  | 'int'
  | 'int64'
  | 'uint8'
  | 'float64'
  /** map[string]interface{} */
  | 'map'
  /** []interface{} */
  | 'list'
  | '[]string'
  | '[]byte'
  | 'map[string]string'
  | 'time'
  | 'duration'
  | 'error';

/**
 * A function with its Go signature. The caller checks and converts the arguments by `params` (the last one repeats when
 * `variadic`), so `call` gets what it asked for. What goes wrong is thrown as a `GoError`.
 */
export interface GoFunction {
  readonly params: readonly GoType[];
  readonly variadic?: boolean;
  readonly result: GoType;
  call(args: readonly Value[]): Value;
}

/** Functions by the names that templates know them by. */
export type GoFunctions = ReadonlyMap<string, GoFunction>;

/** An error that a function returned, or (with `panic`) what it panicked with. */
export class GoError extends Error {
  readonly panic: boolean;

  constructor(message: string, options: { readonly panic?: boolean } = {}) {
    super(message);
    this.name = 'GoError';
    this.panic = options.panic === true;
  }
}
