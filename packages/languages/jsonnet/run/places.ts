import type { Trace } from '../errors.ts';
import type { Source } from '../source.ts';
import { enter, force, leave } from './machine.ts';
import type { Machine } from './machine.ts';
import { fieldNames, indexObject } from './objects.ts';
import { JsonnetObject, Thunk, isArray } from './values.ts';
import type { Code, Slot, Value } from './values.ts';

/** Where something is written in a program; `file` is the path of its file. */
export interface JsonnetPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * By JSON Pointer into the result: where the field is written. Several, where a field adds (`+:`) to one of an object
 * below it: the one at the bottom first.
 */
export type JsonnetPlaces = ReadonlyMap<string, readonly JsonnetPlace[]>;

/** Results with more fields are told of only in part. */
const placesMax = 500_000;

/** The places of all fields of a value that was worked out already. */
export function placesOf(machine: Machine, root: Value): JsonnetPlaces {
  const places = new Map<string, readonly JsonnetPlace[]>();
  const place = createLineFinder();

  function walk(value: Value, pointer: string): void {
    if (places.size > placesMax) return;
    enter(machine);
    if (isArray(value)) value.forEach((slot, i) => walkItem(slot, `${pointer}/${i}`));
    else if (value instanceof JsonnetObject)
      for (const name of fieldNames(value, false)) walkField(value, name, pointer);
    leave(machine);
  }

  function walkItem(slot: Slot, at: string): void {
    note(at, slot instanceof Thunk ? [slot.code] : []);
    walk(force(machine, slot), at);
  }

  function walkField(object: JsonnetObject, name: string, pointer: string): void {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    note(at, codesOf(object, name));
    walk(indexObject(machine, object, name), at);
  }

  function note(at: string, codes: readonly (Code | undefined)[]): void {
    const found = codes.map((code) => place(code)).filter((one) => one !== undefined);
    if (found.length > 0) places.set(at, found);
  }

  walk(root, '');
  return places;
}

/** What a field says in each layer that has a part in it, the lowest first. */
function codesOf({ layers }: JsonnetObject, name: string): readonly (Code | undefined)[] {
  const codes: (Code | undefined)[] = [];
  for (const { fields } of layers) {
    const field = fields.get(name);
    if (field === undefined) continue;
    codes.push(field.body ?? (field.value instanceof Thunk ? field.value.code : undefined));
    if (!field.plus) break;
  }
  return codes.reverse();
}

/** Finds lines by offsets; where the lines of a source begin is found out once. */
function createLineFinder(): (trace: Trace | undefined) => JsonnetPlace | undefined {
  const starts = new Map<Source, readonly number[]>();
  return (trace) => {
    const span = trace?.span;
    if (span === undefined || typeof span === 'string') return undefined;
    const { source, begin } = span;
    const known = starts.get(source) ?? lineStarts(source.text);
    starts.set(source, known);
    let low = 0;
    let high = known.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((known[middle] ?? 0) <= begin) low = middle;
      else high = middle - 1;
    }
    return { file: source.path || source.name, line: low + 1, column: begin - (known[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
