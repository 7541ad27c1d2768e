import { qualifiedName } from './parser.ts';
import type { Call, Comprehension, Expr, Ident, List, MapLiteral, Select, Struct } from './ast.ts';
import type { Scope } from './scope.ts';
import type { Overload } from './functions.ts';
import type { Issue } from './issues.ts';
import {
  assignable,
  boolType,
  dynType,
  errorType,
  formatType,
  intType,
  isDyn,
  isEqualOrLessSpecific,
  isOptional,
  listType,
  mapType,
  optionalType,
  paramType,
  sameType,
  stringType,
  substitute,
  typeType,
  type CelType,
  type Substitutions,
} from './types.ts';
import { typeNameOf, type Uint } from './values.ts';

/** What checking finds: mistakes, and which variables are used. The types are written into the nodes. */
export interface Checked {
  readonly type: CelType;
  readonly issues: readonly Issue[];
  readonly variables: ReadonlySet<string>;
}

interface State {
  readonly scope: Scope;
  subs: Substitutions;
  locals: readonly (readonly [name: string, type: CelType])[];
  fresh: number;
  readonly issues: Issue[];
  readonly variables: Set<string>;
}

/** Gives every node its type and every call its overloads. */
export function check(expr: Expr, scope: Scope): Checked {
  const state: State = { scope, subs: new Map(), locals: [], fresh: 0, issues: [], variables: new Set() };
  const type = visit(state, expr);
  settle(state.subs, expr);
  return { type: substitute(state.subs, type, true), issues: state.issues, variables: state.variables };
}

/** Type variables that nothing was learnt of are dyn in the end. */
function settle(subs: Substitutions, expr: Expr): void {
  if (expr.type !== undefined) expr.type = substitute(subs, expr.type, true);
  for (const child of childrenOf(expr)) settle(subs, child);
}

export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.items;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'comprehension':
      return [expr.range, expr.initial, expr.condition, expr.step, expr.result];
  }
}

function report(state: State, at: number, message: string): void {
  state.issues.push({ at, message });
}

function visit(state: State, expr: Expr): CelType {
  const type = typeOf(state, expr);
  expr.type = type;
  return type;
}

function typeOf(state: State, expr: Expr): CelType {
  switch (expr.kind) {
    case 'literal':
      return literalType(expr.value);
    case 'ident':
      return identType(state, expr);
    case 'select':
      return selectType(state, expr);
    case 'call':
      return callType(state, expr);
    case 'list':
      return listLiteralType(state, expr);
    case 'map':
      return mapLiteralType(state, expr);
    case 'struct':
      return structLiteralType(state, expr);
    case 'comprehension':
      return comprehensionType(state, expr);
  }
}

function literalType(value: unknown): CelType {
  const simple = { null_type: 'null', bool: 'bool', int: 'int', uint: 'uint', double: 'double' } as const;
  if (typeof value === 'string') return stringType;
  if (value instanceof Uint8Array) return { kind: 'bytes', name: 'bytes', params: [] };
  const name = typeNameOf(value as Uint | null | boolean | bigint | number) as keyof typeof simple;
  return { kind: simple[name], name: simple[name], params: [] };
}

function lookup(state: State, name: string): CelType | undefined {
  const plain = name.startsWith('.') ? name.slice(1) : name;
  if (plain === name) {
    for (let i = state.locals.length - 1; i >= 0; i--) {
      const [local, type] = state.locals[i]!;
      if (local === name) return type;
    }
  }
  const declared = state.scope.variables.get(plain);
  if (declared !== undefined) {
    state.variables.add(plain);
    return declared;
  }
  const type = state.scope.types.get(plain)?.[0];
  return type === undefined ? undefined : typeType(type);
}

function identType(state: State, expr: Ident): CelType {
  const found = lookup(state, expr.name);
  if (found !== undefined) return found;
  undeclared(state, expr.at, expr.name);
  return errorType;
}

function undeclared(state: State, at: number, name: string): void {
  report(state, at, `undeclared reference to '${name}' (in container '')`);
}

