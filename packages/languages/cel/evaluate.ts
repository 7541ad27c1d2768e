import type { Call, Comprehension, Expr, List, MapLiteral, Select, Struct } from './ast.ts';
import { callCost, listCost, mapCost, structCost } from './cost-runtime.ts';
import type { Bindings, Scope } from './scope.ts';
import { equal } from './equality.ts';
import { fits, type Overload } from './functions.ts';
import { itemAt, valueAt } from './library/operators.ts';
import {
  ArrayList,
  CelError,
  CelList,
  CelMap,
  CelObject,
  EntryMap,
  Optional,
  TypeValue,
  noOverload,
  none,
  typeNameOf,
  type Value,
} from './values.ts';

/** One run of an expression. */
export interface Frame {
  readonly bindings: Bindings;
  /** Variables that were made on demand. */
  readonly known: Map<string, Value>;
  /** The variables of folds, by their depth. */
  readonly slots: Value[];
  cost: number;
  readonly limit: number;
}

export type Code = (frame: Frame) => Value;

/** A run that costs more than it may; nothing in the expression catches it. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
    this.name = 'CostExceeded';
  }
}

interface Compiler {
  readonly scope: Scope;
  readonly locals: readonly string[];
}

/** Turns a checked expression into closures that count what they cost. */
export function compileExpr(expr: Expr, scope: Scope): Code {
  return compile({ scope, locals: [] }, expr);
}

function charge(frame: Frame, cost: number): void {
  frame.cost += cost;
  if (frame.cost > frame.limit) throw new CostExceeded();
}

function compile(c: Compiler, expr: Expr): Code {
  switch (expr.kind) {
    case 'literal': {
      const { value } = expr;
      return () => value;
    }
    case 'ident':
      return compileIdent(c, expr.name);
    case 'select':
      return expr.whole === undefined ? compileSelect(c, expr) : compileIdent(c, expr.whole);
    case 'call':
      return compileCall(c, expr);
    case 'list':
      return compileList(c, expr);
    case 'map':
      return compileMap(c, expr);
    case 'struct':
      return compileStruct(c, expr);
    case 'comprehension':
      return compileComprehension(c, expr);
  }
}

function compileIdent(c: Compiler, name: string): Code {
  const slot = c.locals.lastIndexOf(name);
  if (slot >= 0) {
    return (frame) => {
      charge(frame, 1);
      return settled(frame.slots[slot]!);
    };
  }
  const plain = name.startsWith('.') ? name.slice(1) : name;
  if (!c.scope.variables.has(plain)) {
    const type = new TypeValue(c.scope.types.get(plain)?.[1] ?? plain);
    return () => type;
  }
  return (frame) => {
    charge(frame, 1);
    return variableOf(frame, plain);
  };
}

function variableOf(frame: Frame, name: string): Value {
  const bound = frame.bindings[name];
  if (typeof bound !== 'function') {
    if (bound === undefined) throw new CelError(`no such attribute(s): ${name}`);
    return bound;
  }
  const known = frame.known.get(name);
  if (known !== undefined) return known;
  const made = bound();
  frame.known.set(name, made);
  return made;
}

function compileSelect(c: Compiler, { operand, field, test }: Select): Code {
  const of = compile(c, operand);
  if (test) return (frame) => hasField(of(frame), field);
  return (frame) => {
    const value = of(frame);
    charge(frame, 1);
    if (!(value instanceof Optional)) return fieldOf(value, field);
    return value.value === undefined ? none : optionalField(value.value, field);
  };
}

function fieldOf(value: Value, field: string): Value {
  const found = value instanceof CelObject || value instanceof CelMap ? value.get(field) : undefined;
  if (found === undefined) throw new CelError(`no such key: ${field}`);
  return found;
}

function optionalField(value: Value, field: string): Optional {
  if (!(value instanceof CelObject || value instanceof CelMap)) return none;
  const found = value.get(field);
  return found === undefined ? none : new Optional(found);
}

function hasField(value: Value, field: string): boolean {
  if (value instanceof CelObject || value instanceof CelMap) return value.get(field) !== undefined;
  if (value instanceof Optional) return value.value !== undefined && hasField(value.value, field);
  throw new CelError(`no such key: ${field}`);
}

function compileCall(c: Compiler, expr: Call): Code {
  const args = (expr.target === undefined ? expr.args : [expr.target, ...expr.args]).map((arg) =>
    compile(c, arg),
  );
  const [first, second, third] = args;
  switch (expr.name) {
    case '_&&_':
      return logical(first!, second!, false);
    case '_||_':
      return logical(first!, second!, true);
    case '_?_:_':
      return conditional(first!, second!, third!);
    case '@not_strictly_false':
      return notStrictlyFalse(first!);
    case '_==_':
    case '_!=_':
      return equality(expr.name, first!, second!);
    case '_[_]':
      return index(first!, second!);
    case '_?._':
      return optionalSelect(first!, expr.args[1]!);
    default:
      return ordinaryCall(c, expr, args);
  }
}

