import { assignTo } from './compile-pipe.ts';
import { arityProblem, parameterAt, passAs } from './signature.ts';
import { builtinFor, builtins } from './builtins.ts';
import { callFailed, exceed, fail, step, tracingOf } from './run.ts';
import { compileArgument } from './calls.ts';
import { isTrue } from './truth.ts';
import { reprint } from './reprint.ts';
import { traceChain, traceField, traceVariable } from './trace-operands.ts';
import { addKeys, allKeys } from './trace-text.ts';
import { doingOf, traceResult } from './trace-results.ts';
import { noKeys, noTrace } from './trace.ts';
import { siteAt } from './tracer.ts';
import { declareVariable, failing, placeNumber, slotOf } from './unit.ts';
import type { Value } from '../go/index.ts';
import type { MethodArguments } from './calls.ts';
import type { CommandNode, IdentifierNode, Node, Operand, PipeNode } from './nodes.ts';
import type { Frame } from './model.ts';
import type { Given } from './given.ts';
import type { Trace } from './trace.ts';
import type { Doing } from './trace-results.ts';
import type { Tracer } from './tracer.ts';
import type { Evaluate, EvaluatePiped, Unit } from './unit.ts';

/** A pipeline whose value's trace is in `tracer.last` afterwards. */
export function tracePipe(unit: Unit, pipe: PipeNode, elements: readonly boolean[] = []): Evaluate {
  const commands = pipe.commands.map((command, at) => traceCommand(unit, command, at > 0, pipe));
  const stores = pipe.variables.map((variable, at) => {
    if (!pipe.assigns) return storeIn(declareVariable(unit, variable.name, elements[at] === true));
    const slot = slotOf(unit, variable.name);
    return slot === undefined ? assignTo(unit, variable.name) : assignIn(slot);
  });
  return (frame, dot) => {
    let value: Given;
    for (const command of commands) {
      const given = command(frame, dot, value);
      value = given === null ? undefined : given;
    }
    for (const store of stores) store(frame, value);
    return value;
  };
}

function storeIn(slot: number): (frame: Frame, value: Given) => void {
  return (frame, value) => {
    const { tracer, traces } = tracingOf(frame);
    frame.variables[slot] = value;
    traces[slot] = tracer.last;
  };
}

/** What is assigned under conditions depends on them, wherever it is printed. */
function assignIn(slot: number): (frame: Frame, value: Given) => void {
  return (frame, value) => {
    const { tracer, traces } = tracingOf(frame);
    frame.variables[slot] = value;
    traces[slot] = underConditions(tracer, tracer.last);
  };
}

/** A trace with the keys of the conditions that hold now. */
function underConditions({ conditions }: Tracer, trace: Trace | undefined): Trace | undefined {
  if (conditions === undefined || conditions.allKeys === noKeys) return trace;
  return addKeys(trace ?? noTrace, conditions.allKeys);
}

function traceCommand(unit: Unit, command: CommandNode, piped: boolean, pipe: PipeNode): EvaluatePiped {
  const [first, ...args] = command.args;
  if (first === undefined) return failing(pipe, 'empty command');
  const hasArguments = args.length > 0 || piped;
  const given: MethodArguments | undefined = hasArguments ? { args, piped, context: first } : undefined;
  const notAFunction = `can't give argument to non-function ${reprint(first)}`;
  switch (first.type) {
    case 'identifier':
      return traceCall(unit, first, command, args, piped);
    case 'field':
      return traceField(unit, first, given);
    case 'chain':
      return traceChain(unit, first, given);
    case 'variable':
      if (hasArguments && first.fields.length === 0) return failing(first, notAFunction);
      return traceVariable(unit, first, given);
    case 'pipe':
      if (!hasArguments) return unit.compilers.operand(unit, first);
      return piped ? (frame) => fail(frame, notAFunction) : failing(pipe, notAFunction);
    case 'nil':
      return failing(first, hasArguments ? notAFunction : 'nil is not a command');
    default:
      return hasArguments ? failing(first, notAFunction) : unit.compilers.operand(unit, first);
  }
}

/** A call that notes where its arguments came from, and finds out from them where its result did. */
export function traceCall(
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
  const evaluators = args.map((arg, at) => compileArgument(unit, arg, parameterAt(callee, at)));
  if (own === undefined && (name === 'and' || name === 'or'))
    return traceShortCircuit(node, evaluators, piped, name === 'or');
  const pipedType = parameterAt(callee, args.length);
  const builtin = own === undefined ? builtinFor(name, args) : undefined;
  const count = evaluators.length;
  const place = placeNumber(unit);
  const does = doingOf(name);
  return (frame, dot, pipedValue) => {
    const tracing = tracingOf(frame);
    const { tracer } = tracing;
    const pipedTrace = tracer.last;
    step(frame);
    frame.at = node;
    const given: Given[] = [];
    const traces: (Trace | undefined)[] = [];
    for (let at = 0; at < count; at++) {
      tracer.last = undefined;
      given.push((evaluators[at] as Evaluate)(frame, dot));
      traces.push(tracer.last);
    }
    if (piped) {
      given.push(passAs(frame, pipedValue, pipedType));
      traces.push(pipedTrace);
    }
    tracer.rendered = undefined;
    tracer.calling = siteAt(tracing, place, context.pos);
    tracer.args = given;
    tracer.traces = traces;
    let result: Given;
    try {
      result = own === undefined ? builtin?.(given) : own.call(given as Value[], frame.execution);
    } catch (error) {
      throw callFailed(frame, context, name, error);
    }
    if (typeof result === 'string' && result.length > frame.run.limits.output) {
      frame.at = context;
      exceed(frame, `${name} gives more than ${frame.run.limits.output} characters`);
    }
    tracer.last = traceOfCall(tracer, does, given, traces, result);
    return result;
  };
}

function traceOfCall(
  tracer: Tracer,
  does: Doing,
  args: readonly Given[],
  traces: readonly (Trace | undefined)[],
  result: Given,
): Trace | undefined {
  const { rendered } = tracer;
  tracer.rendered = undefined;
  if (rendered !== undefined && rendered.text === result) {
    // A text that is itself a value (`tpl`) is an origin of everything that comes out of it.
    const [first] = traces;
    return first === undefined ? rendered.trace : addKeys(rendered.trace, allKeys(first));
  }
  const around = tracer.conditions?.allKeys ?? noKeys;
  return traceResult(tracer.values, { does, args, traces, result, around });
}

function traceShortCircuit(
  node: IdentifierNode,
  evaluators: readonly Evaluate[],
  piped: boolean,
  stopsAt: boolean,
): EvaluatePiped {
  return (frame, dot, pipedValue) => {
    const { tracer } = tracingOf(frame);
    const pipedTrace = tracer.last;
    step(frame);
    frame.at = node;
    let keys = noKeys;
    let value: Given;
    for (let at = 0; at < evaluators.length; at++) {
      tracer.last = undefined;
      value = (evaluators[at] as Evaluate)(frame, dot);
      const isLast = !piped && at === evaluators.length - 1;
      if (isLast || isTrue(value) === stopsAt) {
        tracer.last = addKeys(tracer.last ?? noTrace, keys);
        return value;
      }
      if (tracer.last !== undefined) keys = keys.with(allKeys(tracer.last));
    }
    tracer.last = addKeys(pipedTrace ?? noTrace, keys);
    return piped ? pipedValue : value;
  };
}