function selectType(state: State, expr: Select): CelType {
  const whole = expr.test ? undefined : qualifiedName(expr);
  if (whole !== undefined && (state.scope.variables.has(whole) || state.scope.types.has(whole))) {
    expr.whole = whole;
    return lookup(state, whole)!;
  }
  const type = fieldType(state, expr, expr.operand, expr.field, false);
  return expr.test ? boolType : substitute(state.subs, type, false);
}

function fieldType(
  state: State,
  at: { readonly at: number },
  operand: Expr,
  field: string,
  optional: boolean,
): CelType {
  const given = substitute(state.subs, visit(state, operand), false);
  const target = isOptional(given) ? given.params[0]! : given;
  let result: CelType = dynType;
  switch (target.kind) {
    case 'map':
      result = target.params[1]!;
      break;
    case 'struct': {
      const found = target.fields?.get(field);
      if (found === undefined) report(state, at.at, `undefined field '${field}'`);
      result = found ?? errorType;
      break;
    }
    case 'param':
      unify(state, [dynType], [target]);
      break;
    case 'dyn':
    case 'error':
      break;
    default:
      report(state, at.at, `type '${formatType(target)}' does not support field selection`);
  }
  return isOptional(given) || optional ? optionalType(result) : result;
}

function unify(state: State, from: readonly CelType[], to: readonly CelType[]): boolean {
  const next = assignable(state.subs, from, to);
  if (next === undefined) return false;
  state.subs = next;
  return true;
}

function callType(state: State, expr: Call): CelType {
  if (expr.name === '_?._') {
    const [operand, field] = expr.args;
    const name = field?.kind === 'literal' && typeof field.value === 'string' ? field.value : '';
    expr.overloads = ['select_optional_field'];
    return substitute(state.subs, fieldType(state, expr, operand!, name, true), false);
  }
  const args = expr.args.map((arg) => visit(state, arg));
  const { target } = expr;
  if (target === undefined) return resolve(state, expr, plainName(expr.name), undefined, args);
  const prefix = qualifiedName(target);
  const whole = prefix === undefined ? undefined : plainName(`${prefix}.${expr.name}`);
  if (whole !== undefined && state.scope.functions.has(whole)) {
    expr.name = whole;
    expr.target = undefined;
    return resolve(state, expr, whole, undefined, args);
  }
  return resolve(state, expr, expr.name, visit(state, target), args);
}

const plainName = (name: string): string => (name.startsWith('.') ? name.slice(1) : name);

function resolve(
  state: State,
  expr: Call,
  name: string,
  target: CelType | undefined,
  args: readonly CelType[],
): CelType {
  const declared = state.scope.functions.get(name);
  if (declared === undefined) {
    undeclared(state, expr.at, expr.name);
    return errorType;
  }
  expr.name = name;
  if (name === '_&&_' || name === '_||_') return logicalType(state, expr, args);
  const given = target === undefined ? args : [target, ...args];
  const ids: string[] = [];
  let result: CelType | undefined;
  for (const overload of declared) {
    if (overload.member !== (target !== undefined)) continue;
    const fresh = instantiate(state, overload);
    if (!unify(state, given, fresh.args)) continue;
    ids.push(overload.id);
    const type = substitute(state.subs, fresh.result, false);
    if (result === undefined) result = type;
    else if (!isDyn(result) && !sameType(type, result)) result = dynType;
  }
  expr.overloads = ids;
  if (result !== undefined) return result;
  const shown = given.map((type) => formatType(substitute(state.subs, type, true)));
  const signature =
    target === undefined ? `(${shown.join(', ')})` : `${shown[0]}.(${shown.slice(1).join(', ')})`;
  report(state, expr.at, `found no matching overload for '${name}' applied to '${signature}'`);
  return errorType;
}

function logicalType(state: State, expr: Call, args: readonly CelType[]): CelType {
  expr.overloads = [expr.name === '_&&_' ? 'logical_and' : 'logical_or'];
  let type: CelType = boolType;
  for (const [i, arg] of args.entries()) {
    if (unify(state, [arg], [boolType])) continue;
    mismatch(state, expr.args[i]!, boolType, arg);
    type = errorType;
  }
  return type;
}

function mismatch(state: State, at: Expr, wanted: CelType, given: CelType): void {
  report(state, at.at, `expected type '${formatType(wanted)}' but found '${formatType(given)}'`);
}

