import type { Trace } from '../errors.ts';
import type { Visibility } from '../parse/ast.ts';
import { enter, failure, force, leave, runFrame, slotFor } from './machine.ts';
import type { Machine } from './machine.ts';
import { compareText } from './text.ts';
import { JsonnetObject, makeObjectEnv } from './values.ts';
import type { Env, Field, Layer, Slot, Value } from './values.ts';

/** From this many layers on an object keeps an index of its fields. */
const layersWithoutIndex = 4;

/** An object of one layer. */
export function makeObject(fields: ReadonlyMap<string, Field>, visibleParts?: Partial<Layer>): JsonnetObject {
  const layer: Layer = {
    fields,
    env: undefined,
    locals: [],
    bindsDollar: false,
    asserts: [],
    retained: undefined,
    names: undefined,
    ...visibleParts,
  };
  return new JsonnetObject([layer]);
}

/** A field that is a value already, or a thunk that needs no `self`. */
export function readyField(value: Slot, visibility: Visibility = 'inherit'): Field {
  return { visibility, plus: false, body: undefined, value, env: undefined };
}

/** `left + right`: the fields of `right` go before. */
export function extendObject(left: JsonnetObject, right: JsonnetObject): JsonnetObject {
  return new JsonnetObject([...right.layers, ...left.layers]);
}

/** The value of a field as it is seen from outside. */
export function indexObject(machine: Machine, object: JsonnetObject, name: string): Value {
  if (object.asserted !== 'yes') checkAsserts(machine, object);
  const known = object.cache?.get(name);
  if (known !== undefined) return known;
  const at = findField(object, 0, name);
  if (at < 0) throw failure(machine, `Field does not exist: ${name}`);
  const value = evaluateField(machine, object, at, name);
  object.cache ??= new Map();
  object.cache.set(name, value);
  return value;
}

/** The value of a field of `super`, where the present layer is `depth` below the top. */
export function indexSuper(machine: Machine, object: JsonnetObject, depth: number, name: string): Value {
  checkAsserts(machine, object);
  if (depth + 1 >= object.layers.length)
    throw failure(machine, 'Attempt to use super when there is no super class.');
  const at = findField(object, depth + 1, name);
  if (at < 0) throw failure(machine, `Field does not exist: ${name}`);
  const key = `${at} ${name}`;
  const known = object.superCache?.get(key);
  if (known !== undefined) return known;
  const value = evaluateField(machine, object, at, name);
  object.superCache ??= new Map();
  object.superCache.set(key, value);
  return value;
}

/** Whether there is such a field, hidden or not. */
export function hasField(object: JsonnetObject, name: string): boolean {
  return findField(object, 0, name) >= 0;
}

/** Whether `super` has such a field. */
export function hasSuperField(object: JsonnetObject, depth: number, name: string): boolean {
  return findField(object, depth + 1, name) >= 0;
}

/** The first layer from `from` on that has the field; -1 where none has. */
function findField(object: JsonnetObject, from: number, name: string): number {
  const { layers } = object;
  if (from === 0 && layers.length > layersWithoutIndex) {
    object.index ??= buildIndex(layers);
    return object.index.get(name) ?? -1;
  }
  for (let i = from; i < layers.length; i++) {
    const layer = layers[i];
    if (layer === undefined) break;
    // Upstream looks at what is retained only where the search starts: adding to such an object lets all through again.
    if (i === from && layer.retained !== undefined && !layer.retained.has(name)) return -1;
    if (layer.fields.has(name)) return i;
  }
  return -1;
}

function buildIndex(layers: readonly Layer[]): Map<string, number> {
  const index = new Map<string, number>();
  const retained = layers[0]?.retained;
  for (const [i, layer] of layers.entries()) {
    for (const name of layer.fields.keys()) {
      if (!index.has(name) && retained?.has(name) !== false) index.set(name, i);
    }
  }
  return index;
}

function evaluateField(machine: Machine, object: JsonnetObject, at: number, name: string): Value {
  const layer = object.layers[at];
  const field = layer?.fields.get(name);
  if (layer === undefined || field === undefined) return null;
  if (field.plus) return evaluatePlus(machine, object, layer, field, at, name);
  return evaluateBody(machine, object, layer, field, at);
}

