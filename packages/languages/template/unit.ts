import { fail } from './run.ts';
import type { IdentifierNode, ListNode, Node, Operand, PipeNode } from './nodes.ts';
import type { Frame } from './model.ts';
import type { Given } from './given.ts';
import type { TemplateFunctions } from './types.ts';

/** An expression: what it gives for a dot. */
export type Evaluate = (frame: Frame, dot: Given) => Given;

/** A command that gets what came through the pipe. */
export type EvaluatePiped = (frame: Frame, dot: Given, piped?: Given) => Given;

/** How a statement ended: 0 at its end, 1 with a break, 2 with a continue. */
export type Ending = 0 | 1 | 2;

export type Execute = (frame: Frame, dot: Given) => Ending;

/** The compilers that need each other. */
export interface Compilers {
  /** `elements` tells which of the declared variables a range fills with elements. */
  readonly pipe: (unit: Unit, pipe: PipeNode, elements?: readonly boolean[]) => Evaluate;
  readonly operand: (unit: Unit, node: Exclude<Operand, { type: 'nil' }>) => Evaluate;
  readonly call: (
    unit: Unit,
    node: IdentifierNode,
    context: Node,
    args: readonly Operand[],
    piped?: boolean,
  ) => EvaluatePiped;
  /** A list whose variables end with it. */
  readonly scoped: (unit: Unit, list: ListNode) => Execute;
}

/** An expression that cannot be evaluated, which is only an error when it is. */
export function failing(node: Node, detail: string): Evaluate {
  return (frame) => {
    frame.at = node;
    return fail(frame, detail);
  };
}

/** A variable that is visible at a place of a template. */
interface Variable {
  readonly name: string;
  readonly slot: number;
  /** A range filled it with an element, which Go holds as an interface; only error texts tell. */
  readonly isElement: boolean;
}

/** What the compiler knows at a place of a template. Go finds variables by name at run time; here every declaration has its slot. */
export interface Unit {
  readonly functions: TemplateFunctions;
  readonly compilers: Compilers;
  readonly variables: Variable[];
  slots: number;
  /** How many places of the template have a number, for executions that note where things come from. */
  readonly places: { count: number };
  dotIsElement: boolean;
}

export function createUnit(functions: TemplateFunctions, compilers: Compilers): Unit {
  return {
    functions,
    compilers,
    variables: [{ name: '$', slot: 0, isElement: false }],
    slots: 1,
    places: { count: 0 },
    dotIsElement: false,
  };
}

/** Declares a variable, which hides earlier ones of its name. */
export function declareVariable(unit: Unit, name: string, isElement: boolean): number {
  const slot = unit.slots;
  unit.slots += 1;
  unit.variables.push({ name, slot, isElement });
  return slot;
}

/** A number for a place of the template. */
export function placeNumber({ places }: Unit): number {
  places.count += 1;
  return places.count - 1;
}

export function slotOf(unit: Unit, name: string): number | undefined {
  return unit.variables.findLast((variable) => variable.name === name)?.slot;
}
