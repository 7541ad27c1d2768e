import {
  GoError,
  GoInt,
  GoObject,
  isNilList,
  isNilMap,
  listType,
  printFloat,
  sortedKeys,
} from '../go/index.ts';
import type { GoMap, Value } from '../go/index.ts';
import { base64Encode } from './base64.ts';
import { valueDepthMax } from '../go/print.ts';

/** How encoding/json is told to write. */
interface JsonStyle {
  /** Two spaces per level. */
  readonly pretty?: boolean;
  /** `<`, `>` and `&` stay as they are. */
  readonly raw?: boolean;
}

/** A value as encoding/json writes it: sorted keys, HTML escapes. Throws a `GoError` for what JSON cannot say. */
export function writeJson(value: Value, style: JsonStyle = {}): string {
  return write(value, style.raw === true ? rawText : htmlText, style.pretty === true ? '\n' : '', 0);
}

/** `line` is the line break with the indent of the current level, or empty for the short form. */
function write(value: Value, quote: (text: string) => string, line: string, depth: number): string {
  if (typeof value === 'string') return quote(value);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return number(value);
  if (value instanceof GoInt) return value.n.toString();
  if (value instanceof Uint8Array) return `"${base64Encode(value)}"`;
  if (depth > valueDepthMax)
    throw new GoError('json: unsupported value: encountered a cycle via a value that contains itself');
  if (Array.isArray(value)) return list(value, quote, line, depth + 1);
  if (value instanceof Map) return table(value, quote, line, depth + 1);
  if (value instanceof GoObject) return object(value, quote, line, depth + 1);
  return 'null';
}

function number(value: number): string {
  if (!Number.isFinite(value)) throw new GoError(`json: unsupported value: ${printFloat(value)}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

function list(items: readonly Value[], quote: (text: string) => string, line: string, depth: number): string {
  if (items.length === 0) return isNilList(items) ? 'null' : '[]';
  if (listType(items) === '[]uint8') return `"${base64Encode(Uint8Array.from(items, byteOf))}"`;
  const inner = line === '' ? '' : `${line}  `;
  const parts = items.map((item) => write(item, quote, inner, depth));
  return `[${inner}${parts.join(`,${inner}`)}${line}]`;
}

function byteOf(value: Value): number {
  return value instanceof GoInt ? Number(value.n) : 0;
}

function table(entries: GoMap, quote: (text: string) => string, line: string, depth: number): string {
  if (entries.size === 0) return isNilMap(entries) ? 'null' : '{}';
  const inner = line === '' ? '' : `${line}  `;
  const colon = line === '' ? ':' : ': ';
  const parts = sortedKeys(entries).map(
    (key) => `${quote(key)}${colon}${write(entries.get(key) ?? null, quote, inner, depth)}`,
  );
  return `{${inner}${parts.join(`,${inner}`)}${line}}`;
}

function object(value: GoObject, quote: (text: string) => string, line: string, depth: number): string {
  const plain = value.asJson?.() ?? value.asMap?.();
  return plain === undefined ? '{}' : write(plain, quote, line, depth);
}

const plainHtml = /^[ !#-%'-;=?-[\]-~]*$/;
const plainRaw = /^[ !#-[\]-~]*$/;
const htmlSpecial = /["\\<>&\u007f-\uffff]|[^ -~]/gu;
const rawSpecial = /["\\\u007f-\uffff]|[^ -~]/gu;
const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function htmlText(text: string): string {
  return plainHtml.test(text) ? `"${text}"` : `"${text.replace(htmlSpecial, escaped)}"`;
}

function rawText(text: string): string {
  return plainRaw.test(text) ? `"${text}"` : `"${text.replace(rawSpecial, escaped)}"`;
}

function escaped(character: string): string {
  const known = short[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return `\\u${code.toString(16).padStart(4, '0')}`;
  // A byte that is no UTF-8 becomes the replacement character, spelled as an escape.
  return code >= 0xd800 && code <= 0xdfff ? '\\ufffd' : character;
}
