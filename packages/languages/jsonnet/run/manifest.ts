import type { Trace } from '../errors.ts';
import { checkSize, enter, failure, force, leave, noTrace } from './machine.ts';
import type { Machine } from './machine.ts';
import { numberText } from './numbers.ts';
import { checkAsserts, fieldNames, indexObject } from './objects.ts';
import { compareText } from './text.ts';
import { JsonnetObject, isArray } from './values.ts';
import type { JsonnetArray, Value } from './values.ts';

/** What a value is as plain data: hidden fields are gone, keys are in order as far as JavaScript keeps it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Works out everything in a value; functions cannot be shown. */
export function manifest(machine: Machine, value: Value): Json {
  // A frame of its own gives better traces, and keeps endless data from going on.
  enter(machine);
  machine.trace = noTrace;
  const made = manifestInner(machine, value);
  leave(machine);
  return made;
}

function manifestInner(machine: Machine, value: Value): Json {
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return manifestArray(machine, value);
  if (value instanceof JsonnetObject) return manifestObject(machine, value);
  throw failure(machine, "couldn't manifest function as JSON");
}

function manifestArray(machine: Machine, value: JsonnetArray): Json {
  const items: Json[] = [];
  for (let i = 0; i < value.length; i++) {
    const here = (machine.elementTraces[i] ??= message(`Array element ${i}`));
    machine.trace = here;
    const item = force(machine, value[i] ?? null);
    machine.trace = here;
    items.push(manifest(machine, item));
  }
  return items;
}

const checking = message('Checking object assertions');

function manifestObject(machine: Machine, value: JsonnetObject): Json {
  const names = fieldNames(value, false);
  machine.trace = checking;
  checkAsserts(machine, value);
  const members: Record<string, Json> = {};
  for (const name of names) {
    const here = fieldTrace(machine, name);
    machine.trace = here;
    const member = indexObject(machine, value, name);
    machine.trace = here;
    const made = manifest(machine, member);
    if (name === '__proto__') define(members, name, made);
    else members[name] = made;
  }
  machine.trace = noTrace;
  return members;
}

/** An assignment to this name would do something else. */
function define(members: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
}

function fieldTrace(machine: Machine, name: string): Trace {
  const known = machine.fieldTraces.get(name);
  if (known !== undefined) return known;
  const trace = message(`Field ${goQuote(name)}`);
  machine.fieldTraces.set(name, trace);
  return trace;
}

function message(span: string): Trace {
  return { span, context: '' };
}

/** A name in quotes as Go's `%#v` writes it. */
function goQuote(text: string): string {
  return /^[^`\\"\n]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Text in quotes as JSON needs it; control characters are escaped, everything else stays. */
export function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (!/[\u0000-\u001f"\\\u007f-\u009f]/.test(text)) return `"${text}"`;
  // oxlint-disable-next-line no-control-regex
  return `"${text.replace(/[\u0000-\u001f"\\\u007f-\u009f]/g, escapeOf)}"`;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeOf(char: string): string {
  return escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** JSON text in upstream's layout: three spaces per level, or all in one line. */
export function jsonText(machine: Machine, made: Json, isMultiline: boolean): string {
  const parts: string[] = [];
  let size = 0;
  const put = (part: string): void => {
    parts.push(part);
    size += part.length;
    checkSize(machine, size, 'an output');
  };
  const write = (item: Json, indent: string): void => {
    if (item === null || typeof item !== 'object') put(scalarText(item));
    else if (isList(item)) writeList('[', ']', item, indent, write);
    else {
      writeList('{', '}', sortedNames(item), indent, (name, inner) => {
        put(`${quote(name)}: `);
        write(item[name] ?? null, inner);
      });
    }
  };
  const writeList = <T>(
    open: string,
    close: string,
    items: readonly T[],
    indent: string,
    writeItem: (item: T, indent: string) => void,
  ): void => {
    if (items.length === 0) return put(`${open} ${close}`);
    const inner = isMultiline ? `${indent}   ` : indent;
    put(open);
    items.forEach((item, i) => {
      put(isMultiline ? `${i > 0 ? ',' : ''}\n${inner}` : i > 0 ? ', ' : '');
      writeItem(item, inner);
    });
    put(isMultiline ? `\n${indent}${close}` : close);
  };
  write(made, '');
  return parts.join('');
}

/** JavaScript puts names that look like numbers first. */
export function sortedNames(item: { readonly [name: string]: Json }): readonly string[] {
  const names = Object.keys(item);
  return names.some((name) => /^\d/.test(name)) ? names.sort(compareText) : names;
}

/** Whether data is a list. */
export function isList(item: Json): item is readonly Json[] {
  return Array.isArray(item);
}

/** A number, text or word as JSON shows it. */
function scalarText(value: null | boolean | number | string): string {
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' ? numberText(value) : String(value);
}

/** A value as text: a text is itself, everything else is JSON in one line. */
export function valueText(machine: Machine, value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return jsonText(machine, manifest(machine, value), false);
}
