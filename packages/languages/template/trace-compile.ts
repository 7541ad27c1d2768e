import { quoteString } from '../go/index.ts';
import { textOfGiven } from './compile.ts';
import { roundsOf } from './compile-range.ts';
import { createFrame, fail, runProgram, step, tracingOf, write } from './run.ts';
import { allKeys } from './trace-text.ts';
import { noteOrigin, notePrinted, siteAt, sitesIn } from './tracer.ts';
import { conditionAt, includeAt, noKeys, originAt, traceWhole } from './trace.ts';
import { traceCall, tracePipe } from './trace-pipe.ts';
import { traceOperand } from './trace-operands.ts';
import { isTrue } from './truth.ts';
import { createUnit, placeNumber, slotOf } from './unit.ts';
import { isContainer } from './trace-values.ts';
import type { ActionNode, BranchNode, ListNode, Statement, TemplateNode, TextNode, Tree } from './nodes.ts';
import type { Frame, Program } from './model.ts';
import type { Given } from './given.ts';
import type { ConditionChain, KeySet, Site, Trace } from './trace.ts';
import type { TracedOutput, Tracer, Tracing } from './tracer.ts';
import type { TemplateFunctions } from './types.ts';
import type { Compilers, Ending, Execute, Unit } from './unit.ts';

const compilers: Compilers = { pipe: tracePipe, operand: traceOperand, call: traceCall, scoped: traceScoped };

/** A tree as closures that note where everything comes from. */
export function compileTraced(tree: Tree, functions: TemplateFunctions): Program {
  let compiled: { readonly body: Execute; readonly slots: number } | undefined;
  const compile = () => {
    const unit = createUnit(functions, compilers);
    const body = traceList(unit, tree.root);
    compiled = { body, slots: unit.slots };
    return compiled;
  };
  const program: Program = {
    tree,
    traced: () => program,
    get slots() {
      return (compiled ?? compile()).slots;
    },
    get body() {
      return (compiled ?? compile()).body;
    },
  };
  return program;
}

function traceList(unit: Unit, list: ListNode): Execute {
  const statements = list.nodes.map((node) => traceStatement(unit, node));
  return (frame, dot) => {
    for (let at = 0; at < statements.length; at++) {
      const ending = (statements[at] as Execute)(frame, dot);
      if (ending !== 0) return ending;
    }
    return 0;
  };
}

function traceScoped(unit: Unit, list: ListNode): Execute {
  const { length } = unit.variables;
  const execute = traceList(unit, list);
  unit.variables.length = length;
  return execute;
}

function traceStatement(unit: Unit, node: Statement): Execute {
  switch (node.type) {
    case 'text':
      return traceTextNode(unit, node);
    case 'action':
      return traceAction(unit, node);
    case 'if':
    case 'with':
      return traceCondition(unit, node);
    case 'range':
      return traceRange(unit, node);
    case 'template':
      return traceTemplate(unit, node);
    case 'break':
      return () => 1;
    case 'continue':
      return () => 2;
  }
}

/** One piece for the whole text; which of its lines a part stands on is found out when somebody asks. */
function traceTextNode(unit: Unit, { text, pos }: TextNode): Execute {
  const place = placeNumber(unit);
  return (frame) => {
    step(frame);
    const tracing = tracingOf(frame);
    const { includes, conditions } = tracing.tracer;
    write(frame, text);
    const origin = originAt(siteAt(tracing, place, pos), includes, conditions, noKeys);
    noteOrigin(tracing.output, frame.output.text.length, origin, pos);
    return 0;
  };
}

function traceAction(unit: Unit, node: ActionNode): Execute {
  const evaluate = tracePipe(unit, node.pipe);
  const prints = node.pipe.variables.length === 0;
  const place = placeNumber(unit);
  return (frame, dot) => {
    step(frame);
    const tracing = tracingOf(frame);
    const { tracer } = tracing;
    tracer.last = undefined;
    const value = evaluate(frame, dot);
    if (!prints) return 0;
    frame.at = node;
    const text = textOfGiven(value);
    const start = frame.output.text.length;
    write(frame, text);
    const trace = isContainer(value) ? traceWhole(tracer.values.deepKeys(value, tracer.last)) : tracer.last;
    notePrinted(tracing, siteAt(tracing, place, node.pos), start, text.length, trace);
    return 0;
  };
}

/** The conditions in a branch: those around it, and its own. */
function conditionsIn(tracing: Tracing, site: Site, trace: Trace | undefined): ConditionChain {
  const { tracer, output } = tracing;
  const keys = trace === undefined ? noKeys : allKeys(trace);
  noteLooked(output, keys);
  return conditionAt(site, keys, tracer.conditions);
}

/** A condition that is asked in every round mostly looks at the same keys. */
function noteLooked({ looked }: TracedOutput, keys: KeySet): void {
  if (keys !== noKeys && looked[looked.length - 1] !== keys) looked.push(keys);
}

