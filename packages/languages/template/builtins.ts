import {
  fromByteString,
  GoError,
  GoInt,
  GoObject,
  sprint,
  sprintf,
  sprintln,
  toByteString,
  typeName,
} from '../go/index.ts';
import { compareValues, equalValues } from './compare.ts';
import { zeroElement } from './fields.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';
import { reprint } from './reprint.ts';
import { isTrue } from './truth.ts';
import type { Operand } from './nodes.ts';
import type { GoMap, Value } from '../go/index.ts';
import type { Given } from './given.ts';
import type { Parameter } from './signature.ts';

/** A function of the language itself. Many take `reflect`: whatever there is, no value included. */
export interface Builtin {
  readonly params: readonly Parameter[];
  readonly variadic?: boolean;
  readonly call: (args: readonly Given[]) => Given;
}

export function isBuiltin(name: string): boolean {
  return builtins.has(name);
}

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  // Both stop early, which only the compiler can do; what stands here is their signature.
  ['and', { params: ['reflect', 'reflect'], variadic: true, call: (args) => args.at(-1) }],
  ['or', { params: ['reflect', 'reflect'], variadic: true, call: (args) => args.at(-1) }],
  ['not', { params: ['reflect'], call: ([value]) => !isTrue(value) }],
  ['len', { params: ['reflect'], call: ([value]) => length(value) }],
  ['index', { params: ['reflect', 'reflect'], variadic: true, call: index }],
  ['slice', { params: ['reflect', 'reflect'], variadic: true, call: slice }],
  ['call', { params: ['reflect', 'reflect'], variadic: true, call: ([callee]) => notCallable('', callee) }],
  ['html', { params: ['any'], variadic: true, call: (args) => escapeHtml(textOf(args)) }],
  ['js', { params: ['any'], variadic: true, call: (args) => escapeJs(textOf(args)) }],
  ['urlquery', { params: ['any'], variadic: true, call: (args) => escapeQuery(textOf(args)) }],
  ['print', { params: ['any'], variadic: true, call: (args) => sprint(asValues(args)) }],
  [
    'printf',
    {
      params: ['string', 'any'],
      variadic: true,
      call: ([format, ...args]) => sprintf(typeof format === 'string' ? format : '', asValues(args)),
    },
  ],
  ['println', { params: ['any'], variadic: true, call: (args) => sprintln(asValues(args)) }],
  ['eq', { params: ['reflect', 'reflect'], variadic: true, call: ([a, ...others]) => equalsAny(a, others) }],
  ['ne', { params: ['reflect', 'reflect'], call: ([a, b]) => !equalValues(a, b) }],
  ['lt', { params: ['reflect', 'reflect'], call: ([a, b]) => compareValues(a, b) }],
  ['le', { params: ['reflect', 'reflect'], call: ([a, b]) => compareValues(a, b) || equalValues(a, b) }],
  ['gt', { params: ['reflect', 'reflect'], call: ([a, b]) => !(compareValues(a, b) || equalValues(a, b)) }],
  ['ge', { params: ['reflect', 'reflect'], call: ([a, b]) => !compareValues(a, b) }],
]);

function asValues(args: readonly Given[]): Value[] {
  return args.map((arg) => arg ?? null);
}

/** What html, js and urlquery work on: the arguments as an action would print them. */
function textOf(args: readonly Given[]): string {
  return sprint(args.map((arg) => arg ?? '<no value>'));
}

function equalsAny(first: Given, others: readonly Given[]): boolean {
  if (others.length === 0) throw new GoError('missing argument for comparison');
  return others.some((other) => equalValues(first, other));
}

/** The builtin of a name for a call; `call` has to know how its callee was written. */
export function builtinFor(name: string, args: readonly Operand[]): Builtin['call'] | undefined {
  if (name !== 'call') return builtins.get(name)?.call;
  const [first] = args;
  return ([callee]) => notCallable(first === undefined ? wordsOf(callee) : reprint(first), callee);
}

function wordsOf(value: Given): string {
  return typeof value === 'string' ? value : `<${typeName(value ?? null)} Value>`;
}