function instantiate(
  state: State,
  overload: Overload,
): { readonly args: readonly CelType[]; readonly result: CelType } {
  const names = new Map<string, CelType>();
  const rename = (type: CelType): CelType => {
    if (type.kind === 'param') {
      const known = names.get(type.name);
      if (known !== undefined) return known;
      const fresh = paramType(`_var${state.fresh++}`);
      names.set(type.name, fresh);
      return fresh;
    }
    return type.params.length === 0 ? type : { ...type, params: type.params.map(rename) };
  };
  return { args: overload.args.map(rename), result: rename(overload.result) };
}

function listLiteralType(state: State, expr: List): CelType {
  let items: CelType | undefined;
  for (const [i, item] of expr.items.entries()) {
    let type = visit(state, item);
    if (expr.optional.has(i)) type = unwrapped(state, item, type);
    items = joined(state, items, type);
  }
  return listType(items ?? paramType(`_var${state.fresh++}`));
}

function unwrapped(state: State, at: Expr, type: CelType): CelType {
  if (isOptional(type)) return type.params[0]!;
  if (!isDyn(type)) mismatch(state, at, optionalType(type), type);
  return type;
}

/** The type of members is that of the most general one, or dyn for a mixture (which is refused later on). */
function joined(state: State, before: CelType | undefined, type: CelType): CelType {
  if (before === undefined) return type;
  if (unify(state, [before], [type])) return isEqualOrLessSpecific(before, type) ? before : type;
  return dynType;
}

function mapLiteralType(state: State, expr: MapLiteral): CelType {
  let keys: CelType | undefined;
  let values: CelType | undefined;
  for (const { key, value, optional } of expr.entries) {
    keys = joined(state, keys, visit(state, key));
    let type = visit(state, value);
    if (optional) type = unwrapped(state, value, type);
    values = joined(state, values, type);
  }
  return mapType(keys ?? paramType(`_var${state.fresh++}`), values ?? paramType(`_var${state.fresh++}`));
}

function structLiteralType(state: State, expr: Struct): CelType {
  const struct = state.scope.structs?.(plainName(expr.name));
  if (struct === undefined) {
    for (const { value } of expr.fields) visit(state, value);
    undeclared(state, expr.at, expr.name);
    return errorType;
  }
  for (const field of expr.fields) {
    let type = visit(state, field.value);
    if (field.optional) type = unwrapped(state, field.value, type);
    const wanted = struct.field(field.name);
    if (wanted === undefined) report(state, field.at, `undefined field '${field.name}'`);
    else if (!unify(state, [type], [wanted])) {
      const text = `expected type of field '${field.name}' is '${formatType(wanted)}' but provided type is '${formatType(type)}'`;
      report(state, field.at, text);
    }
  }
  return struct.type;
}

function comprehensionType(state: State, expr: Comprehension): CelType {
  const range = substitute(state.subs, visit(state, expr.range), false);
  const initial = visit(state, expr.initial);
  const outer = state.locals;
  const [first, second] = elementTypes(state, expr, range);
  state.locals = [...outer, [expr.accumulator, initial]];
  const inner = state.locals;
  state.locals = [
    ...inner,
    [expr.variable, first],
    ...(expr.second === undefined ? [] : [[expr.second, second] as const]),
  ];
  expectType(state, expr.condition, boolType);
  expectType(state, expr.step, initial);
  state.locals = inner;
  const result = visit(state, expr.result);
  state.locals = outer;
  return substitute(state.subs, result, false);
}

function expectType(state: State, expr: Expr, wanted: CelType): void {
  const type = visit(state, expr);
  if (!unify(state, [wanted], [type])) mismatch(state, expr, wanted, type);
}

function elementTypes(state: State, expr: Comprehension, range: CelType): readonly [CelType, CelType] {
  const two = expr.second !== undefined;
  switch (range.kind) {
    case 'list':
      return two ? [intType, range.params[0]!] : [range.params[0]!, errorType];
    case 'map':
      return [range.params[0]!, range.params[1]!];
    case 'dyn':
    case 'error':
    case 'param':
      unify(state, [dynType], [range]);
      return [dynType, dynType];
    default: {
      const text = `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
      report(state, expr.range.at, text);
      return [errorType, errorType];
    }
  }
}
