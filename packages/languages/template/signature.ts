import { GoInt, GoObject, listType, mapType, typeName } from '../go/index.ts';
import { fail } from './run.ts';
import type { GoType, Value } from '../go/index.ts';
import type { Frame } from './model.ts';
import type { Given } from './given.ts';

/** `reflect`: a builtin that takes whatever there is, no value included. */
export type Parameter = GoType | 'reflect';

/** What a function that is called has for a signature. */
export interface Signature {
  readonly params: readonly Parameter[];
  readonly variadic?: boolean;
}

const typeWords: Readonly<Record<Parameter, string>> = {
  any: 'interface {}',
  bool: 'bool',
  string: 'string',
  int: 'int',
  int64: 'int64',
  uint8: 'uint8',
  float64: 'float64',
  map: 'map[string]interface {}',
  list: '[]interface {}',
  '[]string': '[]string',
  '[]byte': '[]uint8',
  'map[string]string': 'map[string]string',
  time: 'time.Time',
  duration: 'time.Duration',
  error: 'error',
  reflect: 'reflect.Value',
};

/** A parameter's type as reflection prints it. */
export function typeWord(type: Parameter): string {
  return typeWords[type];
}

const nilTypes: ReadonlySet<Parameter> = new Set<Parameter>([
  'any',
  'map',
  'list',
  '[]string',
  '[]byte',
  'map[string]string',
  'error',
  'reflect',
]);

/** Whether nil is a value of the type. */
export function canBeNil(type: Parameter): boolean {
  return nilTypes.has(type);
}

/** Whether a value that is there may be passed as it is. Types with names of their own are assignable to what they are made of. */
function isAssignable(value: Value, type: Parameter): boolean {
  switch (type) {
    case 'any':
    case 'reflect':
      return true;
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'float64':
      return typeof value === 'number';
    case 'int':
    case 'int64':
    case 'uint8':
    case 'duration':
      return value instanceof GoInt && value.kind === type;
    case 'map':
      return value instanceof Map && isPlainOrNamed(mapType(value), 'map[string]interface {}');
    case 'map[string]string':
      return value instanceof Map && mapType(value) === type;
    case 'list':
      return Array.isArray(value) && listType(value) === '[]interface {}';
    case '[]string':
      return Array.isArray(value) && isPlainOrNamed(listType(value), '[]string');
    case '[]byte':
      return value instanceof Uint8Array;
    case 'time':
      return value instanceof GoObject && value.typeName === 'time.Time';
    case 'error':
      return value instanceof GoObject && value.typeName.startsWith('*errors.');
  }
}

function isPlainOrNamed(type: string, plain: string): boolean {
  return type === plain || /^[a-z]+\./.test(type);
}

/** An argument as its parameter takes it, or the error of reflection. No value becomes nil where the type has one. */
export function passAs(frame: Frame, value: Given, type: Parameter): Given {
  if (type === 'any') return value === undefined ? null : value;
  if (type === 'reflect') return value;
  if (value === undefined) {
    if (canBeNil(type)) return null;
    return fail(frame, `invalid value; expected ${typeWords[type]}`);
  }
  if (value !== null && isAssignable(value, type)) return value;
  const got = value === null ? 'interface {}' : typeName(value);
  return fail(frame, `wrong type for value; expected ${typeWords[type]}; got ${got}`);
}

/** The type of the parameter at a place; the last one repeats where there are many. */
export function parameterAt(signature: Signature, index: number): Parameter {
  return signature.params[Math.min(index, signature.params.length - 1)] ?? 'any';
}

/** What Go says of a call with so many arguments (`piped`: one of them came through the pipe); undefined: it is right. */
export function arityProblem(
  name: string,
  signature: Signature,
  written: number,
  piped: boolean,
): string | undefined {
  const given = written + (piped ? 1 : 0);
  const wanted = signature.params.length;
  if (signature.variadic === true) {
    if (given >= wanted - 1) return undefined;
    return `wrong number of args for ${name}: want at least ${wanted - 1} got ${written}`;
  }
  if (given === wanted) return undefined;
  return `wrong number of args for ${name}: want ${wanted} got ${given}`;
}
