import { GoObject, printValue, quoteString } from '../go/index.ts';
import { compileCall } from './calls.ts';
import { compileOperand } from './compile-operands.ts';
import { compilePipe } from './compile-pipe.ts';
import { compileRange } from './compile-range.ts';
import { createFrame, fail, runProgram, step, write } from './run.ts';
import { isTrue } from './truth.ts';
import { createUnit } from './unit.ts';
import type { ActionNode, BranchNode, ListNode, Statement, TemplateNode, TextNode, Tree } from './nodes.ts';
import type { Given } from './given.ts';
import type { Program } from './model.ts';
import type { TemplateFunctions } from './types.ts';
import type { Compilers, Execute, Unit } from './unit.ts';

const compilers: Compilers = {
  pipe: compilePipe,
  operand: compileOperand,
  call: compileCall,
  scoped: compileScoped,
};

/** A tree as closures. Compiled when it first runs: most definitions of a chart never do. */
export function compileTree(tree: Tree, functions: TemplateFunctions, traced: () => Program): Program {
  let compiled: { readonly body: Execute; readonly slots: number } | undefined;
  const compile = () => {
    const unit = createUnit(functions, compilers);
    const body = compileList(unit, tree.root);
    compiled = { body, slots: unit.slots };
    return compiled;
  };
  return {
    tree,
    traced,
    get slots() {
      return (compiled ?? compile()).slots;
    },
    get body() {
      return (compiled ?? compile()).body;
    },
  };
}

function compileList(unit: Unit, list: ListNode): Execute {
  const statements = list.nodes.map((node) => compileStatement(unit, node));
  const [only] = statements;
  if (only !== undefined && statements.length === 1) return only;
  return (frame, dot) => {
    for (let at = 0; at < statements.length; at++) {
      const ending = (statements[at] as Execute)(frame, dot);
      if (ending !== 0) return ending;
    }
    return 0;
  };
}

function compileStatement(unit: Unit, node: Statement): Execute {
  switch (node.type) {
    case 'text':
      return compileText(node);
    case 'action':
      return compileAction(unit, node);
    case 'if':
    case 'with':
      return compileCondition(unit, node);
    case 'range':
      return compileRange(unit, node);
    case 'template':
      return compileTemplate(unit, node);
    case 'break':
      return () => 1;
    case 'continue':
      return () => 2;
  }
}

function compileText({ text }: TextNode): Execute {
  return (frame) => {
    step(frame);
    write(frame, text);
    return 0;
  };
}

function compileAction(unit: Unit, node: ActionNode): Execute {
  const evaluate = compilePipe(unit, node.pipe);
  if (node.pipe.variables.length > 0) {
    return (frame, dot) => {
      step(frame);
      evaluate(frame, dot);
      return 0;
    };
  }
  return (frame, dot) => {
    step(frame);
    const value = evaluate(frame, dot);
    frame.at = node;
    write(frame, textOfGiven(value));
    return 0;
  };
}

/** What an action prints. */
export function textOfGiven(value: Given): string {
  if (typeof value === 'string') return value;
  if (value instanceof GoObject && value.asOutput !== undefined) return value.asOutput();
  return value === undefined ? '<no value>' : printValue(value);
}

function compileCondition(unit: Unit, node: BranchNode): Execute {
  const { length: visible } = unit.variables;
  const evaluate = compilePipe(unit, node.pipe);
  const dotIsElement = unit.dotIsElement;
  const isWith = node.type === 'with';
  if (isWith) unit.dotIsElement = false;
  const then = compileScoped(unit, node.list);
  unit.dotIsElement = dotIsElement;
  const otherwise = node.elseList === undefined ? undefined : compileScoped(unit, node.elseList);
  unit.variables.length = visible;
  return (frame, dot) => {
    step(frame);
    const value = evaluate(frame, dot);
    if (isTrue(value)) return then(frame, isWith ? value : dot);
    return otherwise === undefined ? 0 : otherwise(frame, dot);
  };
}

/** A list whose variables end with it. */
function compileScoped(unit: Unit, list: ListNode): Execute {
  const { length } = unit.variables;
  const execute = compileList(unit, list);
  unit.variables.length = length;
  return execute;
}

function compileTemplate(unit: Unit, node: TemplateNode): Execute {
  const evaluate = node.pipe === undefined ? undefined : compilePipe(unit, node.pipe);
  return (frame, dot) => {
    step(frame);
    frame.at = node;
    const program = frame.scope.lookup(node.name);
    if (program === undefined) return fail(frame, `template ${quoteString(node.name)} not defined`);
    const data = evaluate?.(frame, dot);
    runProgram(createFrame(frame.run, frame.scope, program, frame.output, data), program, data);
    return 0;
  };
}
