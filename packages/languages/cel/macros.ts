import { accumulatorName, type Call, type Expr, type Offset } from './ast.ts';
import { SyntaxIssue } from './issues.ts';
import type { Value } from './values.ts';

/** What a call of a macro stands for; undefined where it is an ordinary call. */
export function expandMacro(call: Call): Expr | undefined {
  const { name, target, args, at } = call;
  if (target === undefined) return name === 'has' && args.length === 1 ? has(args[0]!, at) : undefined;
  const [first, second, third, fourth] = args;
  switch (`${name}/${args.length}`) {
    case 'all/2':
      return quantifier('all', target, [first!], second!, at);
    case 'all/3':
      return quantifier('all', target, [first!, second!], third!, at);
    case 'exists/2':
      return quantifier('exists', target, [first!], second!, at);
    case 'exists/3':
      return quantifier('exists', target, [first!, second!], third!, at);
    case 'exists_one/2':
    case 'existsOne/2':
      return existsOne(target, [first!], second!, at);
    case 'exists_one/3':
    case 'existsOne/3':
      return existsOne(target, [first!, second!], third!, at);
    case 'map/2':
      return collect(target, [first!], undefined, second!, at);
    case 'map/3':
      return collect(target, [first!], second!, third!, at);
    case 'filter/2':
      return collect(target, [first!], second!, first!, at);
    case 'transformList/3':
      return collect(target, [first!, second!], undefined, third!, at);
    case 'transformList/4':
      return collect(target, [first!, second!], third!, fourth!, at);
    case 'transformMap/3':
      return insert(target, [first!, second!], undefined, [first!, third!], at);
    case 'transformMap/4':
      return insert(target, [first!, second!], third!, [first!, fourth!], at);
    case 'transformMapEntry/3':
      return insert(target, [first!, second!], undefined, [third!], at);
    case 'transformMapEntry/4':
      return insert(target, [first!, second!], third!, [fourth!], at);
    case 'optMap/2':
      return optionalMap(target, first!, second!, at, true);
    case 'optFlatMap/2':
      return optionalMap(target, first!, second!, at, false);
    case 'sortBy/2':
      return sortBy(target, first!, second!, at);
    default:
      return undefined;
  }
}

const literal = (value: Value, at: Offset): Expr => ({ kind: 'literal', value, at });
const ident = (name: string, at: Offset): Expr => ({ kind: 'ident', name, at });
const accumulated = (at: Offset): Expr => ident(accumulatorName, at);
const call = (name: string, at: Offset, ...args: readonly Expr[]): Expr => ({ kind: 'call', name, args, at });
const list = (at: Offset, ...items: readonly Expr[]): Expr => ({
  kind: 'list',
  items,
  optional: new Set(),
  at,
});

function has(arg: Expr, at: Offset): Expr {
  if (arg.kind !== 'select' || arg.test) throw new SyntaxIssue(arg.at, 'invalid argument to has() macro');
  return { kind: 'select', operand: arg.operand, field: arg.field, test: true, at };
}

function variableName(arg: Expr, otherwise = 'argument must be a simple name'): string {
  if (arg.kind !== 'ident') throw new SyntaxIssue(arg.at, otherwise);
  if (arg.name === accumulatorName || arg.name === '__result__')
    throw new SyntaxIssue(arg.at, 'iteration variable overwrites accumulator variable');
  return arg.name;
}

interface Fold {
  readonly range: Expr;
  readonly variables: readonly Expr[];
  readonly initial: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

function fold(at: Offset, { range, variables, initial, condition, step, result }: Fold): Expr {
  const [variable = '', second] = variables.map((one) => variableName(one));
  if (variable === second) throw new SyntaxIssue(variables[1]!.at, `duplicate variable name: ${variable}`);
  return {
    kind: 'comprehension',
    range,
    variable,
    ...(second !== undefined && { second }),
    accumulator: accumulatorName,
    initial,
    condition,
    step,
    result,
    at,
  };
}

function quantifier(
  which: 'all' | 'exists',
  range: Expr,
  variables: readonly Expr[],
  predicate: Expr,
  at: Offset,
): Expr {
  const all = which === 'all';
  const goOn = all ? accumulated(at) : call('!_', at, accumulated(at));
  return fold(at, {
    range,
    variables,
    initial: literal(all, at),
    condition: call('@not_strictly_false', at, goOn),
    step: call(all ? '_&&_' : '_||_', at, accumulated(at), predicate),
    result: accumulated(at),
  });
}

function existsOne(range: Expr, variables: readonly Expr[], predicate: Expr, at: Offset): Expr {
  const one = literal(1n, at);
  return fold(at, {
    range,
    variables,
    initial: literal(0n, at),
    condition: literal(true, at),
    step: call('_?_:_', at, predicate, call('_+_', at, accumulated(at), one), accumulated(at)),
    result: call('_==_', at, accumulated(at), literal(1n, at)),
  });
}

function collect(
  range: Expr,
  variables: readonly Expr[],
  filter: Expr | undefined,
  item: Expr,
  at: Offset,
): Expr {
  if (variables.length === 1) variableName(variables[0]!, 'argument is not an identifier');
  const step = call('_+_', at, accumulated(at), list(at, item));
  return fold(at, {
    range,
    variables,
    initial: list(at),
    condition: literal(true, at),
    step: filter === undefined ? step : call('_?_:_', at, filter, step, accumulated(at)),
    result: accumulated(at),
  });
}

function insert(
  range: Expr,
  variables: readonly Expr[],
  filter: Expr | undefined,
  entry: readonly Expr[],
  at: Offset,
): Expr {
  const step = call('cel.@mapInsert', at, accumulated(at), ...entry);
  return fold(at, {
    range,
    variables,
    initial: { kind: 'map', entries: [], at },
    condition: literal(true, at),
    step: filter === undefined ? step : call('_?_:_', at, filter, step, accumulated(at)),
    result: accumulated(at),
  });
}

/** Gives a value a name: a fold over nothing whose first value is the result. */
function bindName(name: string, value: Expr, result: Expr, at: Offset): Expr {
  return {
    kind: 'comprehension',
    range: list(at),
    variable: '#unused',
    accumulator: name,
    initial: value,
    condition: literal(false, at),
    step: ident(name, at),
    result,
    at,
  };
}

function optionalMap(target: Expr, variable: Expr, body: Expr, at: Offset, wrap: boolean): Expr {
  const name = variableName(variable);
  const member = (fn: string, of: Expr): Expr => ({ kind: 'call', name: fn, target: of, args: [], at });
  const bound = bindName(name, member('value', target), body, at);
  return call(
    '_?_:_',
    at,
    member('hasValue', target),
    wrap ? call('optional.of', at, bound) : bound,
    call('optional.none', at),
  );
}

function sortBy(target: Expr, variable: Expr, key: Expr, at: Offset): Expr {
  if (!['list', 'ident', 'comprehension', 'call', 'select'].includes(target.kind)) {
    throw new SyntaxIssue(
      target.at,
      'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
    );
  }
  const name = '@__sortBy_input__';
  const keys = collect(ident(name, at), [variable], undefined, key, at);
  const sorted: Expr = {
    kind: 'call',
    name: '@sortByAssociatedKeys',
    target: ident(name, at),
    args: [keys],
    at,
  };
  return bindName(name, target, sorted, at);
}
