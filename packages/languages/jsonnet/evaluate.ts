import { err, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { formatError, headOf, placeOfError } from './errors.ts';
import type { JsonnetError } from './errors.ts';
import { asError, createJsonnetFiles } from './files.ts';
import type { JsonnetFiles, ResolveImport, Unit } from './files.ts';
import { callFunction } from './run/calls.ts';
import { failure, force, jsonnetLimits, lazily, noTrace, runFrame } from './run/machine.ts';
import type { JsonnetLimits, Machine } from './run/machine.ts';
import { isList, jsonText, manifest, sortedNames } from './run/manifest.ts';
import type { Json } from './run/manifest.ts';
import { add } from './run/operators.ts';
import { placesOf } from './run/places.ts';
import type { JsonnetPlaces } from './run/places.ts';
import { extendObject, makeObject, readyField } from './run/objects.ts';
import { JsonnetFunction, Thunk, makeEnv, typeName } from './run/values.ts';
import type { Env, Slot, Value } from './run/values.ts';
import { placeOf } from './source.ts';
import { fromPlain } from './std/parse.ts';
import { utf8Text } from './std/encoding.ts';
import { makeLibrary } from './std/library.ts';

/** A variable from outside: a text, or a program that makes it. */
export type JsonnetVariable = { readonly text: string } | { readonly code: string };

/** A function of the host; its arguments and its result are plain data. What it throws is the error's message. */
export interface NativeFunction {
  readonly parameters: readonly string[];
  call(args: readonly Json[]): unknown;
}

/** What shape the result has to have. `json`: any; `data`: any, and no text is made of it. */
export type JsonnetOutput = 'json' | 'data' | 'string' | 'multi' | 'multi-string' | 'stream';

/** How a program is evaluated. */
export interface JsonnetOptions {
  /** What messages call the program. */
  readonly file: string;
  /** Where its imports start, and `std.thisFile`; empty for a text that is in no file. The default is `file`. */
  readonly path?: string;
  /** Without it every import fails. */
  readonly resolve?: ResolveImport;
  /** Files that were read already; in place of `resolve`. */
  readonly files?: JsonnetFiles;
  readonly extVars?: Readonly<Record<string, JsonnetVariable>>;
  /** Arguments of the program, if it is a function. */
  readonly tlas?: Readonly<Record<string, JsonnetVariable>>;
  readonly natives?: Readonly<Record<string, NativeFunction>>;
  readonly output?: JsonnetOutput;
  readonly limits?: Partial<JsonnetLimits>;
  /** Also say where in the program each field of the result is written. */
  readonly places?: boolean;
  /** Lines of `std.trace`. */
  readonly onTrace?: (line: string) => void;
}

/** What a program came to. */
export interface JsonnetResult {
  /** As plain data. */
  readonly value: Json;
  /** As text: one for `json` and `string`, none for `data`, one per file or document otherwise. */
  readonly texts: ReadonlyMap<string, string>;
  /** The paths of all files that imports led to, whether they were needed or not. */
  readonly imports: readonly string[];
  /** Where each field is written, where that was asked for. */
  readonly places?: JsonnetPlaces;
}

/** A program that failed, with the trace that go-jsonnet prints. */
export interface JsonnetProblem extends Problem {
  /** The message and the stack, as the `jsonnet` command prints them. */
  readonly trace: string;
  /** The same with the lines of code. */
  readonly pretty: string;
}

/** Evaluates a program of Jsonnet as go-jsonnet 0.22 does. Imports are loaded up front; the rest is pure. Never throws. */
export async function evaluateJsonnet(
  code: string,
  options: JsonnetOptions,
): Promise<Result<JsonnetResult, JsonnetProblem>> {
  const files = options.files ?? createJsonnetFiles(options.resolve ?? (async () => undefined));
  try {
    const main = await files.load(options.file, options.path ?? options.file, code);
    const extVars = await loadVariables(files, options.extVars ?? {}, 'extvar');
    const tlas = await loadVariables(files, options.tlas ?? {}, 'top-level-arg');
    if ('error' in main) throw main.error;
    const machine = makeMachine(files, extVars, options);
    const shown = withTrace(machine, () => {
      const value = evaluateMain(machine, main, tlas, options);
      machine.trace = { span: 'During manifestation', context: '' };
      const made = show(machine, value, options.output ?? 'json');
      return options.places === true ? { ...made, places: placesOf(machine, value) } : made;
    });
    return ok({ ...shown, imports: files.paths() });
  } catch (thrown) {
    return err(problemOf(asError(thrown)));
  }
}

/** Where JavaScript's own stack ends before the program's does, the error still says where that was. */
function withTrace<T>(machine: Machine, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof RangeError) throw failure(machine, asError(thrown).message);
    throw thrown;
  }
}

