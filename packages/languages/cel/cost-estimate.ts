import { accumulatorName, type Call, type Comprehension, type Expr } from './ast.ts';
import { estimateCall, type Argument, type Estimate } from './cost-functions.ts';
import { add, cap, fixed, most, multiply, union, unknown, type CostRange } from './cost-range.ts';
import { listCost, mapCost, structCost } from './cost-runtime.ts';
import { CelMap, CelList, type Value } from './values.ts';
import { textLength } from './equality.ts';
import { dynType, type CelType } from './types.ts';

/**
 * How many elements or characters the value at a path can have at most: `['self', 'items', '@items']`. Undefined:
 * nobody knows.
 */
export type SizeOf = (path: readonly string[]) => number | undefined;

interface EntrySize {
  readonly list: boolean;
  readonly key: CostRange;
  readonly value: CostRange;
}

interface Local {
  readonly path: readonly string[];
  readonly size: CostRange | undefined;
  readonly entry: EntrySize | undefined;
}

interface State {
  readonly sizeOf: SizeOf | undefined;
  readonly paths: Map<Expr, readonly string[]>;
  readonly sizes: Map<Expr, CostRange>;
  readonly entries: Map<Expr, EntrySize>;
  readonly locals: Map<string, Local[]>;
}

/** What a run of a checked expression can cost, as cel-go estimates it with the costs of Kubernetes. */
export function estimateCost(expr: Expr, sizeOf?: SizeOf): CostRange {
  return costOf({ sizeOf, paths: new Map(), sizes: new Map(), entries: new Map(), locals: new Map() }, expr);
}

function costOf(state: State, expr: Expr): CostRange {
  switch (expr.kind) {
    case 'literal':
      return fixed(0);
    case 'ident':
      state.paths.set(expr, localOf(state, expr.name)?.path ?? [expr.name]);
      return fixed(1);
    case 'select': {
      if (expr.whole !== undefined) {
        state.paths.set(expr, [expr.whole]);
        return fixed(1);
      }
      const cost = costOf(state, expr.operand);
      if (expr.test) return cost;
      state.paths.set(expr, [...pathOf(state, expr.operand), expr.field]);
      const kind = expr.operand.type?.kind;
      return kind === 'map' || kind === 'struct' || kind === 'param' ? add(cost, fixed(1)) : cost;
    }
    case 'call':
      return costOfCall(state, expr);
    case 'list': {
      let size: CostRange = { min: expr.items.length === 0 ? 0 : most, max: 0 };
      let cost = fixed(listCost);
      for (const item of expr.items) {
        cost = add(cost, costOf(state, item));
        size = union(size, sizeFor(state, item));
      }
      state.entries.set(expr, { list: true, key: fixed(1), value: size });
      return cost;
    }
    case 'map':
      return costOfMap(state, expr);
    case 'struct':
      return expr.fields.reduce((cost, { value }) => add(cost, costOf(state, value)), fixed(structCost));
    case 'comprehension':
      return isBinding(expr) ? costOfBinding(state, expr) : costOfFold(state, expr);
  }
}

function costOfMap(state: State, expr: Extract<Expr, { kind: 'map' }>): CostRange {
  let cost = fixed(mapCost);
  let keys: CostRange = { min: expr.entries.length === 0 ? 0 : most, max: 0 };
  let values = keys;
  for (const { key, value } of expr.entries) {
    cost = add(cost, add(costOf(state, key), costOf(state, value)));
    keys = union(keys, sizeFor(state, key));
    values = union(values, sizeFor(state, value));
  }
  state.entries.set(expr, { list: false, key: keys, value: values });
  return cost;
}

function isBinding(expr: Comprehension): boolean {
  return (
    expr.range.kind === 'list' &&
    expr.range.items.length === 0 &&
    expr.condition.kind === 'literal' &&
    expr.condition.value === false &&
    expr.accumulator !== accumulatorName
  );
}

