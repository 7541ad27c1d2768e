import type { Expr } from './ast.ts';
import { childrenOf } from './checker.ts';
import type { Scope } from './scope.ts';
import { fits } from './functions.ts';
import type { Issue } from './issues.ts';
import { regexOf } from './library/conversions.ts';
import { formatMistake, readFormat } from './library/format-text.ts';
import { dynType, formatType, sameType, type CelType } from './types.ts';
import { CelError } from './values.ts';

/** What can be judged before anything runs: arguments that are written out, and mixtures of types, which Kubernetes forbids. */
export function checkLiterals(expr: Expr, scope: Scope): readonly Issue[] {
  const issues: Issue[] = [];
  const walk = (node: Expr, exempt: boolean): void => {
    if (node.kind === 'call') {
      const what = node.name === 'matches' ? node.args.at(-1) : node.args[0];
      if (['matches', 'duration', 'timestamp'].includes(node.name) && what?.kind === 'literal')
        checkArgument(node.name, what, scope, issues);
      if (node.name === 'format') checkFormat(node, issues);
    }
    if (!exempt) checkMixture(node, issues);
    const free = exempt || (node.kind === 'call' && node.name === 'format');
    for (const child of childrenOf(node)) walk(child, free);
  };
  walk(expr, false);
  return issues;
}

function checkMixture(node: Expr, issues: Issue[]): void {
  const typeOfMember = (member: Expr, optional: boolean): CelType =>
    optional ? (member.type?.params[0] ?? dynType) : (member.type ?? dynType);
  const differs = (member: Expr, first: CelType, type: CelType): boolean => {
    if (sameType(first, type)) return false;
    const message = `expected type '${formatType(first)}' but found '${formatType(type)}'`;
    issues.push({ at: member.at, message });
    return true;
  };
  if (node.kind === 'list') {
    const types = node.items.map((item, i) => typeOfMember(item, node.optional.has(i)));
    node.items.some((item, i) => differs(item, types[0]!, types[i]!));
  }
  if (node.kind === 'map') {
    const [first] = node.entries;
    for (const { key, value, optional } of node.entries) {
      differs(key, typeOfMember(first!.key, false), typeOfMember(key, false));
      differs(value, typeOfMember(first!.value, first!.optional), typeOfMember(value, optional));
    }
  }
}

function checkArgument(
  name: string,
  arg: Extract<Expr, { kind: 'literal' }>,
  scope: Scope,
  issues: Issue[],
): void {
  const { value } = arg;
  const kind = typeof value === 'string' ? 'string' : typeof value === 'bigint' ? 'int' : '';
  const run = scope.functions.get(name)?.find((one) => one.args.every((type) => type.kind === kind))?.run;
  if (run === undefined) return;
  try {
    if (name === 'matches') run('', value);
    else run(value);
  } catch (thrown) {
    if (!(thrown instanceof CelError)) throw thrown;
    issues.push({ at: arg.at, message: `invalid ${name} argument` });
  }
}

/** A format that is written out is held against arguments that are written out. */
function checkFormat(call: Extract<Expr, { kind: 'call' }>, issues: Issue[]): void {
  const [args] = call.args;
  if (call.target?.kind !== 'literal' || typeof call.target.value !== 'string' || args?.kind !== 'list')
    return;
  try {
    const places = readFormat(call.target.value).flatMap((clause) => ('verb' in clause ? [clause.verb] : []));
    for (const [i, verb] of places.entries()) {
      const item = args.items[i];
      if (item === undefined) throw new CelError(`index ${i} out of range`);
      const mistake = formatMistake(verb, item.type ?? dynType);
      if (mistake === undefined) continue;
      issues.push({ at: item.at, message: mistake });
      return;
    }
  } catch (thrown) {
    if (!(thrown instanceof CelError)) throw thrown;
    issues.push({ at: call.at, message: thrown.message });
  }
}

const converting = new Set(['bool', 'bytes', 'double', 'duration', 'int', 'string', 'timestamp', 'uint']);

/** Upstream works out conversions of written values and compiles written patterns beforehand; what fails then. */
export function foldingMistake(expr: Expr, scope: Scope): string | undefined {
  for (const child of childrenOf(expr)) {
    const found = foldingMistake(child, scope);
    if (found !== undefined) return found;
  }
  if (expr.kind !== 'call') return undefined;
  const [first] = expr.args;
  if (first?.kind !== 'literal') return undefined;
  const { value } = first;
  try {
    if ((expr.name === 'find' || expr.name === 'findAll') && typeof value === 'string') regexOf(value);
    if (!converting.has(expr.name) || expr.args.length !== 1) return undefined;
    scope.functions
      .get(expr.name)
      ?.find((one) => one.id === expr.overloads?.[0] && fits(value, one.args[0]!))
      ?.run?.(value);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof CelError)) throw thrown;
    return thrown.message;
  }
}
