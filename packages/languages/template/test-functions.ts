import { GoError, GoInt, GoObject, printValue } from '../go/index.ts';
import type { Member, Value } from '../go/index.ts';
import type { TemplateFunction } from './types.ts';

/** Functions for the tests of this folder: the smallest ones that need the call layer, the data types and the execution. */
export const testFunctions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['list', { params: ['any'], variadic: true, result: 'list', call: (args) => [...args] }],
  ['dict', { params: ['any'], variadic: true, result: 'map', call: dict }],
  ['upper', { params: ['string'], result: 'string', call: ([text]) => asText(text).toUpperCase() }],
  ['quote', { params: ['any'], variadic: true, result: 'string', call: ([value]) => `"${asText(value)}"` }],
  [
    'default',
    {
      params: ['any', 'any'],
      variadic: true,
      result: 'any',
      call: ([usual, given]) => given ?? usual ?? null,
    },
  ],
  [
    'trimSuffix',
    {
      params: ['string', 'string'],
      result: 'string',
      call: ([end, text]) => trimSuffix(asText(end), asText(text)),
    },
  ],
  [
    'trunc',
    {
      params: ['int', 'string'],
      result: 'string',
      call: ([n, text]) => asText(text).slice(0, Number((n as GoInt).n)),
    },
  ],
  ['indent', { params: ['int', 'string'], result: 'string', call: ([n, text]) => indent(n, asText(text)) }],
  [
    'nindent',
    { params: ['int', 'string'], result: 'string', call: ([n, text]) => `\n${indent(n, asText(text))}` },
  ],
  [
    'hasKey',
    {
      params: ['map', 'string'],
      result: 'bool',
      call: ([table, key]) => table instanceof Map && table.has(asText(key)),
    },
  ],
  ['set', { params: ['map', 'string', 'any'], result: 'map', call: set }],
  ['half', { params: ['float64'], result: 'float64', call: ([n]) => Number(n) / 2 }],
  ['byte', { params: ['uint8'], result: 'uint8', call: ([n]) => n ?? null }],
  ['flag', { params: ['bool'], result: 'bool', call: ([on]) => on ?? null }],
  ['nothing', { params: [], result: 'any', call: () => null }],
  ['fail', { params: ['string'], result: 'string', call: ([text]) => broken(asText(text)) }],
  ['object', { params: [], result: 'any', call: () => new Thing() }],
  [
    'include',
    {
      params: ['string', 'any'],
      result: 'string',
      call: ([name, data], run) => run.include(asText(name), data ?? null),
    },
  ],
  [
    'tpl',
    {
      params: ['string', 'any'],
      result: 'string',
      call: ([text, data], run) => run.evaluate('gotpl', asText(text), data ?? null, { dropNoValue: true }),
    },
  ],
  [
    'context',
    {
      params: [],
      result: 'any',
      call: (_args, run) => (typeof run.context === 'string' ? `${run.context} in ${run.template}` : null),
    },
  ],
]);

function asText(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : printValue(value);
}

function dict(args: readonly Value[]): Value {
  const table = new Map<string, Value>();
  for (let at = 0; at < args.length; at += 2) table.set(asText(args[at]), args[at + 1] ?? null);
  return table;
}

function set([table, key, value]: readonly Value[]): Value {
  if (table instanceof Map) table.set(asText(key), value ?? null);
  return table ?? null;
}

function trimSuffix(end: string, text: string): string {
  return end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text;
}

function indent(n: Value | undefined, text: string): string {
  const spaces = ' '.repeat(Number((n as GoInt).n));
  return spaces + text.replaceAll('\n', `\n${spaces}`);
}

function broken(message: string): never {
  throw new GoError(message);
}

/** A struct with a field and methods. */
class Thing extends GoObject {
  readonly typeName = '*test.Thing';

  override member(name: string): Member | undefined {
    switch (name) {
      case 'Name':
        return { field: 'thing' };
      case 'Nested':
        return { field: new Thing() };
      case 'Hello':
        return { method: { params: [], result: 'string', call: () => 'hello' } };
      case 'Join':
        return {
          method: {
            params: ['string', 'any'],
            variadic: true,
            result: 'string',
            call: (args) => args.map(asText).join('+'),
          },
        };
      case 'Break':
        return { method: { params: [], result: 'string', call: () => broken('broken') } };
      default:
        return undefined;
    }
  }

  override print(): string {
    return '{thing}';
  }
}

/** Plain data as Go's values: whole numbers stay floats, as YAML gives them. */
export function goValue(data: unknown): Value {
  if (Array.isArray(data)) return data.map(goValue);
  if (data instanceof GoInt || data instanceof GoObject || data instanceof Map) return data as Value;
  if (typeof data !== 'object' || data === null) return (data ?? null) as Value;
  return new Map(Object.entries(data).map(([key, value]) => [key, goValue(value)]));
}