function costOfBinding(state: State, expr: Comprehension): CostRange {
  let cost = add(costOf(state, expr.range), costOf(state, expr.initial));
  pushValue(state, expr.accumulator, expr.initial);
  cost = add(cost, costOf(state, expr.result));
  pop(state, expr.accumulator);
  copySizes(state, expr, expr.result);
  return cost;
}

function costOfFold(state: State, expr: Comprehension): CostRange {
  let cost = add(costOf(state, expr.range), costOf(state, expr.initial));
  pushValue(state, expr.accumulator, expr.initial);
  pushElements(state, expr);
  const loop = add(costOf(state, expr.condition), costOf(state, expr.step));
  pop(state, expr.variable);
  if (expr.second !== undefined) pop(state, expr.second);
  cost = add(cost, costOf(state, expr.result));
  pop(state, expr.accumulator);
  const count = sizeFor(state, expr.range);
  const { kind } = expr.initial;
  if (kind === 'literal') setSize(state, expr, computedSize(state, expr.initial));
  if (kind === 'list' || kind === 'map') {
    setSize(state, expr, count);
    const entry = entryOf(state, expr.step);
    if (entry !== undefined) state.entries.set(expr, entry);
  }
  return add(cost, multiply(count, loop));
}

function pushElements(state: State, expr: Comprehension): void {
  const entry = entryOf(state, expr.range);
  const path = pathOf(state, expr.range);
  const list = entry?.list ?? (expr.range.type ?? dynType).kind === 'list';
  const push = (name: string, step: string, size: CostRange | undefined): void =>
    pushLocal(state, name, { path: [...path, step], size, entry: undefined });
  if (expr.second !== undefined) {
    push(expr.variable, list ? '@indices' : '@keys', entry?.key);
    push(expr.second, list ? '@items' : '@values', entry?.value);
  } else if (list) push(expr.variable, '@items', entry?.value);
  else push(expr.variable, '@keys', entry?.key);
}

function pushValue(state: State, name: string, value: Expr): void {
  pushLocal(state, name, {
    path: pathOf(state, value),
    size: computedSize(state, value),
    entry: entryOf(state, value),
  });
}

function pushLocal(state: State, name: string, local: Local): void {
  const stack = state.locals.get(name);
  if (stack === undefined) state.locals.set(name, [local]);
  else stack.push(local);
}

function pop(state: State, name: string): void {
  state.locals.get(name)?.pop();
}

function localOf(state: State, name: string): Local | undefined {
  return state.locals.get(name)?.at(-1);
}

function pathOf(state: State, expr: Expr): readonly string[] {
  if (expr.kind === 'ident') {
    const local = localOf(state, expr.name);
    if (local !== undefined) return local.path;
  }
  return state.paths.get(expr) ?? [];
}

function setSize(state: State, expr: Expr, size: CostRange | undefined): void {
  if (size !== undefined) state.sizes.set(expr, size);
}

function copySizes(state: State, to: Expr, from: Expr): void {
  setSize(state, to, computedSize(state, from));
  const entry = entryOf(state, from);
  if (entry !== undefined) state.entries.set(to, entry);
}

function sizeFor(state: State, expr: Expr): CostRange {
  return computedSize(state, expr) ?? unknown;
}

function computedSize(state: State, expr: Expr): CostRange | undefined {
  const known = state.sizes.get(expr) ?? writtenSize(expr);
  if (known !== undefined) return known;
  const declared = declaredSize(state, pathOf(state, expr));
  if (declared !== undefined) {
    state.sizes.set(expr, declared);
    return declared;
  }
  if (hasUnitSize(expr.type)) return fixed(1);
  return expr.kind === 'ident' ? localOf(state, expr.name)?.size : undefined;
}

function declaredSize(state: State, path: readonly string[]): CostRange | undefined {
  if (path.length === 0) return undefined;
  const max = state.sizeOf?.(path);
  return max === undefined ? undefined : { min: 0, max };
}

