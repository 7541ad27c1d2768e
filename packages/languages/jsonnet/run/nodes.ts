import type { Span } from '../source.ts';
import type { Trace } from '../errors.ts';
import { failure, force, lookUp, slotFor } from './machine.ts';
import type { Machine } from './machine.ts';
import { hasSuperField, indexObject, indexSuper } from './objects.ts';
import { booleanOf, numberOf, textOf } from './operators.ts';
import { valueText } from './manifest.ts';
import { runesOf } from './text.ts';
import { JsonnetFunction, JsonnetObject, isArray, makeEnv, typeName } from './values.ts';
import type { Address, Code, Env, FunctionParameter, Slot, Value } from './values.ts';

const notCheap = { isCheap: false, variable: undefined } as const;

interface LiteralCode extends Code {
  readonly value: Value;
}

/** A constant. */
export function literal(trace: Trace, value: Value): Code {
  return { ...trace, isCheap: true, variable: undefined, run: runLiteral, value } as LiteralCode;
}

function runLiteral(code: LiteralCode): Value {
  return code.value;
}

/** A number that is too large for a double fails where it is used. */
export function numberLiteral(trace: Trace, text: string): Code {
  const value = Number(text);
  if (Number.isFinite(value)) return literal(trace, value);
  return { ...trace, ...notCheap, run: runOverflow };
}

function runOverflow(code: Code, _env: Env, machine: Machine): Value {
  machine.trace = code;
  throw failure(machine, 'overflow');
}

/** `self`. */
export function self(trace: Trace): Code {
  return { ...trace, isCheap: true, variable: undefined, run: runSelf };
}

function runSelf(_code: Code, env: Env): Value {
  return env.self ?? null;
}

interface VariableCode extends Code {
  readonly variable: Address;
}

/** A variable. */
export function variable(trace: Trace, address: Address): Code {
  const code: VariableCode = { ...trace, isCheap: false, variable: address, run: runVariable };
  return code;
}

function runVariable(code: VariableCode, env: Env, machine: Machine): Value {
  const slot = lookUp(env, code.variable);
  machine.trace = code;
  return slot === undefined ? null : force(machine, slot);
}

interface IndexCode extends Code {
  readonly target: Code;
  readonly index: Code;
}

/** `target[index]`; `target.name` is one with a constant. */
export function index(trace: Trace, target: Code, at: Code): Code {
  const code: IndexCode = { ...trace, ...notCheap, run: runIndex, target, index: at };
  return code;
}

function runIndex(code: IndexCode, env: Env, machine: Machine): Value {
  const target = code.target.run(code.target, env, machine);
  const at = code.index.run(code.index, env, machine);
  machine.trace = code;
  if (target instanceof JsonnetObject) return indexObject(machine, target, textOf(machine, at));
  if (isArray(target)) {
    const i = Math.trunc(numberOf(machine, at));
    const slot = target[i];
    if (slot === undefined) throw outOfBounds(machine, i, target.length);
    return force(machine, slot);
  }
  if (typeof target === 'string') {
    const i = Math.trunc(numberOf(machine, at));
    const runes = runesOf(machine, target);
    const rune = runes[i];
    if (rune === undefined) throw outOfBounds(machine, i, runes.length);
    return rune;
  }
  const type = typeName(target);
  throw failure(
    machine,
    `Value non indexable: *jsonnet.value${type.charAt(0).toUpperCase()}${type.slice(1)}`,
  );
}

function outOfBounds(machine: Machine, i: number, length: number): Error {
  return failure(machine, `Index ${i} out of bounds, not within [0, ${length})`);
}

interface SuperCode extends Code {
  readonly index: Code;
}

/** `super.name` or `super[name]`. */
export function superIndex(trace: Trace, at: Code): Code {
  const code: SuperCode = { ...trace, ...notCheap, run: runSuperIndex, index: at };
  return code;
}

function runSuperIndex(code: SuperCode, env: Env, machine: Machine): Value {
  const name = code.index.run(code.index, env, machine);
  machine.trace = code;
  if (env.self === undefined) return null;
  return indexSuper(machine, env.self, env.superDepth, textOf(machine, name));
}

/** `name in super`. */
export function inSuper(trace: Trace, at: Code): Code {
  const code: SuperCode = { ...trace, ...notCheap, run: runInSuper, index: at };
  return code;
}

function runInSuper(code: SuperCode, env: Env, machine: Machine): Value {
  const name = code.index.run(code.index, env, machine);
  machine.trace = code;
  return env.self !== undefined && hasSuperField(env.self, env.superDepth, textOf(machine, name));
}

interface ConditionalCode extends Code {
  readonly condition: Code;
  readonly yes: Code;
  readonly no: Code;
}

/** `if condition then ... else ...`. */
export function conditional(trace: Trace, condition: Code, yes: Code, no: Code): Code {
  const code: ConditionalCode = { ...trace, ...notCheap, run: runConditional, condition, yes, no };
  return code;
}

function runConditional(code: ConditionalCode, env: Env, machine: Machine): Value {
  const condition = code.condition.run(code.condition, env, machine);
  if (condition === true) return code.yes.run(code.yes, env, machine);
  machine.trace = code;
  booleanOf(machine, condition);
  return code.no.run(code.no, env, machine);
}

interface ErrorCode extends Code {
  readonly message: Code;
}

/** `error message`. */
export function raise(trace: Trace, message: Code): Code {
  const code: ErrorCode = { ...trace, ...notCheap, run: runRaise, message };
  return code;
}

function runRaise(code: ErrorCode, env: Env, machine: Machine): Value {
  const message = code.message.run(code.message, env, machine);
  machine.trace = code;
  throw failure(machine, valueText(machine, message));
}

interface LocalCode extends Code {
  readonly binds: readonly Code[];
  readonly body: Code;
}

/** `local name = ...; body`. */
export function local(trace: Trace, binds: readonly Code[], body: Code): Code {
  const code: LocalCode = { ...trace, ...notCheap, run: runLocal, binds, body };
  return code;
}

function runLocal(code: LocalCode, env: Env, machine: Machine): Value {
  const slots: Slot[] = [];
  const inner = makeEnv(slots, env);
  for (const bind of code.binds) slots.push(slotFor(bind, inner, machine));
  return code.body.run(code.body, inner, machine);
}

interface FunctionCode extends Code {
  readonly parameters: readonly FunctionParameter[];
  readonly fallbacks: readonly (Code | undefined)[];
  readonly body: Code;
}

/** `function(parameters) body`. */
export function closure(
  trace: Trace,
  parameters: readonly FunctionParameter[],
  fallbacks: readonly (Code | undefined)[],
  body: Code,
): Code {
  const code: FunctionCode = {
    ...trace,
    isCheap: true,
    variable: undefined,
    run: runClosure,
    parameters,
    fallbacks,
    body,
  };
  return code;
}

function runClosure(code: FunctionCode, env: Env): Value {
  return new JsonnetFunction(code.parameters, code.body, code.fallbacks, env);
}

interface ImportCode extends Code {
  readonly form: 'import' | 'importstr' | 'importbin';
  readonly from: string;
  readonly path: string;
}

/** `import`, `importstr`, `importbin`. */
export function importFile(span: Span, context: string, form: ImportCode['form'], path: string): Code {
  const from = span.source.path;
  const code: ImportCode = { span, context, ...notCheap, run: runImport, form, from, path };
  return code;
}

function runImport(code: ImportCode, _env: Env, machine: Machine): Value {
  machine.trace = code;
  return machine.importValue(code.form, code.from, code.path);
}
