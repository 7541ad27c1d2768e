import { compileCall } from './calls.ts';
import { compileChain, compileField, compileOperand, compileVariable } from './compile-operands.ts';
import { reprint } from './reprint.ts';
import { fail } from './run.ts';
import { declareVariable, failing, slotOf } from './unit.ts';
import type { MethodArguments } from './calls.ts';
import type { CommandNode, PipeNode } from './nodes.ts';
import type { Frame } from './model.ts';
import type { Given } from './given.ts';
import type { Evaluate, EvaluatePiped, Unit } from './unit.ts';

/** A pipeline: every command gets what the one before gave. Nil becomes no value (reflection looks into the interface). */
export function compilePipe(unit: Unit, pipe: PipeNode, elements: readonly boolean[] = []): Evaluate {
  const value = compileCommands(unit, pipe);
  const { variables, assigns } = pipe;
  if (variables.length === 0) return value;
  const stores = variables.map((variable, at) =>
    assigns ? assignTo(unit, variable.name) : declareAs(unit, variable.name, elements[at] === true),
  );
  return (frame, dot) => {
    const result = value(frame, dot);
    for (const store of stores) store(frame, result);
    return result;
  };
}

export type Store = (frame: Frame, value: Given) => void;

function declareAs(unit: Unit, name: string, isElement: boolean): Store {
  const slot = declareVariable(unit, name, isElement);
  return (frame, value) => {
    frame.variables[slot] = value;
  };
}

/** `$x = value`; an `$x` that was never declared is only found out here, as in Go. */
export function assignTo(unit: Unit, name: string): Store {
  const slot = slotOf(unit, name);
  if (slot === undefined) return (frame) => fail(frame, `undefined variable: ${name}`);
  return (frame, value) => {
    frame.variables[slot] = value;
  };
}

function compileCommands(unit: Unit, pipe: PipeNode): Evaluate {
  const [first, ...others] = pipe.commands.map((command, at) => compileCommand(unit, command, at > 0, pipe));
  if (first === undefined) return failing(pipe, 'missing value for command');
  if (others.length === 0) {
    return (frame, dot) => {
      const value = first(frame, dot);
      return value === null ? undefined : value;
    };
  }
  return (frame, dot) => {
    let value = first(frame, dot);
    for (const command of others) value = command(frame, dot, value === null ? undefined : value);
    return value === null ? undefined : value;
  };
}

function compileCommand(unit: Unit, command: CommandNode, piped: boolean, pipe: PipeNode): EvaluatePiped {
  const [first, ...args] = command.args;
  if (first === undefined) return failing(pipe, 'empty command');
  const hasArguments = args.length > 0 || piped;
  const given: MethodArguments | undefined = hasArguments ? { args, piped, context: first } : undefined;
  const notAFunction = `can't give argument to non-function ${reprint(first)}`;
  switch (first.type) {
    case 'identifier':
      return compileCall(unit, first, command, args, piped);
    case 'field':
      return compileField(unit, first, given);
    case 'chain':
      return compileChain(unit, first, given);
    case 'variable':
      if (hasArguments && first.fields.length === 0) return failing(first, notAFunction);
      return compileVariable(unit, first, given);
    case 'pipe':
      if (!hasArguments) return compileOperand(unit, first);
      return piped ? (frame) => fail(frame, notAFunction) : failing(pipe, notAFunction);
    case 'nil':
      return failing(first, hasArguments ? notAFunction : 'nil is not a command');
    default:
      return hasArguments ? failing(first, notAFunction) : compileOperand(unit, first);
  }
}