const unitKinds = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint', 'null']);

function hasUnitSize(type: CelType | undefined): boolean {
  return type !== undefined && unitKinds.has(type.kind);
}

function writtenSize(expr: Expr): CostRange | undefined {
  if (expr.kind === 'list') return fixed(expr.items.length);
  if (expr.kind === 'map') return fixed(expr.entries.length);
  return expr.kind === 'literal' ? fixed(literalSize(expr.value)) : undefined;
}

function literalSize(value: Value): number {
  if (typeof value === 'string') return textLength(value);
  return value instanceof Uint8Array || value instanceof CelList
    ? value.length
    : value instanceof CelMap
      ? value.size
      : 1;
}

function entryOf(state: State, expr: Expr): EntrySize | undefined {
  return state.entries.get(expr) ?? (expr.kind === 'ident' ? localOf(state, expr.name)?.entry : undefined);
}

function entryUnion(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  if (a === undefined || b === undefined) return undefined;
  return { list: a.list, key: union(a.key, b.key), value: union(a.value, b.value) };
}

function costOfCall(state: State, expr: Call): CostRange {
  if (expr.name === 'dyn') {
    const cost = costOf(state, expr.args[0]!);
    copySizes(state, expr, expr.args[0]!);
    return add(fixed(1), cost);
  }
  const argCosts = expr.args.map((arg) => costOf(state, arg));
  const target = expr.target === undefined ? fixed(0) : costOf(state, expr.target);
  const args = expr.args.map((arg) => argumentOf(state, arg));
  const on = expr.target === undefined ? undefined : argumentOf(state, expr.target);
  let cost: CostRange = { min: most, max: 0 };
  let size: CostRange | undefined;
  for (const overload of expr.overloads ?? []) {
    const found = estimateOverload(state, expr, overload, on, args, argCosts);
    cost = union(cost, found.cost);
    if (found.size !== undefined) size = size === undefined ? found.size : union(size, found.size);
    if (overload === 'index_list' || overload === 'index_map') {
      const [of] = expr.args;
      size = entryOf(state, of!)?.value;
      state.paths.set(expr, [...pathOf(state, of!), overload === 'index_list' ? '@items' : '@values']);
    }
    size ??= computedSize(state, expr);
  }
  setSize(state, expr, size);
  return add(target, cost);
}

function argumentOf(state: State, expr: Expr): Argument {
  const path = pathOf(state, expr);
  const shown = path[0] === accumulatorName ? [] : path;
  return {
    type: expr.type ?? dynType,
    size: computedSize(state, expr),
    literal: expr.kind === 'literal' ? expr.value : undefined,
    itemSize: () => (shown.length === 0 ? undefined : declaredSize(state, [...shown, '@items'])),
  };
}

function estimateOverload(
  state: State,
  expr: Call,
  overload: string,
  target: Argument | undefined,
  args: readonly Argument[],
  argCosts: readonly CostRange[],
): Estimate {
  const all = argCosts.reduce(add, fixed(0));
  const [first, second, third] = argCosts;
  if (overload === 'logical_and' || overload === 'logical_or')
    return { cost: { min: first!.min, max: cap(first!.max + second!.max) } };
  if (overload === 'conditional') {
    const entry = entryUnion(entryOf(state, expr.args[1]!), entryOf(state, expr.args[2]!));
    if (entry !== undefined) state.entries.set(expr, entry);
    const size = union(args[1]!.size ?? unknown, args[2]!.size ?? unknown);
    return { cost: add(first!, union(second!, third!)), size };
  }
  if (overload === 'add_list' || overload === 'add_string' || overload === 'add_bytes') {
    const entry = entryUnion(entryOf(state, expr.args[0]!), entryOf(state, expr.args[1]!));
    if (entry !== undefined) state.entries.set(expr, entry);
  }
  const { cost, size } = estimateCall(expr.name, overload, target, args);
  return { cost: add(cost, all), ...(size !== undefined && { size }) };
}