function evaluateBody(
  machine: Machine,
  object: JsonnetObject,
  layer: Layer,
  field: Field,
  at: number,
): Value {
  if (field.body === undefined) return force(machine, field.value);
  const env =
    field.env === undefined
      ? layerEnv(machine, object, layer, at)
      : buildEnv(machine, object, layer, field.env, at);
  return runFrame(field.body, env, machine);
}

/** `name+: value` is `super.name + value` where there is one. */
function evaluatePlus(
  machine: Machine,
  object: JsonnetObject,
  layer: Layer,
  field: Field,
  at: number,
  name: string,
): Value {
  enter(machine);
  const here: Trace = { span: field.body?.span ?? '', context: '+:' };
  machine.trace = here;
  const right = evaluateBody(machine, object, layer, field, at);
  let value = right;
  if (findField(object, at + 1, name) >= 0) {
    machine.trace = here;
    const left = indexSuper(machine, object, at, name);
    machine.trace = here;
    value = machine.add(machine, left, right);
  }
  leave(machine);
  return value;
}

/** The variables of a layer: its locals, with `self` bound to the whole object. */
function layerEnv(machine: Machine, object: JsonnetObject, layer: Layer, at: number): Env {
  object.envs ??= [];
  const known = object.envs[at];
  if (known !== undefined) return known;
  const env = buildEnv(machine, object, layer, layer.env, at);
  object.envs[at] = env;
  return env;
}

function buildEnv(
  machine: Machine,
  object: JsonnetObject,
  layer: Layer,
  parent: Env | undefined,
  at: number,
): Env {
  const slots: Slot[] = [];
  const env = makeObjectEnv(slots, parent, object, at);
  for (const local of layer.locals) slots.push(slotFor(local, env, machine));
  if (layer.bindsDollar) slots.push(object);
  return env;
}

/** Asserts hold once per object, whoever looks at a field first. While they run they count as passed. */
export function checkAsserts(machine: Machine, object: JsonnetObject): void {
  if (object.asserted === 'yes') return;
  if (object.asserted !== 'no') throw object.asserted;
  object.asserted = 'yes';
  try {
    for (const [at, layer] of object.layers.entries()) {
      for (const assertion of layer.asserts)
        runFrame(assertion, layerEnv(machine, object, layer, at), machine);
    }
  } catch (thrown) {
    if (thrown instanceof Error) object.asserted = thrown;
    throw thrown;
  }
}

/** All fields and how they show. */
export function visibilities(object: JsonnetObject): Map<string, Visibility> {
  const found = new Map<string, Visibility>();
  for (let i = object.layers.length - 1; i >= 0; i--) {
    const layer = object.layers[i];
    if (layer === undefined) continue;
    if (layer.retained !== undefined) {
      found.clear();
      for (const [name, visibility] of layer.retained) found.set(name, visibility);
    }
    for (const [name, { visibility }] of layer.fields) {
      if (visibility !== 'inherit' || !found.has(name)) found.set(name, visibility);
    }
  }
  return found;
}

/** The names of fields in order; with hidden ones if asked for. */
export function fieldNames(object: JsonnetObject, withHidden: boolean): readonly string[] {
  if (!withHidden && object.visible !== undefined) return object.visible;
  const shared = object.layers.length === 1 ? object.layers[0]?.names : undefined;
  if (!withHidden && shared?.visible !== undefined) return shared.visible;
  const names: string[] = [];
  for (const [name, visibility] of visibilities(object)) {
    if (withHidden || visibility !== 'hidden') names.push(name);
  }
  names.sort(compareText);
  if (!withHidden) object.visible = names;
  if (!withHidden && shared !== undefined) shared.visible = names;
  return names;
}

/** An object without one of its fields; the others still see it as `self` had it. */
export function removeField(object: JsonnetObject, name: string): JsonnetObject {
  const retained = visibilities(object);
  retained.delete(name);
  const layer: Layer = {
    fields: new Map(),
    env: undefined,
    locals: [],
    bindsDollar: false,
    asserts: [],
    retained,
    names: undefined,
  };
  return new JsonnetObject([layer, ...object.layers]);
}
