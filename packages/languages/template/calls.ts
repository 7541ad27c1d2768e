import { GoObject, methodOfList } from '../go/index.ts';
import { builtinFor, builtins } from './builtins.ts';
import { constantFor } from './constants.ts';
import { callFailed, exceed, fail, step } from './run.ts';
import { isTrue } from './truth.ts';
import { failing } from './unit.ts';
import { arityProblem, canBeNil, parameterAt, passAs, typeWord } from './signature.ts';
import type { GoFunction, Value } from '../go/index.ts';
import type { IdentifierNode, Node, Operand } from './nodes.ts';
import type { Frame } from './model.ts';
import type { Given } from './given.ts';
import type { Parameter } from './signature.ts';
import type { TemplateFunction } from './types.ts';
import type { Evaluate, EvaluatePiped, Unit } from './unit.ts';

/** A call of a function by its name. `context` is what errors of the function point to. */
export function compileCall(
  unit: Unit,
  node: IdentifierNode,
  context: Node,
  args: readonly Operand[],
  piped = false,
): EvaluatePiped {
  const { name } = node;
  const own = unit.functions.get(name);
  const callee = own ?? builtins.get(name);
  if (callee === undefined) return failing(node, `"${name}" is not a defined function`);
  const problem = arityProblem(name, callee, args.length, piped);
  if (problem !== undefined) return failing(node, problem);
  const values = args.map((arg, at) => compileArgument(unit, arg, parameterAt(callee, at)));
  if (own === undefined && (name === 'and' || name === 'or'))
    return compileShortCircuit(node, values, piped, name === 'or');
  const pipedType = parameterAt(callee, args.length);
  const invoke = own === undefined ? builtinFor(name, args) : callOf(own);
  if (invoke === undefined) return failing(node, `"${name}" is not a defined function`);
  const count = values.length;
  return (frame, dot, pipedValue) => {
    step(frame);
    frame.at = node;
    const given: Given[] = [];
    for (let at = 0; at < count; at++) given.push((values[at] as Evaluate)(frame, dot));
    if (piped) given.push(passAs(frame, pipedValue, pipedType));
    let result: Given;
    try {
      result = invoke(given as Value[], frame.execution);
    } catch (error) {
      throw callFailed(frame, context, name, error);
    }
    if (typeof result === 'string' && result.length > frame.run.limits.output) tooLong(frame, context, name);
    return result;
  };
}

function callOf(callee: TemplateFunction): TemplateFunction['call'] {
  return (args, execution) => callee.call(args, execution);
}

function tooLong(frame: Frame, context: Node, name: string): never {
  frame.at = context;
  return exceed(frame, `${name} gives more than ${frame.run.limits.output} characters`);
}

/** `and` and `or` stop at the argument that decides, and give it. */
function compileShortCircuit(
  node: IdentifierNode,
  values: readonly Evaluate[],
  piped: boolean,
  stopsAt: boolean,
): EvaluatePiped {
  return (frame, dot, pipedValue) => {
    step(frame);
    frame.at = node;
    let value: Given;
    for (const evaluate of values) {
      value = evaluate(frame, dot);
      if (isTrue(value) === stopsAt) return value;
    }
    return piped ? pipedValue : value;
  };
}

/** An argument, checked and converted for its parameter. */
export function compileArgument(unit: Unit, node: Operand, type: Parameter): Evaluate {
  switch (node.type) {
    case 'nil': {
      if (!canBeNil(type)) return failing(node, `cannot assign nil to ${typeWord(type)}`);
      const value = type === 'reflect' ? undefined : null;
      return (frame) => {
        frame.at = node;
        return value;
      };
    }
    case 'bool':
    case 'number':
    case 'string': {
      const constant = constantFor(node, type);
      if ('problem' in constant) return failing(node, constant.problem);
      const { value } = constant;
      return (frame) => {
        frame.at = node;
        return value;
      };
    }
    default: {
      const evaluate = unit.compilers.operand(unit, node);
      if (type === 'reflect') return evaluate;
      if (type === 'any') {
        return (frame, dot) => {
          const value = evaluate(frame, dot);
          return value === undefined ? null : value;
        };
      }
      return (frame, dot) => passAs(frame, evaluate(frame, dot), type);
    }
  }
}

/** What the last name of a chain is asked with. */
export interface MethodArguments {
  readonly args: readonly Operand[];
  readonly piped: boolean;
  /** What errors of the method point to. */
  readonly context: Node;
}

/** The last name of a chain where it is given arguments: only methods take them. */
export function compileMethodCall(unit: Unit, name: string, given: MethodArguments): EvaluateMember {
  const here: Unit = { ...unit, variables: [...unit.variables] };
  const compiled = new Map<string, EvaluateMethod>();
  return (frame, dot, piped, receiver, typeOf) => {
    if (receiver === undefined) return undefined;
    if (receiver === null) return fail(frame, `nil pointer evaluating interface {}.${name}`);
    if (receiver instanceof Map) return fail(frame, `${name} is not a method but has arguments`);
    const ofList = Array.isArray(receiver) ? methodOfList(receiver, name) : undefined;
    if (!(receiver instanceof GoObject) && ofList === undefined)
      return fail(frame, `can't evaluate field ${name} in type ${typeOf()}`);
    const member = receiver instanceof GoObject ? receiver.member(name) : ofList && { method: ofList };
    if (member === undefined) {
      const detail =
        !(receiver instanceof GoObject) || receiver.asMap === undefined
          ? `can't evaluate field ${name} in type ${typeOf()}`
          : `${name} is not a method but has arguments`;
      return fail(frame, detail);
    }
    if (!('method' in member)) return fail(frame, `${name} has arguments but cannot be invoked as function`);
    const { method } = member;
    const key = `${method.params.join()} ${method.variadic === true}`;
    let call = compiled.get(key);
    if (call === undefined) {
      call = compileMethod(here, name, method, given);
      compiled.set(key, call);
    }
    return call(frame, dot, piped, method);
  };
}

export type EvaluateMember = (
  frame: Frame,
  dot: Given,
  piped: Given,
  receiver: Given,
  typeOf: () => string,
) => Given;

type EvaluateMethod = (frame: Frame, dot: Given, piped: Given, method: GoFunction) => Given;

function compileMethod(
  unit: Unit,
  name: string,
  signature: GoFunction,
  given: MethodArguments,
): EvaluateMethod {
  const { args, piped, context } = given;
  const problem = arityProblem(name, signature, args.length, piped);
  if (problem !== undefined) return (frame) => fail(frame, problem);
  const values = args.map((arg, at) => compileArgument(unit, arg, parameterAt(signature, at)));
  const pipedType = parameterAt(signature, args.length);
  return (frame, dot, pipedValue, method) => {
    step(frame);
    const passed = values.map((evaluate) => evaluate(frame, dot) ?? null);
    if (piped) passed.push(passAs(frame, pipedValue, pipedType) ?? null);
    return invokeMethod(frame, context, name, method, passed);
  };
}

/** Calls a method that takes no arguments here. */
export function callBareMethod(frame: Frame, name: string, method: GoFunction): Given {
  const problem = arityProblem(name, method, 0, false);
  if (problem !== undefined) return fail(frame, problem);
  return invokeMethod(frame, frame.at, name, method, []);
}

function invokeMethod(
  frame: Frame,
  context: Node,
  name: string,
  method: GoFunction,
  args: readonly Value[],
): Given {
  try {
    return method.call(args);
  } catch (error) {
    throw callFailed(frame, context, name, error);
  }
}
