import { GoError } from '../go/values.ts';
import type { GoMap, Value } from '../go/values.ts';
import { readYamlStream } from './read.ts';
import type { YamlProblem } from './read.ts';
import { parseJsonText } from './json-text.ts';

/**
 * Reads the first document of a text as `sigs.k8s.io/yaml` does for a Go program: YAML 1.1 by goyaml v2, through JSON,
 * every number a float64, keys as text, a repeated key's last value. Nothing at all is nil. Throws a `GoError` with
 * the library's words.
 */
export function readGoYaml(text: string): Value {
  const quick = quickScalar(text);
  if (quick !== undefined) return quick.value;
  const source = firstDocument(text);
  const stream = readYamlStream(source, { file: '', duplicateKeys: 'last' });
  if (stream.problem !== undefined) throw new GoError(yamlErrorText(stream.problem));
  const document = stream.documents[0];
  return document === undefined || document.index > 0 ? null : toGo(document.value);
}

/** Reads a JSON text as encoding/json does into `interface{}`; undefined when it is no JSON. */
export function readGoJson(text: string): { readonly value: Value } | undefined {
  const parsed = parseJsonText(text);
  return parsed === undefined ? undefined : { value: toGo(parsed.value) };
}

/** Reads every document of a stream; documents that are empty are left out. */
export function readGoYamlStream(text: string): Value[] {
  const stream = readYamlStream(text, { file: '', duplicateKeys: 'last' });
  if (stream.problem !== undefined) throw new GoError(yamlErrorText(stream.problem));
  return stream.documents.map((document) => toGo(document.value));
}

/** A problem of reading as sigs.k8s.io/yaml words it. */
export function yamlErrorText(problem: YamlProblem): string {
  return `error converting YAML to JSON: ${problem.goText ?? `yaml: ${problem.message}`}`;
}

/** Text that is only one plain word, as templates often hand to `fromYaml`: no parser is needed to see that. */
function quickScalar(text: string): { readonly value: Value } | undefined {
  return text.trim() === '' ? { value: null } : undefined;
}

/** The part of a stream that Go's `Unmarshal` reads. */
function firstDocument(text: string): string {
  if (!text.includes('---')) return text;
  const lead = /^(?:\uFEFF)?(?:(?:[ \t\r]*(?:#[^\n]*)?|%[^\n]*)\n)*/.exec(text)?.[0].length ?? 0;
  const opened = /^---(?=[ \t\r\n]|$)/.test(text.slice(lead));
  const from = opened ? lead + 3 : lead;
  const next = /\n---(?=[ \t\r\n]|$)/g;
  next.lastIndex = Math.max(0, from - 1);
  const end = next.exec(text)?.index;
  if (end === undefined) return text;
  return end < from ? '' : text.slice(0, end + 1);
}

/** Plain data as values of Go. What an alias repeats becomes a value of its own each time, as its way through JSON makes it. */
export function toGo(value: unknown): Value {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(toGo);
  if (typeof value === 'object') {
    const map: GoMap = new Map();
    const record = value as Readonly<Record<string, unknown>>;
    for (const key in record) map.set(key, toGo(record[key]));
    return map;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Values of Go as plain data: what JSON makes of them. */
export function fromGo(value: Value): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(fromGo);
  if (value instanceof Map) {
    const record: Record<string, unknown> = {};
    for (const [key, item] of value) define(record, key, fromGo(item));
    return record;
  }
  if ('n' in value) return Number(value.n);
  return null;
}

function define(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') {
    record[key] = value;
    return;
  }
  Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
}
