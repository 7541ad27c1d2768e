import { callWith } from '../run/calls.ts';
import { blankTrace, failure, force, lazily } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import {
  fieldNames,
  indexObject,
  makeObject,
  readyField,
  removeField,
  visibilities,
} from '../run/objects.ts';
import { booleanOf, objectOf, textOf } from '../run/operators.ts';
import { JsonnetFunction, JsonnetObject, isArray, typeName } from '../run/values.ts';
import type { Field, Slot, Value } from '../run/values.ts';
import { fail } from './basics.ts';
import { arg, lazy, strict } from './define.ts';
import type { Library } from './define.ts';

function has(machine: Machine, object: Value, name: Value, withHidden: boolean): boolean {
  const found = objectOf(machine, object);
  const wanted = textOf(machine, name);
  const visibility = visibilityOf(found, wanted);
  return visibility !== undefined && (withHidden || visibility !== 'hidden');
}

/** How one field shows, without asking for all. */
function visibilityOf(object: JsonnetObject, name: string): string | undefined {
  if (object.layers.some((layer) => layer.retained !== undefined)) return visibilities(object).get(name);
  let found: string | undefined;
  for (const layer of object.layers) {
    const field = layer.fields.get(name);
    if (field === undefined) continue;
    if (field.visibility !== 'inherit') return field.visibility;
    found = 'inherit';
  }
  return found;
}

/** A field's value, worked out when it is looked at. */
function later(object: JsonnetObject, name: string): Slot {
  return lazily((machine) => indexObject(machine, object, name));
}

function values(machine: Machine, object: Value, withHidden: boolean): Value {
  const found = objectOf(machine, object);
  return fieldNames(found, withHidden).map((name) => later(found, name));
}

function pairs(machine: Machine, object: Value, withHidden: boolean): Value {
  const found = objectOf(machine, object);
  return fieldNames(found, withHidden).map((name) =>
    objectFrom([
      ['key', name],
      ['value', later(found, name)],
    ]),
  );
}

/** An object of ready fields. */
export function objectFrom(members: Iterable<readonly [string, Slot]>): JsonnetObject {
  const fields = new Map<string, Field>();
  for (const [name, value] of members) fields.set(name, readyField(value));
  return makeObject(fields);
}

function mapWithKey(machine: Machine, args: readonly Value[]): Value {
  const [callee = null, object = null] = args;
  if (!(callee instanceof JsonnetFunction))
    return fail(machine, `std.mapWithKey first param must be function, got ${typeName(callee)}`);
  if (!(object instanceof JsonnetObject))
    return fail(machine, `std.mapWithKey second param must be object, got ${typeName(object)}`);
  return objectFrom(
    fieldNames(object, false).map((name) => [
      name,
      lazily((inner) => {
        inner.trace = blankTrace;
        return callWith(inner, callee, [name, later(object, name)]);
      }),
    ]),
  );
}

/** JSON merge patch: null removes, objects merge, everything else replaces. */
function mergePatch(machine: Machine, target: Value, patch: Value): Value {
  if (!(patch instanceof JsonnetObject)) return patch;
  const base = target instanceof JsonnetObject ? target : undefined;
  const members = new Map<string, Slot>();
  for (const name of base === undefined ? [] : fieldNames(base, false)) {
    if (base !== undefined) members.set(name, later(base, name));
  }
  for (const name of fieldNames(patch, false)) {
    if (indexObject(machine, patch, name) === null) {
      members.delete(name);
      continue;
    }
    const isKnown = members.has(name);
    const merged = lazily((inner) => {
      const below = base !== undefined && isKnown ? indexObject(inner, base, name) : null;
      return mergePatch(inner, below, indexObject(inner, patch, name));
    });
    members.set(name, merged);
  }
  return objectFrom(members);
}

/** Whatever is empty goes: null, and lists and objects that are empty after that. */
function prune(machine: Machine, value: Value): Value {
  if (isArray(value)) {
    const kept: Value[] = [];
    for (const slot of value) {
      const item = prune(machine, force(machine, slot));
      if (hasContent(item)) kept.push(item);
    }
    return kept;
  }
  if (!(value instanceof JsonnetObject)) return value;
  const members: [string, Value][] = [];
  for (const name of fieldNames(value, false)) {
    const member = prune(machine, indexObject(machine, value, name));
    if (hasContent(member)) members.push([name, member]);
  }
  return objectFrom(members);
}

function hasContent(value: Value): boolean {
  if (isArray(value)) return value.length > 0;
  if (value instanceof JsonnetObject) return fieldNames(value, false).length > 0;
  return value !== null;
}

/** Objects. */
export const objects: Library = {
  objectHasEx: strict('obj fname hidden', (machine, args) => {
    const object = objectOf(machine, arg(args, 0));
    const name = textOf(machine, arg(args, 1));
    return has(machine, object, name, booleanOf(machine, arg(args, 2)));
  }),
  objectHas: strict('o f', (machine, args) => has(machine, arg(args, 0), arg(args, 1), false)),
  objectHasAll: strict('o f', (machine, args) => has(machine, arg(args, 0), arg(args, 1), true)),
  objectFieldsEx: strict('obj hidden', (machine, args) => {
    const object = objectOf(machine, arg(args, 0));
    return fieldNames(object, booleanOf(machine, arg(args, 1)));
  }),
  objectFields: strict('o', (machine, args) => fieldNames(objectOf(machine, arg(args, 0)), false)),
  objectFieldsAll: strict('o', (machine, args) => fieldNames(objectOf(machine, arg(args, 0)), true)),
  objectValues: strict('o', (machine, args) => values(machine, arg(args, 0), false)),
  objectValuesAll: strict('o', (machine, args) => values(machine, arg(args, 0), true)),
  objectKeysValues: strict('o', (machine, args) => pairs(machine, arg(args, 0), false)),
  objectKeysValuesAll: strict('o', (machine, args) => pairs(machine, arg(args, 0), true)),
  objectRemoveKey: strict('obj key', (machine, args) => {
    const object = objectOf(machine, arg(args, 0));
    return removeField(object, textOf(machine, arg(args, 1)));
  }),
  get: lazy('o f default? inc_hidden?', (machine, slots) => {
    const [object = null, name = null, fallback = null, withHidden = true] = slots;
    const found = objectOf(machine, force(machine, object));
    const wanted = force(machine, name);
    if (!has(machine, found, wanted, booleanOf(machine, force(machine, withHidden))))
      return force(machine, fallback);
    return indexObject(machine, found, textOf(machine, wanted));
  }),
  mapWithKey: strict('func obj', mapWithKey),
  // A patch that is no object takes the place of whatever the target would be.
  mergePatch: lazy('target patch', (machine, slots) => {
    const patch = force(machine, slots[1] ?? null);
    if (!(patch instanceof JsonnetObject)) return patch;
    return mergePatch(machine, force(machine, slots[0] ?? null), patch);
  }),
  prune: strict('a', (machine, args) => prune(machine, arg(args, 0))),
  resolvePath: strict('f r', (machine, args) => {
    const path = arg(args, 0);
    if (typeof path !== 'string')
      throw failure(machine, `std.split first parameter must be a String, got ${typeName(path)}`);
    return path.slice(0, path.lastIndexOf('/') + 1) + textOf(machine, arg(args, 1));
  }),
};
