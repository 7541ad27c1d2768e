import { GoError, printFloat, typeName } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';

/** The members of a struct that is being read; other values are refused as encoding/json does. */
export function decodeInto(value: Value, struct: string): GoMap {
  if (value instanceof Map) return value;
  throw mismatch(value, `Go value of type ${struct}`);
}

/** Reads members by their names; encoding/json does not mind upper and lower case. */
export interface FieldReader {
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  texts(name: string): string[] | undefined;
  textMap(name: string): Map<string, string> | undefined;
  list<T>(name: string, item: (value: Value) => T): T[] | undefined;
}

/** A reader over the members of a table. `struct` is named by errors. */
export function reader(fields: GoMap, struct: string): FieldReader {
  const byLowerCase = new Map<string, Value>();
  for (const [key, value] of fields) byLowerCase.set(key.toLowerCase(), value);
  const get = (name: string): Value => fields.get(name) ?? byLowerCase.get(name.toLowerCase()) ?? null;
  const place = (name: string, type: string) => `Go struct field ${struct}.${name} of type ${type}`;
  return {
    text(name) {
      const value = get(name);
      if (value === null) return undefined;
      return scalarText(value) ?? refuse(value, place(name, 'string'));
    },
    flag(name) {
      const value = get(name);
      if (value === null) return undefined;
      if (typeof value === 'boolean') return value;
      throw mismatch(value, place(name, 'bool'));
    },
    texts(name) {
      return list(get(name), place(name, '[]string'), (item) => {
        if (item === null) return '';
        return scalarText(item) ?? refuse(item, place(name, 'string'));
      });
    },
    textMap(name) {
      const value = get(name);
      if (value === null) return undefined;
      if (!(value instanceof Map)) throw mismatch(value, place(name, 'map[string]string'));
      const texts = new Map<string, string>();
      for (const [key, item] of value) {
        const text = item === null ? '' : scalarText(item);
        texts.set(key, text ?? refuse(item, place(name, 'string')));
      }
      return texts;
    },
    list: (name, item) => list(get(name), place(name, '[]*chart.Dependency'), item),
  };
}

/** sigs.k8s.io/yaml writes numbers and truth values out where a text is wanted: `appVersion: 1.10` is "1.1". */
export function scalarText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return undefined;
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value + 0) : printFloat(value);
}

function refuse(value: Value, wanted: string): never {
  throw mismatch(value, wanted);
}

function list<T>(value: Value, wanted: string, item: (value: Value) => T): T[] | undefined {
  if (value === null) return undefined;
  if (!Array.isArray(value)) throw mismatch(value, wanted);
  return value.map(item);
}

function mismatch(value: Value, wanted: string): GoError {
  return new GoError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonWord(value)} into ${wanted}`,
  );
}

/** What encoding/json calls a value. */
export function jsonWord(value: Value): string {
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'object';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'bool' : typeName(value);
}
