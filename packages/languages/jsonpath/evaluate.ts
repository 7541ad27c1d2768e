import { canonicalJson, equalData, isRecord } from '@plumbline/base';
import { JsonPathError, type Operand, type Path, type Piece, type Step } from './parse.ts';

/** What `$` means, and whether a field that is absent is an error. */
export interface Scope {
  readonly root: unknown;
  readonly allowMissing: boolean;
}

type Values = readonly unknown[];

/** All values that a path leads to from `current`. Throws `JsonPathError`. */
export function evaluatePath(path: Path, current: unknown, scope: Scope): Values {
  let values: Values = [current];
  for (const step of path) values = apply(step, values, scope);
  return values;
}

function apply(step: Step, values: Values, scope: Scope): Values {
  switch (step.type) {
    case 'root':
      return [scope.root];
    case 'current':
      return values;
    case 'field':
      return fieldOf(step.name, values, scope);
    case 'wildcard':
      return values.flatMap(childrenOf);
    case 'descend':
      return values.flatMap(descendantsOf);
    case 'slice':
      return values.flatMap((value) => slice(step, value));
    case 'union':
      return step.branches.flatMap((branch) => values.flatMap((value) => evaluatePath(branch, value, scope)));
    case 'filter':
      return values.flatMap((value) => filter(step, value, scope));
  }
}

function fieldOf(name: string, values: Values, scope: Scope): Values {
  const found = values.flatMap((value) =>
    isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : [],
  );
  if (found.length === 0 && !scope.allowMissing) throw new JsonPathError(`${name} is not found`);
  return found;
}

function childrenOf(value: unknown): Values {
  if (Array.isArray(value)) return value as Values;
  return isRecord(value) ? Object.values(value) : [];
}

/** The value and everything below it. Scalars have nothing below and are left out by what follows. */
function descendantsOf(value: unknown): Values {
  const children = childrenOf(value);
  return children.length === 0 ? [value] : [value, ...children.flatMap(descendantsOf)];
}

function slice(step: Step & { type: 'slice' }, value: unknown): Values {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new JsonPathError(`${JSON.stringify(value)} is not array or slice`);
  const list = value as Values;
  if (step.single) {
    const index = step.start ?? 0;
    const at = index < 0 ? index + list.length : index;
    if (at < 0 || at >= list.length)
      throw new JsonPathError(`array index out of bounds: index ${index}, length ${list.length}`);
    return [list[at]];
  }
  if (step.step < 1) throw new JsonPathError('step must be > 0');
  const bound = (index: number | undefined, otherwise: number): number => {
    if (index === undefined) return otherwise;
    return Math.min(Math.max(index < 0 ? index + list.length : index, 0), list.length);
  };
  const [start, end] = [bound(step.start, 0), bound(step.end, list.length)];
  return list.slice(start, end).filter((_, i) => i % step.step === 0);
}

function filter(step: Step & { type: 'filter' }, value: unknown, scope: Scope): Values {
  if (!Array.isArray(value))
    throw new JsonPathError(`${JSON.stringify(value)} is not array or slice and cannot be filtered`);
  return (value as Values).filter((item) => {
    const left = operand(step.left, item, scope);
    if (step.operator === 'exists') return left.length > 0;
    if (left.length === 0) return false;
    if (left.length > 1) throw new JsonPathError('can only compare one element at a time');
    const right = operand(step.right!, item, scope);
    if (right.length === 0) return false;
    return compare(left[0], right[0], step.operator);
  });
}

function operand(side: Operand, item: unknown, scope: Scope): Values {
  return side.type === 'value'
    ? [side.value]
    : evaluatePath(side.path, item, { ...scope, allowMissing: true });
}

function compare(left: unknown, right: unknown, operator: string): boolean {
  if (operator === '==') return equalData(left, right);
  if (operator === '!=') return !equalData(left, right);
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) {
    throw new JsonPathError('incompatible types for comparison');
  }
  const [a, b] = [left, right as typeof left];
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

/** The text of a template over `current`. Throws `JsonPathError`. */
export function printPieces(pieces: readonly Piece[], current: unknown, scope: Scope): string {
  return pieces
    .map((piece) => {
      if (piece.type === 'text') return piece.text;
      const values = evaluatePath(piece.path, current, scope);
      if (piece.type === 'path') return values.map(printValue).join(' ');
      return values.map((value) => printPieces(piece.body, value, scope)).join('');
    })
    .join('');
}

/** As kubectl prints one value: text as it is, maps and lists as JSON with sorted keys, nothing for null. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return canonicalJson(value);
}