/** The value that decides wins wherever it stands; an error matters only when nothing decides. */
function logical(left: Code, right: Code, decides: boolean): Code {
  return (frame) => {
    let failed: CelError | undefined;
    for (const side of [left, right]) {
      try {
        const value = side(frame);
        if (value === decides) return decides;
        if (typeof value !== 'boolean') failed ??= noOverload();
      } catch (thrown) {
        if (!(thrown instanceof CelError)) throw thrown;
        failed ??= thrown;
      }
    }
    if (failed !== undefined) throw failed;
    return !decides;
  };
}

function conditional(condition: Code, yes: Code, no: Code): Code {
  return (frame) => {
    const value = condition(frame);
    if (typeof value !== 'boolean') throw noOverload();
    return value ? yes(frame) : no(frame);
  };
}

function notStrictlyFalse(of: Code): Code {
  return (frame) => {
    charge(frame, 1);
    try {
      return of(frame) !== false;
    } catch (thrown) {
      if (thrown instanceof CelError) return true;
      throw thrown;
    }
  };
}

function equality(name: string, left: Code, right: Code): Code {
  const wanted = name === '_==_';
  return (frame) => {
    const [a, b] = [left(frame), right(frame)];
    charge(frame, callCost(name, wanted ? 'equals' : 'not_equals', [a, b], wanted));
    return equal(a, b) === wanted;
  };
}

function index(of: Code, key: Code): Code {
  return (frame) => {
    const [value, at] = [of(frame), key(frame)];
    charge(frame, 1);
    if (value instanceof CelList) return itemAt(value, at);
    if (value instanceof CelMap) return valueAt(value, at);
    if (value instanceof Optional) return optionalItem(value, at);
    throw noOverload();
  };
}

function optionalItem({ value }: Optional, at: Value): Value {
  if (value === undefined) return none;
  try {
    if (value instanceof CelList) return new Optional(itemAt(value, at));
    if (value instanceof CelMap) return new Optional(valueAt(value, at));
  } catch (thrown) {
    if (!(thrown instanceof CelError)) throw thrown;
    return none;
  }
  throw noOverload();
}

function optionalSelect(of: Code, field: Expr): Code {
  const name = field.kind === 'literal' && typeof field.value === 'string' ? field.value : '';
  return (frame) => {
    const value = of(frame);
    charge(frame, 1);
    if (!(value instanceof Optional)) return optionalField(value, name);
    return value.value === undefined ? none : optionalField(value.value, name);
  };
}

const operatorLike = /^(?:[_!@-]|size$|contains$|startsWith$|endsWith$|matches$)/;

function ordinaryCall(c: Compiler, expr: Call, args: readonly Code[]): Code {
  const { name } = expr;
  const wanted = new Set(expr.overloads);
  const candidates = (c.scope.functions.get(name) ?? []).filter(({ id }) => wanted.has(id));
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    const overload = candidates.find((one) => accepts(one, values));
    if (overload === undefined) throw mismatch(name, values);
    const result = overload.run!(...values);
    charge(frame, callCost(name, overload.id, values, result));
    return result;
  };
}

function accepts(overload: Overload, values: readonly Value[]): boolean {
  for (let i = 0; i < values.length; i++) if (!fits(values[i]!, overload.args[i]!)) return false;
  return true;
}

function mismatch(name: string, values: readonly Value[]): CelError {
  if (operatorLike.test(name)) return noOverload();
  return new CelError(`no such overload: ${name}(${values.map(typeNameOf).join(', ')})`);
}

function compileList(c: Compiler, expr: List): Code {
  const items = expr.items.map((item) => compile(c, item));
  const { optional } = expr;
  return (frame) => {
    const values: Value[] = [];
    for (let i = 0; i < items.length; i++) {
      const value = items[i]!(frame);
      if (!optional.has(i)) values.push(value);
      else if (!(value instanceof Optional)) throw noOverload();
      else if (value.value !== undefined) values.push(value.value);
    }
    charge(frame, listCost);
    return new ArrayList(values);
  };
}

