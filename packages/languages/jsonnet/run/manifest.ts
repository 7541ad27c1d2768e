import type { Trace } from '../errors.ts';
import { checkSize, enter, failure, force, leave, noTrace } from './machine.ts';
import type { Machine } from './machine.ts';
import { numberText } from './numbers.ts';
import { checkAsserts, fieldNames, indexObject } from './objects.ts';
import { JsonnetFunction, JsonnetObject, isArray } from './values.ts';
import type { Value } from './values.ts';

/** What a value is as plain data: hidden fields are gone, keys are in order. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Works a value out completely. Objects come as maps, so that no name of a field gets lost. */
export type Manifest = null | boolean | number | string | readonly Manifest[] | ReadonlyMap<string, Manifest>;

/** Works out everything in a value; functions cannot be shown. */
export function manifest(machine: Machine, value: Value): Manifest {
  // A frame of its own gives better traces, and keeps endless data from going on.
  enter(machine);
  machine.trace = noTrace;
  const made = manifestInner(machine, value);
  leave(machine);
  return made;
}

function manifestInner(machine: Machine, value: Value): Manifest {
  if (isArray(value)) {
    const items: Manifest[] = [];
    for (const [i, slot] of value.entries()) {
      const here = message(`Array element ${i}`);
      machine.trace = here;
      const item = force(machine, slot);
      machine.trace = here;
      items.push(manifest(machine, item));
    }
    return items;
  }
  if (value instanceof JsonnetObject) {
    const names = fieldNames(value, false);
    machine.trace = message('Checking object assertions');
    checkAsserts(machine, value);
    const members = new Map<string, Manifest>();
    for (const name of names) {
      const here = message(`Field ${goQuote(name)}`);
      machine.trace = here;
      const member = indexObject(machine, value, name);
      machine.trace = here;
      members.set(name, manifest(machine, member));
    }
    machine.trace = noTrace;
    return members;
  }
  if (value instanceof JsonnetFunction) throw failure(machine, "couldn't manifest function as JSON");
  return value;
}

function message(span: string): Trace {
  return { span, context: '' };
}

/** A name in quotes as Go's `%#v` writes it. */
function goQuote(text: string): string {
  return /^[^`\\"\n]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Plain data of what was worked out. */
export function toJson(made: Manifest): Json {
  if (made instanceof Map) {
    return Object.fromEntries([...made].map(([name, member]) => [name, toJson(member)]));
  }
  return Array.isArray(made) ? made.map((item: Manifest) => toJson(item)) : (made as Json);
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
export function jsonText(machine: Machine, made: Manifest, isMultiline: boolean): string {
  const parts: string[] = [];
  let size = 0;
  const put = (part: string): void => {
    parts.push(part);
    size += part.length;
    checkSize(machine, size, 'an output');
  };
  const write = (item: Manifest, indent: string): void => {
    if (item instanceof Map) {
      writeList('{', '}', [...item], indent, ([name, member], inner) => {
        put(`${quote(name)}: `);
        write(member, inner);
      });
    } else if (Array.isArray(item)) {
      writeList('[', ']', item as readonly Manifest[], indent, (element, inner) => write(element, inner));
    } else put(scalarText(item as null | boolean | number | string));
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

/** A number, text or word as JSON shows it. */
export function scalarText(value: null | boolean | number | string): string {
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' ? numberText(value) : String(value);
}

/** A value as text: a text is itself, everything else is JSON in one line. */
export function valueText(machine: Machine, value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return jsonText(machine, manifest(machine, value), false);
}