/** Functions are not values here, so that nothing can be called. */
function notCallable(words: string, callee: Given): never {
  if (callee === undefined || callee === null) throw new GoError('call of nil');
  throw new GoError(`non-function ${words} of type ${typeName(callee)}`);
}

function length(value: Given): GoInt {
  // Go's reflection panics where there is no value at all.
  if (value === undefined)
    throw new GoError('reflect: call of reflect.Value.Type on zero Value', { panic: true });
  if (value === null) throw new GoError('len of nil pointer');
  if (typeof value === 'string') return int(toByteString(value).length);
  if (Array.isArray(value) || value instanceof Uint8Array) return int(value.length);
  const table = tableOf(value);
  if (table === undefined) throw new GoError(`len of type ${typeName(value)}`);
  return int(table.size);
}

function int(n: number): GoInt {
  return new GoInt('int', BigInt(n));
}

function tableOf(value: Value): GoMap | undefined {
  if (value instanceof Map) return value;
  return value instanceof GoObject ? value.asMap?.() : undefined;
}

function index([first, ...indexes]: readonly Given[]): Given {
  if (first === undefined || first === null) throw new GoError('index of untyped nil');
  let item: Given = first;
  for (const at of indexes) {
    if (item === null || item === undefined) throw new GoError('index of nil pointer');
    item = indexOnce(item, at);
  }
  return item;
}

function indexOnce(item: Value, at: Given): Given {
  if (typeof item === 'string') {
    const bytes = toByteString(item);
    return new GoInt('uint8', BigInt(bytes.charCodeAt(placeIn(at, bytes.length, 'string'))));
  }
  if (Array.isArray(item)) return item[placeIn(at, item.length, 'slice')] ?? null;
  if (item instanceof Uint8Array)
    return new GoInt('uint8', BigInt(item[placeIn(at, item.length, 'slice')] ?? 0));
  const table = item === null ? undefined : tableOf(item);
  if (table === undefined) throw new GoError(`can't index item of type ${typeName(item)}`);
  if (at === undefined || at === null) throw new GoError('value is nil; should be of type string');
  if (typeof at !== 'string') throw new GoError(`value has type ${typeName(at)}; should be string`);
  return table.get(at) ?? zeroElement(table);
}

/** An index into something of that length. Go's check lets the length itself pass, and reflection then panics. */
function placeIn(at: Given, size: number, kind: 'string' | 'slice'): number {
  const place = indexArgument(at, size);
  if (place === size) throw new GoError(`reflect: ${kind} index out of range`, { panic: true });
  return place;
}

function indexArgument(at: Given, capacity: number): number {
  if (at === undefined || at === null) throw new GoError('cannot index slice/array with nil');
  if (!(at instanceof GoInt)) throw new GoError(`cannot index slice/array with type ${typeName(at)}`);
  if (at.n < 0n || at.n > BigInt(capacity)) throw new GoError(`index out of range: ${at.n}`);
  return Number(at.n);
}

function slice([item, ...indexes]: readonly Given[]): Given {
  if (item === undefined || item === null) throw new GoError('slice of untyped nil');
  if (indexes.length > 3) throw new GoError(`too many slice indexes: ${indexes.length}`);
  if (typeof item === 'string') {
    if (indexes.length === 3) throw new GoError('cannot 3-index slice a string');
    const bytes = toByteString(item);
    const [from, to] = sliceBounds(indexes, bytes.length);
    return fromByteString(bytes.slice(from, to));
  }
  if (!Array.isArray(item) && !(item instanceof Uint8Array))
    throw new GoError(`can't slice item of type ${typeName(item)}`);
  const [from, to] = sliceBounds(indexes, item.length);
  return item.slice(from, to);
}

function sliceBounds(indexes: readonly Given[], size: number): readonly [number, number] {
  const places = indexes.map((at) => indexArgument(at, size));
  const [from = 0, to = size, capacity = size] = places;
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`);
  if (places.length === 3 && to > capacity) throw new GoError(`invalid slice index: ${to} > ${capacity}`);
  return [from, to];
}
