import { callWith, functionOf } from '../run/calls.ts';
import { blankTrace, checkSize, failure, force, lazily } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { valueText } from '../run/manifest.ts';
import { add, arrayOf, booleanOf, equals, integerOf, numberOf, textOf } from '../run/operators.ts';
import { runesOf } from '../run/text.ts';
import { JsonnetFunction, isArray, typeName } from '../run/values.ts';
import type { JsonnetArray, Slot, Value } from '../run/values.ts';
import { fail } from './basics.ts';
import { arg, lazy, strict } from './define.ts';
import type { Library } from './define.ts';
import { sum } from './math.ts';
import { isMember } from './strings.ts';

/** The elements of an array, or the characters of a text. */
function itemsOf(machine: Machine, value: Value): readonly Slot[] | undefined {
  if (isArray(value)) return value;
  return typeof value === 'string' ? runesOf(machine, value) : undefined;
}

/** An element that calls a function when it is looked at. */
function calling(callee: JsonnetFunction, args: readonly Slot[]): Slot {
  return lazily((machine) => {
    machine.trace = blankTrace;
    return callWith(machine, callee, args);
  });
}

function makeArray(machine: Machine, args: readonly Value[]): Value {
  const size = integerOf(machine, arg(args, 0));
  const callee = functionOf(machine, arg(args, 1));
  checkSize(machine, size, 'an array');
  return Array.from({ length: Math.max(0, size) }, (_, i) => calling(callee, [i]));
}

function map(machine: Machine, args: readonly Value[]): Value {
  const [callee = null, list = null] = args;
  if (!(callee instanceof JsonnetFunction))
    return fail(machine, `std.map first param must be function, got ${typeName(callee)}`);
  const items = itemsOf(machine, list);
  if (items === undefined)
    return fail(machine, `std.map second param must be array / string, got ${typeName(list)}`);
  return items.map((item) => calling(callee, [item]));
}

function mapWithIndex(machine: Machine, args: readonly Value[]): Value {
  const [callee = null, list = null] = args;
  if (!(callee instanceof JsonnetFunction))
    return fail(machine, `std.mapWithIndex first param must be function, got ${typeName(callee)}`);
  const items = itemsOf(machine, list);
  if (items === undefined)
    return fail(machine, `std.mapWithIndex second param must be array, got ${typeName(list)}`);
  return items.map((item, i) => calling(callee, [i, item]));
}

function flatMap(machine: Machine, args: readonly Value[]): Value {
  const callee = functionOf(machine, arg(args, 0));
  const list = arg(args, 1);
  if (isArray(list)) {
    const found: Slot[] = [];
    for (const item of list) {
      for (const one of arrayOf(machine, callWith(machine, callee, [item]))) found.push(one);
      checkSize(machine, found.length, 'an array');
    }
    return found;
  }
  if (typeof list !== 'string')
    return fail(machine, `std.flatMap second param must be array / string, got ${typeName(list)}`);
  return runesOf(machine, list)
    .map((rune) => textOf(machine, callWith(machine, callee, [rune])))
    .join('');
}

function filter(machine: Machine, callee: JsonnetFunction, list: JsonnetArray): Slot[] {
  return list.filter((item) => booleanOf(machine, callWith(machine, callee, [item])));
}

function filterMap(machine: Machine, args: readonly Value[]): Value {
  const [test = null, callee = null, list = null] = args;
  const refuse = (which: string, what: string, value: Value): never =>
    fail(machine, `std.filterMap ${which} param must be ${what}, got ${typeName(value)}`);
  if (!(test instanceof JsonnetFunction)) return refuse('first', 'function', test);
  if (!(callee instanceof JsonnetFunction)) return refuse('second', 'function', callee);
  if (!isArray(list)) return refuse('third', 'array', list);
  return filter(machine, test, list).map((item) => calling(callee, [item]));
}

