import { GoError, GoInt } from '../go/index.ts';
import type { GoFunction, GoMap, GoType, Value } from '../go/index.ts';

/** What a parameter of a Go type is in JavaScript. A nil map or slice is `null`. */
interface ParameterTypes {
  readonly any: Value;
  readonly bool: boolean;
  readonly string: string;
  readonly int: GoInt;
  readonly int64: GoInt;
  readonly uint8: GoInt;
  readonly float64: number;
  readonly map: GoMap | null;
  readonly list: Value[] | null;
  readonly '[]string': Value[] | null;
  readonly '[]byte': Uint8Array;
  readonly 'map[string]string': GoMap | null;
  readonly time: Value;
  readonly duration: GoInt;
  readonly error: Value;
}
type Parameters<P extends readonly GoType[]> = { -readonly [K in keyof P]: ParameterTypes[P[K]] };

/** A function with a fixed number of parameters. */
export function fn<const P extends readonly GoType[]>(
  params: P,
  result: GoType,
  call: (...args: Parameters<P>) => Value,
): GoFunction {
  return { params, result, call: (args) => call(...(args as Parameters<P>)) };
}

/** A function whose last parameter repeats. */
export function variadic<const P extends readonly GoType[], R extends GoType>(
  params: P,
  rest: R,
  result: GoType,
  call: (rest: readonly ParameterTypes[R][], ...args: Parameters<P>) => Value,
): GoFunction {
  const fixed = params.length;
  return {
    params: [...params, rest],
    variadic: true,
    result,
    call: (args) =>
      call(
        (fixed === 0 ? args : args.slice(fixed)) as readonly ParameterTypes[R][],
        ...(args.slice(0, fixed) as Parameters<P>),
      ),
  };
}

export const int = (n: number | bigint): GoInt => new GoInt('int', BigInt(n));
export const int64 = (n: bigint): GoInt => new GoInt('int64', BigInt.asIntN(64, n));

/** What Go's runtime or a function panics with. */
export function panic(message: string): never {
  throw new GoError(message, { panic: true });
}

export function nilDereference(): never {
  return panic('runtime error: invalid memory address or nil pointer dereference');
}

/** The longest text that a function makes; Go would run out of memory somewhere above. */
export const textLengthMax = 1 << 28;

/** The most elements that a function makes. */
export const listLengthMax = 10_000_000;

/** An error of a port, as Go's. */
export function messageOfThrown(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
