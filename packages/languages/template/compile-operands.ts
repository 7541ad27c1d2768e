import { typeName } from '../go/index.ts';
import { callBareMethod, compileMethodCall } from './calls.ts';
import { idealConstant } from './constants.ts';
import { elementType, findField } from './fields.ts';
import { reprint } from './reprint.ts';
import { failing } from './unit.ts';
import type { MethodArguments } from './calls.ts';
import type { ChainNode, FieldNode, Operand, VariableNode } from './nodes.ts';
import type { Frame } from './model.ts';
import type { Given } from './given.ts';
import type { Evaluate, EvaluatePiped, Unit } from './unit.ts';

/** An operand whose value is wanted as it is, without a parameter to convert it for (`nil` has none). */
export function compileOperand(unit: Unit, node: Exclude<Operand, { type: 'nil' }>): Evaluate {
  switch (node.type) {
    case 'dot':
      return (frame, dot) => {
        frame.at = node;
        return dot;
      };
    case 'field':
      return compileField(unit, node);
    case 'variable':
      return compileVariable(unit, node);
    case 'chain':
      return compileChain(unit, node);
    case 'pipe':
      return unit.compilers.pipe(unit, node);
    case 'identifier':
      return unit.compilers.call(unit, node, node, []);
    case 'bool':
    case 'number':
    case 'string': {
      const constant = idealConstant(node);
      if ('problem' in constant) return failing(node, constant.problem);
      const { value } = constant;
      return (frame) => {
        frame.at = node;
        return value;
      };
    }
  }
}

export function compileField(unit: Unit, node: FieldNode, given?: MethodArguments): EvaluatePiped {
  const follow = compileNames(unit, node.names, unit.dotIsElement, given);
  return (frame, dot, piped) => {
    frame.at = node;
    return follow(frame, dot, dot, piped);
  };
}

export function compileVariable(unit: Unit, node: VariableNode, given?: MethodArguments): EvaluatePiped {
  const variable = unit.variables.findLast((known) => known.name === node.name);
  if (variable === undefined) return failing(node, `undefined variable: ${node.name}`);
  const { slot } = variable;
  if (node.fields.length === 0) {
    return (frame) => {
      frame.at = node;
      return frame.variables[slot];
    };
  }
  const follow = compileNames(unit, node.fields, variable.isElement, given);
  return (frame, dot, piped) => {
    frame.at = node;
    return follow(frame, dot, frame.variables[slot], piped);
  };
}

export function compileChain(unit: Unit, node: ChainNode, given?: MethodArguments): EvaluatePiped {
  if (node.node.type === 'nil') return failing(node, `indirection through explicit nil in ${reprint(node)}`);
  const base = unit.compilers.operand(unit, node.node);
  const follow = compileNames(unit, node.fields, false, given);
  // The node that errors point to stays where the base left it, as in Go.
  return (frame, dot, piped) => follow(frame, dot, base(frame, dot), piped);
}

type Follow = (frame: Frame, dot: Given, receiver: Given, piped: Given) => Given;

/** Follows names into a value. `isElement`: the value came out of a list or table, which only errors show. */
function compileNames(
  unit: Unit,
  names: readonly string[],
  isElement: boolean,
  given: MethodArguments | undefined,
): Follow {
  if (given === undefined) return (frame, _dot, receiver) => followNames(frame, receiver, names, isElement);
  const last = names[names.length - 1] ?? '';
  const before = names.slice(0, -1);
  const call = compileMethodCall(unit, last, given);
  return (frame, dot, receiver, piped) => {
    const owner = followNames(frame, receiver, before, isElement);
    const typeOf = () => (before.length > 0 || isElement ? 'interface {}' : typeName(owner ?? null));
    return call(frame, dot, piped, owner, typeOf);
  };
}

function followNames(frame: Frame, receiver: Given, names: readonly string[], isElement: boolean): Given {
  let value = receiver;
  let container: Given;
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    if (value instanceof Map) {
      const found: Given = value.get(name);
      container = value;
      value = found === undefined ? readMember(frame, value, name, undefined, undefined) : found;
    } else {
      const type = at === 0 ? (isElement ? 'interface {}' : undefined) : 'of container';
      const asked = value;
      value = readMember(frame, asked, name, type, container);
      container = asked;
    }
  }
  return value;
}

/** A field's value, or what a method without arguments answers. */
function readMember(
  frame: Frame,
  receiver: Given,
  name: string,
  type: string | undefined,
  container: Given,
): Given {
  const found = findField(frame, receiver, name, () =>
    type === 'of container' ? elementType(container, receiver) : (type ?? typeName(receiver ?? null)),
  );
  return 'method' in found ? callBareMethod(frame, name, found.method) : found.value;
}