function join(machine: Machine, args: readonly Value[]): Value {
  const separator = arg(args, 0);
  const list = arrayOf(machine, arg(args, 1));
  if (typeof separator === 'string') {
    const parts: string[] = [];
    let size = 0;
    for (const slot of list) {
      const part = force(machine, slot);
      if (part === null) continue;
      parts.push(textOf(machine, part));
      size += parts[parts.length - 1]?.length ?? 0;
      checkSize(machine, size + parts.length * separator.length, 'a text');
    }
    return parts.join(separator);
  }
  if (!isArray(separator)) {
    const message = `join first parameter should be string or array, got ${typeName(separator)}`;
    return fail(machine, message);
  }
  const found: Slot[] = [];
  let isFirst = true;
  for (const slot of list) {
    const part = force(machine, slot);
    if (part === null) continue;
    if (!isFirst) for (const one of separator) found.push(one);
    for (const one of arrayOf(machine, part)) found.push(one);
    checkSize(machine, found.length, 'an array');
    isFirst = false;
  }
  return found;
}

function foldItems(machine: Machine, list: Value, name: string): readonly Slot[] {
  const items = itemsOf(machine, list);
  if (items !== undefined) return items;
  return fail(machine, `${name} second parameter should be string or array, got ${typeName(list)}`);
}

function foldl(machine: Machine, args: readonly Value[]): Value {
  const callee = functionOf(machine, arg(args, 0));
  let total = arg(args, 2);
  for (const item of foldItems(machine, arg(args, 1), 'foldl'))
    total = callWith(machine, callee, [total, item]);
  return total;
}

function foldr(machine: Machine, args: readonly Value[]): Value {
  const callee = functionOf(machine, arg(args, 0));
  const items = foldItems(machine, arg(args, 1), 'foldr');
  let total = arg(args, 2);
  for (let i = items.length - 1; i >= 0; i--) total = callWith(machine, callee, [items[i] ?? null, total]);
  return total;
}