function compileMap(c: Compiler, expr: MapLiteral): Code {
  const entries = expr.entries.map(
    ({ key, value, optional }) => [compile(c, key), compile(c, value), optional] as const,
  );
  return (frame) => {
    const map = new EntryMap();
    for (const [keyCode, valueCode, optional] of entries) {
      const key = keyCode(frame);
      let value: Value | undefined = valueCode(frame);
      if (optional) {
        if (!(value instanceof Optional)) throw noOverload();
        value = value.value;
      }
      if (value === undefined) continue;
      if (!map.add(key, value)) throw new CelError(`Failed with repeated key`);
    }
    charge(frame, mapCost);
    return map;
  };
}

function compileStruct(c: Compiler, expr: Struct): Code {
  const struct = c.scope.structs?.(expr.name.replace(/^\./, ''));
  const fields = expr.fields.map(({ name, value, optional }) => [name, compile(c, value), optional] as const);
  return (frame) => {
    const values = new Map<string, Value>();
    for (const [name, code, optional] of fields) {
      let value: Value | undefined = code(frame);
      if (optional) {
        if (!(value instanceof Optional)) throw noOverload();
        value = value.value;
      }
      if (value !== undefined) values.set(name, value);
    }
    charge(frame, structCost);
    if (struct === undefined) throw new CelError(`unknown type '${expr.name}'`);
    return struct.make(values);
  };
}

function compileComprehension(c: Compiler, expr: Comprehension): Code {
  const range = compile(c, expr.range);
  const initial = compile(c, expr.initial);
  const accumulator = c.locals.length;
  const variable = accumulator + 1;
  const inner = { ...c, locals: [...c.locals, expr.accumulator] };
  const body = {
    ...c,
    locals: [...inner.locals, expr.variable, ...(expr.second === undefined ? [] : [expr.second])],
  };
  const condition = compile(body, expr.condition);
  const step = appending(body, expr, accumulator) ?? compile(body, expr.step);
  const result = compile(inner, expr.result);
  const two = expr.second !== undefined;
  return (frame) => {
    const over = range(frame);
    const { slots } = frame;
    let total = initial(frame);
    for (const [key, value] of entriesOf(over, two)) {
      slots[accumulator] = total;
      slots[variable] = key;
      if (two) slots[variable + 1] = value;
      if (condition(frame) === false) break;
      total = stepped(step, frame);
    }
    slots[accumulator] = settled(total);
    return result(frame);
  };
}

/** A step that fails leaves an error as the value of the fold: a later element may still decide it. */
function stepped(step: Code, frame: Frame): Value {
  try {
    return step(frame);
  } catch (thrown) {
    if (thrown instanceof CelError) return new Failed(thrown) as unknown as Value;
    throw thrown;
  }
}

class Failed {
  readonly error: CelError;
  constructor(error: CelError) {
    this.error = error;
  }
}

function settled(value: Value): Value {
  if ((value as unknown) instanceof Failed) throw (value as unknown as Failed).error;
  return value;
}

function* entriesOf(range: Value, two: boolean): Generator<readonly [Value, Value]> {
  if (range instanceof CelList) {
    for (let i = 0; i < range.length; i++) yield two ? [BigInt(i), range.at(i)] : [range.at(i), null];
  } else if (range instanceof CelMap) {
    for (const key of range.keys()) yield [key, two ? range.get(key)! : null];
  } else {
    throw new CelError(`got '${typeNameOf(range)}', expected iterable type`);
  }
}

/** `collected + [item]` grows one list instead of copying it for each element; what it costs stays the same. */
function appending(c: Compiler, expr: Comprehension, accumulator: number): Code | undefined {
  const { step } = expr;
  if (step.kind !== 'call') return undefined;
  if (step.name === '_?_:_') {
    const [condition, append, keep] = step.args;
    if (keep?.kind !== 'ident' || keep.name !== expr.accumulator) return undefined;
    const code = appendCode(c, expr, append!, accumulator);
    if (code === undefined) return undefined;
    return conditional(compile(c, condition!), code, compile(c, keep));
  }
  return appendCode(c, expr, step, accumulator);
}

function appendCode(c: Compiler, expr: Comprehension, step: Expr, accumulator: number): Code | undefined {
  if (step.kind !== 'call' || step.name !== '_+_' || expr.initial.kind !== 'list') return undefined;
  const [left, right] = step.args;
  if (left?.kind !== 'ident' || left.name !== expr.accumulator || right?.kind !== 'list') return undefined;
  const item = compile(c, right.items[0]!);
  return (frame) => {
    charge(frame, 1 + listCost + 1);
    const value = item(frame);
    const list = frame.slots[accumulator];
    if ((list as unknown) instanceof Failed) return list!;
    if (!(list instanceof ArrayList)) throw noOverload();
    list.items.push(value);
    return list;
  };
}
