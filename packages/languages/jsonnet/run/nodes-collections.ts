import type { Trace } from '../errors.ts';
import type { Visibility } from '../parse/ast.ts';
import { blankTrace, checkSize, enter, failure, leave, runFrame, slotFor } from './machine.ts';
import type { Machine } from './machine.ts';
import { quote } from './manifest.ts';
import { arrayOf, booleanOf } from './operators.ts';
import { JsonnetObject, isArray, makeEnv, typeName } from './values.ts';
import type { Code, ConstantNames, Env, Field, Layer, Slot, Value } from './values.ts';

interface ArrayCode extends Code {
  readonly elements: readonly Code[];
}

/** `[a, b]`. */
export function array(trace: Trace, elements: readonly Code[]): Code {
  const code: ArrayCode = { ...trace, isCheap: false, variable: undefined, run: runArray, elements };
  return code;
}

function runArray(code: ArrayCode, env: Env, machine: Machine): Value {
  return code.elements.map((element) => slotFor(element, env, machine));
}

/** A field of an object in the program. */
export interface FieldCode {
  readonly name: Code | string;
  readonly visibility: Visibility;
  readonly plus: boolean;
  readonly body: Code;
}

/** The members of an object in the program. */
export interface ObjectParts {
  readonly fields: readonly FieldCode[];
  readonly locals: readonly Code[];
  readonly bindsDollar: boolean;
  readonly asserts: readonly Code[];
}

interface ObjectCode extends Code, ObjectParts {
  /** All fields, where no name has to be worked out. */
  readonly constant: ReadonlyMap<string, Field> | undefined;
  readonly names: ConstantNames | undefined;
}

/** `{ ... }`. */
export function object(trace: Trace, parts: ObjectParts): Code {
  const shape = { ...trace, isCheap: false, variable: undefined, run: runObject };
  const constant = constantFields(parts.fields);
  const names = constant === undefined ? undefined : { visible: undefined };
  const code: ObjectCode = { ...shape, ...parts, constant, names };
  return code;
}

function constantFields(fields: readonly FieldCode[]): ReadonlyMap<string, Field> | undefined {
  const found = new Map<string, Field>();
  for (const field of fields) {
    if (typeof field.name !== 'string' || found.has(field.name)) return undefined;
    found.set(field.name, fieldOf(field, undefined));
  }
  return found;
}

function fieldOf({ visibility, plus, body }: FieldCode, env: Env | undefined): Field {
  return { visibility, plus, body, value: null, env };
}

function runObject(code: ObjectCode, env: Env, machine: Machine): Value {
  const { locals, bindsDollar, asserts, names } = code;
  const fields = code.constant ?? namedFields(code, env, machine);
  return new JsonnetObject([{ fields, env, locals, bindsDollar, asserts, retained: undefined, names }]);
}

function namedFields(code: ObjectCode, env: Env, machine: Machine): ReadonlyMap<string, Field> {
  const found = new Map<string, Field>();
  for (const field of code.fields) {
    const name = typeof field.name === 'string' ? field.name : field.name.run(field.name, env, machine);
    machine.trace = code;
    addField(machine, found, name, fieldOf(field, undefined));
  }
  return found;
}

/** A field whose name is null is left out. */
function addField(machine: Machine, fields: Map<string, Field>, name: Value, field: Field): void {
  if (name === null) return;
  if (typeof name !== 'string') throw failure(machine, `Field name must be string, got ${typeName(name)}`);
  if (fields.has(name)) throw failure(machine, `Duplicate field name: ${quote(name)}`);
  fields.set(name, field);
}

/** `for name in list if condition`. */
export interface ClauseCode {
  readonly list: Code;
  readonly conditions: readonly Code[];
}

interface ArrayComprehensionCode extends Code {
  readonly clauses: readonly ClauseCode[];
  readonly body: Code;
}

/** `[body for ...]`. */
export function arrayComprehension(trace: Trace, clauses: readonly ClauseCode[], body: Code): Code {
  const shape = { ...trace, isCheap: false, variable: undefined, run: runArrayComprehension };
  const code: ArrayComprehensionCode = { ...shape, clauses, body };
  return code;
}

function runArrayComprehension(code: ArrayComprehensionCode, env: Env, machine: Machine): Value {
  const items: Slot[] = [];
  loop(code, code.clauses, 0, env, machine, (inner) => {
    items.push(slotFor(code.body, inner, machine));
    checkSize(machine, items.length, 'an array');
  });
  return items;
}

/** Goes through all that the clauses from `level` on bind. Upstream calls a function per round, which traces show. */
function loop(
  here: Trace,
  clauses: readonly ClauseCode[],
  level: number,
  env: Env,
  machine: Machine,
  emit: (env: Env) => void,
): void {
  const clause = clauses[level];
  if (clause === undefined) return emit(env);
  machine.trace = here;
  const list = runFrame(clause.list, env, machine);
  machine.trace = here;
  for (const slot of isArray(list) ? list : arrayOf(machine, list)) {
    enter(machine);
    const inner = makeEnv([slot], env);
    if (holds(clause.conditions, inner, machine)) loop(here, clauses, level + 1, inner, machine, emit);
    leave(machine);
  }
}

function holds(conditions: readonly Code[], env: Env, machine: Machine): boolean {
  for (const condition of conditions) {
    const value = condition.run(condition, env, machine);
    if (value === true) continue;
    machine.trace = blankTrace;
    if (!booleanOf(machine, value)) return false;
  }
  return true;
}

interface ObjectComprehensionCode extends Code {
  readonly clauses: readonly ClauseCode[];
  readonly field: FieldCode;
  readonly locals: readonly Code[];
  readonly bindsDollar: boolean;
  /** The trace of the object that is made in each round. */
  readonly inner: Trace;
}

/** `{ [name]: body for ... }`. */
export function objectComprehension(trace: Trace, parts: Omit<ObjectComprehensionCode, keyof Code>): Code {
  const shape = { ...trace, isCheap: false, variable: undefined, run: runObjectComprehension };
  const code: ObjectComprehensionCode = { ...shape, ...parts };
  return code;
}

function runObjectComprehension(code: ObjectComprehensionCode, env: Env, machine: Machine): Value {
  const rounds: Env[] = [];
  machine.trace = code;
  enter(machine);
  loop(code, code.clauses, 0, env, machine, (inner) => rounds.push(inner));
  leave(machine);
  const fields = new Map<string, Field>();
  for (const inner of rounds) {
    machine.trace = code;
    const name = typeof code.field.name === 'string' ? code.field.name : nameIn(code, inner, machine);
    addField(machine, fields, name, fieldOf(code.field, inner));
  }
  const { locals, bindsDollar } = code;
  const layer: Layer = {
    fields,
    env,
    locals,
    bindsDollar,
    asserts: [],
    retained: undefined,
    names: undefined,
  };
  return new JsonnetObject([layer]);
}

function nameIn(code: ObjectComprehensionCode, env: Env, machine: Machine): Value {
  enter(machine);
  machine.trace = code.inner;
  const name =
    typeof code.field.name === 'string'
      ? code.field.name
      : code.field.name.run(code.field.name, env, machine);
  if (name !== null && typeof name !== 'string') {
    machine.trace = code.inner;
    throw failure(machine, `Field name must be string, got ${typeName(name)}`);
  }
  leave(machine);
  return name;
}