function traceCondition(unit: Unit, node: BranchNode): Execute {
  const { length: visible } = unit.variables;
  const evaluate = tracePipe(unit, node.pipe);
  const dotIsElement = unit.dotIsElement;
  const isWith = node.type === 'with';
  const place = placeNumber(unit);
  if (isWith) unit.dotIsElement = false;
  const then = traceScoped(unit, node.list);
  unit.dotIsElement = dotIsElement;
  const otherwise = node.elseList === undefined ? undefined : traceScoped(unit, node.elseList);
  unit.variables.length = visible;
  return (frame, dot) => {
    step(frame);
    const tracing = tracingOf(frame);
    const { tracer } = tracing;
    tracer.last = undefined;
    const value = evaluate(frame, dot);
    const trace: Trace | undefined = tracer.last;
    const { conditions } = tracer;
    const { dot: outerDot } = tracing;
    const truth = isTrue(value);
    const list = truth ? then : otherwise;
    if (list === undefined) {
      noteLooked(tracing.output, trace === undefined ? noKeys : allKeys(trace));
      return 0;
    }
    tracer.conditions = conditionsIn(tracing, siteAt(tracing, place, node.pos), trace);
    if (isWith && truth) tracing.dot = trace;
    const ending = list(frame, isWith && truth ? value : dot);
    tracing.dot = outerDot;
    tracer.conditions = conditions;
    return ending;
  };
}

function traceRange(unit: Unit, node: BranchNode): Execute {
  const { length: visible } = unit.variables;
  const names = node.pipe.variables.map((variable) => variable.name);
  const evaluate = tracePipe(unit, node.pipe, names.length > 1 ? [false, true] : [true]);
  const slots = names.map((name) => slotOf(unit, name));
  const [keySlot, elementSlot] = slots.length > 1 ? slots : [undefined, slots[0]];
  const { dotIsElement } = unit;
  const place = placeNumber(unit);
  unit.dotIsElement = true;
  const body = traceScoped(unit, node.list);
  unit.dotIsElement = dotIsElement;
  const otherwise = node.elseList === undefined ? undefined : traceScoped(unit, node.elseList);
  unit.variables.length = visible;
  return (frame, dot) => {
    step(frame);
    const tracing = tracingOf(frame);
    const { tracer } = tracing;
    tracer.last = undefined;
    const value = evaluate(frame, dot);
    const around: Trace | undefined = tracer.last;
    const rounds = roundsOf(frame, value, keySlot !== undefined);
    const { conditions } = tracer;
    const { dot: outerDot } = tracing;
    let ending: Ending = 0;
    tracer.conditions = conditionsIn(tracing, siteAt(tracing, place, node.pos), around);
    if (rounds.length === 0 && otherwise !== undefined) ending = otherwise(frame, dot);
    for (let at = 0; at < rounds.length; at++) {
      step(frame);
      const element = rounds.element(at);
      const trace = traceOfElement(tracer, value, rounds.key(at), around);
      storeRound(frame, keySlot, rounds.key(at), trace);
      storeRound(frame, elementSlot, element, trace);
      tracing.dot = trace;
      if (body(frame, element) === 1) break;
    }
    tracing.dot = outerDot;
    tracer.conditions = conditions;
    return ending;
  };
}

function traceOfElement(
  tracer: Tracer,
  value: Given,
  key: Given,
  around: Trace | undefined,
): Trace | undefined {
  if (!isContainer(value)) return around;
  const slot =
    typeof key === 'string' ? key : typeof key === 'object' && key !== null && 'n' in key ? Number(key.n) : 0;
  return tracer.values.slot(value, slot) ?? around;
}

function storeRound(frame: Frame, slot: number | undefined, value: Given, trace: Trace | undefined): void {
  if (slot === undefined) return;
  frame.variables[slot] = value;
  tracingOf(frame).traces[slot] = trace;
}

function traceTemplate(unit: Unit, node: TemplateNode): Execute {
  const evaluate = node.pipe === undefined ? undefined : tracePipe(unit, node.pipe);
  const place = placeNumber(unit);
  return (frame, dot) => {
    step(frame);
    frame.at = node;
    const program = frame.scope.lookup(node.name)?.traced();
    if (program === undefined) return fail(frame, `template ${quoteString(node.name)} not defined`);
    const outer = tracingOf(frame);
    const { tracer, output } = outer;
    tracer.last = undefined;
    const data = evaluate?.(frame, dot);
    const { includes, last } = tracer;
    const { tree } = program;
    const sites = sitesIn(tracer, tree);
    const tracing: Tracing = { tracer, source: tree.source, sites, traces: [last], dot: last, output };
    tracer.includes = includeAt(siteAt(outer, place, node.pos), node.name, includes);
    runProgram(createFrame(frame.run, frame.scope, program, frame.output, data, tracing), program, data);
    tracer.includes = includes;
    return 0;
  };
}
