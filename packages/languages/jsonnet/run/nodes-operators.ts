import type { Trace } from '../errors.ts';
import type { BinaryOperator, UnaryOperator } from '../parse/ast.ts';
import { failure } from './machine.ts';
import type { Machine } from './machine.ts';
import { add, bitwise, booleanOf, checkNumber, compare, equals, numberOf } from './operators.ts';
import type { Code, Env, Value } from './values.ts';

interface UnaryCode extends Code {
  readonly operator: UnaryOperator;
  readonly operand: Code;
}

/** `! ~ + -` in front of something. */
export function unary(trace: Trace, operator: UnaryOperator, operand: Code): Code {
  const code: UnaryCode = {
    ...trace,
    isCheap: false,
    variable: undefined,
    run: runUnary,
    operator,
    operand,
  };
  return code;
}

function runUnary(code: UnaryCode, env: Env, machine: Machine): Value {
  const value = code.operand.run(code.operand, env, machine);
  machine.trace = code;
  switch (code.operator) {
    case '!':
      return !booleanOf(machine, value);
    case '-':
      return -numberOf(machine, value);
    case '+':
      return numberOf(machine, value);
    case '~':
      return Number(~int64Of(numberOf(machine, value)));
  }
}

interface BinaryCode extends Code {
  readonly operator: BinaryOperator;
  readonly left: Code;
  readonly right: Code;
}

/** The operators with two sides but `+`, and `%` and `in`, which are functions of the library. */
export function binary(trace: Trace, operator: BinaryOperator, left: Code, right: Code): Code {
  const shape = { ...trace, isCheap: false, variable: undefined, operator, left, right };
  const code: BinaryCode = { ...shape, run: runners[operator] ?? runBinary };
  return code;
}

interface SumCode extends Code {
  readonly first: Code;
  /** What is added, each with the trace of the sum up to there. */
  readonly more: readonly { readonly operand: Code; readonly trace: Trace }[];
}

/** `a + b + c`: a loop, because programs put together thousands of parts this way. */
export function sum(trace: Trace, first: Code, more: SumCode['more']): Code {
  const code: SumCode = { ...trace, isCheap: false, variable: undefined, run: runSum, first, more };
  return code;
}

function runSum(code: SumCode, env: Env, machine: Machine): Value {
  let total = code.first.run(code.first, env, machine);
  for (const { operand, trace } of code.more) {
    const right = operand.run(operand, env, machine);
    machine.trace = trace;
    total = add(machine, total, right);
  }
  return total;
}

type Runner = (code: BinaryCode, env: Env, machine: Machine) => Value;

const runners: Readonly<Partial<Record<BinaryOperator, Runner>>> = {
  '&&': runAnd,
  '||': runOr,
  '==': runEquals,
};

function runEquals(code: BinaryCode, env: Env, machine: Machine): Value {
  const left = code.left.run(code.left, env, machine);
  const right = code.right.run(code.right, env, machine);
  machine.trace = code;
  return equals(machine, left, right);
}

function runAnd(code: BinaryCode, env: Env, machine: Machine): Value {
  const left = code.left.run(code.left, env, machine);
  machine.trace = code;
  if (!booleanOf(machine, left)) return false;
  const right = code.right.run(code.right, env, machine);
  machine.trace = code;
  return booleanOf(machine, right);
}

function runOr(code: BinaryCode, env: Env, machine: Machine): Value {
  const left = code.left.run(code.left, env, machine);
  machine.trace = code;
  if (booleanOf(machine, left)) return true;
  const right = code.right.run(code.right, env, machine);
  machine.trace = code;
  return booleanOf(machine, right);
}

function runBinary(code: BinaryCode, env: Env, machine: Machine): Value {
  const left = code.left.run(code.left, env, machine);
  const right = code.right.run(code.right, env, machine);
  machine.trace = code;
  return apply(machine, code.operator, left, right);
}

function apply(machine: Machine, operator: BinaryOperator, left: Value, right: Value): Value {
  switch (operator) {
    case '-':
      return checkNumber(machine, numberOf(machine, left) - numberOf(machine, right));
    case '*':
      return checkNumber(machine, numberOf(machine, left) * numberOf(machine, right));
    case '/': {
      const dividend = numberOf(machine, left);
      const divisor = numberOf(machine, right);
      if (divisor === 0) throw failure(machine, 'Division by zero.');
      return checkNumber(machine, dividend / divisor);
    }
    case '<':
      return compare(machine, left, right) < 0;
    case '<=':
      return compare(machine, left, right) <= 0;
    case '>':
      return compare(machine, left, right) > 0;
    case '>=':
      return compare(machine, left, right) >= 0;
    case '!=':
      return !equals(machine, left, right);
    default:
      return bitwise(machine, operator, left, right);
  }
}

/** As Go's processor turns floats into integers: what does not fit becomes the least one. */
function int64Of(value: number): bigint {
  const whole = BigInt(Math.trunc(value));
  return BigInt.asIntN(64, whole) === whole ? whole : -(2n ** 63n);
}