async function loadVariables(
  files: JsonnetFiles,
  variables: Readonly<Record<string, JsonnetVariable>>,
  kind: string,
): Promise<ReadonlyMap<string, string | Unit>> {
  const loaded = new Map<string, string | Unit>();
  for (const [name, variable] of Object.entries(variables)) {
    const value =
      'text' in variable ? variable.text : await files.load(`<${kind}:${name}>`, '', variable.code);
    loaded.set(name, value);
  }
  return loaded;
}

function makeMachine(
  files: JsonnetFiles,
  extVars: ReadonlyMap<string, string | Unit>,
  options: JsonnetOptions,
): Machine {
  const imported = new Map<string, Slot>();
  const slots = new Map<string, Slot>();
  const natives = new Map<string, JsonnetFunction>();
  const machine: Machine = {
    limits: { ...jsonnetLimits, ...options.limits },
    stack: [],
    depth: 0,
    steps: 0,
    trace: noTrace,
    isTrimmable: false,
    extVars: slots,
    natives,
    std: makeLibrary(),
    importValue(form, from, path) {
      const file = files.find(from, path);
      if (file === undefined) {
        const cause = 'no match locally or in the Jsonnet library paths';
        throw failure(machine, `couldn't open import ${JSON.stringify(path)}: ${cause}`);
      }
      if (form === 'importstr') return utf8Text(file.bytes);
      if (form === 'importbin') return [...file.bytes];
      const unit = files.unit(file);
      if ('error' in unit) throw failure(machine, headOf(unit.error));
      const slot = imported.get(file.path) ?? unitSlot(machine, unit, file.path);
      imported.set(file.path, slot);
      return force(machine, slot);
    },
    print(text) {
      const { span } = machine.trace;
      const place =
        typeof span === 'string' ? span : `${span.source.name}:${placeOf(span.source, span.begin).line}`;
      options.onTrace?.(`TRACE: ${place} ${text}`);
    },
    add,
    fieldTraces: new Map(),
    elementTraces: [],
    lastText: '',
    lastRunes: [],
  };
  for (const [name, value] of extVars) slots.set(name, variableSlot(machine, value, `<extvar:${name}>`));
  for (const [name, native] of Object.entries(options.natives ?? {})) natives.set(name, hostFunction(native));
  return machine;
}

/** What a unit comes to. One that is wrong fails when it is looked at. */
function unitSlot(machine: Machine, unit: Unit, thisFile: string): Slot {
  if (!('error' in unit)) return new Thunk(unit.code, fileEnv(machine, thisFile));
  return lazily(() => {
    throw unit.error;
  });
}

function variableSlot(machine: Machine, value: string | Unit, name: string): Slot {
  return typeof value === 'string' ? value : unitSlot(machine, value, name);
}

function fileEnv(machine: Machine, thisFile: string): Env {
  const own = makeObject(new Map([['thisFile', readyField(thisFile, 'hidden')]]));
  return makeEnv([extendObject(machine.std, own)], undefined);
}

