import { checkSize, force } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { quote } from '../run/manifest.ts';
import { shortestText } from '../run/numbers.ts';
import { fieldNames, indexObject } from '../run/objects.ts';
import { booleanOf } from '../run/operators.ts';
import { JsonnetObject, isArray, typeName } from '../run/values.ts';
import type { JsonnetArray, Value } from '../run/values.ts';
import { fail } from './basics.ts';
import { arg, strict } from './define.ts';
import type { Library } from './define.ts';
import { checkDepth } from './manifest-json.ts';

interface Style {
  readonly indentLists: boolean;
  readonly quoteKeys: boolean;
}

const reserved = new Set("true false yes no on off y n .nan -.inf +.inf .inf null - --- ''".split(' '));

/** Whether a key may stand without quotes: upstream leaves out all that some YAML reader might take for something else. */
function isBare(key: string): boolean {
  if (!/^[A-Za-z0-9_\-/.]+$/.test(key) || reserved.has(key.toLowerCase())) return false;
  if (/^(?:[0-9]*-){2}[0-9]*$/.test(key) || /^[-+]?0b[0-1_]+$/.test(key)) return false;
  return !/[-+]?0x[0-9a-fA-F_]+/.test(key) && !isGoNumber(key);
}

/** Whether Go's `ParseFloat` takes the text. */
function isGoNumber(text: string): boolean {
  if (/^[-+]?(?:inf|infinity)$/i.test(text) || /^nan$/i.test(text)) return true;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
}

function isFull(value: Value): boolean {
  if (isArray(value)) return value.length > 0;
  return value instanceof JsonnetObject && fieldNames(value, false).length > 0;
}

function yamlText(machine: Machine, value: Value, style: Style, indent: string, depth: number): string {
  checkDepth(machine, depth);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return shortestText(value);
  if (typeof value === 'string') return scalar(value, indent);
  const text = isArray(value)
    ? list(machine, value, style, indent, depth)
    : value instanceof JsonnetObject
      ? mapping(machine, value, style, indent, depth)
      : '';
  checkSize(machine, text.length, 'an output');
  return text;
}

/** A text that ends its last line is a block. */
function scalar(text: string, indent: string): string {
  if (!text.endsWith('\n')) return quote(text);
  const lines = text.slice(0, -1).split('\n');
  return `|${lines.map((line) => `\n${indent}  ${line}`).join('')}`;
}

function list(
  machine: Machine,
  value: Value & { readonly length: number },
  style: Style,
  indent: string,
  depth: number,
): string {
  if (!isArray(value) || value.length === 0) return '[]';
  const items = value.map((slot) => {
    const item = force(machine, slot);
    const isNested = isArray(item) || item instanceof JsonnetObject;
    const inner = isNested ? `${indent}  ` : indent;
    const lead = isArray(item) && item.length > 0 ? `-\n${indent}  ` : '- ';
    return lead + yamlText(machine, item, style, inner, depth + 1);
  });
  return items.join(`\n${indent}`);
}

function mapping(
  machine: Machine,
  value: JsonnetObject,
  style: Style,
  indent: string,
  depth: number,
): string {
  const names = fieldNames(value, false);
  if (names.length === 0) return '{}';
  const members = names.map((name) => {
    const member = indexObject(machine, value, name);
    const key = style.quoteKeys || !isBare(name) ? quote(name) : name;
    const deeper = isArray(member) && !style.indentLists ? indent : `${indent}  `;
    const inner = isFull(member) ? deeper : indent;
    const lead = isFull(member) ? `\n${inner}` : ' ';
    return `${key}:${lead}${yamlText(machine, member, style, inner, depth + 1)}`;
  });
  return members.join(`\n${indent}`);
}

function flag(machine: Machine, value: Value | undefined, fallback: boolean): boolean {
  return value === undefined ? fallback : booleanOf(machine, value);
}

function stream(machine: Machine, value: JsonnetArray, style: Style, hasEnd: boolean): string {
  const documents = value.map((slot) => yamlText(machine, force(machine, slot), style, '', 0));
  return `---\n${documents.join('\n---\n')}${hasEnd ? '\n...\n' : '\n'}`;
}

/** YAML. */
export const manifestYaml: Library = {
  manifestYamlDoc: strict('value indent_array_in_object? quote_keys?', (machine, args, given) => {
    const indentLists = flag(machine, given[1], false);
    const style = { indentLists, quoteKeys: flag(machine, given[2], true) };
    return yamlText(machine, arg(args, 0), style, '', 0);
  }),
  manifestYamlStream: strict(
    'value indent_array_in_object? c_document_end? quote_keys?',
    (machine, args, given) => {
      const value = arg(args, 0);
      if (!isArray(value))
        return fail(machine, `manifestYamlStream only takes arrays, got ${typeName(value)}`);
      const style = {
        indentLists: flag(machine, given[1], false),
        // Nobody asks how keys are to be written where there are none.
        quoteKeys: value.length === 0 || flag(machine, given[3], true),
      };
      return stream(machine, value, style, flag(machine, given[2], true));
    },
  ),
};
