import { err, ok, problem, type Problem, type Result } from '@plumbline/base';
import type { Expr } from './ast.ts';
import { check, childrenOf } from './checker.ts';
import { checkLiterals, foldingMistake } from './literals.ts';
import { estimateCost } from './cost-estimate.ts';
import type { SizeOf } from './cost-estimate.ts';
import type { CostRange } from './cost-range.ts';
import { compileExpr, CostExceeded, type Code, type Frame } from './evaluate.ts';
import { join, type Functions } from './functions.ts';
import { formatIssues } from './issues.ts';
import { addresses, urls } from './library/network.ts';
import { authorizers, jsonPatches } from './library/authorizer.ts';
import { clocks, conversions, texts, typeNames } from './library/conversions.ts';
import { extendedLists, kubernetesLists, mapInsert, optionals, sets } from './library/lists.ts';
import { namedFormats } from './library/formats.ts';
import { access, arithmetic, logic } from './library/operators.ts';
import { patterns, strings } from './library/strings.ts';
import { quantities, versions } from './library/amounts.ts';
import { parse } from './parser.ts';
import type { Bindings, Environment, Scope } from './scope.ts';
import { formatType, type CelType } from './types.ts';
import { CelError, type Value } from './values.ts';

/** An expression that is ready to run. */
export interface Program {
  readonly source: string;
  readonly type: CelType;
  /** The variables that it names. */
  readonly variables: ReadonlySet<string>;
  evaluate(bindings: Bindings, options?: { readonly costLimit?: number }): Evaluation;
  /** What a run may cost, estimated when it is first asked for. */
  cost(): CostRange;
}

/** What came out, or what went wrong, and what it cost. */
export interface Evaluation {
  readonly result: Result<Value, { readonly message: string; readonly overBudget: boolean }>;
  readonly cost: number;
}

/** Every function that Kubernetes 1.36 has. */
const functions: Functions = join(
  logic,
  arithmetic,
  access,
  conversions,
  texts,
  ...clocks,
  strings,
  patterns,
  kubernetesLists,
  extendedLists,
  sets,
  optionals,
  mapInsert,
  addresses,
  urls,
  quantities,
  versions,
  namedFormats,
  authorizers,
);

/** Mutating policies write patches besides. */
const patchFunctions: Functions = new Map([...functions, ...join(jsonPatches)]);

/** As upstream: no single run may cost more. */
export const perCallLimit = 1_000_000;

/** Nodes within nodes, at most. */
const depthMax = 1000;

/** Longer expressions are refused before anything looks at them. */
const sourceMax = 100_000;

/** Reads and checks an expression. The message of the problem is cel-go's. */
export function compileCel(source: string, environment: Environment): Result<Program, Problem> {
  if (source.length > sourceMax) {
    const text = `ERROR: <input>:-1:0: expression code point size exceeds limit: size: ${source.length}, limit ${sourceMax}`;
    return err(problem('cel-syntax', text));
  }
  const { expr, issues: mistakes } = parse(source);
  if (expr === undefined || mistakes.length > 0)
    return err(problem('cel-syntax', formatIssues(source, mistakes)));
  if (isTooDeep(expr)) {
    const text = `ERROR: <input>:-1:0: expression recursion limit exceeded: ${depthMax}`;
    return err(problem('cel-syntax', text));
  }
  const scope: Scope = {
    variables: new Map(Object.entries(environment.variables)),
    types: typeNames,
    functions: environment.structs === undefined ? functions : patchFunctions,
    ...(environment.structs !== undefined && { structs: environment.structs }),
  };
  const checked = check(expr, scope);
  const issues = checked.issues.length > 0 ? checked.issues : checkLiterals(expr, scope);
  if (issues.length > 0) return err(problem('cel-type', formatIssues(source, issues)));
  const broken = foldingMistake(expr, scope);
  if (broken !== undefined) return err(problem('cel-program', broken));
  return ok(makeProgram(source, expr, checked.type, checked.variables, scope, environment.sizeOf));
}

/** Without recursion itself: everything that comes after the parser recurses. */
function isTooDeep(expr: Expr): boolean {
  let level: readonly Expr[] = [expr];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthMax) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

function makeProgram(
  source: string,
  expr: Expr,
  type: CelType,
  variables: ReadonlySet<string>,
  scope: Scope,
  sizeOf: SizeOf | undefined,
): Program {
  let code: Code | undefined;
  let cost: CostRange | undefined;
  return {
    source,
    type,
    variables,
    evaluate(bindings, { costLimit = perCallLimit } = {}) {
      code ??= compileExpr(expr, scope);
      const frame: Frame = { bindings, known: new Map(), slots: [], cost: 0, limit: costLimit };
      try {
        return { result: ok(code(frame)), cost: frame.cost };
      } catch (thrown) {
        const overBudget = thrown instanceof CostExceeded;
        if (!overBudget && !(thrown instanceof CelError)) throw thrown;
        return { result: err({ message: thrown.message, overBudget }), cost: frame.cost };
      }
    },
    cost: () => (cost ??= estimateCost(expr, sizeOf)),
  };
}

/** As messages print a type. */
export const typeText = formatType;
