import { GoObject } from '../go/index.ts';
import { compileChain, compileField, compileOperand, compileVariable } from './compile-operands.ts';
import { tracingOf } from './run.ts';
import { failing } from './unit.ts';
import type { MethodArguments } from './calls.ts';
import type { ChainNode, FieldNode, Operand, VariableNode } from './nodes.ts';
import type { Given } from './given.ts';
import type { Tracing } from './tracer.ts';
import type { Trace } from './trace.ts';
import type { TracedValues } from './trace-values.ts';
import type { Evaluate, EvaluatePiped, Unit } from './unit.ts';

/** An operand that also says where its value came from, in `tracer.last`. The value itself is the plain backend's. */
export function traceOperand(unit: Unit, node: Exclude<Operand, { type: 'nil' }>): Evaluate {
  switch (node.type) {
    case 'dot':
      return (frame, dot) => {
        const tracing = tracingOf(frame);
        frame.at = node;
        tracing.tracer.last = tracing.dot;
        return dot;
      };
    case 'field':
      return traceField(unit, node);
    case 'variable':
      return traceVariable(unit, node);
    case 'chain':
      return traceChain(unit, node);
    case 'pipe':
      return unit.compilers.pipe(unit, node);
    case 'identifier':
      return unit.compilers.call(unit, node, node, []);
    default: {
      const evaluate = compileOperand(unit, node);
      return (frame, dot) => {
        tracingOf(frame).tracer.last = undefined;
        return evaluate(frame, dot);
      };
    }
  }
}

export function traceField(unit: Unit, node: FieldNode, given?: MethodArguments): EvaluatePiped {
  const evaluate = compileField(unit, node, given);
  if (given !== undefined) return tracedMethod(evaluate);
  return (frame, dot) => {
    const value = evaluate(frame, dot);
    const tracing = tracingOf(frame);
    tracing.tracer.last = traceNames(tracing, dot, node.names, tracing.dot);
    return value;
  };
}

export function traceVariable(unit: Unit, node: VariableNode, given?: MethodArguments): EvaluatePiped {
  const evaluate = compileVariable(unit, node, given);
  const slot = unit.variables.findLast((known) => known.name === node.name)?.slot;
  if (slot === undefined) return failing(node, `undefined variable: ${node.name}`);
  if (given !== undefined) return tracedMethod(evaluate);
  return (frame, dot) => {
    const value = evaluate(frame, dot);
    const tracing = tracingOf(frame);
    tracing.tracer.last = traceNames(tracing, frame.variables[slot], node.fields, tracing.traces[slot]);
    return value;
  };
}

export function traceChain(unit: Unit, node: ChainNode, given?: MethodArguments): EvaluatePiped {
  if (given !== undefined || node.node.type === 'nil') return tracedMethod(compileChain(unit, node, given));
  const base = unit.compilers.operand(unit, node.node);
  let owner: Given;
  // The base is evaluated once, by the plain backend; what it gave is remembered on the way.
  const remembering: Unit = {
    ...unit,
    compilers: {
      ...unit.compilers,
      operand: () => (frame, dot) => {
        const value = base(frame, dot);
        owner = value;
        return value;
      },
    },
  };
  const evaluate = compileChain(remembering, node);
  return (frame, dot) => {
    const value = evaluate(frame, dot);
    const tracing = tracingOf(frame);
    tracing.tracer.last = traceNames(tracing, owner, node.fields, tracing.tracer.last);
    return value;
  };
}

/** Methods are asked with arguments that were traced one by one; the result has the keys of the last. */
function tracedMethod(evaluate: EvaluatePiped): EvaluatePiped {
  return (frame, dot, piped) => {
    const { tracer } = tracingOf(frame);
    tracer.last = undefined;
    return evaluate(frame, dot, piped);
  };
}

/** Where the value behind names came from. */
function traceNames(
  { tracer }: Tracing,
  receiver: Given,
  names: readonly string[],
  around: Trace | undefined,
): Trace | undefined {
  // What came out of a value that is traced as a whole is traced by that, where nothing finer is known.
  return traceBelow(tracer.values, receiver, names, 0) ?? around;
}

/** The finest that is known: asked from the last name to the first, since mostly the last is known. */
function traceBelow(
  values: TracedValues,
  container: Given,
  names: readonly string[],
  at: number,
): Trace | undefined {
  if (at === names.length) return undefined;
  const name = names[at] as string;
  if (container instanceof Map)
    return traceBelow(values, container.get(name), names, at + 1) ?? values.slot(container, name);
  if (!(container instanceof GoObject)) return undefined;
  const member = container.member(name);
  const field = member !== undefined && 'field' in member ? member.field : undefined;
  return traceBelow(values, field, names, at + 1) ?? values.slot(container, name);
}
