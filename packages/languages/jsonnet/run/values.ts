import type { Trace } from '../errors.ts';
import type { Visibility } from '../parse/ast.ts';

/** What an expression can come to. */
export type Value = null | boolean | number | string | JsonnetArray | JsonnetObject | JsonnetFunction;

/** Elements are evaluated when they are looked at. */
export interface JsonnetArray extends ReadonlyArray<Slot> {}

/** What a variable, an element or an argument holds: a value, or how to get one. */
export type Slot = Value | Thunk;

/** A piece of program that can run. Made by `lower`, shared by all evaluations, never changed. */
export interface Code extends Trace {
  /** Gets itself, so that one function serves all of a kind. */
  run(code: Code, env: Env, machine: Machine): Value;
  /** Running it neither fails nor looks at a variable, so it need not be put off. */
  readonly isCheap: boolean;
  /** Of a variable: how many environments up it is, and its slot there. */
  readonly variable: Address | undefined;
}

/** Where a variable is found. */
export interface Address {
  readonly hops: number;
  readonly slot: number;
}

/** The variables in sight: those of one function, `local` or object, and what is around. */
export interface Env {
  readonly slots: Slot[];
  readonly parent: Env | undefined;
  /** What `self` is, and how many layers above `super` starts. */
  readonly self: JsonnetObject | undefined;
  readonly superDepth: number;
}

/** A value that is worked out once, when it is first needed. */
export class Thunk {
  code: Code | undefined;
  env: Env | undefined;
  /** Instead of code: a value that a function of the library makes. */
  make: ((machine: Machine) => Value) | undefined;
  isDone: boolean;
  value: Value;

  constructor(code: Code | undefined, env: Env | undefined, make?: (machine: Machine) => Value) {
    this.code = code;
    this.env = env;
    this.make = make;
    this.isDone = false;
    this.value = null;
  }
}

/** A parameter; `isOptional` says that there is something to take in its place. */
export interface FunctionParameter {
  readonly name: string;
  readonly isOptional: boolean;
}

/** A function of the program, of the library, or of the host. */
export class JsonnetFunction {
  readonly parameters: readonly FunctionParameter[];
  /** Of a function of the program. */
  readonly body: Code | undefined;
  readonly fallbacks: readonly (Code | undefined)[];
  readonly env: Env | undefined;
  /** Of the others: an optional argument that is not given is undefined. */
  readonly call: ((machine: Machine, slots: readonly (Slot | undefined)[]) => Value) | undefined;

  constructor(
    parameters: readonly FunctionParameter[],
    body: Code | undefined,
    fallbacks: readonly (Code | undefined)[],
    env: Env | undefined,
    call?: (machine: Machine, slots: readonly (Slot | undefined)[]) => Value,
  ) {
    this.parameters = parameters;
    this.body = body;
    this.fallbacks = fallbacks;
    this.env = env;
    this.call = call;
  }
}

/** A field before it belongs to an object: `self` is not bound yet. */
export interface Field {
  readonly visibility: Visibility;
  readonly plus: boolean;
  /** What it says, or a value that needs no evaluation. */
  readonly body: Code | undefined;
  readonly value: Slot;
  /** Of an object comprehension: each field has its own variables. */
  readonly env: Env | undefined;
}

/** One `{...}` of those that were added up to an object. */
export interface Layer {
  readonly fields: ReadonlyMap<string, Field>;
  readonly env: Env | undefined;
  readonly locals: readonly Code[];
  /** The outermost object binds `$`, in the slot behind its locals. */
  readonly bindsDollar: boolean;
  readonly asserts: readonly Code[];
  /** Of `std.objectRemoveKey`: only these fields are seen from here on, and they look like this. */
  readonly retained: ReadonlyMap<string, Visibility> | undefined;
  /** Of layers whose names are all written in the program: shared by all objects that it makes. */
  readonly names: ConstantNames | undefined;
}

/** What is worked out once for all layers of the same place in a program. */
export interface ConstantNames {
  visible: readonly string[] | undefined;
}

/** An object: its layers from the last one added to the first, and what was worked out already. */
export class JsonnetObject {
  readonly layers: readonly Layer[];
  /** Values of fields as seen from outside, by name. */
  cache: Map<string, Value> | undefined;
  /** Values of fields that `super` reached, by layer and name. */
  superCache: Map<string, Value> | undefined;
  /** One environment per layer, so that locals of the object are worked out once. */
  envs: (Env | undefined)[] | undefined;
  /** Where fields are found, for objects of many layers. */
  index: Map<string, number> | undefined;
  visible: readonly string[] | undefined;
  asserted: 'no' | 'yes' | Error;

  constructor(layers: readonly Layer[]) {
    this.layers = layers;
    this.cache = undefined;
    this.superCache = undefined;
    this.envs = undefined;
    this.index = undefined;
    this.visible = undefined;
    this.asserted = 'yes';
    for (const layer of layers) if (layer.asserts.length > 0) this.asserted = 'no';
  }
}

/** Whether a value is an array. */
export function isArray(value: Value | undefined): value is JsonnetArray {
  return Array.isArray(value);
}

/** The name of a value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  if (value instanceof JsonnetObject) return 'object';
  if (value instanceof JsonnetFunction) return 'function';
  return typeof value;
}

/** Variables below others; `self` stays what it is. */
export function makeEnv(slots: Slot[], parent: Env | undefined): Env {
  return {
    slots,
    parent,
    self: parent === undefined ? undefined : parent.self,
    superDepth: parent === undefined ? 0 : parent.superDepth,
  };
}

/** Variables of an object's layer. */
export function makeObjectEnv(
  slots: Slot[],
  parent: Env | undefined,
  self: JsonnetObject,
  superDepth: number,
): Env {
  return { slots, parent, self, superDepth };
}

/** What an evaluation may take. */
export interface JsonnetLimits {
  /** Calls, elements and fields within each other; upstream's default is 500. */
  readonly stackMax: number;
  /** Calls, elements and fields altogether: about ten seconds of work. */
  readonly stepsMax: number;
  /** Elements of an array, characters of a text and of the output. */
  readonly sizeMax: number;
}

/** The state of one evaluation. */
export interface Machine {
  readonly limits: JsonnetLimits;
  /** Where each frame was called from; the first `depth` count. */
  readonly stack: Trace[];
  depth: number;
  steps: number;
  /** What is being worked on now. */
  trace: Trace;
  /** Whether the frame on top was called with `tailstrict`: a call in its last place takes its room. */
  isTrimmable: boolean;
  readonly extVars: ReadonlyMap<string, Slot>;
  readonly natives: ReadonlyMap<string, JsonnetFunction>;
  /** The standard library without `thisFile`. */
  readonly std: JsonnetObject;
  importValue(form: 'import' | 'importstr' | 'importbin', from: string, path: string): Value;
  print(line: string): void;
  /** `a + b`, for fields with `+:`. */
  readonly add: (machine: Machine, left: Value, right: Value) => Value;
  /** The characters of the text that was taken apart last. */
  /** Traces of manifests by field and by element; most names come again. */
  readonly fieldTraces: Map<string, Trace>;
  readonly elementTraces: Trace[];
  lastText: string;
  lastRunes: readonly string[];
}
