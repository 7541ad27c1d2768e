import {
  fromBytes,
  fromByteString,
  isAscii,
  printValue,
  quoteString,
  textOf,
  toByteString,
  typedList,
  typedMap,
} from '../go/index.ts';
import type { GoFunction, GoMap, Value } from '../go/index.ts';
import { base32Decode, base32Encode, base64Decode, base64Encode } from './base64.ts';
import type { Decoded } from './base64.ts';
import { fn, panic, variadic } from './define.ts';
import { lower, repeat, replaceAll, split, splitN, title, trimSet, trimSpace, upper } from './text.ts';
import { abbreviate, initials, nospace, swapCase, uncapitalize, wrap } from './words.ts';
import { kebabCase, pascalCase, snakeCase } from './word-case.ts';

/** Strings. Widths and places count bytes, as Go does. */
export const stringFunctions: Readonly<Record<string, GoFunction>> = {
  trim: fn(['string'], 'string', trimSpace),
  upper: fn(['string'], 'string', upper),
  lower: fn(['string'], 'string', lower),
  title: fn(['string'], 'string', title),
  untitle: fn(['string'], 'string', uncapitalize),
  swapcase: fn(['string'], 'string', swapCase),
  repeat: fn(['int', 'string'], 'string', (count, text) => repeat(text, count.n)),
  trimall: fn(['string', 'string'], 'string', (set, text) => trimSet(text, set)),
  trimAll: fn(['string', 'string'], 'string', (set, text) => trimSet(text, set)),
  trimSuffix: fn(['string', 'string'], 'string', (suffix, text) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  trimPrefix: fn(['string', 'string'], 'string', (prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  contains: fn(['string', 'string'], 'bool', (part, text) => text.includes(part)),
  hasPrefix: fn(['string', 'string'], 'bool', (part, text) => text.startsWith(part)),
  hasSuffix: fn(['string', 'string'], 'bool', (part, text) => text.endsWith(part)),
  replace: fn(['string', 'string', 'string'], 'string', (old, by, text) => replaceAll(text, old, by)),
  plural: fn(['string', 'string', 'int'], 'string', (one, many, count) => (count.n === 1n ? one : many)),

  trunc: fn(['int', 'string'], 'string', (count, text) => trunc(Number(count.n), text)),
  substr: fn(['int', 'int', 'string'], 'string', (start, end, text) =>
    substring(Number(start.n), Number(end.n), text),
  ),
  abbrev: fn(['int', 'string'], 'string', (width, text) =>
    width.n < 4n ? text : abbreviate(text, 0, Number(width.n)),
  ),
  abbrevboth: fn(['int', 'int', 'string'], 'string', (left, right, text) =>
    right.n < 4n || (left.n > 0n && right.n < 7n) ? text : abbreviate(text, Number(left.n), Number(right.n)),
  ),
  wrap: fn(['int', 'string'], 'string', (width, text) => wrap(text, Number(width.n), '\n', false)),
  wrapWith: fn(['int', 'string', 'string'], 'string', (width, lineBreak, text) =>
    wrap(text, Number(width.n), lineBreak === '' ? '\n' : lineBreak, true),
  ),
  nospace: fn(['string'], 'string', nospace),
  initials: fn(['string'], 'string', initials),
  snakecase: fn(['string'], 'string', snakeCase),
  kebabcase: fn(['string'], 'string', kebabCase),
  camelcase: fn(['string'], 'string', pascalCase),

  quote: variadic([], 'any', 'string', (values) => joined(values, (value) => quoteString(textOf(value)))),
  squote: variadic([], 'any', 'string', (values) => joined(values, (value) => `'${printValue(value)}'`)),
  cat: variadic([], 'any', 'string', (values) => joined(values, printValue)),
  indent: fn(['int', 'string'], 'string', (spaces, text) => indent(spaces.n, text)),
  nindent: fn(['int', 'string'], 'string', (spaces, text) => `\n${indent(spaces.n, text)}`),

  splitList: fn(['string', 'string'], 'any', (separator, text) =>
    typedList('[]string', split(text, separator)),
  ),
  split: fn(['string', 'string'], 'map[string]string', (separator, text) => numbered(split(text, separator))),
  splitn: fn(['string', 'int', 'string'], 'map[string]string', (separator, count, text) =>
    numbered(splitN(text, separator, Number(count.n))),
  ),

  b64enc: fn(['string'], 'string', base64Encode),
  b64dec: fn(['string'], 'string', (text) => decodedText(base64Decode(text))),
  b32enc: fn(['string'], 'string', base32Encode),
  b32dec: fn(['string'], 'string', (text) => decodedText(base32Decode(text))),
};

function joined(values: readonly Value[], print: (value: Value) => string): string {
  const parts: string[] = [];
  for (const value of values) if (value !== null) parts.push(print(value));
  return parts.join(' ');
}

function indent(spaces: bigint, text: string): string {
  const pad = repeat(' ', spaces);
  return pad + (text.includes('\n') ? text.replace(/\n/g, `\n${pad}`) : text);
}

/** Where decoding fails, upstream answers with the error's text. */
function decodedText(decoded: Decoded): string {
  return 'error' in decoded ? decoded.error : fromBytes(decoded.bytes);
}

/** The parts under `_0`, `_1` and so on. */
function numbered(parts: readonly string[]): GoMap {
  return typedMap('map[string]string', new Map(parts.map((part, i): [string, Value] => [`_${i}`, part])));
}

/** The first bytes, or with a negative count the last ones. */
function trunc(count: number, text: string): string {
  if (count >= text.length * 3 || -count >= text.length * 3) return text;
  const bytes = toByteString(text);
  if (count < 0 && bytes.length + count > 0) return fromByteString(bytes.slice(bytes.length + count));
  return count >= 0 && bytes.length > count ? fromByteString(bytes.slice(0, count)) : text;
}

function substring(start: number, end: number, text: string): string {
  const bytes = isAscii(text) ? text : toByteString(text);
  const size = bytes.length;
  if (start < 0) {
    if (end < 0) return panic(`runtime error: slice bounds out of range [:${end}]`);
    return end > size ? outOfRange(`:${end}`, size) : fromByteString(bytes.slice(0, end));
  }
  const to = end < 0 || end > size ? size : end;
  if (start > to) return panic(`runtime error: slice bounds out of range [${start}:${to}]`);
  return fromByteString(bytes.slice(start, to));
}

function outOfRange(bounds: string, size: number): never {
  return panic(`runtime error: slice bounds out of range [${bounds}] with length ${size}`);
}
