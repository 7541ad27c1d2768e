import { force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { quote } from '../run/manifest.ts';
import { numberText } from '../run/numbers.ts';
import { fieldNames, indexObject } from '../run/objects.ts';
import { textOf } from '../run/operators.ts';
import { JsonnetFunction, JsonnetObject, isArray, typeName } from '../run/values.ts';
import type { JsonnetArray, Value } from '../run/values.ts';
import { fail } from './basics.ts';
import { arg, strict } from './define.ts';
import type { Library } from './define.ts';
import { checkDepth } from './manifest-json.ts';

/** Where a table is: its name in the file, and the way to it with places in lists. */
interface Position {
  readonly path: readonly string[];
  readonly indexed: readonly string[];
  readonly indent: string;
  readonly depth: number;
}

function keyText(key: string): string {
  if (key === '') return "''";
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quote(key);
}

/** Tables, and lists of nothing but tables, are sections of their own. */
function isSection(machine: Machine, value: Value): boolean {
  if (value instanceof JsonnetObject) return true;
  if (!isArray(value) || value.length === 0) return false;
  return value.every((slot) => force(machine, slot) instanceof JsonnetObject);
}

function valueText(
  machine: Machine,
  value: Value,
  indent: string,
  indexed: readonly string[],
  isInline: boolean,
): string {
  checkDepth(machine, indexed.length);
  if (value === null) return fail(machine, `Tried to manifest "null" at [${indexed.join(' ')}]`);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return quote(value);
  if (value instanceof JsonnetFunction)
    return fail(machine, `Tried to manifest function at [${indexed.join(' ')}]`);
  if (value instanceof JsonnetObject) {
    const members = fieldNames(value, false).map((name) => {
      const member = indexObject(machine, value, name);
      return `${keyText(name)} = ${valueText(machine, member, indent, [...indexed, name], true)}`;
    });
    return `{ ${members.join(', ')} }`;
  }
  if (!isArray(value) || value.length === 0) return '[]';
  const [inner, separator] = isInline ? ['', ' '] : [indent, '\n'];
  const items = value.map(
    (slot, i) => inner + valueText(machine, force(machine, slot), indent, [...indexed, String(i)], true),
  );
  return `[${separator}${items.join(`,${separator}`)}${separator}]`;
}

function tableText(machine: Machine, table: JsonnetObject, indent: string, at: Position): string {
  checkDepth(machine, at.depth);
  const lines: string[] = [];
  const sections: string[] = [''];
  for (const name of fieldNames(table, false)) {
    const value = indexObject(machine, table, name);
    const indexed = [...at.indexed, name];
    if (!isSection(machine, value)) {
      const text = `${keyText(name)} = ${valueText(machine, value, indent, indexed, false)}`;
      for (const line of text.split('\n')) lines.push(line);
      continue;
    }
    const below = { ...at, path: [...at.path, name], indexed, depth: at.depth + 1 };
    if (value instanceof JsonnetObject) sections.push(section(machine, value, indent, below, ['[', ']']));
    else if (isArray(value)) sections.push(sectionList(machine, value, indent, below));
  }
  const head = lines.length > 0 ? at.indent : '';
  return head + lines.join(`\n${at.indent}`) + sections.join('\n\n');
}

function section(
  machine: Machine,
  table: JsonnetObject,
  indent: string,
  at: Position,
  [open, close]: readonly [string, string],
): string {
  const head = at.indent + open + at.path.map(keyText).join('.') + close;
  const body = tableText(machine, table, indent, { ...at, indent: at.indent + indent });
  return head + (fieldNames(table, false).length > 0 ? '\n' : '') + body;
}

function sectionList(machine: Machine, list: JsonnetArray, indent: string, at: Position): string {
  const sections = list.map((slot, i) => {
    const table = force(machine, slot);
    if (!(table instanceof JsonnetObject))
      return fail(machine, `invalid type for section: ${typeName(table)}`);
    const below = { ...at, indexed: [...at.indexed, String(i)] };
    return section(machine, table, indent, below, ['[[', ']]']);
  });
  return sections.join('\n\n');
}

function toml(machine: Machine, value: Value, indent: string): string {
  if (!(value instanceof JsonnetObject))
    return fail(machine, `TOML body must be an object. Got ${typeName(value)}`);
  return tableText(machine, value, indent, { path: [], indexed: [], indent: '', depth: 0 });
}

/** TOML. */
export const manifestToml: Library = {
  manifestToml: strict('value', (machine, args) => toml(machine, arg(args, 0), '  ')),
  manifestTomlEx: strict('value indent', (machine, args) =>
    toml(machine, arg(args, 0), textOf(machine, arg(args, 1))),
  ),
};
