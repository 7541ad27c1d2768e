import { checkSize, failure, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { numberText, shortestText } from '../run/numbers.ts';
import { fieldNames, indexObject } from '../run/objects.ts';
import { arrayOf, textOf } from '../run/operators.ts';
import { quote, valueText } from '../run/manifest.ts';
import { JsonnetFunction, JsonnetObject, isArray, typeName } from '../run/values.ts';
import type { Value } from '../run/values.ts';
import { fail } from './basics.ts';
import { arg, strict } from './define.ts';
import type { Library } from './define.ts';
import { deepJoin } from './strings.ts';

interface Style {
  readonly indent: string;
  readonly newline: string;
  readonly separator: string;
}

/** Data without end stops at the depth at which calls do. */
export function checkDepth(machine: Machine, depth: number): void {
  if (depth >= machine.limits.stackMax)
    throw failure(machine, 'max manifest depth exceeded, possible infinite recursion');
}

/** A text as Go's JSON encoder quotes it, with `<`, `>` and `&` as they are. */
function goQuote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

function jsonText(
  machine: Machine,
  value: Value,
  style: Style,
  path: readonly string[],
  indent: string,
): string {
  checkDepth(machine, path.length);
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return shortestText(value);
  if (value instanceof JsonnetFunction)
    return fail(machine, `tried to manifest function at [${path.join(' ')}]`);
  const inner = indent + style.indent;
  const wrap = (open: string, close: string, lines: readonly string[]): string =>
    `${open}${style.newline}${lines.join(`,${style.newline}`)}${style.newline}${indent}${close}`;
  if (value === null || typeof value === 'boolean') return String(value);
  let text = '';
  if (isArray(value)) {
    const lines = value.map(
      (slot, i) => inner + jsonText(machine, force(machine, slot), style, [...path, String(i)], inner),
    );
    text = wrap('[', ']', lines);
  } else {
    const lines = fieldNames(value, false).map((name) => {
      const member = indexObject(machine, value, name);
      const shown = jsonText(machine, member, style, [...path, name], inner);
      return inner + goQuote(name) + style.separator + shown;
    });
    text = wrap('{', '}', lines);
  }
  checkSize(machine, text.length, 'an output');
  return text;
}

/** A value as a literal of Python. */
function pythonText(machine: Machine, value: Value, depth: number): string {
  checkDepth(machine, depth);
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return quote(value);
  if (isArray(value)) {
    const items = value.map((slot) => pythonText(machine, force(machine, slot), depth + 1));
    return `[${items.join(', ')}]`;
  }
  if (!(value instanceof JsonnetObject)) return fail(machine, 'cannot manifest function');
  const fields = fieldNames(value, false).map(
    (name) => `${quote(name)}: ${pythonText(machine, indexObject(machine, value, name), depth + 1)}`,
  );
  return `{${fields.join(', ')}}`;
}

function pythonVariables(machine: Machine, value: Value): string {
  if (!(value instanceof JsonnetObject))
    return fail(machine, `Unexpected type ${typeName(value)}, expected object`);
  const lines = fieldNames(value, false).map(
    (name) => `${name} = ${pythonText(machine, indexObject(machine, value, name), 0)}`,
  );
  return [...lines, ''].join('\n');
}

function objectOrFail(machine: Machine, value: Value): JsonnetObject {
  if (value instanceof JsonnetObject) return value;
  return fail(machine, `Unexpected type ${typeName(value)}, expected object`);
}

function iniLines(machine: Machine, body: JsonnetObject): string[] {
  return fieldNames(body, false).flatMap((name) => {
    const value = indexObject(machine, body, name);
    const values = isArray(value) ? value.map((slot) => force(machine, slot)) : [value];
    return values.map((one) => `${name} = ${valueText(machine, one)}`);
  });
}

function ini(machine: Machine, value: Value): string {
  const file = objectOrFail(machine, value);
  const lines = fieldNames(file, false).includes('main')
    ? iniLines(machine, objectOrFail(machine, indexObject(machine, file, 'main')))
    : [];
  const sections = objectOrFail(machine, indexObject(machine, file, 'sections'));
  for (const name of fieldNames(sections, false)) {
    lines.push(`[${name}]`);
    for (const line of iniLines(machine, objectOrFail(machine, indexObject(machine, sections, name))))
      lines.push(line);
  }
  return [...lines, ''].join('\n');
}

/** An element in JSONML: `[tag, {attributes}, ...children]`. */
function xml(machine: Machine, value: Value, depth: number): string {
  checkDepth(machine, depth);
  if (typeof value === 'string') return value;
  const [tag, first, ...rest] = arrayOf(machine, value);
  if (tag === undefined) throw failure(machine, 'Index 0 out of bounds, not within [0, 0)');
  const second = first === undefined ? undefined : force(machine, first);
  const attributes =
    second instanceof JsonnetObject
      ? fieldNames(second, false).map(
          (name) => ` ${name}="${valueText(machine, indexObject(machine, second, name))}"`,
        )
      : [];
  const children = second instanceof JsonnetObject || first === undefined ? rest : [first, ...rest];
  const name = deepJoin(machine, force(machine, tag ?? null));
  const inner = children.map((slot) => xml(machine, force(machine, slot), depth + 1)).join('');
  return `<${name}${attributes.join('')}>${inner}</${name}>`;
}

function styleOf(machine: Machine, args: readonly Value[]): Style {
  const [, indent = '', newline = '\n', separator = ': '] = args;
  return {
    indent: textOf(machine, indent),
    newline: textOf(machine, newline),
    separator: textOf(machine, separator),
  };
}

/** Texts in other languages: JSON, Python, INI, XML. */
export const manifestJson: Library = {
  manifestJsonEx: strict('value indent newline? key_val_sep?', (machine, args) =>
    jsonText(machine, arg(args, 0), styleOf(machine, args), [], ''),
  ),
  manifestJson: strict('value', (machine, args) =>
    jsonText(machine, arg(args, 0), { indent: '    ', newline: '\n', separator: ': ' }, [], ''),
  ),
  manifestJsonMinified: strict('value', (machine, args) =>
    jsonText(machine, arg(args, 0), { indent: '', newline: '', separator: ':' }, [], ''),
  ),
  manifestPython: strict('v', (machine, args) => pythonText(machine, arg(args, 0), 0)),
  manifestPythonVars: strict('conf', (machine, args) => pythonVariables(machine, arg(args, 0))),
  manifestIni: strict('ini', (machine, args) => ini(machine, arg(args, 0))),
  manifestXmlJsonml: strict('value', (machine, args) => {
    const value = arg(args, 0);
    if (isArray(value)) return xml(machine, value, 0);
    return fail(machine, `Expected a JSONML value (an array), got ${typeName(value)}`);
  }),
};