function range(machine: Machine, args: readonly Value[]): Value {
  const from = integerOf(machine, arg(args, 0));
  const to = integerOf(machine, arg(args, 1));
  checkSize(machine, to - from, 'an array');
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function repeat(machine: Machine, args: readonly Value[]): Value {
  const what = arg(args, 0);
  if (typeof what !== 'string' && !isArray(what))
    return fail(machine, 'std.repeat first argument must be an array or a string');
  const count = Math.max(0, integerOf(machine, arg(args, 1)));
  if (typeof what === 'string') {
    checkSize(machine, what.length * count, 'a text');
    return what.repeat(count);
  }
  checkSize(machine, what.length * count, 'an array');
  return Array.from({ length: count }, () => what).flat() as Slot[];
}

function slice(machine: Machine, args: readonly Value[]): Value {
  const [list = null, fromValue = null, toValue = null, stepValue = null] = args;
  const items = itemsOf(machine, list);
  const length = items?.length ?? 0;
  const from = fromValue === null ? 0 : numberOf(machine, fromValue);
  const to = toValue === null ? length : numberOf(machine, toValue);
  const step = stepValue === null ? 1 : numberOf(machine, stepValue);
  const begin = from < 0 ? Math.max(0, length + from) : from;
  const end = to < 0 ? length + to : to;
  if (step < 0) return fail(machine, `got [${begin}:${end}:${step}] but negative steps are not supported`);
  if (step === 0) return fail(machine, `got ${step} but step must be greater than 0`);
  if (items === undefined)
    return fail(machine, `std.slice accepts a string or an array, but got: ${typeName(list)}`);
  const found = step === 1 ? items.slice(begin, Math.max(begin, end)) : everyNth(items, begin, end, step);
  return typeof list === 'string' ? (found as readonly string[]).join('') : found;
}

function everyNth(items: readonly Slot[], begin: number, end: number, step: number): Slot[] {
  const found: Slot[] = [];
  for (let i = begin; i < end && i < items.length; i += step) {
    const item = items[Math.trunc(i)];
    if (item !== undefined) found.push(item);
  }
  return found;
}

function flattenArrays(machine: Machine, args: readonly Value[]): Value {
  const lists = foldItems(machine, arg(args, 0), 'foldl').map((slot) => force(machine, slot));
  if (lists.every(isArray)) {
    const found: Slot[] = [];
    for (const list of lists) for (const item of list) found.push(item);
    checkSize(machine, found.length, 'an array');
    return found;
  }
  return lists.reduce<Value>((total, list) => add(machine, total, list), []);
}

function flattenDeep(machine: Machine, value: Value, found: Slot[]): Slot[] {
  if (!isArray(value)) found.push(value);
  else for (const slot of value) flattenDeep(machine, force(machine, slot), found);
  return found;
}

function removeAt(machine: Machine, list: JsonnetArray, at: number): Value {
  if (at < 0 || at >= list.length)
    return fail(machine, `Index ${at} out of bounds, not within [0, ${list.length})`);
  return list.filter((_, i) => i !== at);
}

function indexesOf(machine: Machine, list: JsonnetArray, item: Value): number[] {
  const found: number[] = [];
  for (const [i, slot] of list.entries()) if (equals(machine, force(machine, slot), item)) found.push(i);
  return found;
}

function allOf(machine: Machine, args: readonly Value[], name: string, stop: boolean): Value {
  const list = arg(args, 0);
  if (!isArray(list)) return fail(machine, `${name}() parameter should be an array, got ${typeName(list)}`);
  for (const slot of list) {
    const item = force(machine, slot);
    if (typeof item !== 'boolean') {
      const shown = valueText(machine, item);
      return fail(machine, `element "${shown}" of type ${typeName(item)} is not a boolean`);
    }
    if (item === stop) return stop;
  }
  return !stop;
}

/** Arrays. */
export const arrays: Library = {
  makeArray: strict('sz func', makeArray),
  map: strict('func arr', map),
  mapWithIndex: strict('func arr', mapWithIndex),
  flatMap: strict('func arr', flatMap),
  filter: strict('func arr', (machine, args) => {
    const list = arrayOf(machine, arg(args, 1));
    return filter(machine, functionOf(machine, arg(args, 0)), list);
  }),
  filterMap: strict('filter_func map_func arr', filterMap),
  join: strict('sep arr', join),
  foldl: strict('func arr init', foldl),
  foldr: strict('func arr init', foldr),
  range: strict('from to', range),
  repeat: strict('what count', repeat),
  slice: strict('indexable index end step', slice),
  reverse: strict('arr', (machine, args) => [...arrayOf(machine, arg(args, 0))].reverse()),
  flattenArrays: strict('arrs', flattenArrays),
  flattenDeepArray: strict('value', (machine, args) => flattenDeep(machine, arg(args, 0), [])),
  member: strict('arr x', (machine, args) => isMember(machine, arg(args, 0), arg(args, 1))),
  contains: strict('arr elem', (machine, args) => {
    const list = arrayOf(machine, arg(args, 0));
    return list.some((slot) => equals(machine, force(machine, slot), arg(args, 1)));
  }),
  count: strict(
    'arr x',
    (machine, args) => indexesOf(machine, arrayOf(machine, arg(args, 0)), arg(args, 1)).length,
  ),
  find: strict('value arr', (machine, args) => {
    const list = arg(args, 1);
    if (!isArray(list))
      return fail(machine, `find second parameter should be an array, got ${typeName(list)}`);
    return indexesOf(machine, list, arg(args, 0));
  }),
  remove: strict('arr elem', (machine, args) => {
    const list = arrayOf(machine, arg(args, 0));
    const at = list.findIndex((slot) => equals(machine, force(machine, slot), arg(args, 1)));
    return at < 0 ? list : removeAt(machine, list, at);
  }),
  removeAt: strict('arr i', (machine, args) =>
    removeAt(machine, arrayOf(machine, arg(args, 0)), integerOf(machine, arg(args, 1))),
  ),
  all: strict('arr', (machine, args) => allOf(machine, args, 'all', false)),
  any: strict('arr', (machine, args) => allOf(machine, args, 'any', true)),
  sum: lazy('arr', (machine, [list = null]) => {
    const items = arrayOf(machine, force(machine, list));
    return sum(
      machine,
      items.map((slot) => force(machine, slot)),
    );
  }),
  avg: strict('arr', (machine, args) => {
    const items = arrayOf(machine, arg(args, 0));
    if (items.length === 0) throw failure(machine, 'Cannot calculate average of an empty array.');
    const total = sum(
      machine,
      items.map((slot) => force(machine, slot)),
    );
    return total / items.length;
  }),
};