function hostFunction(native: NativeFunction): JsonnetFunction {
  const parameters = native.parameters.map((name) => ({ name, isOptional: false }));
  return new JsonnetFunction(parameters, undefined, [], undefined, (machine, slots) => {
    const args = slots.map((slot) => {
      const { trace } = machine;
      const made = manifest(machine, force(machine, slot ?? null));
      machine.trace = trace;
      return made;
    });
    let result: unknown;
    try {
      result = native.call(args);
    } catch (thrown) {
      throw failure(machine, thrown instanceof Error ? thrown.message : String(thrown));
    }
    return fromPlain(machine, result);
  });
}

function evaluateMain(
  machine: Machine,
  main: Unit,
  tlas: ReadonlyMap<string, string | Unit>,
  options: JsonnetOptions,
): Value {
  if ('error' in main) throw main.error;
  machine.trace = { span: 'During evaluation', context: '' };
  const env = fileEnv(machine, options.path ?? options.file);
  const value = runFrame(main.code, env, machine);
  if (!(value instanceof JsonnetFunction)) return value;
  machine.trace = { span: 'Top-level function call', context: '' };
  const names = [...tlas.keys()];
  const named = names.map((name) => variableSlot(machine, tlas.get(name) ?? '', `<top-level-arg:${name}>`));
  return callFunction(machine, value, { positional: [], names, named, tailstrict: false });
}

function show(
  machine: Machine,
  value: Value,
  output: JsonnetOutput,
): { readonly value: Json; readonly texts: ReadonlyMap<string, string> } {
  if (output === 'string') {
    if (typeof value === 'string') return { value, texts: new Map([['', `${value}\n`]]) };
    throw failure(machine, `expected string result, got: ${typeName(value)}`);
  }
  const made = manifest(machine, value);
  machine.trace = { span: 'During manifestation', context: '' };
  return { value: made, texts: textsOf(machine, made, typeName(value), output) };
}

function textsOf(
  machine: Machine,
  made: Json,
  type: string,
  output: JsonnetOutput,
): ReadonlyMap<string, string> {
  const text = (part: Json): string => `${jsonText(machine, part, true)}\n`;
  if (output === 'data') return new Map();
  if (output === 'json') return new Map([['', text(made)]]);
  if (output === 'stream') {
    if (isList(made)) return new Map(made.map((part, i) => [String(i), text(part)] as const));
    const rule = 'should be an array whose elements hold the JSON for each document in the stream.';
    throw failure(machine, `stream mode: top-level object was a ${type}, ${rule}`);
  }
  if (made === null || typeof made !== 'object' || isList(made)) {
    const rule = 'should be an object whose keys are filenames and values hold the JSON for that file.';
    throw failure(machine, `multi mode: top-level object was a ${type}, ${rule}`);
  }
  const parts = sortedNames(made).map((name) => [name, made[name] ?? null] as const);
  return new Map(
    parts.map(([name, part]) => {
      if (output === 'multi') return [name, text(part)] as const;
      if (typeof part === 'string') return [name, `${part}\n`] as const;
      const rule = `multi mode: top-level object's key ${name} has a value of type ${goType(part)}`;
      throw failure(machine, `${rule}, should be a string`);
    }),
  );
}

function goType(part: Json): string {
  if (part === null) return '<nil>';
  if (typeof part === 'boolean') return 'bool';
  if (typeof part === 'number') return 'float64';
  return isList(part) ? '[]interface {}' : 'map[string]interface {}';
}

function problemOf(error: JsonnetError): JsonnetProblem {
  const place = placeOfError(error);
  const codes = { static: 'jsonnet-invalid', runtime: 'jsonnet-failed', limit: 'jsonnet-limit' };
  return {
    ...problem(codes[error.kind], headOf(error), place === undefined ? {} : { where: place }),
    trace: formatError(error),
    pretty: formatError(error, { pretty: true, framesMax: 9 }),
  };
}
